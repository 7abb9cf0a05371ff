use squall::{handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    #[path("id", defalt = 7)]
    story: u64,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "story"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
