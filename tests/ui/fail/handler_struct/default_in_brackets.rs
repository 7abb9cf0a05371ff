use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Story {
    #[default(3)]
    count: u32,
    #[default()]
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
