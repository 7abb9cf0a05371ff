use squall::{handler, routes};

#[handler]
#[route("/stories", host = "*.[::1]")]
struct Stories;

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }
}

fn main() {
    let _ = routes![Stories];
}
