use squall::{handler, routes};

#[handler]
#[route("/stories/100%/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
}
