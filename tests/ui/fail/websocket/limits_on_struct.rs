use squall::{routes, websocket};

#[websocket(max_body = "1 MiB")]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {}

fn main() {
    _ = routes![Echo];
}
