use squall::{handler, routes};

use std::cell::Cell;

use squall::{Context, Result, handler::FromRequestParts};

struct Counter(Cell<u32>);

impl FromRequestParts for Counter {
    async fn from_request_parts(_: &mut Context) -> Result<Self> {
        Ok(Self(Cell::new(0)))
    }
}

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
    cell: Counter,
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
