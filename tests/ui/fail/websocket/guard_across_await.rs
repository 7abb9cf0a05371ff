use squall::{Result, routes, websocket, websocket::WebSocket};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn message(&mut self, socket: &mut WebSocket, text: String) -> Result<()> {
        let count = std::rc::Rc::new(1);
        socket.send(text).await?;
        drop(count);
        Ok(())
    }
}

fn main() {
    _ = routes![Echo];
}
