//! WebSockets, event streams and long polls on squall.

use bench_servers::text::Text;
use squall::{
    Application, Options, Result, State, handler,
    hub::Hub,
    routes,
    sse::EventStream,
    websocket,
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

/// What a message is sent as: itself, as the others do.
#[websocket]
#[route("/feed")]
struct Feed {
    hub: State<Hub<String>>,
}

#[websocket]
impl Feed {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.subscribe(self.hub.topic("feed")).await
    }

    async fn message(&mut self, text: String) -> Result<()> {
        self.hub.topic("feed").publish(text).await
    }

    async fn event(&mut self, socket: &mut WebSocket, text: squall::hub::Published<String>) -> Result<()> {
        socket.send(&*text).await
    }
}

#[handler]
#[route("/events")]
struct Events {
    hub: State<Hub<String>>,
}

#[handler]
impl Events {
    async fn get(&self) -> Result<EventStream> {
        self.hub.topic("feed").events_since(None).await
    }
}

#[handler]
#[route("/updates")]
struct Updates {
    hub: State<Hub<String>>,
}

#[handler]
impl Updates {
    async fn get(&self) -> Result<String> {
        let messages = self.hub.topic("feed").wait_since(None).await?;
        Ok(messages.iter().map(|message| &***message).collect())
    }
}

#[squall::main]
async fn main() -> Result<()> {
    let hub = Hub::<String>::new().patience(std::time::Duration::from_secs(300));
    Application::new(routes![Text, Echo, Feed, Events, Updates])
        .state(hub)
        .serve(Options::parse())
        .await
}
