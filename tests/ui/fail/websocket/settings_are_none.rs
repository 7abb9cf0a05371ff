use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    fn settings(&self) -> usize {
        10
    }
}

fn main() {
    _ = routes![Echo];
}
