use squall::{handler, routes};

use std::cell::Cell;

use squall::handler::Init;

#[handler]
struct Story {
    count: Init<Cell<u32>>,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes!["/about" => Story::init(Cell::new(1))];
}
