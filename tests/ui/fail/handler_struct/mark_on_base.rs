use squall::{handler, routes};

#[handler]
struct Site;

#[handler]
impl Site {}

#[handler(base = site)]
#[route("/stories")]
struct Stories {
    #[query]
    site: Site,
}

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }
}

fn main() {
    let _ = routes![Stories];
}
