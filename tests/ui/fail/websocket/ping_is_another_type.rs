use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    fn ping(&mut self, payload: String) {
        println!("{payload}");
    }
}

fn main() {
    _ = routes![Echo];
}
