//! WebSockets: the life of a handler of them, messages of each kind, how they end, and loops of one's own.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context as TaskContext, Wake, Waker},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream as _;
use futures_sink::Sink;
use serde::{Deserialize, Serialize};
use squall::{
    Application, Context, HttpError, Json, Options, Result, State, handler,
    handler::{IntoResponse, Outcome, Response},
    http::HeaderMap,
    routes,
    testing::TestClient,
    websocket,
    websocket::{
        CloseCode, CloseReason, Closed, Compression, ConnectError, Full, Message, Sender, Settings,
        SlowReader, WebSocket, WebSocketUpgrade,
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    select,
    time::sleep,
};

use crate::support::{Events, OwnServer, connect};

/// Says what happens, and does what it is told.
#[websocket]
#[route("/rooms/{room}")]
struct Room {
    room: String,
    #[query]
    wish: Option<String>,
    #[cookie]
    name: Option<String>,
    events: State<Events>,
}

#[websocket]
impl Room {
    #[prepare]
    fn check(&mut self, cx: &mut Context) -> Result<()> {
        self.events.note("prepare");
        match self.wish.as_deref() {
            Some("forbidden") => return Err(HttpError::forbidden().into()),
            Some("finish") => cx.finish("no socket today")?,
            _ => cx.set_header("x-prepared", "yes")?,
        }
        Ok(())
    }

    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        headers.insert("x-default", "yes".parse().unwrap());
    }

    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        self.events.note("open");
        let name = self.name.as_deref().unwrap_or("nobody");
        socket.send(format!("{name} in {}", self.room)).await
    }

    async fn message(&mut self, socket: &mut WebSocket, message: Message) -> Result<()> {
        let text = message.as_text().unwrap_or("bytes").to_owned();
        self.events.note(format!("message {text}"));
        match &*text {
            "fail" => Err(std::io::Error::other("broken").into()),
            "panic" => panic!("as asked"),
            "bad" => Err(HttpError::bad_request("not like this").into()),
            "reason" => Err(CloseReason::new(CloseCode::new(4001).unwrap(), "enough").into()),
            "close" => {
                socket.close(CloseCode::NORMAL, "bye");
                assert!(socket.is_closed());
                assert!(socket.send("too late").await.is_err());
                Ok(())
            }
            "ping" => socket.ping(b"there?"),
            "slow" => {
                sleep(Duration::from_millis(300)).await;
                socket.send("done").await
            }
            _ => socket.send(message).await,
        }
    }

    fn ping(&self, payload: Vec<u8>) {
        self.events.note(format!("ping {}", payload.escape_ascii()));
    }

    async fn pong(&mut self, socket: &mut WebSocket, payload: Vec<u8>) -> Result<()> {
        self.events.note(format!("pong {}", payload.escape_ascii()));
        socket.send(payload).await
    }

    async fn close(&mut self, reason: CloseReason) {
        let side = if reason.is_of_peer() {
            "peer"
        } else {
            "server"
        };
        self.events.note(format!(
            "close {} {:?} by {side}",
            reason.code(),
            reason.text()
        ));
    }

    #[on_connection_close]
    fn gone(&self) {
        self.events.note("gone");
    }

    #[on_finish]
    fn end(&self, outcome: &Outcome) {
        let whole = if outcome.is_complete() {
            "whole"
        } else {
            "broken"
        };
        self.events
            .note(format!("finish {} {whole}", outcome.status().as_u16()));
    }
}

fn rooms(events: &Events) -> Application {
    Application::new(routes![Room]).state(events.clone())
}

#[squall::test]
async fn a_socket_has_the_life_of_a_handler_and_one_of_its_own() {
    let events = Events::default();
    let client = TestClient::new(rooms(&events));
    let mut socket = client
        .websocket(Room::url("den"))
        .header("cookie", "name=Ada")
        .await;
    assert_eq!(socket.headers()["x-prepared"], "yes");
    assert_eq!(socket.headers()["x-default"], "yes");
    assert!(
        socket.headers()["server"]
            .to_str()
            .unwrap()
            .starts_with("squall/")
    );
    assert_eq!(socket.text().await, "Ada in den");
    socket.send("hello").await;
    assert_eq!(socket.text().await, "hello");
    socket.send(b"\0\x01").await;
    assert_eq!(socket.bytes().await, b"\0\x01");
    socket.close(CloseCode::GOING_AWAY, "leaving");
    events.wait_for("finish 101 whole").await;
    assert_eq!(
        events.list(),
        [
            "prepare",
            "open",
            "message hello",
            "message bytes",
            "close 1001 \"leaving\" by peer",
            "finish 101 whole",
        ]
    );
}

#[squall::test]
async fn what_prepare_says_instead_opens_nothing() {
    let events = Events::default();
    let client = TestClient::new(rooms(&events));
    for (wish, status) in [("forbidden", 403), ("finish", 200)] {
        let target = format!("/rooms/den?wish={wish}");
        let refused = client.websocket(target).try_connect().await.unwrap_err();
        let ConnectError::Refused(response) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["x-default"], "yes");
    }
    events.wait_for("finish 200 whole").await;
    assert_eq!(
        events.list(),
        ["prepare", "finish 403 whole", "prepare", "finish 200 whole"]
    );
}

/// How a socket ends that was told this, and what its handler heard.
async fn end_after(message: &str) -> (CloseReason, Vec<String>) {
    let events = Events::default();
    let client = TestClient::new(rooms(&events));
    let mut socket = client.websocket("/rooms/den").await;
    socket.send(message).await;
    let reason = socket.end().await;
    events.wait_for("finish 101 whole").await;
    (reason, events.list().split_off(3))
}

#[squall::test]
async fn errors_end_a_socket_with_a_code() {
    for (message, code, text) in [
        ("fail", 1011, "the server failed"),
        ("panic", 1011, "the server failed"),
        ("bad", 1008, "not like this"),
        ("reason", 4001, "enough"),
        ("close", 1000, "bye"),
    ] {
        let (reason, heard) = end_after(message).await;
        assert_eq!(
            (reason.code().get(), reason.text()),
            (code, text),
            "{message}"
        );
        assert!(reason.is_of_peer());
        assert_eq!(
            heard,
            [
                format!("close {code} {text:?} by server"),
                "finish 101 whole".to_owned()
            ],
            "{message}"
        );
    }
}

/// It is read before the handler runs for the first time.
#[squall::test]
async fn a_ping_with_the_handshake_is_heard() {
    let events = Events::default();
    let client = TestClient::on_socket(rooms(&events)).await;
    let mut stream = connect(&client).await;
    let request = request("/rooms/den", "");
    let ping = b"\x89\x85\0\0\0\0early";
    let both = [request.as_bytes(), ping].concat();
    stream.write_all(&both).await.unwrap();
    events.wait_for("ping early").await;
}

#[squall::test]
async fn one_message_is_dealt_with_after_the_other_and_pings_meanwhile() {
    let events = Events::default();
    let client = TestClient::new(rooms(&events));
    let mut socket = client.websocket("/rooms/den").await;
    socket.text().await;
    socket.send("slow").await;
    socket.send("next").await;
    socket.ping(b"there?").unwrap();
    assert_eq!(socket.text().await, "done");
    assert_eq!(socket.text().await, "next");
    events.wait_for("ping there?").await;
}

#[squall::test]
async fn pongs_are_heard() {
    let events = Events::default();
    let client = TestClient::new(rooms(&events));
    let mut socket = client.websocket("/rooms/den").await;
    socket.text().await;
    // The server pings, the client answers by itself, and the handler says what has come back.
    socket.send("ping").await;
    assert_eq!(socket.bytes().await, b"there?");
    events.wait_for("pong there?").await;
    let sent = socket.ping(&[0; 126]);
    assert!(sent.unwrap_err().to_string().contains("at most 125"));
}

#[squall::test]
async fn a_client_that_breaks_off_is_gone() {
    let events = Events::default();
    let client = TestClient::on_socket(rooms(&events)).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/rooms/den", "").await;
    drop(stream);
    events.wait_for("finish 101 broken").await;
    assert_eq!(
        events.list(),
        [
            "prepare",
            "open",
            "close 1006 \"\" by peer",
            "gone",
            "finish 101 broken",
        ]
    );
}

#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Talk {
    text: String,
    to: Vec<u32>,
}

#[websocket]
#[route("/talk")]
struct Talks;

#[websocket]
impl Talks {
    async fn message(&mut self, socket: &mut WebSocket, talk: Json<Talk>) -> Result<()> {
        socket.send(talk).await
    }
}

#[websocket]
#[route("/bytes")]
struct OnlyBytes;

#[websocket]
impl OnlyBytes {
    async fn message(&mut self, bytes: Bytes, socket: &mut WebSocket) -> Result<()> {
        socket.send(bytes).await
    }
}

#[websocket]
#[route("/silent")]
struct Silent;

#[websocket]
impl Silent {}

#[squall::test]
async fn messages_are_what_is_taken() {
    let client = TestClient::new(Application::new(routes![Talks, OnlyBytes, Silent]));
    let mut socket = client.websocket("/talk").await;
    let talk = Talk {
        text: "hi".to_owned(),
        to: vec![1, 2],
    };
    socket.send_json(&talk).await;
    assert_eq!(socket.json::<Talk>().await, talk);
    socket.send(r#"{"text": "hi", "to": [1, "two"]}"#).await;
    let reason = socket.end().await;
    assert_eq!(reason.code(), CloseCode::INVALID_CONTENT);
    assert!(
        reason
            .text()
            .starts_with("`to[1]`: invalid type: string \"two\""),
        "{reason}"
    );

    for (path, message, code, text) in [
        (
            "/talk",
            Message::from("{"),
            1007,
            "the message is not JSON: EOF",
        ),
        (
            "/talk",
            Message::from(vec![1]),
            1003,
            "only text is taken here",
        ),
        (
            "/bytes",
            Message::from("text"),
            1003,
            "only bytes are taken here",
        ),
        (
            "/silent",
            Message::from("text"),
            1003,
            "no message is taken here",
        ),
        (
            "/silent",
            Message::from(vec![]),
            1003,
            "no message is taken here",
        ),
    ] {
        let mut socket = client.websocket(path).await;
        socket.send(&message).await;
        let reason = socket.end().await;
        assert_eq!(reason.code().get(), code, "{path} {reason}");
        assert!(reason.text().starts_with(text), "{path} {reason}");
    }
    let mut socket = client.websocket("/bytes").await;
    socket.send(&[7; 70_000]).await;
    assert_eq!(socket.bytes().await, [7; 70_000]);
}

/// Its settings are its own.
#[websocket]
#[route("/own/{which}")]
struct Own {
    which: String,
}

#[websocket]
impl Own {
    fn settings(&self) -> Settings {
        let settings = Settings::default().protocols(["v2.chat", "v1.chat"]);
        match &*self.which {
            "small" => settings.max_message(10),
            "mute" => settings.max_queue(0),
            "wrong" => settings.compression(Compression::default().server_bits(8)),
            "origin" => settings
                .allow_origin("https://App.example:8443")
                .allow_origin("https://*.friends.example"),
            "any" => settings.allow_any_origin(),
            _ => settings.compression(Compression::default()),
        }
    }

    async fn message(&mut self, socket: &mut WebSocket, text: String) -> Result<()> {
        let protocol = socket.protocol().unwrap_or("none").to_owned();
        socket.send(format!("{text} by {protocol}")).await
    }
}

#[squall::test]
async fn settings_are_those_of_the_handler_or_of_the_application() {
    let app = Application::new(routes![Own, Talks]).state(Settings::default().max_message(20));
    let client = TestClient::new(app);
    let mut socket = client.websocket("/talk").await;
    socket.send(&*"x".repeat(21)).await;
    let reason = socket.end().await;
    assert_eq!(
        (reason.code().get(), reason.text()),
        (1009, "the message is too long")
    );

    let offers = Settings::default().protocols(["v1.chat", "v2.chat", "other"]);
    let mut socket = client.websocket("/own/small").settings(offers).await;
    assert_eq!(socket.protocol(), Some("v2.chat"));
    socket.send("0123456789").await;
    assert_eq!(socket.text().await, "0123456789 by v2.chat");
    socket.send("0123456789a").await;
    assert_eq!(socket.end().await.code(), CloseCode::TOO_BIG);

    for wrong in ["/own/wrong", "/own/mute"] {
        let refused = client.websocket(wrong).try_connect().await;
        let Err(ConnectError::Refused(response)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(response.status(), 500);
    }

    let wrong = || Settings::default().max_queue(0);
    let app = Application::new(routes![Own, Talks]).state(wrong());
    let refused = app.check().unwrap_err().to_string();
    assert!(refused.contains("`max_queue(0)`"), "{refused}");
    let refused = client.websocket("/talk").settings(wrong()).try_connect();
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, ConnectError::Invalid(_)), "{refused}");
}

/// A page and a socket at one URL.
#[handler]
#[route("/both")]
struct Both;

#[handler]
impl Both {
    fn get(&self, upgrade: Option<WebSocketUpgrade>) -> Result<Response> {
        match upgrade {
            Some(upgrade) => upgrade.on_upgrade(async |socket: WebSocket| {
                _ = socket.send("a socket").await;
            }),
            None => Ok(Response::new("a page".into())),
        }
    }
}

#[squall::test]
async fn a_page_and_a_socket_have_one_url() {
    let client = TestClient::new(Application::new(routes![Both]));
    assert_eq!(client.get("/both").send().await.text().await, "a page");
    assert_eq!(client.websocket("/both").await.text().await, "a socket");
    let wrong = client.get("/both").header("upgrade", "websocket");
    assert_eq!(wrong.send().await.status(), 400);
}

#[squall::test]
async fn who_is_refused_learns_why() {
    let client = TestClient::new(rooms(&Events::default()));
    let refused = client.websocket("/rooms/den?wish=finish").try_connect();
    let refused = refused.await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the answer is 200 OK, and not 101: no socket today"
    );
    let ConnectError::Refused(response) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(response.body(), "no socket today");
}

#[squall::test]
async fn settings_that_cannot_be_kept_are_found_before_all() {
    for (wrong, told) in [
        (
            Settings::default().compression(Compression::default().server_bits(20)),
            "`server_bits(20)`",
        ),
        (Settings::default().max_message(0), "`max_message(0)`"),
        (
            Settings::default().allow_origin("*"),
            "`allow_any_origin()`",
        ),
    ] {
        let app = Application::new(routes![Own]).state(wrong.clone());
        let fault = app.check().unwrap_err().to_string();
        assert!(
            fault.contains("the state `websocket::Settings`: ") && fault.contains(told),
            "{fault}"
        );
        let client = TestClient::new(Application::new(routes![Own]));
        let connecting = client.websocket("/own/x").settings(wrong);
        let fault = connecting.try_connect().await.unwrap_err();
        assert!(matches!(&fault, ConnectError::Invalid(fault) if fault.contains(told)));
    }
}

/// An answer without an end.
#[handler]
#[route("/unfinished")]
struct Unfinished;

#[handler]
impl Unfinished {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.write("it begins\n")?;
        cx.flush().await?;
        std::future::pending().await
    }
}

#[squall::test]
async fn a_refusal_that_never_ends_is_one() {
    let client = TestClient::on_socket(Application::new(routes![Unfinished])).await;
    let url = format!("ws://{}/unfinished", client.address().unwrap());
    let connecting = websocket::connect(url).timeout(Duration::from_millis(300));
    let refused = connecting.await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the answer is 200 OK, and not 101: it begins"
    );
}

#[squall::test]
#[should_panic(
    expected = "/own/x: no WebSocket: the answer is 403 Forbidden, and not 101: {\"detail\":\"this page may not"
)]
async fn a_test_says_why_there_is_no_socket() {
    let client = TestClient::new(Application::new(routes![Own]));
    let connecting = client.websocket("/own/x");
    connecting.header("origin", "https://evil.example").await;
}

#[squall::test]
async fn pages_of_other_origins_open_nothing() {
    let client = TestClient::new(Application::new(routes![Own]));
    for (path, host, origin, opens) in [
        ("/own/x", "app.example", "https://app.example", true),
        ("/own/x", "APP.example", "http://App.Example", true),
        (
            "/own/x",
            "app.example:8080",
            "http://app.example:8080",
            true,
        ),
        ("/own/x", "app.example:8080", "http://app.example", false),
        ("/own/x", "app.example", "https://evil.example", false),
        ("/own/x", "app.example", "null", false),
        (
            "/own/origin",
            "app.example",
            "https://app.example:8443",
            true,
        ),
        (
            "/own/origin",
            "other.example",
            "https://app.example:8443",
            true,
        ),
        ("/own/origin", "other.example", "https://app.example", false),
        (
            "/own/origin",
            "a.example",
            "http://a.friends.example",
            false,
        ),
        (
            "/own/origin",
            "other.example",
            "https://a.b.friends.example",
            true,
        ),
        (
            "/own/origin",
            "other.example",
            "https://friends.example",
            false,
        ),
        ("/own/any", "app.example", "https://evil.example", true),
        ("/own/any", "app.example", "null", true),
    ] {
        let opened = client
            .websocket(path)
            .header("host", host)
            .header("origin", origin)
            .try_connect()
            .await;
        match opened {
            Ok(_) => assert!(opens, "{path} {host} {origin}"),
            Err(ConnectError::Refused(response)) => {
                assert!(!opens && response.status() == 403, "{path} {host} {origin}");
                let problem = String::from_utf8_lossy(response.body());
                assert!(problem.contains("this page may not open a WebSocket here"));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[squall::test]
async fn messages_are_compressed_where_both_want_it() {
    let client = TestClient::new(Application::new(routes![Own]));
    let text = "all work and no play ".repeat(500);
    for own in [
        Compression::default(),
        Compression::default()
            .server_takes_over(true)
            .client_takes_over(true)
            .client_bits(10),
    ] {
        let settings = Settings::default().compression(own);
        let mut socket = client.websocket("/own/x").settings(settings).await;
        assert!(socket.headers().contains_key("sec-websocket-extensions"));
        for _ in 0..3 {
            socket.send(&text).await;
            assert_eq!(socket.text().await, format!("{text} by none"));
        }
    }
    let socket = client.websocket("/own/x").await;
    assert!(!socket.headers().contains_key("sec-websocket-extensions"));
}

/// A loop of its own.
#[handler]
#[route("/loop/{what}")]
struct Loop {
    what: String,
    events: State<Events>,
}

#[handler]
impl Loop {
    async fn get(&self, upgrade: WebSocketUpgrade) -> Result<impl IntoResponse> {
        let (what, events) = (self.what.clone(), self.events.clone());
        assert!(upgrade.offered_protocols().eq(["a", "b"]));
        let settings = Settings::default().protocols(["b"]);
        upgrade
            .settings(settings)
            .on_upgrade(async move |mut socket| {
                match &*what {
                    "fail" => return Err(std::io::Error::other("broken").into()),
                    "panic" => panic!("as asked"),
                    "leave" => return Ok(()),
                    "sink" => sink(socket).await?,
                    "spawn" => {
                        tokio::spawn(async move {
                            sleep(Duration::from_millis(20)).await;
                            _ = socket.send("later").await;
                        });
                        return Ok(());
                    }
                    _ => {
                        while let Some(message) = socket.recv().await {
                            socket.send(message).await?;
                        }
                        events.note(format!("{:?}", socket.close_reason().unwrap().code().get()));
                    }
                }
                Ok::<_, squall::Error>(())
            })
    }

    #[on_finish]
    fn end(&self, outcome: &Outcome) {
        self.events
            .note(format!("finish {}", outcome.status().as_u16()));
    }
}

/// Echoes by the traits of the field.
async fn sink(socket: WebSocket) -> Result<(), Closed> {
    let mut sink: Sender = socket.sender();
    let mut stream = pin!(socket);
    while let Some(message) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
        poll_fn(|cx| Pin::new(&mut sink).poll_ready(cx)).await?;
        Pin::new(&mut sink).start_send(message)?;
        poll_fn(|cx| Pin::new(&mut sink).poll_flush(cx)).await?;
    }
    poll_fn(|cx| Pin::new(&mut sink).poll_close(cx)).await
}

#[squall::test]
async fn a_handler_can_write_the_loop_itself() {
    let events = Events::default();
    let client = TestClient::new(Application::new(routes![Loop]).state(events.clone()));
    let settings = || Settings::default().protocols(["a", "b"]);
    for what in ["echo", "sink"] {
        let mut socket = client.websocket(Loop::url(what)).settings(settings()).await;
        assert_eq!(socket.protocol(), Some("b"));
        socket.send("hello").await;
        assert_eq!(socket.text().await, "hello", "{what}");
        socket.close(CloseCode::new(3000).unwrap(), "");
        assert_eq!(socket.closed().await.code().get(), 3000);
    }
    events.wait_for("3000").await;
    for (what, code) in [("fail", 1011), ("panic", 1011), ("leave", 1000)] {
        let mut socket = client.websocket(Loop::url(what)).settings(settings()).await;
        assert_eq!(socket.end().await.code().get(), code, "{what}");
    }
    let mut socket = client
        .websocket(Loop::url("spawn"))
        .settings(settings())
        .await;
    assert_eq!(socket.text().await, "later");
    assert_eq!(socket.end().await.code(), CloseCode::NORMAL);
    events.wait_for("finish 101").await;
}

type Senders = Arc<Mutex<Vec<Sender>>>;

/// Tells its sender to others.
#[websocket]
#[route("/shared")]
struct Shared {
    senders: State<Senders>,
}

#[websocket]
impl Shared {
    fn open(&self, socket: &WebSocket) {
        self.senders.lock().unwrap().push(socket.sender());
    }
}

/// Takes its time for each message, and notes it.
#[websocket]
#[route("/slow")]
struct Slow {
    events: State<Events>,
}

#[websocket]
impl Slow {
    async fn message(&mut self, socket: &mut WebSocket, text: String) -> Result<()> {
        socket.send(format!("at {text}")).await?;
        sleep(Duration::from_millis(50)).await;
        self.events.note(&text);
        socket.send(text).await
    }
}

#[squall::test]
async fn who_has_closed_can_wait_until_all_it_has_sent_was_read() {
    let events = Events::default();
    let client = TestClient::new(Application::new(routes![Slow]).state(events.clone()));
    for by_sink in [false, true] {
        let socket = client.websocket("/slow").await;
        for number in 0..5 {
            socket.send(number.to_string()).await;
        }
        if by_sink {
            let mut sink = socket.sender();
            poll_fn(|cx| Pin::new(&mut sink).poll_close(cx))
                .await
                .unwrap();
        } else {
            socket.close(CloseCode::NORMAL, "");
            assert!(socket.is_closed());
        }
        assert_eq!(socket.closed().await.code(), CloseCode::NORMAL);
        assert_eq!(events.take(), ["0", "1", "2", "3", "4"]);
    }
}

#[squall::test]
async fn serve() {
    let app = Application::new(routes![Slow, Polite]).state(Events::default());
    OwnServer::run(app, Options::default()).await;
}

/// Waits until a server has ended. The sockets of this test go on meanwhile.
async fn wait_for(server: OwnServer) -> bool {
    tokio::task::spawn_blocking(|| server.wait()).await.unwrap()
}

async fn dial(server: &OwnServer, path: &str) -> WebSocket {
    let url = format!("ws://{}{path}", server.address);
    websocket::connect(url).await.unwrap()
}

#[squall::test]
async fn a_server_that_ends_lets_a_socket_finish_what_it_is_at() {
    let server = OwnServer::start("websocket::serve");
    let mut idle = dial(&server, "/slow").await;
    let mut busy = dial(&server, "/slow").await;
    busy.send("first").await.unwrap();
    busy.send("second").await.unwrap();
    assert_eq!(busy.recv().await.unwrap(), Message::from("at first"));
    server.signal("-TERM");
    assert_eq!(idle.recv().await, None);
    assert_eq!(idle.closed().await.code(), CloseCode::GOING_AWAY);
    for said in ["first", "at second", "second"] {
        assert_eq!(busy.recv().await.unwrap(), Message::from(said));
    }
    assert_eq!(busy.recv().await, None);
    let end = busy.closed().await;
    assert_eq!(
        (end.code(), end.text()),
        (CloseCode::GOING_AWAY, "going away")
    );
    assert!(wait_for(server).await);
}

/// Says goodbye in its own way when the server ends.
#[handler]
#[route("/polite")]
struct Polite;

#[handler]
impl Polite {
    fn get(&self, upgrade: WebSocketUpgrade, cx: &mut Context) -> Result<Response> {
        let shutdown = cx.shutdown().clone();
        upgrade.on_upgrade(async move |mut socket| {
            select! {
                message = socket.recv() => assert_eq!(message, None),
                () = shutdown.begun() => {
                    socket.send("see you").await.unwrap();
                    socket.close(CloseCode::RESTART, "back soon");
                }
            }
        })
    }
}

#[squall::test]
async fn a_loop_can_say_goodbye_when_the_server_ends() {
    let server = OwnServer::start("websocket::serve");
    let mut sockets = Vec::new();
    for _ in 0..20 {
        sockets.push(dial(&server, "/polite").await);
    }
    server.signal("-TERM");
    for mut socket in sockets {
        assert_eq!(socket.recv().await.unwrap(), Message::from("see you"));
        assert_eq!(socket.recv().await, None);
        assert_eq!(socket.closed().await.code(), CloseCode::RESTART);
    }
    assert!(wait_for(server).await);
}

#[squall::test]
async fn a_handle_tells_its_socket_and_whether_it_would_wait() {
    let app = Application::new(routes![Shared, Talks]);
    let senders = Senders::default();
    let client = TestClient::new(app.state(senders.clone()));
    let mut sockets = [
        client.websocket("/shared").await,
        client.websocket("/shared").await,
    ];
    let both = senders.lock().unwrap().clone();
    let [first, second] = &both[..] else {
        panic!("two sockets have opened");
    };
    assert!(first.is_same(&first.clone()) && !first.is_same(second));
    first.try_send("at once").unwrap();
    assert_eq!(sockets[0].text().await, "at once");

    // Nobody reads what is sent here.
    let text = "x".repeat(1024 * 1024);
    let refused = (0..100).find_map(|_| second.try_send(&*text).err());
    let refused = refused.expect("what is on its way has a bound");
    assert!(refused.downcast_ref::<Full>().is_some(), "{refused:?}");
    second.close(CloseCode::NORMAL, "");
    let refused = second.try_send("too late").unwrap_err();
    assert!(refused.downcast_ref::<Closed>().is_some(), "{refused:?}");
}

/// Sends to all who are there.
#[handler]
#[route("/tell")]
struct Tell {
    senders: State<Senders>,
}

#[handler]
impl Tell {
    async fn post(&self, text: String) -> Result<()> {
        let senders = self.senders.lock().unwrap().clone();
        for sender in senders {
            sender.send(&text).await?;
        }
        Ok(())
    }
}

#[squall::test]
async fn others_send_by_a_handle() {
    let app = Application::new(routes![Shared, Tell]);
    let client = TestClient::new(app.state(Senders::default()));
    let mut sockets = Vec::new();
    for _ in 0..3 {
        sockets.push(client.websocket("/shared").await);
    }
    let told = client.post("/tell").body("news").send().await;
    assert_eq!(told.status(), 200);
    for socket in &mut sockets {
        assert_eq!(socket.text().await, "news");
    }
}

/// Sends without end to whom reads slowly.
#[websocket]
#[route("/flood/{policy}")]
struct Flood {
    policy: String,
    events: State<Events>,
}

#[websocket]
impl Flood {
    fn settings(&self) -> Settings {
        let settings = Settings::default().max_queue(100_000);
        settings.slow_reader(match &*self.policy {
            "drop" => SlowReader::DropOldest,
            "close" => SlowReader::Close,
            _ => SlowReader::Wait,
        })
    }

    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        for number in 0..5_000_u32 {
            let mut message = vec![0; 4096];
            message[..4].copy_from_slice(&number.to_be_bytes());
            socket.send(message).await?;
        }
        self.events
            .note(format!("sent all, dropped {}", socket.dropped()));
        Ok(())
    }

    fn close(&mut self, reason: CloseReason) {
        self.events.note(format!("close {}", reason.code()));
    }
}

/// The numbers of messages that a slow reader gets of a flood.
async fn numbers(policy: &str) -> (Vec<u32>, CloseReason, Events) {
    let events = Events::default();
    let app = Application::new(routes![Flood]).state(events.clone());
    let client = TestClient::on_socket(app).await;
    let mut socket = client.websocket(Flood::url(policy)).await;
    sleep(Duration::from_millis(300)).await;
    let mut numbers = Vec::new();
    while let Some(message) = socket.recv().await {
        let bytes = message.as_bytes();
        assert_eq!(bytes.len(), 4096);
        let number = u32::from_be_bytes(bytes[..4].try_into().unwrap());
        numbers.push(number);
        if number == 4_999 {
            socket.close(CloseCode::NORMAL, "");
        }
    }
    let reason = socket.closed().await;
    (numbers, reason, events)
}

#[squall::test]
async fn a_slow_reader_is_waited_for() {
    let (numbers, _, events) = numbers("wait").await;
    assert!(numbers.iter().copied().eq(0..5_000));
    assert!(events.list().contains(&"sent all, dropped 0".to_owned()));
}

#[squall::test]
async fn of_a_slow_reader_the_oldest_messages_are_dropped() {
    let (numbers, _, events) = numbers("drop").await;
    assert!(
        numbers.is_sorted_by(|a, b| a < b),
        "in order, and none twice"
    );
    assert_eq!(numbers.last(), Some(&4_999), "the newest comes");
    let dropped = 5_000 - numbers.len();
    assert!(dropped > 0, "nothing was slow");
    assert!(
        events
            .list()
            .contains(&format!("sent all, dropped {dropped}")),
        "{dropped} {:?}",
        events.list()
    );
}

#[squall::test]
async fn a_slow_reader_is_told_to_try_again() {
    let (numbers, reason, events) = numbers("close").await;
    assert!(
        numbers.iter().copied().eq(0..numbers.len() as u32),
        "what was sent arrives"
    );
    assert!(numbers.len() < 5_000);
    assert_eq!(reason.code(), CloseCode::TRY_AGAIN);
    assert_eq!(events.list(), ["close 1013"]);
}

/// Sends without end what is empty.
#[handler]
#[route("/empty")]
struct Empty {
    events: State<Events>,
}

#[handler]
impl Empty {
    async fn get(&self, upgrade: WebSocketUpgrade) -> Result<impl IntoResponse> {
        let events = self.events.clone();
        let settings = Settings::default()
            .max_queue(100_000)
            .slow_reader(SlowReader::DropOldest);
        upgrade
            .settings(settings)
            .on_upgrade(async move |socket: WebSocket| {
                let filling = vec![0; 100_000];
                for _ in 0..300 {
                    socket.send(&filling).await?;
                    // The connection takes what it can.
                    tokio::task::yield_now().await;
                }
                let before = socket.dropped();
                for _ in 0..100_000 {
                    socket.send("").await?;
                }
                let kept = 100_000 - (socket.dropped() - before);
                events.note(format!("few: {}", kept < 10_000));
                Ok::<_, squall::Error>(())
            })
    }
}

#[squall::test]
async fn empty_messages_fill_a_queue_too() {
    let events = Events::default();
    let app = Application::new(routes![Empty]).state(events.clone());
    let client = TestClient::on_socket(app).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/empty", "").await;
    events.wait_for("few: true").await;
}

/// Sends without end, and waits for nothing else.
#[handler]
#[route("/endless")]
struct Endless;

#[handler]
impl Endless {
    async fn get(&self, upgrade: WebSocketUpgrade) -> Result<impl IntoResponse> {
        let settings = Settings::default().slow_reader(SlowReader::DropOldest);
        let upgrade = upgrade.settings(settings);
        upgrade.on_upgrade(
            async |socket: WebSocket| {
                while socket.send("more").await.is_ok() {}
            },
        )
    }
}

/// The whole event loop would stand still, so it is a thread of its own that the test waits for.
#[test]
fn who_sends_without_end_lets_others_have_their_turn() {
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let client = TestClient::on_socket(Application::new(routes![Endless])).await;
            let mut socket = client.websocket("/endless").await;
            assert_eq!(socket.text().await, "more");
            done.send(()).unwrap();
        });
    });
    is_done.recv_timeout(Duration::from_secs(4)).unwrap();
}

/// Those who have waited for the end, and do so no more, are forgotten, though nothing is said.
#[squall::test]
async fn who_waits_for_the_end_no_longer_leaves_nothing_behind() {
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }
    let client = TestClient::new(Application::new(routes![Talks]));
    let socket = client.websocket("/talk").await;
    let wakers: Vec<_> = (0..100).map(|_| Arc::new(Nobody)).collect();
    for waker in &wakers {
        let waker = Waker::from(Arc::clone(waker));
        let mut closed = pin!(socket.closed());
        let polled = closed.as_mut().poll(&mut TaskContext::from_waker(&waker));
        assert!(polled.is_pending());
    }
    assert!(wakers.iter().all(|waker| Arc::strong_count(waker) == 1));
    let (closed, ()) = tokio::join!(socket.closed(), async {
        tokio::task::yield_now().await;
        socket.close(CloseCode::NORMAL, "");
    });
    assert_eq!(closed.code(), CloseCode::NORMAL);
}

/// A request for a socket.
fn request(target: &str, fields: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{fields}\r\n"
    )
}

/// Opens a socket by hand.
pub(crate) async fn open(stream: &mut TcpStream, target: &str, fields: &str) {
    let request = request(target, fields);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
}
