//! The end of a server: who hears of it, who begins it, and what happens when it takes too long.

use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use squall::{Application, Context, Options, Result, handler, routes, testing::TestClient};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::{OwnServer, read_all};

/// Waits for something that does not come.
#[handler]
#[route("/updates")]
struct Updates;

#[handler]
impl Updates {
    async fn get(&self, cx: &mut Context) -> &'static str {
        cx.shutdown().begun().await;
        assert!(cx.shutdown().has_begun());
        "nothing new"
    }
}

/// Writes until the end.
#[handler]
#[route("/stream")]
struct Stream;

#[handler]
impl Stream {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        let shutdown = cx.shutdown().clone();
        cx.write("first ")?;
        cx.flush().await?;
        shutdown.begun().await;
        cx.write("last")
    }
}

/// Ends the server.
#[handler]
#[route("/stop")]
struct Stop;

#[handler]
impl Stop {
    async fn post(&self, cx: &mut Context) -> &'static str {
        cx.shutdown().begin();
        "stopping"
    }
}

/// Hears nothing.
#[handler]
#[route("/deaf")]
struct Deaf;

#[handler]
impl Deaf {
    async fn get(&self) {
        sleep(Duration::from_secs(60)).await;
    }
}

/// Hears nothing, and is soon done.
#[handler]
#[route("/slow")]
struct Slow;

#[handler]
impl Slow {
    async fn get(&self) -> &'static str {
        sleep(Duration::from_millis(700)).await;
        "slow"
    }

    /// Is not done soon.
    async fn post(&self) {
        sleep(Duration::from_secs(60)).await;
    }
}

fn app() -> Application {
    let inner = Application::new(routes![Updates]);
    Application::new(routes![Updates, Stream, Stop, Deaf, Slow]).mount("/inner", inner)
}

fn options() -> Options {
    let mut options = Options::default();
    options.limits.drain_deadline = Duration::from_secs(1);
    options.workers = NonZeroUsize::new(2);
    options
}

#[squall::test]
async fn a_server_that_ends() {
    OwnServer::run(app(), options()).await;
}

#[squall::test]
async fn a_server_without_a_drain_deadline() {
    let mut options = options();
    options.limits.drain_deadline = Duration::ZERO;
    OwnServer::run(app(), options).await;
}

#[squall::test]
async fn a_server_that_takes_long_to_start() {
    let mut options = options();
    options.workers = NonZeroUsize::new(100);
    OwnServer::run(app(), options).await;
}

#[squall::test]
async fn a_server_whose_program_goes_on() {
    OwnServer::run(app(), options()).await;
    if OwnServer::is_here() {
        sleep(Duration::from_secs(60)).await;
    }
}

#[squall::test]
async fn a_server_that_is_given_up() {
    let second = Duration::from_secs(1);
    _ = timeout(second, OwnServer::run(app(), options())).await;
    if OwnServer::is_here() {
        sleep(Duration::from_secs(60)).await;
    }
}

fn start() -> OwnServer {
    OwnServer::start("shutdown::a_server_that_ends")
}

async fn ask(server: &OwnServer, target: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let (method, path) = target.split_once(' ').unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nhost: a\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[squall::test]
async fn handlers_streams_and_mounted_applications_hear_of_it() {
    let server = start();
    let mut polls = [
        ask(&server, "GET /updates").await,
        ask(&server, "GET /inner/updates").await,
    ];
    let mut stream = ask(&server, "GET /stream").await;
    sleep(Duration::from_millis(200)).await;
    server.signal("-TERM");
    for poll in &mut polls {
        let answer = read_all(poll).await;
        assert!(answer.ends_with("\r\n\r\nnothing new"), "{answer}");
    }
    let answer = read_all(&mut stream).await;
    assert!(
        answer.contains("first ") && answer.contains("4\r\nlast\r\n0\r\n\r\n"),
        "{answer}"
    );
    assert!(server.wait());
}

#[squall::test]
async fn a_program_can_begin_it() {
    let server = start();
    let answer = read_all(&mut ask(&server, "POST /stop").await).await;
    assert!(answer.ends_with("stopping"), "{answer}");
    assert!(server.wait());
}

#[squall::test]
async fn it_has_a_deadline_and_says_what_it_cut_off() {
    let mut server = start();
    let mut deaf = ask(&server, "GET /deaf").await;
    sleep(Duration::from_millis(200)).await;
    server.signal("-TERM");
    assert_eq!(read_all(&mut deaf).await, "");
    assert!(server.error_has("cut off after 1s: requests: 1, connections: 1"));
    assert!(server.error_has("499 GET /deaf"));
    assert!(server.wait());
}

#[squall::test]
async fn a_second_signal_does_not_wait() {
    let mut server = start();
    let mut deaf = ask(&server, "GET /deaf").await;
    sleep(Duration::from_millis(200)).await;
    server.signal("-TERM");
    server.error_line("stopping");
    server.signal("-TERM");
    assert_eq!(read_all(&mut deaf).await, "");
    assert!(server.error_has("told to end once more"));
    assert!(server.wait());
}

#[squall::test]
async fn what_is_cut_off_is_over() {
    let mut server = OwnServer::start("shutdown::a_server_whose_program_goes_on");
    let mut deaf = ask(&server, "GET /deaf").await;
    sleep(Duration::from_millis(200)).await;
    let started = Instant::now();
    server.signal("-TERM");
    assert!(server.error_has("cut off after 1s"));
    assert_eq!(read_all(&mut deaf).await, "");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[squall::test]
async fn a_server_that_is_dropped_cuts_off_too() {
    let server = OwnServer::start("shutdown::a_server_that_is_given_up");
    let mut deaf = ask(&server, "GET /deaf").await;
    let started = Instant::now();
    assert_eq!(read_all(&mut deaf).await, "");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[squall::test]
async fn methods_whose_client_is_gone_are_told_of_too() {
    let mut server = start();
    let gone = ask(&server, "POST /slow").await;
    sleep(Duration::from_millis(200)).await;
    drop(gone);
    sleep(Duration::from_millis(100)).await;
    server.signal("-TERM");
    assert!(server.error_has("connections: 0, on the blocking pool or without a client: 1"));
    assert!(server.wait());
}

#[squall::test]
async fn no_drain_deadline_is_none() {
    let server = OwnServer::start("shutdown::a_server_without_a_drain_deadline");
    let mut slow = ask(&server, "GET /slow").await;
    sleep(Duration::from_millis(200)).await;
    server.signal("-TERM");
    let answer = read_all(&mut slow).await;
    assert!(answer.ends_with("slow"), "{answer}");
    assert!(server.wait());
}

#[squall::test]
async fn a_first_signal_behind_an_end_that_has_begun_cuts_off_nothing() {
    let mut server = start();
    let mut slow = ask(&server, "GET /slow").await;
    sleep(Duration::from_millis(200)).await;
    let stopping = read_all(&mut ask(&server, "POST /stop").await).await;
    assert!(stopping.ends_with("stopping"), "{stopping}");
    server.error_line("stopping: requests in flight have");
    server.signal("-TERM");
    let answer = read_all(&mut slow).await;
    assert!(answer.ends_with("slow"), "{answer}");
    assert!(server.wait());
}

#[squall::test]
async fn a_signal_is_heard_as_soon_as_the_server_speaks() {
    let server = OwnServer::start("shutdown::a_server_that_takes_long_to_start");
    server.signal("-TERM");
    assert!(server.wait());
}

#[squall::test]
async fn it_reaches_what_comes_late() {
    let app = app();
    let client = TestClient::new(app.clone());
    app.shutdown().begin();
    let started = Instant::now();
    for target in ["/updates", "/inner/updates"] {
        assert_eq!(client.get(target).send().await.text().await, "nothing new");
    }
    assert!(started.elapsed() < Duration::from_secs(4));
}
