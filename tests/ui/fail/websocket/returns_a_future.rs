use squall::{Result, routes, websocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    fn message(&mut self, text: String) -> impl Future<Output = Result<()>> {
        println!("{text}");
        async { Ok(()) }
    }
}

fn main() {
    _ = routes![Echo];
}
