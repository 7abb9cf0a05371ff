use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Story;

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "story"
    }
}

#[handler]
impl Story {
    fn post(&self) -> &'static str {
        "story"
    }
}

fn main() {
    let _ = routes![Story];
}
