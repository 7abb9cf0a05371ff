use squall::{Result, routes, websocket, websocket::WebSocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn message(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.send("hello").await
    }
}

fn main() {
    _ = routes![Echo];
}
