use squall::{handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

#[handler]
#[route("/stories/{slug}")]
struct StoryBySlug {
    slug: String,
}

#[handler]
impl StoryBySlug {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Story, StoryBySlug];

fn main() {
    let _ = ALL;
}
