use squall::{routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

struct Member;

#[websocket]
impl Echo {
    fn pong(&mut self, payload: Vec<u16>) {
        println!("{payload:?}");
    }

    fn joined(&mut self, member: Member) {
        _ = member;
    }
}

fn main() {
    _ = routes![Echo];
}
