use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

fn main() {
    _ = routes![Echo];
}
