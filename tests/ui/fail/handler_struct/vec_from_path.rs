use squall::{handler, routes};

#[handler]
#[route("/stories/{ids}")]
struct Story {
    ids: Vec<u64>,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url("1");
}
