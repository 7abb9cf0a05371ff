//! The access log: one line a request, on the standard error of a server of its own.

use std::time::Duration;

use squall::{Application, Options, handler, http::StatusCode, hub::Hub, routes, sse::EventStream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::OwnServer;

#[handler]
#[route("/status/{status}")]
struct Status {
    status: u16,
}

#[handler]
impl Status {
    async fn get(&self) -> Result<StatusCode, squall::http::InvalidStatusCode> {
        if self.status == 499 {
            sleep(Duration::from_secs(60)).await;
        }
        self.status.try_into()
    }
}

/// A stream of events that never come.
#[handler]
#[route("/events")]
struct Silence;

#[handler]
impl Silence {
    async fn get(&self) -> squall::Result<EventStream> {
        let hub = Hub::<String>::new();
        hub.topic("silence").events_since(None).await
    }
}

/// A stream of anything else, which has an end.
#[handler]
#[route("/pieces")]
struct Pieces;

#[handler]
impl Pieces {
    async fn get(&self, cx: &mut squall::Context) -> squall::Result<()> {
        cx.write("the first")?;
        cx.flush().await?;
        std::future::pending().await
    }
}

#[squall::test]
async fn the_level_follows_the_status() {
    let mut server = OwnServer::start("access::a_server_with_a_log");
    for (target, start) in [
        (
            "/status/201?x=%0A",
            " INFO squall::access: 201 GET /status/201?x=%0A 127.0.0.1 ",
        ),
        (
            "/status/302",
            " INFO squall::access: 302 GET /status/302 127.0.0.1 ",
        ),
        (
            "/status/403",
            " WARN squall::access: 403 GET /status/403 127.0.0.1 ",
        ),
        (
            "/nowhere",
            " WARN squall::access: 404 GET /nowhere 127.0.0.1 ",
        ),
        (
            "/status/503",
            " WARN squall::access: 503 GET /status/503 127.0.0.1 ",
        ),
        (
            "/status/502",
            "ERROR squall::access: 502 GET /status/502 127.0.0.1 ",
        ),
        (
            "/status/499",
            " WARN squall::access: 499 GET /status/499 127.0.0.1 ",
        ),
        // Its client has had enough, as that of each such stream.
        (
            "/events",
            " INFO squall::access: 200 GET /events 127.0.0.1 ",
        ),
        (
            "/pieces",
            " WARN squall::access: 499 GET /pieces 127.0.0.1 ",
        ),
    ] {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        _ = timeout(
            Duration::from_millis(200),
            stream.read_to_end(&mut Vec::new()),
        )
        .await;
        drop(stream);
        let line = server.error_line("squall::access");
        let time = line.split_once(start).unwrap_or_else(|| panic!("{line}")).1;
        let milliseconds = time.strip_suffix("ms").unwrap_or_else(|| panic!("{line}"));
        assert!(milliseconds.parse::<f64>().is_ok(), "{line}");
    }
}

#[squall::test]
async fn an_error_names_its_request() {
    let mut server = OwnServer::start("access::a_server_with_a_log");
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = "GET /status/9999 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let line = server.error_line("ERROR squall: ");
    assert!(
        line.contains("500 Internal Server Error request=GET /status/9999 cause="),
        "{line}"
    );
}

#[squall::test]
async fn an_unknown_method_is_no_failure_of_the_server() {
    let mut server = OwnServer::start("access::a_server_with_a_log");
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = "BREW / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let line = server.error_line("501");
    assert!(line.contains(" WARN squall::access: 501 BREW / "), "{line}");
}

#[squall::test]
async fn what_is_no_request_is_told_too() {
    let mut server = OwnServer::start("access::a_server_with_a_log");
    for _ in 0..2 {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        stream.write_all(b"no request\r\n\r\n").await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    }
    let line = server.error_line("squall: refused");
    assert!(
        line.contains("refused in 2s: ") && line.ends_with("(400, 417, 501 or 505: malformed)"),
        "{line}"
    );
}

#[squall::test]
async fn a_server_with_a_log() {
    OwnServer::run(
        Application::new(routes![Status, Silence, Pieces]),
        Options::default(),
    )
    .await;
}

/// Fails, and says with what.
#[handler]
#[route("/fails/{name}")]
struct Fails {
    name: String,
}

#[handler]
impl Fails {
    fn get(&self) -> squall::Result<()> {
        let error = squall::HttpError::internal();
        Err(error.with_message(format!("no {} here", self.name)).into())
    }
}

#[squall::test]
async fn no_client_writes_a_line_of_its_own() {
    let mut server = OwnServer::start("access::a_server_that_fails");
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let target = "/fails/a%0D%0AERROR%20squall:%20forged%1B[31m";
    let request = format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
    let line = server.error_line("500 Internal Server Error");
    let told = r"no a\r\nERROR squall: forged\u{1b}[31m here";
    assert!(line.contains(told), "{line}");
}

#[squall::test]
async fn a_server_that_fails() {
    OwnServer::run(Application::new(routes![Fails]), Options::default()).await;
}

/// What a layer or a mounted service answers is logged as what it was, also where its content is never asked for.
#[squall::test]
async fn foreign_bodies_are_no_clients_that_went() {
    let mut server = OwnServer::start("access::a_server_of_mounts");
    for (method, target, status) in [
        ("GET", "/axum/text", " INFO squall::access: 200 "),
        ("HEAD", "/axum/text", " INFO squall::access: 200 "),
        ("GET", "/axum/none", " WARN squall::access: 404 "),
        ("GET", "/axum/empty", " INFO squall::access: 204 "),
        ("GET", "/status/201", " INFO squall::access: 201 "),
    ] {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        let request = format!("{method} {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap();
        let line = server.error_line("squall::access");
        assert!(
            line.contains(status) && line.contains(" 127.0.0.1 "),
            "{method} {target}: {line}"
        );
    }
}

#[squall::test]
async fn a_server_of_mounts() {
    use axum::routing::get;

    let router = axum::Router::new()
        .route("/text", get(async || "some text"))
        .route("/empty", get(async || StatusCode::NO_CONTENT));
    let value = squall::http::HeaderValue::from_static("yes");
    let layer = tower_http::set_header::SetResponseHeaderLayer::overriding(
        "x-layer".parse().unwrap(),
        value,
    );
    let app = Application::new(routes![Status])
        .mount("/axum", router)
        .layer(layer);
    OwnServer::run(app, Options::default()).await;
}
