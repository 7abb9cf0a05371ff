use squall::{handler, routes};

#[handler]
#[route(regex = r"/stories/(?<id>[0-9]+")]
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
