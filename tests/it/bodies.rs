//! The content of a request on its way in: streams, limits, deadlines, what `prepare` decides before anything is read.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{self, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use squall::{
    Application, Context, HttpError, Result, State, handler,
    handler::{Body, BodyStream},
    http::StatusCode,
    routes,
    testing::TestClient,
};
use tokio::{io::AsyncWriteExt, sync::Notify, time::sleep};

use crate::support::{Events, Pieces, connect, read_all, read_quiet};

const MIB: usize = 1024 * 1024;

/// Counts a stream.
#[handler(max_body = "3 MiB")]
#[route("/count")]
struct Count;

#[handler]
impl Count {
    async fn post(&self, mut content: BodyStream) -> Result<String> {
        let announced = content.remaining();
        let mut length = 0;
        while let Some(chunk) = content.chunk().await? {
            length += chunk.len();
        }
        Ok(format!("{length} of {announced:?}"))
    }
}

/// Holds its content in memory, though it takes more of it as a stream.
#[handler(max_body = "3 MiB", max_in_memory = "8 KiB")]
#[route("/hold")]
struct Hold;

#[handler]
impl Hold {
    async fn post(&self, content: Bytes) -> String {
        content.len().to_string()
    }

    async fn put(&self, content: BodyStream) -> String {
        format!("{:?}", content.remaining())
    }
}

#[handler]
#[route("/usual")]
struct Usual;

#[handler]
impl Usual {
    async fn post(&self, content: Bytes) -> String {
        content.len().to_string()
    }

    async fn put(&self, mut content: BodyStream) -> Result<String> {
        let mut length = 0;
        while let Some(chunk) = content.chunk().await? {
            length += chunk.len();
        }
        Ok(length.to_string())
    }
}

#[handler(max_body = "10 B", body_deadline = "100 ms")]
struct Narrow;

#[handler]
impl Narrow {}

#[handler(base = base)]
#[route("/inherited")]
struct Inherited {
    base: Narrow,
}

#[handler]
impl Inherited {
    async fn post(&self, content: Bytes) -> String {
        content.len().to_string()
    }
}

#[handler(base = base, max_body = "20 B")]
#[route("/own")]
struct Own {
    base: Narrow,
}

#[handler]
impl Own {
    async fn post(&self, content: Bytes) -> String {
        content.len().to_string()
    }
}

/// Says in `prepare` what it takes.
#[handler]
#[route("/prepared")]
struct Prepared {
    #[query]
    most: Option<u64>,
    #[query]
    in_memory: Option<usize>,
    #[query]
    deadline: Option<u64>,
    #[query(default = false)]
    refuse: bool,
    events: State<Events>,
}

#[handler]
impl Prepared {
    #[prepare]
    fn limits(&self, cx: &mut Context) -> Result<()> {
        self.events.note("prepare");
        if let Some(most) = self.most {
            cx.set_max_body(most)?;
        }
        if let Some(most) = self.in_memory {
            cx.set_max_in_memory(most)?;
        }
        if let Some(deadline) = self.deadline {
            cx.set_body_deadline(Duration::from_millis(deadline))?;
        }
        if self.refuse {
            return Err(HttpError::forbidden().into());
        }
        Ok(())
    }

    async fn post(&self, content: Bytes) -> String {
        content.len().to_string()
    }

    async fn put(&self, content: BodyStream, cx: &mut Context) -> Result<String> {
        _ = content;
        cx.set_max_body(1)?;
        Ok("never".to_owned())
    }
}

fn app(events: Events) -> Application {
    Application::new(routes![Count, Hold, Usual, Inherited, Own, Prepared]).state(events)
}

fn client() -> TestClient {
    TestClient::new(app(Events::default()))
}

/// Checks the answer to a `POST` of so many bytes, with their length and without.
async fn check(target: &str, length: usize, expected: Result<&str, &str>) {
    let client = client();
    for sized in [true, false] {
        let request = client.post(target);
        let content = vec![b'x'; length];
        let request = if sized {
            request.body(content)
        } else {
            request.body(Body::stream(Pieces::of(content, 50_000)))
        };
        let answer = request.header("accept", "application/json").send().await;
        let (status, text) = (answer.status(), answer.text().await);
        match expected {
            Ok(expected) => {
                let expected = if sized {
                    expected.to_owned()
                } else {
                    expected.replace("Some(3145728)", "None")
                };
                assert_eq!((status, text), (StatusCode::OK, expected), "{target}");
            }
            Err(part) => {
                assert_eq!(status, 413, "{target} {text}");
                assert!(text.contains(part), "{target} {text}");
            }
        }
    }
}

#[squall::test]
async fn a_stream_is_as_long_as_the_handler_lets() {
    check("/count", 3 * MIB, Ok("3145728 of Some(3145728)")).await;
    check("/count", 3 * MIB + 1, Err("longer than 3145728 bytes")).await;
}

#[squall::test]
async fn memory_has_a_lower_limit_than_a_stream() {
    check("/hold", 8 * 1024, Ok("8192")).await;
    check("/hold", 8 * 1024 + 1, Err("longer than 8192 bytes")).await;
    let answer = client().put("/hold").body(vec![0; MIB]).send().await;
    assert_eq!(answer.text().await, "Some(1048576)");
}

#[squall::test]
async fn two_mebibytes_are_the_default() {
    check("/usual", 2 * MIB, Ok("2097152")).await;
    check("/usual", 2 * MIB + 1, Err("longer than 2097152 bytes")).await;
    for (length, status) in [(2 * MIB, 200), (2 * MIB + 1, 413)] {
        let stream = Body::stream(Pieces::of(vec![0; length], 10_000));
        let answer = client().put("/usual").body(stream).send().await;
        assert_eq!(answer.status(), status);
    }
}

#[squall::test]
async fn what_a_handler_does_not_say_its_base_does() {
    check("/inherited", 10, Ok("10")).await;
    check("/inherited", 11, Err("longer than 10 bytes")).await;
    check("/own", 20, Ok("20")).await;
    check("/own", 21, Err("longer than 20 bytes")).await;
}

#[squall::test]
async fn prepare_sets_the_limit_of_one_request() {
    check("/prepared?most=5", 5, Ok("5")).await;
    check("/prepared?most=5", 6, Err("longer than 5 bytes")).await;
    check(
        "/prepared?most=4000000",
        3 * MIB,
        Err("longer than 2097152 bytes"),
    )
    .await;
    check(
        "/prepared?most=4000000&in_memory=4000000",
        3 * MIB,
        Ok("3145728"),
    )
    .await;
    check(
        "/prepared?in_memory=4000000",
        3 * MIB,
        Err("longer than 2097152 bytes"),
    )
    .await;
}

#[squall::test]
async fn the_next_request_of_a_connection_has_its_own_limit() {
    let client = TestClient::on_socket(app(Events::default())).await;
    let mut stream = connect(&client).await;
    for (most, status) in [
        ("?most=1", "413"),
        ("", "200"),
        ("?most=3", "200"),
        ("?most=2", "413"),
    ] {
        let request =
            format!("POST /prepared{most} HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc");
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = read_quiet(&mut stream).await;
        assert_eq!(answer.get(9..12), Some(status), "{most}: {answer}");
    }
}

#[squall::test]
async fn a_limit_that_comes_too_late_is_a_mistake() {
    let answer = client().put("/prepared").body("abc").send().await;
    assert_eq!(answer.status(), 500);
}

#[squall::test]
async fn prepare_refuses_before_anything_is_read() {
    let events = Events::default();
    let client = TestClient::on_socket(app(events.clone())).await;
    let mut stream = connect(&client).await;
    let head = "POST /prepared?refuse=true HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\
                expect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert_eq!(events.list(), ["prepare"]);
}

#[squall::test]
async fn prepare_runs_when_the_head_has_come() {
    let events = Events::default();
    let client = TestClient::on_socket(app(events.clone())).await;
    let mut stream = connect(&client).await;
    let head =
        "POST /prepared HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    events.wait_for("prepare").await;
    stream.write_all(b"abc").await.unwrap();
    assert!(read_all(&mut stream).await.ends_with("\r\n\r\n3"));
}

#[squall::test]
async fn a_client_goes_on_only_when_its_content_is_wanted() {
    let client = TestClient::on_socket(app(Events::default())).await;
    for (target, length, expected) in [
        ("/usual", 3, "HTTP/1.1 100 "),
        ("/usual", 3 * MIB, "HTTP/1.1 413 "),
        ("/prepared?most=2", 3, "HTTP/1.1 413 "),
        ("/nowhere", 3, "HTTP/1.1 404 "),
    ] {
        let mut stream = connect(&client).await;
        let head = format!(
            "POST {target} HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\nExpect: 100-Continue\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = read_quiet(&mut stream).await;
        assert!(answer.starts_with(expected), "{target}: {answer}");
    }
}

#[squall::test]
async fn content_that_takes_too_long_is_408() {
    let client = TestClient::on_socket(app(Events::default())).await;
    for target in ["/prepared?deadline=50", "/inherited"] {
        let mut stream = connect(&client).await;
        let head = format!("POST {target} HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\na");
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
    let answer = client.post("/inherited").body("abc").send().await;
    assert_eq!(answer.status(), 200);
}

/// Takes one piece when it is told to.
#[handler(max_body = "1 GiB")]
#[route("/slow")]
struct Slow {
    go_on: State<Arc<Notify>>,
}

#[handler]
impl Slow {
    async fn post(&self, mut content: BodyStream) -> Result<&'static str> {
        loop {
            self.go_on.notified().await;
            if content.chunk().await?.is_none() {
                return Ok("done");
            }
        }
    }
}

/// A stream that counts what is taken of it.
struct Endless(Arc<AtomicU64>);

impl Stream for Endless {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        static PIECE: [u8; 65536] = [0; 65536];
        self.0.fetch_add(PIECE.len() as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Bytes::from_static(&PIECE))))
    }
}

#[squall::test]
async fn a_slow_handler_slows_its_client_down() {
    let go_on = Arc::new(Notify::new());
    let client = TestClient::new(Application::new(routes![Slow]).state(Arc::clone(&go_on)));
    let taken = Arc::new(AtomicU64::new(0));
    let upload = client
        .post("/slow")
        .body(Body::stream(Endless(Arc::clone(&taken))))
        .try_send();
    let looking = async {
        // The client sends as long as somebody takes it: what is taken must come to a stand.
        let mut before = u64::MAX;
        loop {
            sleep(Duration::from_millis(50)).await;
            let now = taken.load(Ordering::Relaxed);
            if now == before {
                return now;
            }
            before = now;
        }
    };
    let stood_at = tokio::select! {
        _ = upload => panic!("an upload without end has ended"),
        stood_at = looking => stood_at,
    };
    assert!((1..4 * MIB as u64).contains(&stood_at), "{stood_at}");
}

/// Waits for content that never comes whole.
#[handler]
#[route("/broken")]
struct Broken {
    events: State<Events>,
}

#[handler]
impl Broken {
    async fn post(&self, mut content: BodyStream) {
        while let Ok(Some(_)) = content.chunk().await {}
        let behind = content.chunk().await;
        self.events.note(format!("broken off, then {behind:?}"));
    }
}

#[squall::test]
async fn a_stream_that_breaks_off_is_told_and_ends() {
    let events = Events::default();
    let app = Application::new(routes![Broken]).state(events.clone());
    let client = TestClient::on_socket(app).await;
    let mut stream = connect(&client).await;
    let head = "POST /broken HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc";
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    events.wait_for("broken off, then Ok(None)").await;
}
