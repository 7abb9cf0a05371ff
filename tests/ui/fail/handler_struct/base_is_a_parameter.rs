use squall::{handler, routes};

#[handler]
struct Site;

#[handler]
impl Site {}

#[handler(base = site)]
#[route("/stories/{site}")]
struct Story {
    site: Site,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
}
