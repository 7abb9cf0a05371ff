use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Stories;

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }
}

fn main() {
    let _ = routes![
        #[cfg]
        Stories,
    ];
}
