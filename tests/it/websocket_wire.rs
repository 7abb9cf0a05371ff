//! WebSockets on the wire: handshakes and frames that are right and wrong, silence, floods, and the end of a server.

use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use squall::{
    Application, Result, State, handler,
    handler::IntoResponse,
    routes,
    server::Limits,
    testing::TestClient,
    websocket,
    websocket::{CloseCode, Compression, Message, Settings, WebSocket, WebSocketUpgrade},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    support::{Events, OwnServer, connect, read_all},
    websocket::open,
};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn message(&mut self, socket: &mut WebSocket, message: Message) -> Result<()> {
        if message.as_text() == Some("wait") {
            sleep(Duration::from_millis(400)).await;
        }
        if message.as_text() == Some("close") {
            socket.close(CloseCode::NORMAL, "as you like");
            return Ok(());
        }
        socket.send(message).await
    }
}

#[handler]
#[route("/plain")]
struct Plain;

#[handler]
impl Plain {
    fn get(&self) -> &'static str {
        "plain"
    }
}

async fn client(settings: Settings) -> TestClient {
    TestClient::on_socket(Application::new(routes![Echo, Plain]).state(settings)).await
}

const MASK: [u8; 4] = [1, 2, 3, 4];

/// A frame of a client.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(0x80 | length as u8),
        length @ 126..0x1_0000 => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&MASK);
    frame.extend(
        payload
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    frame
}

/// The next frame of the server: its first byte, and its payload.
async fn read(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let read = async {
        let first = stream.read_u8().await.unwrap();
        let length = match stream.read_u8().await.unwrap() {
            126 => u64::from(stream.read_u16().await.unwrap()),
            127 => stream.read_u64().await.unwrap(),
            length => u64::from(length),
        };
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await.unwrap();
        (first, payload)
    };
    timeout(Duration::from_secs(8), read)
        .await
        .expect("a frame comes")
}

/// The code and the text of the close frame that comes next; then the connection must end.
async fn read_close(stream: &mut TcpStream) -> (u16, String) {
    let (first, payload) = read(stream).await;
    assert_eq!(first, 0x88, "{payload:?}");
    let (code, text) = match payload.split_first_chunk() {
        Some((code, text)) => (
            u16::from_be_bytes(*code),
            String::from_utf8(text.to_vec()).unwrap(),
        ),
        None => (1005, String::new()),
    };
    assert_eq!(read_all(stream).await, "");
    (code, text)
}

/// How the server ends a socket on which these bytes came.
async fn end_of(client: &TestClient, bytes: &[u8]) -> (u16, String) {
    let mut stream = connect(client).await;
    open(&mut stream, "/", "").await;
    stream.write_all(bytes).await.unwrap();
    read_close(&mut stream).await
}

/// What comes for a request behind which nothing more does.
async fn answer_to(client: &TestClient, request: &str) -> String {
    let mut stream = connect(client).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    read_all(&mut stream).await
}

#[squall::test]
async fn handshakes_are_checked() {
    let client = client(Settings::default()).await;
    let good = [
        ("host", "localhost"),
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let request = |line: &str, fields: &[(&str, &str)]| {
        let fields: String = fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        format!("{line}\r\n{fields}\r\n")
    };
    let answer = answer_to(&client, &request("GET / HTTP/1.1", &good)).await;
    assert!(
        answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"),
        "{answer}"
    );
    assert!(answer.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    assert!(
        answer.contains("connection: upgrade\r\n") && answer.contains("upgrade: websocket\r\n")
    );
    assert!(!answer.contains("content-length") && !answer.contains("transfer-encoding"));

    let with = |name: &str, value: Option<&'static str>| -> Vec<(&'static str, &'static str)> {
        let others = good.into_iter().filter(|(other, _)| *other != name);
        let name = good.iter().find(|(other, _)| *other == name).unwrap().0;
        others.chain(value.map(|value| (name, value))).collect()
    };
    let and = |name, value| [&good[..], &[(name, value)]].concat();
    let twice = and("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let two_origins = [
        and("origin", "http://localhost"),
        vec![("origin", "http://other.example")],
    ]
    .concat();
    for (line, fields, status, contains) in [
        (
            "GET / HTTP/1.1",
            with("upgrade", None),
            426,
            "upgrade: websocket",
        ),
        (
            "GET / HTTP/1.1",
            with("upgrade", Some("h2c")),
            426,
            "connection: upgrade",
        ),
        (
            "GET / HTTP/1.1",
            with("connection", None),
            400,
            "connection",
        ),
        (
            "GET / HTTP/1.1",
            with("connection", Some("keep-alive")),
            400,
            "connection",
        ),
        (
            "GET / HTTP/1.1",
            with("sec-websocket-version", None),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "GET / HTTP/1.1",
            with("sec-websocket-version", Some("8")),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "GET / HTTP/1.1",
            with("sec-websocket-key", None),
            400,
            "sec-websocket-key",
        ),
        (
            "GET / HTTP/1.1",
            with("sec-websocket-key", Some("c2hvcnQ=")),
            400,
            "sec-websocket-key",
        ),
        (
            "GET / HTTP/1.1",
            with("sec-websocket-key", Some("!!!")),
            400,
            "sec-websocket-key",
        ),
        ("GET / HTTP/1.1", twice, 400, "sec-websocket-key"),
        ("GET / HTTP/1.1", and("content-length", "5"), 400, "content"),
        (
            "GET / HTTP/1.1",
            and("transfer-encoding", "chunked"),
            400,
            "content",
        ),
        ("GET / HTTP/1.1", and("content-length", "0"), 101, ""),
        ("GET / HTTP/1.1", and("origin", "http://localhost"), 101, ""),
        ("GET / HTTP/1.1", two_origins, 403, "page"),
        ("GET / HTTP/1.1", with("host", None), 400, ""),
        ("GET / HTTP/1.0", good.to_vec(), 400, "HTTP/1.1"),
        ("POST / HTTP/1.1", good.to_vec(), 405, "allow: GET"),
    ] {
        let answer = answer_to(&client, &request(line, &fields)).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} "))
                || answer.starts_with(&format!("HTTP/1.0 {status} ")),
            "{line} {fields:?}\n{answer}"
        );
        assert!(answer.contains(contains), "{contains} in\n{answer}");
        let names_protocol = answer.contains("upgrade: websocket\r\nconnection: upgrade\r\n");
        assert_eq!(names_protocol, [101, 426].contains(&status), "{answer}");
    }
}

/// A connection that is to end with an answer still says what it could become, and becomes it.
#[squall::test]
async fn the_last_request_of_a_connection_opens_a_socket() {
    let mut limits = Limits::default();
    limits.max_requests = NonZeroUsize::new(1);
    let app = Application::new(routes![Echo]);
    let client = TestClient::on_socket_with(app, limits).await;
    let mut socket = client.websocket("/").await;
    socket.send("hello").await;
    assert_eq!(socket.text().await, "hello");
    let mut stream = connect(&client).await;
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
    assert!(
        answer.contains("connection: close, upgrade\r\n"),
        "{answer}"
    );
}

#[squall::test]
async fn open_sockets_are_no_requests_in_flight() {
    let mut limits = Limits::default();
    limits.max_in_flight = NonZeroUsize::new(1);
    let app = Application::new(routes![Echo, Plain]);
    let client = TestClient::on_socket_with(app, limits).await;
    let mut socket = client.websocket("/").await;
    assert_eq!(client.get("/plain").send().await.status(), 200);
    socket.send("hello").await;
    assert_eq!(socket.text().await, "hello");
}

#[squall::test]
async fn sockets_that_are_too_old_are_closed() {
    let mut limits = Limits::default();
    limits.max_age = Some(Duration::from_secs(1));
    let client = TestClient::on_socket_with(Application::new(routes![Echo]), limits).await;
    let mut socket = client.websocket("/").await;
    assert_eq!(socket.end().await.code(), CloseCode::GOING_AWAY);
}

#[squall::test]
async fn the_log_says_whose_page_was_refused() {
    let mut server = OwnServer::start("websocket_wire::serve");
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = "GET /?x HTTP/1.1\r\nhost: app.example:8888\r\norigin: https://evil.example\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let line = server.error_line("another origin");
    for told in [
        " WARN squall: ",
        "the WebSocket `/`",
        "origin is `https://evil.example`",
        "host is `app.example:8888`",
        "`Settings::allow_origin`",
    ] {
        assert!(line.contains(told), "{told} in {line}");
    }
}

#[squall::test]
async fn what_is_sent_with_the_handshake_is_heard() {
    let client = client(Settings::default()).await;
    let mut stream = connect(&client).await;
    let request = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream
        .write_all(
            &[
                request.as_bytes(),
                &frame(0x81, b"early"),
                &frame(0x88, b""),
            ]
            .concat(),
        )
        .await
        .unwrap();
    let answer = read_all(&mut stream).await;
    assert!(
        answer.ends_with("\r\n\r\n\u{fffd}\u{5}early\u{fffd}\0"),
        "{answer:?}"
    );
}

#[squall::test]
async fn broken_frames_are_told() {
    let client = client(Settings::default().max_message(1000)).await;
    let unmasked = [0x81, 2, b'h', b'i'];
    for (bytes, code) in [
        (&unmasked[..], 1002),
        // Reserved bits.
        (&frame(0xc1, b"hi"), 1002),
        (&frame(0xa1, b"hi"), 1002),
        (&frame(0x91, b"hi"), 1002),
        // Unknown kinds.
        (&frame(0x83, b""), 1002),
        (&frame(0x8b, b""), 1002),
        // Control frames in pieces, or too long.
        (&frame(0x09, b""), 1002),
        (&frame(0x89, &[0; 126]), 1002),
        // Pieces of nothing, and messages in messages.
        (&frame(0x80, b"hi"), 1002),
        (&[frame(0x01, b"hi"), frame(0x81, b"ho")].concat(), 1002),
        // A length in more bytes than it takes, and one that is none.
        (&[0x81, 0xfe, 0, 5], 1002),
        (&[0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], 1002),
        // Texts.
        (&frame(0x81, b"\xff"), 1007),
        (&frame(0x01, b"\xf4\x90"), 1007),
        (&frame(0x81, b"\xe2\x82"), 1007),
        // Too long: said at once, or by and by.
        (&frame(0x82, &[0; 1001])[..8], 1009),
        (
            &[
                0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4,
            ],
            1009,
        ),
        (
            &[frame(0x02, &[0; 600]), frame(0x00, &[0; 600])].concat(),
            1009,
        ),
        // Close frames.
        (&frame(0x88, b"\x03"), 1002),
        (&frame(0x88, &999_u16.to_be_bytes()), 1002),
        (&frame(0x88, &1005_u16.to_be_bytes()), 1002),
        (&frame(0x88, b"\x03\xe8\xff"), 1007),
        (&frame(0x88, &1000_u16.to_be_bytes()), 1000),
        (&frame(0x88, b"\x0f\xa0bye"), 4000),
        (&frame(0x88, b""), 1005),
    ] {
        let end = timeout(Duration::from_secs(2), end_of(&client, bytes)).await;
        let (told, text) = end.unwrap_or_else(|_| panic!("no end of {bytes:x?}"));
        assert_eq!(told, code, "{bytes:x?}");
        assert_eq!(
            text.is_empty(),
            matches!(code, 1000 | 1005 | 4000),
            "{bytes:x?} {text}"
        );
    }
}

#[squall::test]
async fn never_ending_messages_end() {
    let client = client(Settings::default().max_message(100_000)).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/", "").await;
    stream.write_all(&frame(0x02, &[0; 1000])).await.unwrap();
    let sending = async {
        let piece = frame(0x00, &[0; 1000]);
        while stream.write_all(&piece).await.is_ok() {
            tokio::task::yield_now().await;
            if matches!(stream.try_read(&mut [0; 1]), Ok(1)) {
                break;
            }
        }
    };
    timeout(Duration::from_secs(4), sending)
        .await
        .expect("it is told to stop");
}

#[squall::test]
async fn a_bomb_is_stopped_where_it_is_too_long() {
    let settings = Settings::default()
        .max_message(100_000)
        .compression(Compression::default());
    let client = client(settings).await;
    let mut bomb = Vec::new();
    let mut compress = flate2::Compress::new(flate2::Compression::best(), false);
    bomb.reserve(6_000);
    compress
        .compress_vec(&vec![0; 5_000_000], &mut bomb, flate2::FlushCompress::Sync)
        .unwrap();
    assert!(bomb.len() < 6_000, "{}", bomb.len());
    let mut stream = connect(&client).await;
    open(
        &mut stream,
        "/",
        "sec-websocket-extensions: permessage-deflate\r\n",
    )
    .await;
    stream.write_all(&frame(0xc2, &bomb)).await.unwrap();
    assert_eq!(read_close(&mut stream).await.0, 1009);

    // The others are "Hello", cut off amid a block and behind a last one, and an empty text without its block.
    for broken in [
        &b"\xff\xff no deflate"[..],
        b"\xf2\x48\xcd",
        b"\xf3\x48\xcd\xc9\xc9\x07\x00",
        b"",
    ] {
        let mut stream = connect(&client).await;
        open(
            &mut stream,
            "/",
            "sec-websocket-extensions: permessage-deflate\r\n",
        )
        .await;
        stream.write_all(&frame(0xc1, broken)).await.unwrap();
        assert_eq!(read_close(&mut stream).await.0, 1007, "{broken:?}");
    }
}

#[squall::test]
async fn pings_are_answered_while_a_handler_is_busy() {
    let client = client(Settings::default()).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/", "").await;
    let bytes = [
        frame(0x81, b"wait"),
        frame(0x81, b"next"),
        frame(0x89, b"there?"),
    ]
    .concat();
    stream.write_all(&bytes).await.unwrap();
    assert_eq!(read(&mut stream).await, (0x8a, b"there?".to_vec()));
    assert_eq!(read(&mut stream).await, (0x81, b"wait".to_vec()));
    assert_eq!(read(&mut stream).await, (0x81, b"next".to_vec()));
}

#[squall::test]
async fn what_came_before_the_end_is_answered() {
    let client = client(Settings::default()).await;
    for (end, code) in [
        (frame(0x88, &1001_u16.to_be_bytes()), 1001),
        (frame(0x83, b""), 1002),
    ] {
        let mut stream = connect(&client).await;
        open(&mut stream, "/", "").await;
        let bytes = [frame(0x81, b"wait"), frame(0x81, b"last"), end].concat();
        stream.write_all(&bytes).await.unwrap();
        assert_eq!(read(&mut stream).await.1, b"wait");
        assert_eq!(read(&mut stream).await.1, b"last");
        assert_eq!(read_close(&mut stream).await.0, code);
    }
}

#[squall::test]
async fn who_has_closed_its_side_behind_the_close_frame_is_answered_too() {
    let client = client(Settings::default()).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/", "").await;
    let bytes = [frame(0x81, b"wait"), frame(0x88, b"")].concat();
    stream.write_all(&bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(read(&mut stream).await.1, b"wait");
    let begin = Instant::now();
    assert_eq!(read_close(&mut stream).await.0, 1005);
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[squall::test]
async fn silence_is_asked_about_and_ends() {
    let settings = Settings::default()
        .ping_interval(Duration::from_millis(500))
        .ping_timeout(Duration::from_millis(500));
    let client = client(settings).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/", "").await;
    // Who answers lives.
    assert_eq!(read(&mut stream).await, (0x89, Vec::new()));
    stream.write_all(&frame(0x8a, b"")).await.unwrap();
    assert_eq!(read(&mut stream).await, (0x89, Vec::new()));
    assert_eq!(
        read_close(&mut stream).await,
        (1011, "ping timed out".to_owned())
    );
}

#[squall::test]
async fn who_does_not_close_in_time_is_cut_off() {
    let client = client(Settings::default().close_timeout(Duration::from_millis(500))).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/", "").await;
    stream.write_all(&frame(0x81, b"close")).await.unwrap();
    assert_eq!(read(&mut stream).await.1, b"\x03\xe8as you like");
    // It says nothing, and reads on.
    assert_eq!(read_all(&mut stream).await, "");
}

#[squall::test]
async fn no_time_to_close_is_none_and_not_all_of_it() {
    let client = client(Settings::default().close_timeout(Duration::ZERO)).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/", "").await;
    stream.write_all(&frame(0x81, b"close")).await.unwrap();
    assert_eq!(read(&mut stream).await.1, b"\x03\xe8as you like");
    assert_eq!(read_all(&mut stream).await, "");
}

/// Takes nothing, and only waits for the end.
#[handler]
#[route("/deaf")]
struct Deaf {
    events: State<Events>,
}

#[handler]
impl Deaf {
    async fn get(&self, upgrade: WebSocketUpgrade) -> Result<impl IntoResponse> {
        let events = self.events.clone();
        upgrade.on_upgrade(async move |socket: WebSocket| {
            events.note(socket.closed().await.code().to_string());
        })
    }
}

/// What has come leaves no room for its end.
#[squall::test]
async fn a_peer_that_is_gone_is_missed_by_who_takes_nothing() {
    let events = Events::default();
    let settings = Settings::default().ping_interval(Duration::from_millis(300));
    let app = Application::new(routes![Deaf]).state(events.clone());
    let client = TestClient::on_socket(app.state(settings)).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/deaf", "").await;
    stream
        .write_all(&frame(0x81, b"hear me").repeat(100))
        .await
        .unwrap();
    drop(stream);
    events.wait_for("1006").await;
}

#[squall::test]
async fn a_server_that_ends_says_so_to_all() {
    let server = OwnServer::start("websocket_wire::serve");
    let mut streams = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        open(&mut stream, "/", "").await;
        streams.push(stream);
    }
    server.signal("-TERM");
    for stream in &mut streams {
        let (first, payload) = read(stream).await;
        assert_eq!((first, &payload[..]), (0x88, &b"\x03\xe9going away"[..]));
        stream.write_all(&frame(0x88, &payload)).await.unwrap();
        assert_eq!(read_all(stream).await, "");
    }
    assert!(server.wait());
}

#[squall::test]
async fn serve() {
    let app = Application::new(routes![Echo, Plain]);
    OwnServer::run(app, squall::Options::default()).await;
}

/// It also runs on the connections of another server.
#[squall::test]
async fn sockets_open_inside_another_server() {
    let app = Application::new(routes![Echo]);
    let shutdown = app.shutdown();
    let inner = app.clone();
    let router = axum::Router::new().nest_service("/squall", inner);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let url = format!("ws://{address}/squall/");
    let mut socket = websocket::connect(url).await.unwrap();
    socket.send("hello").await.unwrap();
    assert_eq!(socket.recv().await, Some(Message::from("hello")));
    shutdown.begin();
    assert_eq!(socket.recv().await, None);
    assert_eq!(socket.close_reason().unwrap().code().get(), 1001);
}

#[squall::test]
async fn mounted_applications_and_layers_let_sockets_through() {
    let inner = Application::new(routes![Echo]);
    let app = Application::new(routes![Plain])
        .mount("/inner", inner)
        .layer(tower_http::cors::CorsLayer::permissive());
    let client = TestClient::on_socket(app).await;
    let mut socket = client.websocket("/inner/").await;
    socket.send("hello").await;
    assert_eq!(socket.text().await, "hello");
    assert!(socket.headers().contains_key("access-control-allow-origin"));
}

#[squall::test]
async fn a_client_says_what_is_wrong() {
    let client = client(Settings::default()).await;
    let address = client.address().unwrap();
    let connect =
        |url: String| async move { websocket::connect(url).await.unwrap_err().to_string() };
    let said = connect(format!("ws://{address}/plain")).await;
    assert_eq!(said, "the answer is 200 OK, and not 101: plain");
    let said = connect(format!("ws://{address}/nowhere")).await;
    assert_eq!(
        said,
        "the answer is 404 Not Found, and not 101: {\"status\":404,\"title\":\"Not Found\"}"
    );
    assert!(
        connect("http://localhost/".to_owned())
            .await
            .contains("a WebSocket is at `ws://`")
    );
    assert!(connect("wss://localhost/".to_owned()).await.contains("TLS"));
    assert!(
        connect("ws://127.0.0.1:1/".to_owned())
            .await
            .contains("no connection")
    );
    assert!(connect("ws://a b/".to_owned()).await.contains("no URL"));
    let said = connect("ws://localhost:99999/".to_owned()).await;
    assert!(said.contains("no port"), "{said}");
    let said = connect("WSS://localhost/".to_owned()).await;
    assert!(said.contains("TLS"), "{said}");

    // One that never answers.
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let url = format!("ws://{}/", silent.local_addr().unwrap());
    let connecting = websocket::connect(url).timeout(Duration::from_millis(50));
    assert_eq!(
        connecting.await.unwrap_err().to_string(),
        "no WebSocket in time"
    );
    let wrong = websocket::connect("ws://localhost/").header("upgrade", "x");
    assert!(wrong.await.unwrap_err().to_string().contains("`upgrade`"));
}

/// Answers that are no answer to what a client has asked.
#[squall::test]
async fn a_client_checks_the_answer() {
    for (fields, expected) in [
        (
            "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: bm9uc2Vuc2U=\r\n",
            "sec-websocket-accept",
        ),
        ("upgrade: other\r\nconnection: upgrade\r\n", "`upgrade`"),
    ] {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let answering = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 2048];
            _ = stream.read(&mut request).await.unwrap();
            let answer = format!("HTTP/1.1 101 Switching Protocols\r\n{fields}\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream
        });
        let said = websocket::connect(url).await.unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
        drop(answering.await);
    }
}

/// The head of a message, to its end.
async fn read_head(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    head
}

/// A server that lets another one answer, adds this field to that, and says nothing more.
async fn silent_server(field: &'static [u8]) -> (String, JoinHandle<TcpStream>) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let opening = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let other = client(Settings::default()).await;
        let mut other = connect(&other).await;
        other
            .write_all(&read_head(&mut stream).await)
            .await
            .unwrap();
        let mut head = read_head(&mut other).await;
        head.splice(head.len() - 2.., [field, b"\r\n"].concat());
        stream.write_all(&head).await.unwrap();
        stream
    });
    (url, opening)
}

#[squall::test]
async fn a_client_waits_for_no_close_frame_longer_than_it_says() {
    let (url, opening) = silent_server(b"").await;
    let settings = Settings::default().close_timeout(Duration::from_millis(200));
    let socket = websocket::connect(url).settings(settings).await.unwrap();
    let mut server = opening.await.unwrap();
    // It is held, so that nothing but the time ends it.
    socket.close(CloseCode::NORMAL, "");
    assert_eq!(server.read_u8().await.unwrap(), 0x88);
    read_all(&mut server).await;
}

#[squall::test]
async fn a_client_takes_no_extension_that_it_cannot_read() {
    let (url, opening) = silent_server(b"sec-websocket-extensions: \xff\r\n").await;
    let settings = Settings::default().compression(Compression::default());
    let connecting = websocket::connect(url).settings(settings);
    let said = connecting.await.unwrap_err().to_string();
    assert!(said.contains("extension"), "{said}");
    drop(opening.await);
}
