use squall::{handler, handler::Outcome, routes};

#[handler]
#[route("/stories")]
struct Stories;

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }

    #[blocking]
    #[on_finish]
    fn note(&self, _: &Outcome) {}
}

fn main() {
    let _ = routes![Stories];
}
