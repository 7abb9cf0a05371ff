use squall::{handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    #[default]
    id: u64,
    #[defualt]
    seen: Vec<String>,
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
