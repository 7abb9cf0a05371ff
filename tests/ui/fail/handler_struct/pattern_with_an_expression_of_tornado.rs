use squall::{handler, routes};

#[handler]
#[route(r"/stories/([0-9]+)")]
struct Story;

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
}
