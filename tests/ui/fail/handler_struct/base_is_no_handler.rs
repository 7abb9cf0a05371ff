use squall::{handler, routes};

struct Site;

#[handler(base = site)]
#[route("/stories/{id}")]
struct Story {
    site: Site,
    id: u64,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
