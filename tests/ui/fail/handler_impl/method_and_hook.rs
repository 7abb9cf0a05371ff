use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Stories;

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }

    #[method("PURGE")]
    #[prepare]
    fn purge(&mut self) {}
}

fn main() {
    let _ = routes![Stories];
}
