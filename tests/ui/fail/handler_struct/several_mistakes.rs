use squall::{handler, routes};

#[handler(bas = site)]
#[route("/stories/{id}/{page}")]
#[route("stories")]
#[route("/stories/{id:[0-9}", name = "story")]
struct Story {
    id: u64,
    #[qeury]
    sort: String,
    #[header]
    accept: Option<String>,
    #[cookie]
    themes: Vec<String>,
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
