use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Story;

#[handler(disconnect = cancel)]
impl Story {
    fn get(&self) -> &'static str {
        "story"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url();
}
