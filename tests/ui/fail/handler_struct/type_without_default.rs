use squall::{handler, routes};

struct Draft;

#[handler]
#[route("/stories")]
struct Story {
    #[default]
    draft: Draft,
    #[default]
    deadline: std::time::Instant,
    #[default]
    all: Option<Draft>,
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
