use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    #[blocking]
    fn message(&mut self, text: String) {
        println!("{text}");
    }
}

fn main() {
    _ = routes![Echo];
}
