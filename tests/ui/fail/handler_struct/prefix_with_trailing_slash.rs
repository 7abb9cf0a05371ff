use squall::{handler, routes};

#[handler]
#[prefix("/admin/")]
struct Site;

#[handler]
impl Site {}

#[handler(base = site)]
#[route("/stories")]
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
    let _: String = Story::url();
}
