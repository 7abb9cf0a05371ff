use squall::{handler, routes};

use squall::handler::Init;

#[handler]
#[route("/about")]
struct Story {
    text: Init<&'static str>,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url();
}
