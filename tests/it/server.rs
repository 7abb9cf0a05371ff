//! The server on the wire: what it refuses, when it stops waiting, and how it ends a connection.

use std::time::{Duration, Instant};

use squall::{Application, handler, routes, server::Limits, testing::TestClient};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::{Hello, OwnServer, connect, exchange, read_all, read_quiet};

/// Waits before it answers.
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

    /// Runs to its end, whether the client is there or not.
    async fn post(&self) -> &'static str {
        sleep(Duration::from_millis(self.milliseconds)).await;
        "slow"
    }

    #[blocking]
    fn put(&self) -> &'static str {
        std::thread::sleep(Duration::from_millis(self.milliseconds));
        "slow"
    }
}

fn app() -> Application {
    Application::new(routes![Hello, Slow])
}

/// Limits of a second: the sweep looks twice in it.
fn short() -> Limits {
    let mut limits = Limits::default();
    limits.head_deadline = Duration::from_secs(1);
    limits.idle_deadline = Duration::from_secs(1);
    limits.body_deadline = Duration::from_secs(1);
    limits.write_deadline = Duration::from_secs(1);
    limits
}

/// Sends a request and gives back all until the connection is closed.
async fn to_the_end(client: &TestClient, request: impl AsRef<[u8]>) -> String {
    let mut stream = connect(client).await;
    stream.write_all(request.as_ref()).await.unwrap();
    read_all(&mut stream).await
}

#[squall::test]
async fn a_host_stands_in_a_request_once() {
    let client = TestClient::on_socket(app()).await;
    for fields in [
        "",
        "host: a\r\nhost: a\r\n",
        "host: a\r\nhost: b\r\n",
        "host: a b\r\n",
        "host: a/b\r\n",
        "host: u@h\r\n",
        "host: a, b\r\n",
        "host: a:b\r\n",
        "host: a:123456\r\n",
        "host: [::1\r\n",
        "host: [::g]\r\n",
        "host: [::1]a\r\n",
        "host: a:1:2\r\n",
        "host: a\"\r\n",
    ] {
        let answer = to_the_end(&client, format!("GET / HTTP/1.1\r\n{fields}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{fields}: {answer}");
        assert!(
            answer.contains("connection: close\r\n"),
            "{fields}: {answer}"
        );
    }
    for host in [
        "a",
        "",
        "a.example",
        "a:80",
        "[::1]",
        "[::1]:80",
        "a:",
        "127.0.0.1",
        "a_b",
    ] {
        let answer = exchange(&client, format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{host}: {answer}");
    }
    let answer = to_the_end(&client, "GET / HTTP/1.0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
}

#[squall::test]
async fn a_request_has_one_transfer_coding_chunked() {
    let client = TestClient::on_socket(app()).await;
    for fields in [
        "transfer-encoding: chunked, chunked\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: identity\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: \r\n",
        "transfer-encoding: chunked;a=b\r\n",
        "transfer-encoding: xchunked\r\n",
    ] {
        let request = format!(
            "POST / HTTP/1.1\r\nhost: a\r\n{fields}\r\n0\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n"
        );
        let answer = to_the_end(&client, request).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{fields}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{fields}: {answer}");
    }
    let request =
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let answer = exchange(&client, request).await;
    assert!(answer.ends_with("\r\n\r\n3"), "{answer}");
}

#[squall::test]
async fn a_request_that_can_be_read_in_two_ways_is_the_last() {
    let client = TestClient::on_socket(app()).await;
    for fields in [
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: +5\r\n",
        "content-length: 5, 6\r\n",
    ] {
        let request = format!(
            "POST / HTTP/1.1\r\nhost: a\r\n{fields}\r\n0\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n"
        );
        let answer = to_the_end(&client, request).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{fields}: {answer}");
    }
}

#[squall::test]
async fn nothing_behind_the_last_request_is_answered() {
    let client = TestClient::on_socket(app()).await;
    let behind = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    for first in [
        "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nconnection: foo, close\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET  / HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nhost: a\r\n\r\n",
    ] {
        let answer = to_the_end(&client, format!("{first}{behind}")).await;
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{first}: {answer}");
    }
}

#[squall::test]
async fn a_head_has_its_size() {
    let client = TestClient::on_socket(app()).await;
    let long = "a".repeat(70 * 1024);
    let answer = to_the_end(
        &client,
        format!("GET / HTTP/1.1\r\nhost: a\r\nx-long: {long}\r\n\r\n"),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let many = "x-many: 1\r\n".repeat(100);
    let answer = to_the_end(&client, format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let fits = "x-many: 1\r\n".repeat(99);
    let answer = exchange(&client, format!("GET / HTTP/1.1\r\nhost: a\r\n{fits}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let fits = "a".repeat(60 * 1024);
    let answer = exchange(
        &client,
        format!("GET / HTTP/1.1\r\nhost: a\r\nx-long: {fits}\r\n\r\n"),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[squall::test]
async fn a_silent_connection_is_closed_without_a_word() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut stream = connect(&client).await;
    assert_eq!(read_all(&mut stream).await, "");
}

/// Sends all of these at one time, each on a connection of its own, and expects 408 and the end.
async fn are_timed_out<const N: usize>(requests: [&'static str; N]) {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut streams = Vec::new();
    for request in requests {
        let mut stream = connect(&client).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        streams.push((request, stream));
    }
    for (request, mut stream) in streams {
        let answer = read_all(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{request}: {answer}");
        assert!(
            answer.contains("connection: close\r\n"),
            "{request}: {answer}"
        );
    }
}

#[squall::test]
async fn half_a_head_is_timed_out() {
    are_timed_out(["G", "PRI", "GET / HTTP/1.1\r\nhost: a\r\n"]).await;
}

#[squall::test]
async fn dripping_bytes_do_not_keep_a_head_alive() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut stream = connect(&client).await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nx-drip: ")
        .await
        .unwrap();
    let answer = drip(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

/// Sends content byte by byte: never silent, and far too slow.
#[squall::test]
async fn dripping_bytes_do_not_keep_content_alive() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let mut stream = connect(&client).await;
    let head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let answer = drip(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

/// The answer in flight comes first; a connection on which nothing is under way is closed at once.
#[squall::test]
async fn a_connection_of_great_age_ends() {
    let mut limits = Limits::default();
    limits.max_age = Some(Duration::from_secs(1));
    let client = TestClient::on_socket_with(app(), limits).await;
    for (target, content) in [("/", "hello"), ("/slow/2000", "slow")] {
        let request = format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
        let answer = to_the_end(&client, request).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{target}: {answer}");
        assert!(answer.ends_with(content), "{target}: {answer}");
    }
}

#[squall::test]
async fn no_rate_is_too_large() {
    let mut limits = Limits::default();
    limits.body_deadline = Duration::from_secs(2);
    limits.min_rate = usize::MAX;
    let client = TestClient::on_socket_with(app(), limits).await;
    let mut stream = connect(&client).await;
    let head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let answer = drip(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

/// Sends a byte ten times a second, and gives back all that comes until the connection is closed.
async fn drip(stream: &mut TcpStream) -> String {
    let (mut read, mut write) = stream.split();
    let drip = async {
        loop {
            sleep(Duration::from_millis(100)).await;
            if write.write_all(b"a").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        _ = read.read_to_end(&mut answer) => {}
        () = drip => {}
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[squall::test]
async fn an_idle_connection_is_closed() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let answer = to_the_end(&client, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
    assert!(answer.ends_with("hello"), "{answer}");
}

#[squall::test]
async fn content_that_does_not_come_is_timed_out() {
    are_timed_out([
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc",
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ])
    .await;
}

#[squall::test]
async fn a_method_may_take_longer_than_a_client() {
    let client = TestClient::on_socket_with(app(), short()).await;
    let answer = exchange_until(
        &client,
        "GET /slow/2000 HTTP/1.1\r\nhost: a\r\n\r\n",
        "slow",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// Reads until this text comes.
async fn exchange_until(client: &TestClient, request: &str, end: &str) -> String {
    let mut stream = connect(client).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with(end) {
        answer.push_str(&read_quiet(&mut stream).await);
    }
    answer
}

/// A connection gives back what it does not need after a tick without a request, and answers again.
#[squall::test]
async fn a_connection_at_rest_answers_again() {
    let client = TestClient::on_socket(app()).await;
    let mut stream = connect(&client).await;
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let answer = read_quiet(&mut stream).await;
    assert!(answer.ends_with("hello"), "{answer}");
    sleep(Duration::from_millis(1600)).await;
    // In two pieces, the first of them less than a head.
    stream.write_all(b"GET / HT").await.unwrap();
    sleep(Duration::from_millis(50)).await;
    stream
        .write_all(b"TP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let answer = read_quiet(&mut stream).await;
    assert!(answer.ends_with("hello"), "{answer}");
}

/// The half of a head that came with the request before is not lost at rest; and nothing behind the last request is answered.
#[squall::test]
async fn half_a_head_outlives_the_rest() {
    let client = TestClient::on_socket(app()).await;
    let mut stream = connect(&client).await;
    let first = b"GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HT";
    stream.write_all(first).await.unwrap();
    assert!(read_quiet(&mut stream).await.ends_with("hello"));
    sleep(Duration::from_millis(1600)).await;
    let rest = b"TP/1.1\r\nhost: a\r\nconnection: close\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(rest).await.unwrap();
    let answer = read_all(&mut stream).await;
    assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 1, "{answer}");
}

/// What the client still sends does not take the answer away.
#[squall::test]
async fn too_much_content_is_413_and_the_client_can_read_it() {
    let client = TestClient::on_socket(app()).await;
    for fields in [
        "content-length: 4194304\r\n",
        "transfer-encoding: chunked\r\n",
    ] {
        let mut stream = connect(&client).await;
        let head = format!("POST / HTTP/1.1\r\nhost: a\r\n{fields}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut chunk = vec![b'a'; 64 * 1024];
        if fields.contains("chunked") {
            chunk = [b"10000\r\n".to_vec(), chunk, b"\r\n".to_vec()].concat();
        }
        for _ in 0..40 {
            // The server may have closed already; the answer stays readable.
            if stream.write_all(&chunk).await.is_err() {
                break;
            }
        }
        let answer = read_quiet(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{fields}: {answer}");
    }
}

#[squall::test]
async fn a_client_that_reads_nothing_is_let_go() {
    #[handler]
    #[route("/endless")]
    struct Endless;

    #[handler]
    impl Endless {
        async fn get(&self, cx: &mut squall::Context) -> squall::Result<()> {
            loop {
                cx.write(vec![b'a'; 64 * 1024])?;
                cx.flush().await?;
            }
        }
    }

    let client = TestClient::on_socket_with(Application::new(routes![Endless]), short()).await;
    let mut stream = connect(&client).await;
    stream
        .write_all(b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    sleep(Duration::from_millis(2500)).await;
    let started = Instant::now();
    let mut sink = Vec::new();
    // What stands in the buffers of the system comes, then the end.
    let end = timeout(Duration::from_secs(2), stream.read_to_end(&mut sink)).await;
    assert!(
        end.is_ok(),
        "still open after {:?}, {} bytes",
        started.elapsed(),
        sink.len()
    );
}

#[squall::test]
async fn a_connection_brings_so_many_requests() {
    let mut limits = Limits::default();
    limits.max_requests = std::num::NonZeroUsize::new(2);
    let client = TestClient::on_socket_with(app(), limits).await;
    let answer = to_the_end(&client, "GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(3)).await;
    assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 2, "{answer}");
    assert_eq!(answer.matches("connection: close").count(), 1, "{answer}");
}

#[squall::test]
async fn so_many_requests_are_in_flight() {
    let mut limits = Limits::default();
    limits.max_in_flight = std::num::NonZeroUsize::new(1);
    let client = TestClient::on_socket_with(app(), limits).await;
    let mut first = connect(&client).await;
    let slow = b"GET /slow/600 HTTP/1.1\r\nhost: a\r\n\r\n";
    first.write_all(slow).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    let mut second = connect(&client).await;
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    second.write_all(request).await.unwrap();
    let refused = read_quiet(&mut second).await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains("retry-after: 1\r\n"), "{refused}");
    let mut answer = String::new();
    while !answer.ends_with("slow") {
        answer.push_str(&read_quiet(&mut first).await);
    }
    second.write_all(request).await.unwrap();
    let answer = read_quiet(&mut second).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[squall::test]
async fn a_method_that_has_lost_its_client_is_in_flight_too() {
    for method in ["POST", "PUT"] {
        let mut limits = Limits::default();
        limits.max_in_flight = std::num::NonZeroUsize::new(1);
        let client = TestClient::on_socket_with(app(), limits).await;
        let mut gone = connect(&client).await;
        let slow = format!("{method} /slow/800 HTTP/1.1\r\nhost: a\r\n\r\n");
        gone.write_all(slow.as_bytes()).await.unwrap();
        sleep(Duration::from_millis(100)).await;
        drop(gone);
        sleep(Duration::from_millis(100)).await;
        let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        let mut stream = connect(&client).await;
        stream.write_all(request).await.unwrap();
        let refused = read_quiet(&mut stream).await;
        assert!(refused.starts_with("HTTP/1.1 503 "), "{method}: {refused}");
        sleep(Duration::from_millis(700)).await;
        stream.write_all(request).await.unwrap();
        let answer = read_quiet(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{method}: {answer}");
    }
}

#[squall::test]
async fn a_server_with_room_for_two() {
    let mut options = squall::Options::default();
    options.limits.max_connections = std::num::NonZeroUsize::new(2);
    OwnServer::run(app(), options).await;
}

#[squall::test]
async fn a_connection_too_many_is_told_so() {
    let server = OwnServer::start("server::a_server_with_room_for_two");
    let connect = || TcpStream::connect(server.address.clone());
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut inside = [connect().await.unwrap(), connect().await.unwrap()];
    for stream in &mut inside {
        stream.write_all(request).await.unwrap();
        assert!(read_quiet(stream).await.ends_with("hello"));
    }
    let mut outside = connect().await.unwrap();
    outside.write_all(request).await.unwrap();
    let refused = read_all(&mut outside).await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains("retry-after: 1\r\n"), "{refused}");
    drop(outside);
    drop(inside);
    sleep(Duration::from_millis(300)).await;
    let mut again = connect().await.unwrap();
    again.write_all(request).await.unwrap();
    assert!(read_quiet(&mut again).await.ends_with("hello"));
}

#[test]
fn a_server_on_a_runtime_of_many_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let serve = OwnServer::run(app(), squall::Options::default());
    // As a program may: `serve` beside other work of a task.
    let task = async { tokio::spawn(serve).await.unwrap() };
    runtime.unwrap().block_on(task);
}

#[squall::test]
async fn a_program_may_bring_its_own_runtime() {
    let server = OwnServer::start("server::a_server_on_a_runtime_of_many_threads");
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    assert!(read_all(&mut stream).await.ends_with("hello"));
    server.signal("-TERM");
    assert!(server.wait());
}

#[squall::test]
async fn a_server_that_answers_half_closed() {
    let mut options = squall::Options::default();
    options.half_close = true;
    OwnServer::run(app(), options).await;
}

/// What comes of a request whose client closes its side while it waits.
async fn half_closed(address: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET /slow/200 HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    stream.shutdown().await.unwrap();
    read_all(&mut stream).await
}

#[squall::test]
async fn who_closes_one_side_is_gone_unless_an_option_says_otherwise() {
    let strict = OwnServer::start("server::a_server_that_is_told_to_end");
    assert_eq!(half_closed(&strict.address).await, "");
    let lenient = OwnServer::start("server::a_server_that_answers_half_closed");
    let answer = half_closed(&lenient.address).await;
    assert!(answer.ends_with("\r\n\r\nslow"), "{answer}");
    lenient.signal("-TERM");
    assert!(lenient.wait());
}

#[squall::test]
async fn a_server_that_is_told_to_end() {
    OwnServer::run(app(), squall::Options::default()).await;
}

/// SIGTERM with a connection in each state: what is under way is answered, everything is closed, the process ends well.
#[squall::test]
async fn the_end_is_polite() {
    let server = OwnServer::start("server::a_server_that_is_told_to_end");
    let open = async |request: &str| {
        let mut stream = TcpStream::connect(server.address.clone()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    };
    let mut silent = open("").await;
    let mut half = open("GET / HT").await;
    let mut idle = open("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(read_quiet(&mut idle).await.ends_with("hello"));
    let mut slow = open("GET /slow/900 HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut upload = open("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n01234").await;
    sleep(Duration::from_millis(200)).await;
    server.signal("-TERM");
    assert_eq!(read_all(&mut silent).await, "");
    assert_eq!(read_all(&mut idle).await, "");
    upload.write_all(b"56789").await.unwrap();
    let uploaded = read_all(&mut upload).await;
    assert!(
        uploaded.contains("connection: close\r\n") && uploaded.ends_with("10"),
        "{uploaded}"
    );
    let slow = read_all(&mut slow).await;
    assert!(
        slow.contains("connection: close\r\n") && slow.ends_with("slow"),
        "{slow}"
    );
    let half = read_all(&mut half).await;
    assert!(
        half.is_empty() || half.starts_with("HTTP/1.1 408 "),
        "{half}"
    );
    assert!(TcpStream::connect(server.address.clone()).await.is_err());
    assert!(server.wait());
}
