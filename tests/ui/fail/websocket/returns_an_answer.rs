use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn message(&mut self, text: String) -> String {
        text
    }
}

fn main() {
    _ = routes![Echo];
}
