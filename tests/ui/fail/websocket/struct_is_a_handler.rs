use squall::{handler, routes, websocket};

#[handler]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    fn message(&mut self, text: String) {
        println!("{text}");
    }
}

fn main() {
    _ = routes![Echo];
}
