use squall::{handler, routes};

use std::rc::Rc;

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
    user: Rc<String>,
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
