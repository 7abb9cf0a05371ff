use squall::{Result, routes, websocket, websocket::WebSocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn message(&mut self, socket: &mut WebSocket, text: &str) -> Result<()> {
        socket.send(text).await
    }
}

fn main() {
    _ = routes![Echo];
}
