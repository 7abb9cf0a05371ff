use squall::{Result, routes, websocket, websocket::WebSocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn open(&mut self, socket: WebSocket) -> Result<()> {
        socket.send("hello").await
    }
}

fn main() {
    _ = routes![Echo];
}
