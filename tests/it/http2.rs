//! HTTP/2 by its preface: what is answered, what is let go, and that it costs HTTP/1.1 nothing.

use std::{future::poll_fn, num::NonZeroUsize, time::Duration};

use bytes::Bytes;
use h2::{
    Reason, RecvStream,
    client::{ResponseFuture, SendRequest},
};
use http::{HeaderMap, Request, Response, StatusCode};
use squall::{
    Application, Context, Options, handler, routes, server::Limits, testing::TestClient, websocket,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::support::{OwnServer, connect, exchange, read_all, read_quiet};

/// The first bytes of a connection (RFC 9113 §3.4).
const PREFACE: &str = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[handler]
#[route("/")]
struct Hello;

#[handler]
impl Hello {
    async fn get(&self, cx: &mut Context) -> String {
        format!("{:?} {}", cx.version(), cx.host().unwrap_or("nobody"))
    }

    async fn post(&self, content: Bytes) -> String {
        content.len().to_string()
    }
}

#[handler]
#[route("/slow/{milliseconds}")]
struct Slow {
    milliseconds: u64,
}

#[handler]
impl Slow {
    async fn get(&self) -> &'static str {
        sleep(Duration::from_millis(self.milliseconds)).await;
        "slow"
    }
}

/// More than a client that takes nothing gets.
#[handler]
#[route("/large")]
struct Large;

#[handler]
impl Large {
    fn get(&self) -> Vec<u8> {
        vec![b'x'; 1 << 20]
    }
}

/// Two windows of most clients.
#[handler]
#[route("/slow-and-large/{milliseconds}")]
struct SlowAndLarge {
    milliseconds: u64,
}

#[handler]
impl SlowAndLarge {
    async fn get(&self) -> Vec<u8> {
        sleep(Duration::from_millis(self.milliseconds)).await;
        vec![b'x'; 128 * 1024]
    }
}

/// One piece of content.
#[handler]
#[route("/little")]
struct Little;

#[handler]
impl Little {
    fn get(&self) -> Vec<u8> {
        vec![b'x'; 20_000]
    }
}

/// What HTTP/2 cannot be changed to.
#[websocket]
#[route("/socket")]
struct Socket;

#[websocket]
impl Socket {}

fn app() -> Application {
    Application::new(routes![Hello, Slow, Large, SlowAndLarge, Little, Socket])
}

/// Limits of a second.
fn short() -> Limits {
    let mut limits = Limits::default();
    limits.head_deadline = Duration::from_secs(1);
    limits.idle_deadline = Duration::from_secs(1);
    limits.body_deadline = Duration::from_secs(1);
    limits.write_deadline = Duration::from_secs(1);
    limits
}

/// A client, and the end of its connection.
struct Client {
    sender: SendRequest<Bytes>,
    connection: JoinHandle<Result<(), h2::Error>>,
}

impl Client {
    async fn on(stream: TcpStream) -> Self {
        Self::with_window(stream, 65_535).await
    }

    /// One that lets so many bytes of each stream come.
    async fn with_window(stream: TcpStream, window: u32) -> Self {
        let mut builder = h2::client::Builder::new();
        builder.initial_window_size(window);
        let (sender, connection) = builder.handshake(stream).await.unwrap();
        let connection = tokio::spawn(connection);
        Self { sender, connection }
    }

    async fn send(&mut self, request: Request<()>, content: Option<&str>) -> ResponseFuture {
        poll_fn(|cx| self.sender.poll_ready(cx)).await.unwrap();
        let is_end = content.is_none();
        let (response, mut stream) = self.sender.send_request(request, is_end).unwrap();
        if let Some(content) = content {
            stream.send_data(content.to_owned().into(), true).unwrap();
        }
        response
    }

    async fn get(&mut self, path: &str) -> Response<RecvStream> {
        self.send(get(path), None).await.await.unwrap()
    }

    /// Waits until the connection is closed.
    async fn closed(self) {
        let end = timeout(Duration::from_secs(4), self.connection).await;
        assert!(end.is_ok(), "the connection was not closed");
    }
}

fn get(path: &str) -> Request<()> {
    Request::get(format!("http://a{path}")).body(()).unwrap()
}

fn post(path: &str) -> Request<()> {
    Request::post(format!("http://a{path}")).body(()).unwrap()
}

async fn text(response: Response<RecvStream>) -> String {
    let mut body = response.into_body();
    let mut text = Vec::new();
    while let Some(data) = body.data().await {
        let data = data.unwrap();
        body.flow_control().release_capacity(data.len()).unwrap();
        text.extend_from_slice(&data);
    }
    String::from_utf8(text).unwrap()
}

#[squall::test]
async fn a_preface_begins_it() {
    let client = TestClient::on_socket(app()).await;
    let mut http2 = Client::on(connect(&client).await).await;
    let hello = http2.get("/").await;
    assert_eq!(hello.status(), 200);
    assert!(hello.headers().contains_key("etag") && hello.headers().contains_key("date"));
    assert_eq!(text(hello).await, "HTTP/2.0 a");
    let posted = http2.send(post("/"), Some("12345")).await.await.unwrap();
    assert_eq!(text(posted).await, "5");
    assert_eq!(http2.get("/nowhere").await.status(), 404);
    let head = Request::head("http://a/large").body(()).unwrap();
    let head = http2.send(head, None).await.await.unwrap();
    assert_eq!(head.headers()["content-length"], "1048576");
    assert_eq!(text(head).await, "");
    assert_eq!(text(http2.get("/large").await).await.len(), 1 << 20);
}

#[squall::test]
async fn requests_do_not_wait_for_each_other() {
    let client = TestClient::on_socket(app()).await;
    let mut http2 = Client::on(connect(&client).await).await;
    let slow = http2.send(get("/slow/400"), None).await;
    let quick = timeout(Duration::from_millis(300), http2.get("/")).await;
    assert_eq!(quick.unwrap().status(), 200);
    assert_eq!(text(slow.await.unwrap()).await, "slow");
}

#[squall::test]
async fn what_is_no_preface_is_http_1() {
    let client = TestClient::on_socket(app()).await;
    let answer = exchange(&client, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(answer.ends_with("HTTP/1.1 a"), "{answer}");
    // It begins like a preface, and comes byte by byte.
    let mut stream = connect(&client).await;
    for byte in "PUT / HTTP/1.1\r\nhost: a\r\n\r\n".bytes() {
        stream.write_all(&[byte]).await.unwrap();
        sleep(Duration::from_millis(1)).await;
    }
    let answer = read_quiet(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    // A preface is one only at the beginning.
    let answer = exchange(
        &client,
        format!("GET / HTTP/1.1\r\nhost: a\r\n\r\n{PREFACE}"),
    )
    .await;
    assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 1, "{answer}");
    assert!(
        answer.contains("HTTP/1.1 4") || answer.ends_with("HTTP/1.1 a"),
        "{answer}"
    );
}

#[squall::test]
async fn a_preface_that_stops_is_let_go() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut streams = Vec::new();
    for sent in ["", "P", "PRI * HT", PREFACE] {
        let mut stream = connect(&client).await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        streams.push(stream);
    }
    for stream in &mut streams {
        read_all(stream).await;
    }
}

#[squall::test]
async fn a_host_is_the_authority() {
    let client = TestClient::on_socket(app()).await;
    let mut http2 = Client::on(connect(&client).await).await;
    let ask = |host: &str| {
        let request = Request::get("http://a/").header("host", host);
        request.body(()).unwrap()
    };
    for same in ["a", "A", "a:80", "a:"] {
        let answer = http2.send(ask(same), None).await.await.unwrap();
        assert_eq!(answer.status(), 200, "{same}");
    }
    for other in ["b", "a:8080", "a:443", "aa", "a.b"] {
        let answer = http2.send(ask(other), None).await.await.unwrap();
        assert_eq!(answer.status(), 400, "{other}");
    }
    // What is refused does not end the others.
    assert_eq!(http2.get("/").await.status(), 200);
}

#[squall::test]
async fn content_that_does_not_come_is_timed_out() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut http2 = Client::on(connect(&client).await).await;
    poll_fn(|cx| http2.sender.poll_ready(cx)).await.unwrap();
    let (late, mut content) = http2.sender.send_request(post("/"), false).unwrap();
    content.send_data("half".into(), false).unwrap();
    let late = late.await.unwrap();
    assert_eq!(late.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(http2.get("/").await.status(), 200);
}

#[squall::test]
async fn a_stream_that_takes_nothing_is_reset_alone() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut http2 = Client::on(connect(&client).await).await;
    let large = http2.get("/large").await;
    let mut body = large.into_body();
    // The window is never opened again.
    let reset = async {
        loop {
            match body.data().await {
                Some(Ok(_)) => {}
                Some(Err(error)) => return error.reason(),
                None => return None,
            }
        }
    };
    let reset = timeout(Duration::from_secs(4), reset).await.unwrap();
    assert_eq!(reset, Some(Reason::CANCEL));
    assert_eq!(http2.get("/").await.status(), 200);
}

/// All of its answer fits into what the server may keep of one.
#[squall::test]
async fn a_stream_that_takes_a_byte_is_reset_too() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut http2 = Client::with_window(connect(&client).await, 1).await;
    let answer = http2.get("/little").await;
    let mut body = answer.into_body();
    assert_eq!(body.data().await.unwrap().unwrap().len(), 1);
    let reset = timeout(Duration::from_secs(4), body.data()).await.unwrap();
    assert_eq!(reset.unwrap().unwrap_err().reason(), Some(Reason::CANCEL));
    let head = Request::head("http://a/").body(()).unwrap();
    assert_eq!(http2.send(head, None).await.await.unwrap().status(), 200);
}

/// Longer than the deadline, for as long as a piece of content in memory takes.
#[squall::test]
async fn a_stream_that_takes_little_by_little_is_not_reset() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut http2 = Client::with_window(connect(&client).await, 2000).await;
    let mut body = http2.get("/large").await.into_body();
    let mut taken = 0;
    while taken < 64 * 1024 {
        let data = body.data().await.unwrap().unwrap();
        taken += data.len();
        // 20 kB a second.
        sleep(Duration::from_micros(50) * u32::try_from(data.len()).unwrap()).await;
        body.flow_control().release_capacity(data.len()).unwrap();
    }
}

#[squall::test]
async fn an_idle_connection_is_closed() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut http2 = Client::on(connect(&client).await).await;
    assert_eq!(http2.get("/").await.status(), 200);
    http2.closed().await;
}

#[squall::test]
async fn an_idle_deadline_may_be_without_end() {
    let mut limits = short();
    limits.idle_deadline = Duration::MAX;
    let client = TestClient::on_socket_with(app(), limits).await;
    let mut http2 = Client::on(connect(&client).await).await;
    assert_eq!(http2.get("/").await.status(), 200);
    // The other deadlines are kept.
    let mut half = connect(&client).await;
    half.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    assert!(read_all(&mut half).await.starts_with("HTTP/1.1 408 "));
    assert_eq!(http2.get("/").await.status(), 200);
}

#[squall::test]
async fn a_connection_brings_so_many_requests() {
    let mut limits = Limits::default();
    limits.max_requests = NonZeroUsize::new(2);
    let client = TestClient::on_socket_with(app(), limits).await;
    let mut http2 = Client::on(connect(&client).await).await;
    assert_eq!(http2.get("/").await.status(), 200);
    assert_eq!(http2.get("/").await.status(), 200);
    http2.closed().await;
}

/// It takes nearly as long as a test may.
#[test]
fn a_client_that_does_not_hear_of_the_end_is_let_go() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let let_go = timeout(Duration::from_secs(9), go_on_without_hearing());
        let_go.await.unwrap();
    });
}

/// Asks again and again until the connection is closed, and never answers a PING, so that nobody knows whether it has heard of the end.
async fn go_on_without_hearing() {
    let mut limits = Limits::default();
    limits.max_requests = NonZeroUsize::new(2);
    let client = TestClient::on_socket_with(app(), limits).await;
    let mut stream = connect(&client).await;
    stream.write_all(PREFACE.as_bytes()).await.unwrap();
    stream.write_all(b"\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let (mut read, mut write) = stream.split();
    let asking = async {
        for number in (1..).step_by(2) {
            // GET, http, /, and `a` as the authority.
            let mut headers = b"\0\0\x06\x01\x05\0\0\0\0\x82\x86\x84\x41\x01a".to_vec();
            headers[8] = number;
            if write.write_all(&headers).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answers = Vec::new();
    tokio::select! {
        _ = read.read_to_end(&mut answers) => {}
        () = asking => {}
    }
}

/// What the last stream left is still on its way when a drain has gone on for longer than a client has to say goodbye.
#[squall::test]
async fn a_drain_waits_for_what_a_stream_has_left() {
    let server = OwnServer::start("http2::a_server_that_speaks_both");
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let mut http2 = Client::on(stream).await;
    let slow = http2.send(get("/slow-and-large/2100"), None).await;
    sleep(Duration::from_millis(200)).await;
    server.signal("-TERM");
    let mut body = slow.await.unwrap().into_body();
    let mut taken = 0;
    while let Some(data) = body.data().await {
        let data = data.unwrap();
        taken += data.len();
        sleep(Duration::from_millis(150)).await;
        body.flow_control().release_capacity(data.len()).unwrap();
    }
    assert_eq!(taken, 128 * 1024);
}

#[squall::test]
async fn a_head_has_its_size() {
    let client = TestClient::on_socket(app()).await;
    let mut http2 = Client::on(connect(&client).await).await;
    let mut many = get("/");
    *many.headers_mut() = (0..101)
        .map(|number| {
            let name = format!("x-{number}");
            (name.parse().unwrap(), "a".parse().unwrap())
        })
        .collect::<HeaderMap>();
    let many = http2.send(many, None).await.await.unwrap();
    assert_eq!(many.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let mut large = get("/");
    let value = "a".repeat(70_000).parse().unwrap();
    large.headers_mut().insert("x-large", value);
    let large = http2.send(large, None).await.await;
    let is_refused = large.map_or(true, |large| large.status() == 431);
    assert!(is_refused);
}

#[squall::test]
async fn a_server_that_speaks_both() {
    OwnServer::run(app(), Options::default()).await;
}

#[squall::test]
async fn the_end_is_polite() {
    let server = OwnServer::start("http2::a_server_that_speaks_both");
    let stream = async || TcpStream::connect(&server.address).await.unwrap();
    let mut busy = Client::on(stream().await).await;
    let slow = busy.send(get("/slow/900"), None).await;
    let mut idle = Client::on(stream().await).await;
    assert_eq!(idle.get("/").await.status(), 200);
    let mut half = stream().await;
    half.write_all(b"PRI * HTTP").await.unwrap();
    // It knows the protocol, and does not say a word more.
    let mut deaf = stream().await;
    deaf.write_all(PREFACE.as_bytes()).await.unwrap();
    deaf.write_all(b"\0\0\0\x04\0\0\0\0\0").await.unwrap();
    sleep(Duration::from_millis(200)).await;
    server.signal("-TERM");
    idle.closed().await;
    assert_eq!(text(slow.await.unwrap()).await, "slow");
    busy.closed().await;
    read_all(&mut half).await;
    read_all(&mut deaf).await;
    assert!(server.wait());
}

/// RFC 9113 §8.2.2: no field of a connection stands in a message.
#[squall::test]
async fn a_websocket_is_refused_without_fields_of_a_connection() {
    let client = TestClient::on_socket(app()).await;
    let mut http2 = Client::on(connect(&client).await).await;
    let refused = http2.get("/socket").await;
    assert_eq!(refused.status(), 426);
    assert!(!refused.headers().contains_key("upgrade"));
    assert!(!refused.headers().contains_key("connection"));
}
