//! HTTP/1.1 on a real socket: keep-alive, pipelining, HEAD, the end of a server.

use std::time::Duration;

use squall::{Application, Options, handler, routes, testing::TestClient};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{OwnServer, connect, exchange, read_quiet};

#[handler]
#[route("/wait/{milliseconds}")]
struct Wait {
    milliseconds: u64,
}

#[handler]
impl Wait {
    async fn get(&self) -> String {
        tokio::time::sleep(Duration::from_millis(self.milliseconds)).await;
        self.milliseconds.to_string()
    }

    async fn post(&self) {
        tokio::time::sleep(Duration::from_millis(self.milliseconds)).await;
        eprintln!("waited for {}", self.milliseconds);
    }
}

async fn client() -> TestClient {
    TestClient::on_socket(Application::new(routes![Wait])).await
}

#[squall::test]
async fn keeps_a_connection_alive() {
    let client = client().await;
    let mut stream = connect(&client).await;
    for _ in 0..3 {
        stream
            .write_all(b"GET /wait/0 HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        assert!(read_quiet(&mut stream).await.starts_with("HTTP/1.1 200 "));
    }
}

#[squall::test]
async fn answers_a_pipeline_in_order() {
    let requests: String = [30, 0, 10]
        .map(|time| format!("GET /wait/{time} HTTP/1.1\r\nhost: a\r\n\r\n"))
        .concat();
    let answers = exchange(&client().await, requests).await;
    let contents: Vec<_> = answers
        .split("HTTP/1.1 200 ")
        .skip(1)
        .map(|answer| answer.split("\r\n\r\n").nth(1).unwrap())
        .collect();
    assert_eq!(contents, ["30", "0", "10"]);
}

#[squall::test]
async fn closes_for_http_1_0() {
    let answer = exchange(&client().await, "GET /wait/0 HTTP/1.0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    let client = client().await;
    let mut stream = connect(&client).await;
    stream
        .write_all(b"GET /wait/0 HTTP/1.0\r\n\r\n")
        .await
        .unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
}

#[squall::test]
async fn sends_nothing_behind_a_head() {
    let requests =
        "HEAD /wait/7 HTTP/1.1\r\nhost: a\r\n\r\nGET /wait/8 HTTP/1.1\r\nhost: a\r\n\r\n";
    let answers = exchange(&client().await, requests).await;
    let (head, get) = answers.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-length: 1"), "{head}");
    assert!(
        get.starts_with("HTTP/1.1 200 ") && get.ends_with('8'),
        "{get}"
    );
}

#[squall::test]
async fn finishes_what_is_under_way() {
    for signal in ["-TERM", "-INT"] {
        let server = OwnServer::start("wire::a_server_to_be_ended");
        let mut busy = TcpStream::connect(&server.address).await.unwrap();
        let mut idle = TcpStream::connect(&server.address).await.unwrap();
        idle.write_all(b"GET /wait/0 HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        assert!(read_quiet(&mut idle).await.starts_with("HTTP/1.1 200 "));
        busy.write_all(b"GET /wait/400 HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.signal(signal);
        let mut answer = String::new();
        busy.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("400"),
            "{signal}: {answer}"
        );
        assert_eq!(
            idle.read(&mut [0; 1]).await.unwrap(),
            0,
            "{signal}: an idle connection is closed"
        );
        assert!(
            TcpStream::connect(&server.address).await.is_err(),
            "{signal}: nothing new is accepted"
        );
        assert!(server.wait(), "{signal}");
    }
}

/// A method that runs on after its client has gone is waited for too.
#[squall::test]
async fn waits_for_what_has_no_connection() {
    let mut server = OwnServer::start("wire::a_server_to_be_ended");
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream
        .write_all(b"POST /wait/400 HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(stream);
    server.signal("-TERM");
    assert!(server.error_line("waited").contains("waited for 400"));
    assert!(server.wait());
}

#[squall::test]
async fn a_server_to_be_ended() {
    OwnServer::run(Application::new(routes![Wait]), Options::default()).await;
}

#[handler]
#[route("/pieces")]
struct Pieces;

#[handler]
impl Pieces {
    async fn get(&self, cx: &mut squall::Context) -> squall::Result<()> {
        cx.write("one ")?;
        cx.flush().await?;
        cx.write("two")
    }
}

/// HTTP/1.0 knows no chunks: the content ends with the connection (RFC 9112 §6.3).
#[squall::test]
async fn streams_to_http_1_0_until_the_connection_ends() {
    let client = TestClient::on_socket(Application::new(routes![Pieces])).await;
    let mut stream = connect(&client).await;
    stream
        .write_all(b"GET /pieces HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.0 200 ") && answer.ends_with("\r\n\r\none two"),
        "{answer}"
    );
    assert!(!answer.contains("transfer-encoding"), "{answer}");
}
