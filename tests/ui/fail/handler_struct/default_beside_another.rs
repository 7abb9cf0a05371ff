use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Story {
    #[query]
    #[default]
    page: u32,
    #[default]
    #[cookie]
    theme: String,
    #[default]
    #[default]
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
    let _: String = Story::url();
}
