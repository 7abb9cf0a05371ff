use squall::{handler, routes};

#[handler]
#[route("/stories")]
enum Story {
    Short,
    Long,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
    let _ = (Story::Short, Story::Long);
}
