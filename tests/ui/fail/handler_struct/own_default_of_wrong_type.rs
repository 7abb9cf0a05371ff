use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Story {
    #[default = "first"]
    count: u32,
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
