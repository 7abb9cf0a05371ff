use squall::{handler, routes};

#[handler("/stories")]
struct Stories;

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![];
}
