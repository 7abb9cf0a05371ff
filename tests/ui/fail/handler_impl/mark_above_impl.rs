use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Stories;

#[handler]
#[authenticated]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }
}

#[handler]
#[route("/about")]
struct About;

#[handler]
#[blocking]
impl About {
    fn get(&self) -> &'static str {
        "about"
    }
}

fn main() {
    let _ = routes![Stories, About];
}
