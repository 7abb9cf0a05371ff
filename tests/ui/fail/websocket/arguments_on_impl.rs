use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket(base = site)]
impl Echo {}

fn main() {
    _ = routes![Echo];
}
