//! HTTP/1.1 on a real socket: keep-alive, pipelining, HEAD, the end of a server.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use squall::{Application, handler, routes, testing::TestClient};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{connect, exchange, read_quiet};

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

/// Runs this test binary once more as a server of its own, and ends it by a signal while a request is in flight.
#[squall::test]
#[cfg(unix)]
async fn finishes_what_is_under_way() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "wire::a_server_of_its_own",
                "--nocapture",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| {
            line.unwrap()
                .split_once("http://")
                .map(|(_, address)| address.to_owned())
        });
        let address = line.expect("the server prints its address");
        let mut busy = TcpStream::connect(&address).await.unwrap();
        let mut idle = TcpStream::connect(&address).await.unwrap();
        idle.write_all(b"GET /wait/0 HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        assert!(read_quiet(&mut idle).await.starts_with("HTTP/1.1 200 "));
        busy.write_all(b"GET /wait/400 HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        Command::new("kill")
            .args([signal, &server.id().to_string()])
            .status()
            .unwrap();
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
            TcpStream::connect(&address).await.is_err(),
            "{signal}: nothing new is accepted"
        );
        assert!(server.wait().unwrap().success(), "{signal}");
    }
}

#[squall::test]
#[ignore = "run by `finishes_what_is_under_way` as a process of its own"]
async fn a_server_of_its_own() {
    let mut options = squall::Options::default();
    options.port = 0;
    Application::new(routes![Wait])
        .serve(options)
        .await
        .unwrap();
}
