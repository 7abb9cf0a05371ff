use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Stories;

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }

    #[blocking]
    #[blocking]
    fn post(&self) -> &'static str {
        "posted"
    }

    #[method("PURGE")]
    #[method("BAN")]
    fn purge(&self) -> &'static str {
        "purged"
    }
}

fn main() {
    let _ = routes![Stories];
}
