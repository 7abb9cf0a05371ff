use squall::{handler, routes};

#[handler]
#[route("/stories/{id:[0-9]+}", rank = "1")]
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
    let _: String = Story::url(7);
}
