use squall::{Result, routes, websocket, websocket::WebSocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn on_message(&mut self, socket: &mut WebSocket, text: String) -> Result<()> {
        socket.send(text).await
    }
}

fn main() {
    _ = routes![Echo];
}
