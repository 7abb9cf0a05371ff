use squall::{handler, routes};

#[derive(Clone)]
struct StoryId(u64);

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: StoryId,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(StoryId(7));
}
