use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Story {
    #[query]
    #[cookie]
    theme: String,
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
