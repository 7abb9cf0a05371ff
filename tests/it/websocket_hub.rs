//! WebSockets that have subscribed to topics: the room of a chat, as programs write it.

use serde::{Deserialize, Serialize};
use squall::{
    Application, Json, Result, Routes, State,
    handler::IntoResponse,
    hub::{Cursor, Hub, Member, Missed, Presence, Published},
    routes,
    testing::TestClient,
    websocket,
    websocket::{CloseReason, Event, WebSocket, WebSocketUpgrade},
};

use crate::support::Events;

#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Talk {
    text: String,
}

impl Talk {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Heard {
    cursor: String,
    value: Talk,
}

#[websocket]
#[route("/rooms/{room}/socket")]
struct RoomSocket {
    room: String,
    hub: State<Hub<Talk>>,
    events: State<Events>,
}

#[websocket]
impl RoomSocket {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.subscribe(self.hub.topic(&self.room)).await
    }
    async fn message(&mut self, socket: &mut WebSocket, talk: Json<Talk>) -> Result<()> {
        _ = socket;
        self.hub.topic(&self.room).publish(talk.into_inner()).await
    }
    async fn event(&mut self, socket: &mut WebSocket, talk: Published<Talk>) -> Result<()> {
        socket.send(Json(talk)).await
    }
    async fn close(&mut self, reason: CloseReason) {
        self.events.note(format!("close {}", reason.code()));
    }
}

/// What it has no functions for.
#[websocket]
#[route("/plain/{room}")]
struct Plain {
    room: String,
    #[query]
    cursor: Option<Cursor>,
    hub: State<Hub<Talk>>,
}

#[websocket]
impl Plain {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        let topic = self.hub.topic(&self.room);
        socket.subscribe_since(topic, self.cursor).await
    }

    async fn message(&mut self, socket: &mut WebSocket, text: String) -> Result<()> {
        let topic = self.hub.topic(&self.room);
        match &*text {
            "flood" => {
                for number in 0..10_000 {
                    topic.publish(Talk::new(&number.to_string())).await?;
                }
                Ok(())
            }
            "leave" => {
                socket.unsubscribe(&topic);
                topic.publish(Talk::new("unheard")).await?;
                socket.send("left").await
            }
            _ => topic.publish(Talk { text }).await,
        }
    }
}

/// Who is there.
#[websocket]
#[route("/lobby/{name}")]
struct Lobby {
    name: String,
    hub: State<Hub<Talk>>,
    here: Option<Here>,
}

struct Here(Presence);

impl squall::handler::OptionalFromRequestParts for Here {
    async fn optional_from_request_parts(_: &mut squall::Context) -> Result<Option<Self>> {
        Ok(None)
    }
}

#[websocket]
impl Lobby {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        let lobby = self.hub.topic("lobby");
        socket.subscribe(lobby.clone()).await?;
        self.here = Some(Here(lobby.join(&*self.name)?));
        socket.send(Json(lobby.members())).await
    }
    async fn message(&mut self, text: String) -> Result<()> {
        assert_eq!(self.here.as_ref().unwrap().0.member().name(), self.name);
        self.hub.topic("lobby").publish(Talk { text }).await
    }
    async fn joined(&mut self, socket: &mut WebSocket, member: Member) -> Result<()> {
        socket.send(format!("+{member}")).await
    }
    async fn left(&mut self, socket: &mut WebSocket, member: Member) -> Result<()> {
        socket.send(format!("-{member}")).await
    }
    async fn event(&mut self, socket: &mut WebSocket, event: Event) -> Result<()> {
        let text = event.json()?.split_once("text").unwrap().1.to_owned();
        socket.send(text).await
    }
}

/// Takes what its hub does not publish.
#[websocket]
#[route("/wrong")]
struct Wrong {
    hub: State<Hub<Talk>>,
}

#[websocket]
impl Wrong {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.subscribe(self.hub.topic("wrong")).await?;
        self.hub.topic("wrong").publish(Talk::new("x")).await
    }
    async fn event(&mut self, number: Published<u32>) {
        let _: &u32 = &number;
    }
}

/// Counts what it has missed.
#[websocket]
#[route("/patient")]
struct Patient {
    hub: State<Hub<Talk>>,
}

#[websocket]
impl Patient {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        let topic = self.hub.topic("patient");
        socket.subscribe(topic.clone()).await?;
        for number in 0..300 {
            topic.publish(Talk::new(&number.to_string())).await?;
        }
        Ok(())
    }
    async fn missed(&mut self, socket: &mut WebSocket, missed: Missed) -> Result<()> {
        socket.send(format!("missed {}", missed.messages)).await
    }
    async fn event(&mut self, socket: &mut WebSocket, talk: Published<Talk>) -> Result<()> {
        socket.send(&talk.text).await
    }
}

/// A loop of its own, with a subscription.
#[squall::handler]
#[route("/loop")]
struct Loop {
    hub: State<Hub<Talk>>,
}

#[squall::handler]
impl Loop {
    async fn get(&self, upgrade: WebSocketUpgrade) -> Result<impl IntoResponse> {
        let topic = self.hub.topic("loop");
        upgrade.on_upgrade(async move |mut socket| {
            socket.subscribe(topic.clone()).await?;
            while let Some(message) = socket.recv().await {
                topic.publish(Talk::new(message.as_text().unwrap())).await?;
            }
            Ok::<_, squall::Error>(())
        })
    }
}

/// Hears two topics, of which one always has something new.
#[websocket]
#[route("/busy")]
struct Busy {
    hub: State<Hub<Talk>>,
}

#[websocket]
impl Busy {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.subscribe(self.hub.topic("busy")).await?;
        socket.subscribe(self.hub.topic("calm")).await?;
        self.hub.topic("busy").publish(Talk::new("busy")).await?;
        self.hub.topic("calm").publish(Talk::new("calm")).await
    }
    async fn event(&mut self, socket: &mut WebSocket, talk: Published<Talk>) -> Result<()> {
        match &*talk.text {
            "calm" => socket.send("heard").await,
            _ => self.hub.topic("busy").publish(Talk::new("busy")).await,
        }
    }
    async fn message(&mut self, socket: &mut WebSocket, text: String) -> Result<()> {
        socket.send(text).await
    }
}

const ROUTES: Routes = routes![RoomSocket, Plain, Lobby, Wrong, Patient, Loop, Busy];

fn client() -> (TestClient, Hub<Talk>, Events) {
    let (hub, events) = (Hub::new(), Events::default());
    let app = Application::new(ROUTES)
        .state(hub.clone())
        .state(events.clone());
    (TestClient::new(app), hub, events)
}

#[squall::test]
async fn all_in_a_room_hear_what_one_says() {
    let (client, hub, events) = client();
    let mut sockets = Vec::new();
    for _ in 0..3 {
        sockets.push(client.websocket(RoomSocket::url("den")).await);
    }
    let mut elsewhere = client.websocket(RoomSocket::url("attic")).await;
    for (index, text) in ["one", "two", "three"].iter().enumerate() {
        sockets[index].send_json(&Talk::new(text)).await;
        for socket in &mut sockets {
            let heard: Heard = socket.json().await;
            assert_eq!(heard.value, Talk::new(text));
        }
    }
    elsewhere.send_json(&Talk::new("alone")).await;
    assert_eq!(elsewhere.json::<Heard>().await.value, Talk::new("alone"));
    drop((sockets, elsewhere));
    while hub.stats().subscribers > 0 {
        tokio::task::yield_now().await;
    }
    events.wait_for("close 1000").await;
}

#[squall::test]
async fn without_a_function_it_is_sent_as_it_is() {
    let (client, _, _) = client();
    let mut socket = client.websocket("/plain/den").await;
    socket.send("one").await;
    let first: Heard = socket.json().await;
    socket.send("two").await;
    let second: Heard = socket.json().await;
    assert_eq!(
        (first.value, second.value),
        (Talk::new("one"), Talk::new("two"))
    );

    let mut whole = client.websocket("/plain/den").await;
    assert_eq!(whole.json::<Heard>().await.value, Talk::new("one"));
    let mut later = client
        .websocket(format!("/plain/den?cursor={}", first.cursor))
        .await;
    assert_eq!(later.json::<Heard>().await.value, Talk::new("two"));

    later.send("leave").await;
    assert_eq!(later.text().await, "left");
    assert_eq!(whole.json::<Heard>().await.value, Talk::new("two"));
    assert_eq!(whole.json::<Heard>().await.value, Talk::new("unheard"));

    let mut own = client.websocket("/loop").await;
    own.send("three").await;
    assert_eq!(own.json::<Heard>().await.value, Talk::new("three"));
}

#[squall::test]
async fn who_falls_behind_learns_of_it() {
    let (client, _, _) = client();
    let mut socket = client.websocket("/plain/den").await;
    socket.send("one").await;
    let old = socket.json::<Heard>().await.cursor;
    socket.send("flood").await;
    let reason = socket.end().await;
    assert_eq!(reason.code().get(), 1013);
    assert!(reason.text().contains("messages were missed"), "{reason}");

    // Its cursor is too old by now: it goes on with what is kept.
    let mut again = client.websocket(format!("/plain/den?cursor={old}")).await;
    for number in 10_000 - 256..10_000 {
        assert_eq!(
            again.json::<Heard>().await.value,
            Talk::new(&number.to_string())
        );
    }

    let mut socket = client.websocket("/patient").await;
    assert_eq!(socket.text().await, "missed 44");
    for number in 44..300 {
        assert_eq!(socket.text().await, number.to_string());
    }
}

#[squall::test]
async fn who_comes_and_goes_is_told() {
    let (client, hub, _) = client();
    let mut ada = client.websocket("/lobby/Ada").await;
    assert_eq!(ada.text().await, r#"["Ada"]"#);
    assert_eq!(ada.text().await, "+Ada");
    let mut bob = client.websocket("/lobby/Bob").await;
    assert_eq!(bob.text().await, r#"["Ada","Bob"]"#);
    assert_eq!(ada.text().await, "+Bob");
    bob.send("hi").await;
    assert_eq!(ada.text().await, r#"":"hi"}}"#);
    drop(bob);
    assert_eq!(ada.text().await, "-Bob");
    assert_eq!(hub.topic("lobby").members(), ["Ada"]);
}

#[squall::test]
async fn what_is_of_another_type_is_a_fault_of_the_server() {
    let (client, _, _) = client();
    let mut socket = client.websocket("/wrong").await;
    assert_eq!(socket.end().await.code().get(), 1011);
}

/// It has no function that would be told of them.
#[squall::test]
async fn a_storm_of_joins_closes_no_socket_that_hears_of_none() {
    let (client, hub, _) = client();
    for (target, topic) in [("/plain/den", "den"), ("/loop", "loop")] {
        let topic = hub.topic(topic);
        let mut socket = client.websocket(target).await;
        socket.send("one").await;
        assert_eq!(socket.json::<Heard>().await.value, Talk::new("one"));
        for number in 0..300 {
            topic.join(number.to_string()).unwrap().leave();
        }
        topic.publish(Talk::new("two")).await.unwrap();
        assert_eq!(socket.json::<Heard>().await.value, Talk::new("two"));
    }
}

#[squall::test]
async fn a_busy_topic_keeps_no_answer_from_being_sent() {
    let app = Application::new(ROUTES).state(Hub::<Talk>::new());
    let client = TestClient::on_socket(app.state(Events::default())).await;
    let mut socket = client.websocket("/busy").await;
    socket.send("answer").await;
    while socket.text().await != "answer" {}
}

#[squall::test]
async fn a_busy_topic_keeps_no_other_from_being_heard() {
    let app = Application::new(ROUTES).state(Hub::<Talk>::new());
    let client = TestClient::on_socket(app.state(Events::default())).await;
    let mut socket = client.websocket("/busy").await;
    assert_eq!(socket.text().await, "heard");
}
