use squall::{handler, routes};

#[handler]
#[route("/stories/{id}", rank = 1)]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "story"
    }
}

fn main() {
    let _ = routes![Story];
}
