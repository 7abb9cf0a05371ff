use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Story;

impl Story {
    fn get(&self) -> &'static str {
        "story"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url();
    let _ = Story.get();
}
