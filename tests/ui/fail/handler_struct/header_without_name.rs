use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Story {
    #[header]
    accept_language: Option<String>,
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
