use squall::handler;

#[route("/stories")]
#[handler]
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
