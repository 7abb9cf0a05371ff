use squall::{Result, routes, websocket, websocket::WebSocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn close(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.send("bye").await
    }
}

fn main() {
    _ = routes![Echo];
}
