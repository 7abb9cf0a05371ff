use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Stories;

#[handler]
impl Stories {
    #[authenticated]
    const TEXT: &'static str = "stories";

    fn get(&self) -> &'static str {
        Self::TEXT
    }
}

fn main() {
    let _ = routes![Stories];
}
