use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn get(&self) -> &'static str {
        "hello"
    }
}

fn main() {
    _ = routes![Echo];
}
