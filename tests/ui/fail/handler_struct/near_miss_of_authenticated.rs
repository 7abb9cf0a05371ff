use squall::{handler, routes};

#[handler]
#[authenticate]
#[route("/stories/{id}")]
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
    let _: String = Story::url(7);
}
