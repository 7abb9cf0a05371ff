//! What an attacker, or a mistake in a handler, could break.

use std::{
    fmt,
    pin::Pin,
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use squall::{
    Application, Context, HttpError, Redirect, Result, State, handler,
    handler::{Body, Outcome},
    http::{HeaderName, HeaderValue, StatusCode},
    routes,
    testing::TestClient,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Events, connect, exchange, read_quiet};

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n")
}

async fn serve(events: &Events) -> TestClient {
    let app = Application::new(routes![
        BadDisplay, BadDrop, BareBadDrop, Sized, SizedStream, Child, FlushedPage, FlushedPageFails,
        FlushedNoContent, Informational, Concurrent, Polled, HeadOfFlush, DropStream,
        "/go/{*url}" => Redirect::found("{url}"),
        "/moved/{id}" => Redirect::found("/new/{id}#top"),
    ])
    .state(events.clone())
    .debug(true);
    TestClient::on_socket(app).await
}

/// Sends a request and another one behind it: whether the connection lives on.
async fn twice(path: &str) -> String {
    let events = Events::default();
    let client = serve(&events).await;
    let mut stream = connect(&client).await;
    stream.write_all(get(path).as_bytes()).await.unwrap();
    let first = read_quiet(&mut stream).await;
    stream.write_all(get("/nothing").as_bytes()).await.unwrap();
    let second = read_quiet(&mut stream).await;
    assert!(second.starts_with("HTTP/1.1 404 "), "{first}\n--\n{second}");
    first
}

#[derive(Debug)]
struct Sulky;

impl fmt::Display for Sulky {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl std::error::Error for Sulky {}

/// Its error cannot be shown.
#[handler]
#[route("/bad-display")]
struct BadDisplay;

#[handler]
impl BadDisplay {
    fn get(&self) -> Result<()> {
        Err(Sulky)?
    }
}

#[squall::test]
async fn an_error_that_cannot_be_shown_is_a_500() {
    let answer = twice("/bad-display").await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert!(answer.contains("an error that cannot be shown"), "{answer}");
}

/// Panics when it is dropped.
#[handler]
#[route("/bad-drop")]
struct BadDrop;

impl Drop for BadDrop {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[handler]
impl BadDrop {
    fn get(&self) -> &'static str {
        "hello"
    }

    #[on_finish]
    fn finished(&self, _: &Outcome) {}
}

/// Panics when it is dropped, and nothing else waits for its end.
#[handler]
#[route("/bare-bad-drop")]
struct BareBadDrop;

impl Drop for BareBadDrop {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[handler]
impl BareBadDrop {
    fn get(&self) -> &'static str {
        "hello"
    }
}

#[squall::test]
async fn a_handler_that_panics_when_dropped_harms_nobody() {
    for path in ["/bad-drop", "/bare-bad-drop"] {
        let answer = twice(path).await;
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("hello"),
            "{path}: {answer}"
        );
    }
}

/// A stream that panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

impl Stream for Bomb {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(None)
    }
}

#[handler]
#[route("/drop-stream")]
struct DropStream;

#[handler]
impl DropStream {
    fn get(&self) -> (StatusCode, Body) {
        (StatusCode::NO_CONTENT, Body::stream(Bomb))
    }
}

#[squall::test]
async fn a_stream_that_panics_when_dropped_is_a_500() {
    let answer = twice("/drop-stream").await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
}

/// Says a length that is not that of its content.
#[handler]
#[route("/sized/{length}")]
struct Sized {
    length: String,
}

#[handler]
impl Sized {
    fn get(&self) -> ([(&'static str, String); 1], &'static str) {
        ([("content-length", self.length.clone())], "hello")
    }
}

#[squall::test]
async fn a_wrong_length_is_set_right() {
    for length in ["3", "9", "x"] {
        let answer = twice(&format!("/sized/{length}")).await;
        assert!(
            answer.contains("content-length: 5\r\n"),
            "{length}: {answer}"
        );
        assert!(answer.ends_with("\r\n\r\nhello"), "{length}: {answer}");
    }
}

struct Words(Vec<&'static str>);

impl Stream for Words {
    type Item = Result<&'static str, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop().map(Ok))
    }
}

/// A stream of a known length.
#[handler]
#[route("/sized-stream")]
struct SizedStream {
    events: State<Events>,
}

#[handler]
impl SizedStream {
    fn get(&self) -> ([(&'static str, &'static str); 1], Body) {
        (
            [("content-length", "10")],
            Body::stream(Words(vec!["world", "hello"])),
        )
    }

    #[on_connection_close]
    fn gone(&self) {
        self.events.note("gone");
    }

    #[on_finish]
    fn finished(&self, outcome: &Outcome) {
        self.events.note(format!(
            "finished {} {}",
            outcome.is_complete(),
            outcome.content_sent()
        ));
    }
}

#[squall::test]
async fn a_stream_of_known_length_ends_well() {
    let events = Events::default();
    let client = serve(&events).await;
    let answer = exchange(&client, get("/sized-stream")).await;
    assert!(answer.ends_with("helloworld"), "{answer}");
    assert_eq!(events.list(), ["finished true 10"]);
}

/// Its `on_finish` and its `on_connection_close` panic.
#[handler]
struct Base;

#[handler]
impl Base {
    #[on_finish]
    fn finished(&self, _: &Outcome) {
        panic!("base");
    }

    #[on_connection_close]
    fn gone(&self) {
        panic!("base");
    }
}

#[handler(base = base)]
#[route("/child")]
struct Child {
    base: Base,
    events: State<Events>,
}

#[handler]
impl Child {
    fn get(&self) -> &'static str {
        "child"
    }

    async fn head(&self) {
        self.events.note("started");
        std::future::pending::<()>().await;
    }

    #[on_finish]
    fn finished(&self, _: &Outcome) {
        self.events.note("finished");
    }

    #[on_connection_close]
    fn gone(&self) {
        self.events.note("gone");
    }
}

#[squall::test]
async fn a_panic_in_a_hook_of_the_base_does_not_stop_the_own_hook() {
    let events = Events::default();
    let client = serve(&events).await;
    let answer = exchange(&client, get("/child")).await;
    assert!(answer.ends_with("child"), "{answer}");
    assert_eq!(events.list(), ["finished"]);
    let events = Events::default();
    let client = serve(&events).await;
    let mut stream = connect(&client).await;
    stream
        .write_all(b"HEAD /child HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    events.wait_for("started").await;
    drop(stream);
    events.wait_for("finished").await;
    assert_eq!(events.list(), ["started", "gone", "finished"]);
}

/// Its error page is flushed.
#[handler]
#[route("/flushed-page")]
struct FlushedPage;

#[handler]
impl FlushedPage {
    fn get(&self) -> Result<()> {
        let name = HeaderName::from_static("retry-after");
        Err(HttpError::new(StatusCode::SERVICE_UNAVAILABLE)
            .with_header(name, HeaderValue::from_static("7")))?
    }

    #[write_error]
    async fn page(&self, cx: &mut Context, error: &HttpError) -> Result<()> {
        cx.write(format!("sorry: {}", error.status()))?;
        cx.flush().await
    }
}

#[squall::test]
async fn a_flushed_error_page_has_the_status_of_the_error() {
    let answer = twice("/flushed-page").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 7\r\n"), "{answer}");
    assert!(answer.contains("sorry: 503"), "{answer}");
}

/// Its error page is flushed, and then fails.
#[handler]
#[route("/flushed-page-fails")]
struct FlushedPageFails;

#[handler]
impl FlushedPageFails {
    fn get(&self) -> Result<()> {
        Err(HttpError::forbidden())?
    }

    #[write_error]
    async fn page(&self, cx: &mut Context, _: &HttpError) -> Result<()> {
        cx.write("half".to_owned())?;
        cx.flush().await?;
        Err(HttpError::internal())?
    }
}

#[squall::test]
async fn an_error_page_that_fails_after_its_flush_breaks_off() {
    let events = Events::default();
    let client = serve(&events).await;
    let mut stream = connect(&client).await;
    stream
        .write_all(get("/flushed-page-fails").as_bytes())
        .await
        .unwrap();
    // It comes to its end: the connection is closed.
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.contains("half"), "{answer}");
    assert!(!answer.ends_with("0\r\n\r\n"), "{answer}");
}

/// Flushes under a status that has no content.
#[handler]
#[route("/flushed-no-content")]
struct FlushedNoContent {
    events: State<Events>,
}

#[handler]
impl FlushedNoContent {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.set_status(StatusCode::NO_CONTENT);
        cx.write("x".to_owned())?;
        cx.flush().await?;
        self.events.note("flushed");
        Ok(())
    }

    #[on_connection_close]
    fn gone(&self) {
        self.events.note("gone");
    }

    #[on_finish]
    fn finished(&self, outcome: &Outcome) {
        self.events
            .note(format!("finished {}", outcome.is_complete()));
    }
}

#[squall::test]
async fn a_flush_without_content_is_no_disconnect() {
    let events = Events::default();
    let answer = exchange(&serve(&events).await, get("/flushed-no-content")).await;
    assert!(
        answer.starts_with("HTTP/1.1 204 ") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    assert_eq!(events.list(), ["flushed", "finished true"]);
}

/// Answers with a status that is none for a whole answer.
#[handler]
#[route("/informational/{status}")]
struct Informational {
    status: u16,
}

#[handler]
impl Informational {
    fn get(&self) -> Result<StatusCode> {
        Ok(StatusCode::from_u16(self.status)?)
    }
}

#[squall::test]
async fn an_informational_status_is_no_answer() {
    for status in [100, 101, 103] {
        let answer = twice(&format!("/informational/{status}")).await;
        assert!(answer.starts_with("HTTP/1.1 500 "), "{status}: {answer}");
        let client = TestClient::new(Application::new(routes![Informational]));
        let answer = client.get(format!("/informational/{status}")).send().await;
        assert_eq!(answer.status(), 500, "{status}");
    }
}

/// Flushes inside a future that polls only what was woken.
#[handler]
#[route("/concurrent")]
struct Concurrent;

struct WakeOnly<F>(Pin<Box<F>>, std::sync::Arc<Flag>);

struct Flag(
    std::sync::atomic::AtomicBool,
    std::sync::Mutex<Option<std::task::Waker>>,
);

impl std::task::Wake for Flag {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.store(true, std::sync::atomic::Ordering::SeqCst);
        if let Some(waker) = self.1.lock().unwrap().take() {
            waker.wake();
        }
    }
}

impl<F: Future> WakeOnly<F> {
    fn new(future: F) -> Self {
        let flag = Flag(true.into(), None.into());
        Self(Box::pin(future), flag.into())
    }
}

impl<F: Future> Future for WakeOnly<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        *self.1.1.lock().unwrap() = Some(cx.waker().clone());
        if !self.1.0.swap(false, std::sync::atomic::Ordering::SeqCst) {
            return Poll::Pending;
        }
        let waker = self.1.clone().into();
        self.0.as_mut().poll(&mut TaskContext::from_waker(&waker))
    }
}

#[handler]
impl Concurrent {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        WakeOnly::new(async {
            for word in ["one", "two"] {
                cx.write(word.to_owned())?;
                cx.flush().await?;
            }
            Ok(())
        })
        .await
    }
}

#[squall::test]
async fn a_flush_wakes_who_waits_for_it() {
    let answer = exchange(&serve(&Events::default()).await, get("/concurrent")).await;
    assert!(
        answer.contains("one") && answer.contains("two") && answer.ends_with("\r\n0\r\n\r\n"),
        "{answer}"
    );
}

/// Gives up on its first flush at once.
#[handler]
#[route("/polled")]
struct Polled;

#[handler]
impl Polled {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.set_status(StatusCode::ACCEPTED);
        for word in ["one", "two"] {
            cx.write(word.to_owned())?;
            tokio::select! {
                biased;
                flushed = cx.flush() => flushed?,
                () = std::future::ready(()) => {}
            }
        }
        Ok(())
    }
}

#[squall::test]
async fn a_flush_that_is_given_up_loses_nothing() {
    let answer = exchange(&serve(&Events::default()).await, get("/polled")).await;
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    assert!(
        answer.contains("one") && answer.contains("two") && answer.ends_with("\r\n0\r\n\r\n"),
        "{answer}"
    );
}

#[handler]
#[route("/head-of-flush")]
struct HeadOfFlush;

#[handler]
impl HeadOfFlush {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.write("hello".to_owned())?;
        cx.flush().await
    }
}

#[squall::test]
async fn the_head_of_a_flushed_answer_is_that_of_get() {
    let client = serve(&Events::default()).await;
    let head = client.head("/head-of-flush").send().await;
    assert_eq!(head.header("content-length"), None);
    assert_eq!(head.header("etag"), None);
    assert_eq!(
        head.header("content-type"),
        Some("text/plain; charset=UTF-8")
    );
}

#[squall::test]
async fn a_redirect_that_begins_with_a_parameter_stays_on_the_host() {
    let client = serve(&Events::default()).await;
    // A browser reads a backslash as a slash.
    for (path, expected) in [
        ("https://evil.example/", "./https://evil.example/"),
        ("//evil.example", "/evil.example"),
        ("/evil.example", "/evil.example"),
        ("/%5C/evil.example", "/%5C/evil.example"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("javascript:x", "./javascript:x"),
        ("\\\\evil.example", "%5C%5Cevil.example"),
    ] {
        let answer = exchange(&client, get(&format!("/go/{path}"))).await;
        let location = answer
            .split("location: ")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        assert_eq!(location, Some(expected), "{path}: {answer}");
    }
}

#[squall::test]
async fn a_query_stands_before_the_fragment() {
    let client = serve(&Events::default()).await;
    let answer = client.get("/moved/1?a=b").send().await;
    assert_eq!(answer.header("location"), Some("/new/1?a=b#top"));
}

/// Takes everything.
#[handler]
#[route("/{*rest}", name = "all")]
struct All {
    rest: String,
}

#[handler]
impl All {
    fn get(&self, cx: &mut Context) -> Result<String> {
        cx.reverse_url("all", [&self.rest])
    }
}

/// Two segments.
#[handler]
#[route("/{user}/{repository}")]
struct Repository {
    user: String,
    repository: String,
}

#[handler]
impl Repository {
    fn get(&self) -> String {
        format!("{} {}", self.user, self.repository)
    }
}

#[squall::test]
async fn a_url_stays_on_the_host() {
    let client = TestClient::new(Application::new(routes![All]));
    for rest in ["/evil.example/x", "//evil.example"] {
        let url = All::url(rest);
        assert!(!url.starts_with("//"), "{url}");
        assert_eq!(client.get(&*url).send().await.text().await, url);
    }
    let url = Repository::url("", "evil.example");
    assert!(!url.starts_with("//"), "{url}");
}

/// Says who asks, and works on.
#[handler]
#[route("/who")]
struct Who;

#[handler]
impl Who {
    fn get(&self, cx: &mut Context) -> String {
        format!("{:?}", cx.remote_addr().map(|address| address.ip()))
    }

    async fn post(&self) {
        eprintln!("started");
        tokio::time::sleep(Duration::from_millis(400)).await;
        eprintln!("worked");
    }

    #[blocking]
    fn patch(&self) {
        eprintln!("started");
        std::thread::sleep(Duration::from_millis(400));
        eprintln!("worked");
    }

    #[blocking]
    fn query(&self) {
        eprintln!("started");
        std::thread::sleep(Duration::from_millis(400));
        eprintln!("worked");
    }
}

fn nested() -> Application {
    Application::new(routes![Who]).mount("/in", Application::new(routes![Who]))
}

#[squall::test]
async fn a_mounted_application_knows_the_peer() {
    let client = TestClient::on_socket(nested()).await;
    let who = client.get("/in/who").send().await.text().await;
    assert_eq!(who, "Some(127.0.0.1)");
}

#[squall::test]
async fn a_server_to_be_ended() {
    crate::support::OwnServer::run(nested(), squall::Options::default()).await;
}

#[squall::test]
async fn the_end_waits_for_what_nobody_waits_for() {
    for target in ["POST /who", "PATCH /who", "QUERY /who", "POST /in/who"] {
        let mut server = crate::support::OwnServer::start("attack::a_server_to_be_ended");
        let mut stream = tokio::net::TcpStream::connect(&server.address)
            .await
            .unwrap();
        let request = format!("{target} HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(server.error_has("started"), "{target}");
        drop(stream);
        tokio::time::sleep(Duration::from_millis(50)).await;
        server.signal("-TERM");
        assert!(server.error_has("worked"), "{target}");
        assert!(server.wait());
    }
}

/// Flushes where it cannot.
#[handler]
#[route("/blocking-flush")]
struct BlockingFlush;

#[handler]
impl BlockingFlush {
    #[blocking]
    fn get(&self, cx: &mut Context) -> Result<()> {
        tokio::runtime::Handle::current().block_on(cx.flush())
    }
}

#[squall::test]
async fn a_flush_on_the_pool_is_refused() {
    let app = Application::new(routes![BlockingFlush]).debug(true);
    let client = TestClient::on_socket(app).await;
    let answer = client.get("/blocking-flush").send().await;
    assert_eq!(answer.status(), 500);
    let page = answer.text().await;
    assert!(
        page.contains("`cx.flush` in a `#[blocking]` method"),
        "{page}"
    );
}
