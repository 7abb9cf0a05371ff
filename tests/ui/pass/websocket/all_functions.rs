use squall::{
    Json, Result, State, handler,
    hub::{Hub, Member, Missed, Published},
    routes, websocket,
    websocket::{CloseReason, Settings, WebSocket},
};

#[handler]
#[prefix("/base")]
struct Site;

#[handler]
impl Site {
    #[prepare]
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

#[websocket(base = site)]
#[route("/rooms/{room}")]
struct Room {
    site: Site,
    room: String,
    hub: State<Hub<u32>>,
}

#[websocket]
impl Room {
    fn settings(&self) -> Settings {
        Settings::default()
    }

    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.subscribe(self.hub.topic(&self.room)).await
    }

    async fn message(&mut self, socket: &mut WebSocket, number: Json<u32>) -> Result<()> {
        socket.send(number).await
    }

    async fn event(&mut self, number: Published<u32>, socket: &WebSocket) -> Result<(), std::io::Error> {
        _ = socket.send(&number).await;
        Ok(())
    }

    fn joined(&self, member: Member) {
        println!("{member} {}", self.site.check().is_ok());
    }

    fn left(&self, socket: &WebSocket) {
        _ = socket.is_closed();
    }

    async fn missed(&mut self, missed: Missed) {
        println!("{missed}");
    }

    fn ping(&self) {}

    async fn pong(&mut self, payload: Vec<u8>) {
        drop(payload);
    }

    #[cfg(any())]
    fn close(&mut self) {
        no_such_function();
    }

    #[cfg(not(any()))]
    async fn close(&mut self, reason: CloseReason) -> Result<()> {
        Err(reason.into())
    }

    #[on_finish]
    fn end(&self, outcome: &squall::handler::Outcome) {
        _ = outcome.is_complete();
    }
}

#[websocket]
#[route("/silent")]
struct Silent;

#[websocket]
impl Silent {}

fn main() {
    _ = routes![Room, Silent];
    assert_eq!(Room::url("den"), "/base/rooms/den");
}
