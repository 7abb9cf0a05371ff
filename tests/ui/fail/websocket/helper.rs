use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    fn name(&self) -> String {
        String::new()
    }
}

fn main() {
    _ = routes![Echo];
}
