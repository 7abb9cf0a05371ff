use squall::{Result, routes, websocket, websocket::WebSocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn message(&mut self, socket: &mut WebSocket, number: u32) -> Result<()> {
        socket.send(number.to_string()).await
    }
}

fn main() {
    _ = routes![Echo];
}
