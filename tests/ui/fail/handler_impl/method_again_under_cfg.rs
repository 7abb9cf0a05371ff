use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Stories;

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }

    #[cfg(not(any()))]
    #[method("GET")]
    fn all(&self) -> &'static str {
        "all stories"
    }
}

fn main() {
    let _ = routes![Stories];
}
