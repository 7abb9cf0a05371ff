use squall::{handler, routes};

#[handler]
#[route("/stories/{id}/{page}")]
#[route("/stories/{id}")]
struct Story {
    id: u64,
    #[path(default = "first")]
    page: u32,
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
