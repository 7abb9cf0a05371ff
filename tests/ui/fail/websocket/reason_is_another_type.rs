use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    fn close(&mut self, reason: String) {
        println!("{reason}");
    }
}

fn main() {
    _ = routes![Echo];
}
