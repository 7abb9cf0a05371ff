use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Stories {
    page: Option<u32>,
}

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Stories];
}
