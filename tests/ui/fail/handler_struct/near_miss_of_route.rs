use squall::handler;

#[handler]
#[ruote("/stories")]
struct Story;

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = Story;
}
