use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Stories;

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }

    #[prepare]
    fn load(&mut self) {}

    #[cfg(not(any()))]
    #[prepare]
    fn load_more(&mut self) {}
}

fn main() {
    let _ = routes![Stories];
}
