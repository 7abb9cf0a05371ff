//! The end of a server: who hears of it, who begins it, and what happens when it takes too long.

use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use squall::{Application, Context, Options, Result, handler, routes, testing::TestClient};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::sleep};

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

fn app() -> Application {
    let inner = Application::new(routes![Updates]);
    Application::new(routes![Updates, Stream, Stop, Deaf]).mount("/inner", inner)
}

#[squall::test]
async fn a_server_that_ends() {
    let mut options = Options::default();
    options.limits.drain_deadline = Duration::from_secs(1);
    options.workers = NonZeroUsize::new(2);
    OwnServer::run(app(), options).await;
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
