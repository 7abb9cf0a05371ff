use squall::{handler, routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[handler]
impl Echo {
    fn get(&self) -> &'static str {
        "not a socket"
    }
}

#[websocket]
#[route("/others")]
struct Others;

#[websocket]
impl Others {
    fn message(&mut self, text: String) {
        println!("{text}");
    }
}

fn main() {
    _ = routes![Others, Echo];
}
