use squall::{handler, routes};

use bytes::Bytes;

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
    content: Bytes,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
