//! What a server tells of itself: its counts, and who holds an event loop.

use std::{num::NonZeroUsize, thread, time::Duration};

use bytes::Bytes;
use squall::{
    Application, Context, Options, Result, handler,
    handler::Outcome,
    routes,
    server::{Refusal, stats},
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::{OwnServer, read_all, read_quiet};

/// Holds its event loop, at once or later.
#[handler]
#[route("/holds/{milliseconds}")]
struct Holds {
    milliseconds: u64,
    #[query(default = false)]
    later: bool,
}

#[handler]
impl Holds {
    async fn get(&self) -> &'static str {
        if self.later {
            sleep(Duration::from_millis(10)).await;
        }
        thread::sleep(Duration::from_millis(self.milliseconds));
        "held"
    }
}

/// Holds it in a hook behind the answer.
#[handler]
#[route("/holds-at-the-end")]
struct HoldsAtTheEnd;

#[handler]
impl HoldsAtTheEnd {
    fn get(&self) -> &'static str {
        "soon"
    }

    #[on_finish]
    async fn hold(&self, _outcome: &Outcome) {
        thread::sleep(Duration::from_millis(200));
    }
}

/// Takes as long, and holds nothing.
#[handler]
#[route("/waits")]
struct Waits;

#[handler]
impl Waits {
    async fn get(&self) -> &'static str {
        sleep(Duration::from_millis(200)).await;
        "waited"
    }

    #[blocking]
    fn post(&self) -> &'static str {
        thread::sleep(Duration::from_millis(200));
        "waited"
    }

    /// Waits for content.
    async fn put(&self, _content: Bytes) {}
}

/// What the server has counted: as the loops have it, one a line.
#[handler]
#[route("/stats")]
struct Stats;

#[handler]
impl Stats {
    fn get(&self, cx: &mut Context) -> Result<()> {
        for counted in stats().loops {
            cx.write(format!(
                "connections {} accepted {} in_flight {} requests {} read {} written {} delay {:?} {:?} refusals",
                counted.connections,
                counted.accepted,
                counted.in_flight,
                counted.requests,
                counted.bytes_read,
                counted.bytes_written,
                counted.delay,
                counted.longest_delay,
            ))?;
            for refusal in Refusal::ALL {
                cx.write(format!(" {} {}", refusal.name(), counted.refusals(refusal)))?;
            }
            cx.write("\n".to_owned())?;
        }
        Ok(())
    }
}

fn app() -> Application {
    Application::new(routes![Holds, HoldsAtTheEnd, Waits, Stats])
}

fn options() -> Options {
    let mut options = Options::default();
    options.workers = NonZeroUsize::new(1);
    options
}

#[squall::test]
async fn a_watched_server() {
    OwnServer::run(app(), options()).await;
}

#[squall::test]
async fn a_server_that_nobody_watches() {
    let mut options = options();
    options.watchdog = Duration::ZERO;
    OwnServer::run(app(), options).await;
}

#[squall::test]
async fn a_server_that_is_watched_with_all_patience() {
    let mut options = options();
    options.watchdog = Duration::MAX;
    OwnServer::run(app(), options).await;
}

#[squall::test]
async fn patience_may_be_without_end() {
    let mut server = OwnServer::start("watch::a_server_that_is_watched_with_all_patience");
    assert!(ask(&server, "GET", "/holds/200").await.ends_with("held"));
    assert_eq!(lines(&mut server).await, [""; 0]);
}

async fn ask(server: &OwnServer, method: &str, target: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = format!("{method} {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    read_all(&mut stream).await
}

/// The lines of the watchdog.
async fn lines(server: &mut OwnServer) -> Vec<String> {
    server.signal("-TERM");
    let mut lines = Vec::new();
    while let Some(line) = server.any_error_line() {
        if line.contains("squall::watchdog") {
            lines.push(line);
        }
    }
    lines
}

#[squall::test]
async fn who_holds_an_event_loop_is_named() {
    let mut server = OwnServer::start("watch::a_watched_server");
    for (method, target) in [
        ("GET", "/waits"),
        ("POST", "/waits"),
        ("GET", "/holds/5"),
        ("GET", "/holds/200"),
        ("GET", "/holds/300?later=true"),
        ("GET", "/holds-at-the-end"),
    ] {
        let answer = ask(&server, method, target).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{target}: {answer}");
    }
    let lines = lines(&mut server).await;
    let [first, second, third] = &lines[..] else {
        panic!("{lines:#?}");
    };
    assert!(
        first.contains("Holds on /holds/{milliseconds} held its event loop for "),
        "{first}"
    );
    assert!(
        second.contains("Holds on /holds/{milliseconds} held its event loop for 3"),
        "{second}"
    );
    assert!(
        third.contains("HoldsAtTheEnd on /holds-at-the-end held its event loop for 2"),
        "{third}"
    );
}

#[squall::test]
async fn who_holds_it_is_named_among_others() {
    let mut server = OwnServer::start("watch::a_watched_server");
    let get = |target| format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
    let requests = [get("/stats"), get("/holds/200"), get("/stats")].concat();
    let mut stream = open(&server, &requests).await;
    assert_eq!(read_quiet(&mut stream).await.matches(" 200 OK").count(), 3);
    let lines = lines(&mut server).await;
    let [line] = &lines[..] else {
        panic!("{lines:#?}");
    };
    assert!(
        line.contains("Holds on /holds/{milliseconds} held its event loop for 2"),
        "{line}"
    );
}

#[squall::test]
async fn nobody_is_named_where_nobody_watches() {
    let mut server = OwnServer::start("watch::a_server_that_nobody_watches");
    assert!(ask(&server, "GET", "/holds/200").await.ends_with("held"));
    assert_eq!(lines(&mut server).await, [""; 0]);
}

#[squall::test]
async fn a_loop_that_stands_still_is_found_before_it_turns_again() {
    let mut server = OwnServer::start("watch::a_watched_server");
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = b"GET /holds/60000 HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let line = tokio::task::spawn_blocking(move || server.error_line("stood still"));
    let line = timeout(Duration::from_secs(4), line)
        .await
        .unwrap()
        .unwrap();
    assert!(
        line.contains(
            "event loop 0 has stood still for 2s, held by Holds on /holds/{milliseconds}"
        ) && line.contains("connections waiting: 1"),
        "{line}"
    );
}

/// The number behind a word of the counts.
fn count(stats: &str, name: &str) -> u64 {
    let mut words = stats.split_whitespace();
    words.find(|word| *word == name);
    words.next().unwrap().parse().unwrap()
}

#[squall::test]
async fn a_server_with_little_room() {
    let mut options = options();
    options.limits.max_connections_per_address = NonZeroUsize::new(3);
    options.limits.max_in_flight = NonZeroUsize::new(1);
    options.limits.head_deadline = Duration::from_millis(500);
    options.limits.body_deadline = Duration::from_millis(500);
    OwnServer::run(app(), options).await;
}

async fn open(server: &OwnServer, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    stream
}

#[squall::test]
async fn what_a_server_does_is_counted() {
    let server = OwnServer::start("watch::a_server_with_little_room");
    let get = "GET /stats HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut idle = open(&server, get).await;
    let first = read_quiet(&mut idle).await;
    let expected = [
        ("connections", 1),
        ("accepted", 1),
        ("in_flight", 1),
        ("requests", 1),
        ("read", get.len() as u64),
        ("written", 0),
    ];
    for (name, expected) in expected {
        assert_eq!(count(&first, name), expected, "{name} of {first}");
    }

    let mut slow = open(&server, "GET /waits HTTP/1.1\r\nhost: a\r\n\r\n").await;
    sleep(Duration::from_millis(50)).await;
    idle.write_all(get.as_bytes()).await.unwrap();
    let busy = read_quiet(&mut idle).await;
    assert!(busy.starts_with("HTTP/1.1 503 "), "{busy}");
    let mut silent = open(&server, "").await;
    let refused = read_all(&mut open(&server, "").await).await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(read_quiet(&mut slow).await.ends_with("waited"));
    drop(slow);
    assert_eq!(read_all(&mut silent).await, "");

    let long = "a".repeat(70_000);
    for (wrong, status) in [
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("what\r\n\r\n", 400),
        (
            &format!("GET / HTTP/1.1\r\nhost: a\r\na: {long}\r\n\r\n"),
            431,
        ),
        (
            "PUT /waits HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n",
            408,
        ),
    ] {
        let answer = read_all(&mut open(&server, wrong).await).await;
        let status = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&status), "{answer}");
    }

    idle.write_all(get.as_bytes()).await.unwrap();
    let last = read_quiet(&mut idle).await;
    let expected = [
        ("accepted", 8),
        ("too_many_requests", 1),
        ("too_many_of_address", 1),
        ("too_many_connections", 0),
        ("malformed", 2),
        ("head_too_large", 1),
        ("head_deadline", 1),
        ("body_deadline", 1),
        ("write_deadline", 0),
        // Three for the counts, `/waits` twice, and one without a host: the others had no head that could be read.
        ("requests", 6),
    ];
    for (name, expected) in expected {
        assert_eq!(count(&last, name), expected, "{name} of {last}");
    }
    assert!(count(&last, "written") > first.len() as u64, "{last}");
}
