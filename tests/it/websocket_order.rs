//! WebSockets: in which order their handler is asked, from the request to the drop of its struct.

use std::time::Duration;

use squall::{
    Application, Result, State,
    handler::Outcome,
    routes,
    testing::TestClient,
    websocket,
    websocket::{CloseReason, ConnectError, Settings, WebSocket},
};
use tokio::{io::AsyncWriteExt as _, time::sleep};

use crate::{support::Events, websocket::open};

/// Notes that it is dropped.
struct Last(Events);

impl Drop for Last {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

#[websocket]
#[route("/order")]
struct Order {
    events: State<Events>,
    #[default]
    _last: Option<Last>,
}

#[websocket]
impl Order {
    #[prepare]
    fn prepare(&mut self) {
        self.events.note("prepare");
        self._last = Some(Last(Events::clone(&self.events)));
    }

    fn settings(&self) -> Settings {
        self.events.note("settings");
        Settings::default()
    }

    fn open(&self) {
        self.events.note("open");
    }

    async fn message(&mut self, socket: &mut WebSocket, text: String) -> Result<()> {
        self.events.note(text);
        sleep(Duration::from_millis(100)).await;
        let sent = socket.send("too late").await;
        self.events.note(format!("sent: {}", sent.is_ok()));
        sent
    }

    async fn close(&mut self, _: CloseReason) {
        self.events.note("close");
        sleep(Duration::from_millis(10)).await;
        self.events.note("closed");
    }

    #[on_connection_close]
    fn gone(&self) {
        self.events.note("on_connection_close");
    }

    #[on_finish]
    async fn finish(&self, outcome: &Outcome) {
        sleep(Duration::from_millis(10)).await;
        let status = outcome.status().as_u16();
        self.events.note(format!("on_finish {status}"));
    }
}

#[squall::test]
async fn a_foreign_page_reaches_no_further_than_settings() {
    let events = Events::default();
    let app = Application::new(routes![Order]).state(events.clone());
    let client = TestClient::new(app);
    let socket = client.websocket("/order");
    let socket = socket.header("origin", "https://evil.example");
    let Err(ConnectError::Refused(answer)) = socket.try_connect().await else {
        panic!("it was opened");
    };
    assert_eq!(answer.status(), 403);
    drop(answer);
    events.wait_for("dropped").await;
    let expected = ["prepare", "settings", "on_finish 403", "dropped"];
    assert_eq!(events.list(), expected);
}

#[squall::test]
async fn a_request_for_no_socket_is_not_asked_for_settings() {
    let events = Events::default();
    let app = Application::new(routes![Order]).state(events.clone());
    let answer = TestClient::new(app).get("/order").send().await;
    assert_eq!(answer.status(), 426);
    drop(answer);
    events.wait_for("dropped").await;
    assert_eq!(events.list(), ["prepare", "on_finish 426", "dropped"]);
}

/// The peer goes while `message` runs: that goes on to its end, and the rest follows.
#[squall::test]
async fn the_end_of_a_socket_has_its_order() {
    let events = Events::default();
    let app = Application::new(routes![Order]).state(events.clone());
    let client = TestClient::on_socket(app).await;
    let mut stream = crate::support::connect(&client).await;
    open(&mut stream, "/order", "").await;
    // The text `m` in a frame that is masked with zeros.
    stream.write_all(b"\x81\x81\0\0\0\0m").await.unwrap();
    events.wait_for("m").await;
    drop(stream);
    events.wait_for("dropped").await;
    assert_eq!(
        events.list(),
        [
            "prepare",
            "settings",
            "open",
            "m",
            "sent: false",
            "close",
            "closed",
            "on_connection_close",
            "on_finish 101",
            "dropped",
        ]
    );
}
