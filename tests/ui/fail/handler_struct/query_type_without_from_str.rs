use squall::{handler, routes};

struct Page(u32);

#[handler]
#[route("/stories")]
struct Story {
    #[query]
    page: Page,
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
