use squall::{handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    #[route("/{id}")]
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
    let _: String = Story::url(7);
}
