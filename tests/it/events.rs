//! Server-sent events: what goes over the wire, when, and where it begins and ends.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use proptest::prelude::*;
use squall::{
    Application, HttpError, Result, Routes, State, handler, routes,
    sse::{Event, EventStream, LastEventId},
    testing::{TestClient, TestResponse},
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What a client makes of a stream: HTML, *Server-sent events*, "Interpreting an event stream".
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// What has come and is no whole line.
    rest: String,
    data: String,
    name: String,
    id: String,
    pub(crate) retry: Option<u64>,
    pub(crate) comments: Vec<String>,
    pub(crate) events: Vec<Heard>,
}

/// An event as a page gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) name: String,
    pub(crate) data: String,
    pub(crate) id: String,
}

impl Source {
    pub(crate) fn hear(&mut self, text: &str) {
        self.rest.push_str(text);
        // A CR may be the first half of a line break, but nothing of ours ends in one.
        while let Some(end) = self.rest.find(['\r', '\n']) {
            let line = self.rest[..end].to_owned();
            let break_len = if self.rest[end..].starts_with("\r\n") {
                2
            } else {
                1
            };
            self.rest.drain(..end + break_len);
            self.line(&line);
        }
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => self.comments.push(value.to_owned()),
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.extend([value, "\n"]),
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" => self.retry = value.parse().ok(),
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        let (name, mut data) = (
            std::mem::take(&mut self.name),
            std::mem::take(&mut self.data),
        );
        if data.pop().is_none() {
            return;
        }
        self.events.push(Heard {
            name: if name.is_empty() {
                "message".to_owned()
            } else {
                name
            },
            data,
            id: self.id.clone(),
        });
    }

    /// Hears what comes until there are so many events.
    pub(crate) async fn until(&mut self, answer: &mut TestResponse, events: usize) {
        while self.events.len() < events {
            let chunk = answer.chunk().await.unwrap().expect("the stream goes on");
            self.hear(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

/// Text in which there is all that has a meaning on the wire.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\r\n:a \0]{0,12}",
        "(data|id|event|retry|): ?[\r\n]{0,3}",
        "\\PC{0,20}"
    ]
}

proptest! {
    #[test]
    fn what_is_sent_is_what_a_page_gets(
        data in proptest::collection::vec(hostile(), 1..3),
        name in proptest::option::of(hostile()),
        id in proptest::option::of(hostile()),
        comment in proptest::option::of(hostile()),
        retry in proptest::option::of(any::<u32>()),
    ) {
        let mut event = Event::new();
        if let Some(comment) = &comment {
            event = event.comment(comment);
        }
        let name = name.unwrap_or_default();
        prop_assert_eq!(Event::new().event(&name).is_err(), name.contains(['\r', '\n']));
        let name = name.replace(['\r', '\n'], "");
        event = event.event(&name).unwrap();
        let id = id.unwrap_or_default();
        prop_assert_eq!(Event::new().id(&id).is_err(), id.contains(['\r', '\n', '\0']));
        let id = id.replace(['\r', '\n', '\0'], "");
        event = event.id(&id).unwrap();
        if let Some(retry) = retry {
            event = event.retry(Duration::from_millis(retry.into()));
        }
        for data in &data {
            event = event.data(data);
        }
        let mut source = Source::default();
        source.hear(&event.to_string());
        let with_lf = |text: &String| text.replace("\r\n", "\n").replace('\r', "\n");
        let data = data.iter().map(with_lf).collect::<Vec<_>>().join("\n");
        let name = if name.is_empty() { "message".to_owned() } else { name };
        prop_assert_eq!(source.events, [Heard { name, data, id }]);
        prop_assert_eq!(source.retry, retry.map(u64::from));
        prop_assert_eq!(source.rest, "");
        prop_assert_eq!(source.comments.is_empty(), comment.is_none());
    }

    #[test]
    fn json_is_one_event(text in hostile()) {
        let mut source = Source::default();
        source.hear(&Event::new().json(&text).unwrap().to_string());
        prop_assert_eq!(source.events.len(), 1);
        let back: String = serde_json::from_str(&source.events[0].data).unwrap();
        prop_assert_eq!(back, text);
    }
}

/// Events as a test sends them.
struct Coming(UnboundedReceiver<Result<Event>>, Arc<AtomicBool>);

impl Stream for Coming {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.1.store(true, Ordering::Relaxed);
        self.0.poll_recv(cx)
    }
}

/// The stream of a test.
struct Plan(Mutex<Option<EventStream>>);

impl Plan {
    fn take(&self) -> EventStream {
        let events = self.0.lock().unwrap().take();
        events.expect("a test asks once")
    }
}

#[handler]
#[route("/events")]
struct Events {
    plan: State<Plan>,
}

#[handler]
impl Events {
    fn get(&self) -> EventStream {
        self.plan.take()
    }
}

/// The same with a field of its own.
#[handler]
#[route("/transformed")]
struct Transformed {
    plan: State<Plan>,
}

#[handler]
impl Transformed {
    fn get(&self) -> ([(&'static str, &'static str); 1], EventStream) {
        ([("cache-control", "no-cache")], self.plan.take())
    }
}

#[handler]
#[route("/last")]
struct Last {
    last: LastEventId,
}

#[handler]
impl Last {
    fn get(&self) -> String {
        format!("{:?}", self.last.as_str())
    }
}

const ROUTES: Routes = routes![Events, Transformed, Last];

struct Stage {
    app: Application,
    sender: UnboundedSender<Result<Event>>,
    was_polled: Arc<AtomicBool>,
}

/// An application whose `/events` gives what is sent.
fn stage(change: impl FnOnce(EventStream) -> EventStream) -> Stage {
    let (sender, receiver) = unbounded_channel();
    let was_polled = Arc::<AtomicBool>::default();
    let events = EventStream::new(Coming(receiver, Arc::clone(&was_polled)));
    let plan = Plan(Mutex::new(Some(change(events))));
    Stage {
        app: Application::new(ROUTES).compression(true).state(plan),
        sender,
        was_polled,
    }
}

fn event(text: &str) -> Result<Event> {
    Ok(Event::new().data(text))
}

#[squall::test]
async fn the_head_comes_first_and_each_event_at_once() {
    let stage = stage(|events| events);
    let client = TestClient::new(stage.app);
    let request = client.get("/events").header("accept-encoding", "gzip");
    let mut answer = request.send().await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(
        answer.header("cache-control"),
        Some("no-store, no-transform")
    );
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    for absent in ["etag", "content-encoding", "content-length"] {
        assert_eq!(answer.header(absent), None);
    }
    for text in ["first", "second"] {
        stage.sender.send(event(text)).unwrap();
        let chunk = answer.chunk().await.unwrap().unwrap();
        assert_eq!(chunk, format!("data: {text}\n\n"));
    }
    drop(stage.sender);
    assert_eq!(answer.chunk().await.unwrap(), None);
}

#[squall::test]
async fn one_that_is_compressed_is_prompt_too() {
    let stage = stage(|events| events);
    let client = TestClient::new(stage.app);
    let request = client.get("/transformed").header("accept-encoding", "gzip");
    let mut answer = request.send().await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    for text in ["first", "second"] {
        stage.sender.send(event(text)).unwrap();
        assert!(answer.chunk().await.unwrap().is_some());
    }
}

#[squall::test]
async fn retry_comes_before_all() {
    let stage = stage(|events| events.retry(Duration::from_millis(1500)));
    let client = TestClient::new(stage.app);
    let mut answer = client.get("/events").send().await;
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "retry: 1500\n\n");
}

#[squall::test]
async fn a_test_reads_what_a_page_would() {
    let stage = stage(|events| events.retry(Duration::from_millis(1500)));
    let client = TestClient::new(stage.app);
    let mut events = client.get("/events").send().await.events();
    stage.sender.send(event("x")).unwrap();
    let heard = events.next().await.unwrap();
    assert_eq!(
        (&*heard.event, &*heard.id, &*heard.data),
        ("message", "", "x")
    );
    assert_eq!(events.retry(), Some(Duration::from_millis(1500)));
    drop(stage.sender);
    assert_eq!(events.next().await, None);
}

#[squall::test]
#[should_panic(expected = "no event stream: the answer is 404")]
async fn a_test_reads_no_events_where_there_are_none() {
    let client = TestClient::new(stage(|events| events).app);
    _ = client.get("/nowhere").send().await.events();
}

#[squall::test]
async fn silence_is_broken_by_comments() {
    let stage = stage(|events| events.keep_alive(Duration::from_millis(20)));
    let client = TestClient::new(stage.app);
    let mut answer = client.get("/events").send().await;
    let mut source = Source::default();
    for round in 1..4 {
        while source.comments.len() < 2 * round {
            let chunk = answer.chunk().await.unwrap().unwrap();
            source.hear(std::str::from_utf8(&chunk).unwrap());
        }
        stage.sender.send(event("x")).unwrap();
        source.until(&mut answer, round).await;
    }
}

#[squall::test]
async fn zero_and_for_ever_are_no_keep_alive() {
    for keep_alive in [Duration::ZERO, Duration::MAX] {
        let stage = stage(|events| events.keep_alive(keep_alive));
        let client = TestClient::new(stage.app);
        let mut answer = client.get("/events").send().await;
        let silence = Duration::from_millis(50);
        assert!(tokio::time::timeout(silence, answer.chunk()).await.is_err());
    }
}

#[squall::test]
async fn head_does_not_run_it() {
    let stage = stage(|events| events);
    let client = TestClient::new(stage.app);
    let answer = client.head("/events").send().await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(answer.bytes().await, b"");
    assert!(!stage.was_polled.load(Ordering::Relaxed));
    assert!(stage.sender.is_closed());
}

#[squall::test]
async fn an_error_ends_it_behind_what_came_before() {
    let stage = stage(|events| events);
    stage.sender.send(event("good")).unwrap();
    stage
        .sender
        .send(Err(HttpError::internal().into()))
        .unwrap();
    stage.sender.send(event("never")).unwrap();
    let client = TestClient::new(stage.app);
    let answer = client.get("/events").send().await;
    assert_eq!(answer.text().await, "data: good\n\n");
    assert!(stage.sender.is_closed());
}

#[squall::test]
async fn it_ends_with_the_server() {
    let stage = stage(|events| events);
    let shutdown = stage.app.shutdown();
    let client = TestClient::new(stage.app);
    let mut answer = client.get("/events").send().await;
    stage.sender.send(event("first")).unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "data: first\n\n");
    stage.sender.send(event("last words")).unwrap();
    shutdown.begin();
    assert_eq!(answer.text().await, "data: last words\n\n");
}

/// They are more than a task may take in one turn.
#[squall::test]
async fn what_is_ready_when_the_server_ends_is_sent() {
    let stage = stage(|events| events);
    let shutdown = stage.app.shutdown();
    let client = TestClient::new(stage.app);
    let answer = client.get("/events").send().await;
    for _ in 0..256 {
        stage.sender.send(event("last")).unwrap();
    }
    shutdown.begin();
    assert_eq!(answer.text().await, "data: last\n\n".repeat(256));
}

#[squall::test]
async fn one_that_never_waits_ends_too() {
    struct Endless;
    impl Stream for Endless {
        type Item = Event;
        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Event>> {
            Poll::Ready(Some(Event::new().data("x")))
        }
    }
    #[handler]
    #[route("/endless")]
    struct Talker;
    #[handler]
    impl Talker {
        fn get(&self) -> EventStream {
            EventStream::new(Endless)
        }
    }
    let app = Application::new(routes![Talker]);
    let shutdown = app.shutdown();
    let client = TestClient::new(app);
    let mut answer = client.get("/endless").send().await;
    answer.chunk().await.unwrap().unwrap();
    shutdown.begin();
    assert!(answer.text().await.starts_with("data: x\n\n"));
}

#[squall::test]
async fn a_client_that_goes_away_takes_the_stream_along() {
    let stage = stage(|events| events);
    let client = TestClient::new(stage.app);
    let answer = client.get("/events").send().await;
    assert!(!stage.sender.is_closed());
    drop(answer);
    stage.sender.closed().await;
}

#[squall::test]
async fn the_last_event_id_is_that_of_the_field_and_else_of_the_query() {
    let client = TestClient::new(stage(|events| events).app);
    for (target, field, expected) in [
        ("/last", None, "None"),
        ("/last", Some("7"), "Some(\"7\")"),
        ("/last", Some(""), "None"),
        ("/last", Some("ä"), "Some(\"ä\")"),
        ("/last?last-event-id=8", None, "Some(\"8\")"),
        ("/last?lastEventId=9", None, "Some(\"9\")"),
        ("/last?last-event-id=8", Some("7"), "Some(\"7\")"),
        ("/last?last-event-id=", None, "None"),
    ] {
        let mut request = client.get(target);
        if let Some(field) = field {
            request = request.header("last-event-id", field);
        }
        let answer = request.send().await.text().await;
        assert_eq!(answer, expected, "{target} {field:?}");
    }
    let answer = client
        .get("/last")
        .header("last-event-id", b"\xff")
        .send()
        .await;
    assert_eq!(answer.status(), 400);
    assert_eq!(
        client.get("/last?last-event-id=%ff").send().await.status(),
        400
    );
}
