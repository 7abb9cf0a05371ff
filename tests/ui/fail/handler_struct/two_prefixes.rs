use squall::handler;

#[handler]
#[prefix("/admin")]
#[prefix("/v1")]
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
