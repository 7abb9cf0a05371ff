use squall::{Result, routes, websocket, websocket::WebSocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn message(&mut self, socket: &mut WebSocket, text: String) -> Result<()> {
        socket.send(text.len()).await
    }
}

fn main() {
    _ = routes![Echo];
}
