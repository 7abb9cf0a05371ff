//! WebSockets on squall.

use bench_servers::text::Text;
use squall::{
    Application, Options, Result, routes, websocket,
    websocket::{Message, WebSocket},
};

#[websocket]
#[route("/echo")]
struct Echo;

#[websocket]
impl Echo {
    async fn message(&mut self, socket: &mut WebSocket, message: Message) -> Result<()> {
        socket.send(message).await
    }
}

#[squall::main]
async fn main() -> Result<()> {
    Application::new(routes![Text, Echo])
        .serve(Options::parse())
        .await
}
