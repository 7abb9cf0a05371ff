//! The client goes away: before the answer, and while it is sent.

use std::time::Duration;

use squall::{
    Application, Context, Result, State, handler,
    handler::{Body, FromRequestParts, Outcome},
    routes,
    testing::TestClient,
};
use tokio::time::{sleep, timeout};

use crate::support::Events;

/// Notes when it is dropped: that is how a test sees that a method was cancelled.
struct Guard(Events);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

macro_rules! slow_handler {
    ($name:ident, $path:literal $(, $setting:ident = $value:ident)?) => {
        #[handler($($setting = $value)?)]
        #[route($path)]
        struct $name {
            events: State<Events>,
        }

        #[handler]
        impl $name {
            async fn get(&self) -> &'static str {
                self.wait().await
            }

            async fn post(&self) -> &'static str {
                self.wait().await
            }

            async fn put(&mut self) -> &'static str {
                self.wait().await
            }

            #[on_connection_close]
            fn gone(&self) {
                self.events.note("gone");
            }

            #[on_finish]
            fn finished(&self, outcome: &Outcome) {
                self.events.note(format!("finished {} {}", outcome.status().as_u16(), outcome.is_complete()));
            }
        }

        impl $name {
            async fn wait(&self) -> &'static str {
                let _guard = Guard((*self.events).clone());
                self.events.note("started");
                sleep(Duration::from_millis(60)).await;
                self.events.note("ended");
                "done"
            }
        }
    };
}

slow_handler!(Slow, "/slow");
slow_handler!(Stubborn, "/stubborn", disconnect = finish);
slow_handler!(Fickle, "/fickle", disconnect = cancel);

fn app(events: &Events) -> Application {
    Application::new(routes![Slow, Stubborn, Fickle, Watcher, Stream, Flusher])
        .state(events.clone())
}

/// Sends a request, goes away once it has started, and waits for the last event.
async fn leave(method: &str, path: &str) -> Vec<String> {
    let events = Events::default();
    let client = TestClient::on_socket(app(&events)).await;
    let request = client.request(method.parse().unwrap(), path);
    let sending = async {
        request.send().await;
    };
    tokio::select! {
        () = sending => panic!("the answer came before the client went"),
        () = events.wait_for("started") => {}
    }
    events.wait_for("finished 499 false").await;
    events.list()
}

#[squall::test]
async fn a_safe_method_is_cancelled_at_once() {
    assert_eq!(
        leave("GET", "/slow").await,
        ["started", "dropped", "gone", "finished 499 false"]
    );
    assert_eq!(
        leave("HEAD", "/slow").await,
        ["started", "dropped", "gone", "finished 499 false"]
    );
    assert_eq!(
        leave("POST", "/fickle").await,
        ["started", "dropped", "gone", "finished 499 false"]
    );
}

#[squall::test]
async fn another_method_runs_to_its_end() {
    // `&self`: the hook runs beside the method, at once.
    let shared = async |method: &str, path: &str| {
        let events = Events::default();
        let client = TestClient::on_socket(app(&events)).await;
        let request = client.request(method.parse().unwrap(), path);
        tokio::select! {
            _ = request.send() => panic!("the answer came before the client went"),
            () = events.wait_for("started") => {}
        }
        events.wait_for("finished 200 false").await;
        events.list()
    };
    let at_once = ["started", "gone", "ended", "dropped", "finished 200 false"];
    assert_eq!(shared("POST", "/slow").await, at_once);
    assert_eq!(shared("GET", "/stubborn").await, at_once);
    // `&mut self`: the hook runs as soon as the method has returned.
    let behind = ["started", "ended", "dropped", "gone", "finished 200 false"];
    assert_eq!(shared("PUT", "/slow").await, behind);
}

#[handler(disconnect = finish)]
#[route("/watcher")]
struct Watcher {
    events: State<Events>,
}

#[handler]
impl Watcher {
    async fn get(&self, cx: &mut Context) -> &'static str {
        self.events.note("started");
        cx.disconnected().await;
        self.events.note("noticed");
        "nobody reads this"
    }
}

#[squall::test]
async fn a_method_can_watch_for_it() {
    let events = Events::default();
    let client = TestClient::on_socket(app(&events)).await;
    tokio::select! {
        _ = client.get("/watcher").send() => panic!("it never answers a client that is there"),
        () = events.wait_for("started") => {}
    }
    events.wait_for("noticed").await;
}

/// A stream that never ends by itself.
#[handler]
#[route("/stream")]
struct Stream {
    events: State<Events>,
}

struct Endless;

impl futures_core::Stream for Endless {
    type Item = Result<&'static str, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(Some(Ok("more ")))
    }
}

#[handler]
impl Stream {
    fn get(&self) -> Body {
        Body::stream(Endless)
    }

    #[on_connection_close]
    fn gone(&self) {
        self.events.note("gone");
    }

    #[on_finish]
    fn finished(&self, outcome: &Outcome) {
        let sent = if outcome.content_sent() > 0 {
            "some"
        } else {
            "nothing"
        };
        self.events.note(format!(
            "finished {} {} {sent}",
            outcome.status().as_u16(),
            outcome.is_complete()
        ));
    }
}

#[squall::test]
async fn a_stream_is_dropped_half_way() {
    let events = Events::default();
    let client = TestClient::on_socket(app(&events)).await;
    let mut answer = client.get("/stream").send().await;
    assert!(answer.chunk().await.unwrap().unwrap().starts_with(b"more "));
    drop(answer);
    events.wait_for("finished 200 false some").await;
    assert_eq!(events.list(), ["gone", "finished 200 false some"]);
}

/// Writes and flushes until the client is gone, or for ever.
#[handler]
#[route("/flusher")]
struct Flusher {
    events: State<Events>,
}

#[handler]
impl Flusher {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        self.flush_on(cx).await
    }

    async fn post(&self, cx: &mut Context) -> Result<()> {
        self.flush_on(cx).await
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

impl Flusher {
    async fn flush_on(&self, cx: &mut Context) -> Result<()> {
        let _guard = Guard((*self.events).clone());
        for _ in 0..20 {
            cx.write("a line\n")?;
            cx.flush().await?;
            sleep(Duration::from_millis(10)).await;
        }
        self.events.note("ended");
        Ok(())
    }
}

#[squall::test]
async fn a_flushing_method_is_stopped_or_finishes() {
    let events = Events::default();
    let client = TestClient::on_socket(app(&events)).await;
    let mut answer = client.get("/flusher").send().await;
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "a line\n");
    drop(answer);
    events.wait_for("finished false").await;
    assert_eq!(events.list(), ["dropped", "gone", "finished false"]);

    let events = Events::default();
    let client = TestClient::on_socket(app(&events)).await;
    let mut answer = client.post("/flusher").send().await;
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "a line\n");
    drop(answer);
    events.wait_for("finished false").await;
    assert_eq!(
        events.list(),
        ["gone", "ended", "dropped", "finished false"]
    );
}

#[squall::test]
async fn flush_waits_for_a_slow_reader() {
    #[handler]
    #[route("/flood")]
    struct Flood {
        events: State<Events>,
    }

    #[handler]
    impl Flood {
        async fn get(&self, cx: &mut Context) -> Result<()> {
            for _ in 0..200 {
                cx.write(vec![b'x'; 64 * 1024])?;
                cx.flush().await?;
                self.events.note("flushed");
            }
            Ok(())
        }
    }

    let events = Events::default();
    let client = TestClient::new(Application::new(routes![Flood]).state(events.clone()));
    let answer = client.get("/flood").send().await;
    // Nobody reads: the method must stand still long before its 12.8 MB are written.
    _ = timeout(Duration::from_millis(200), std::future::pending::<()>()).await;
    let flushed = events.list().len();
    assert!(
        (1..100).contains(&flushed),
        "{flushed} chunks of 64 KiB were taken for a client that reads nothing"
    );
    assert_eq!(answer.bytes().await.len(), 200 * 64 * 1024);
}

/// Flushes, and then waits for ever, fails or panics.
#[handler]
#[route("/half/{how}")]
struct Half {
    how: String,
    events: State<Events>,
}

#[handler]
impl Half {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.write("12345")?;
        cx.flush().await?;
        match self.how.as_str() {
            "wait" => std::future::pending().await,
            "panic" => panic!("half-way"),
            _ => Err(squall::HttpError::internal().into()),
        }
    }

    #[on_connection_close]
    fn gone(&self) {
        self.events.note("gone");
    }

    #[on_finish]
    fn finished(&self, outcome: &Outcome) {
        let (status, sent) = (outcome.status().as_u16(), outcome.content_sent());
        self.events.note(format!(
            "finished {status} {} {sent}",
            outcome.is_complete()
        ));
    }
}

#[squall::test]
async fn a_failure_half_way_is_no_client_that_went() {
    for (how, last, gone) in [
        ("wait", "finished 200 false 5", true),
        ("error", "finished 200 false 5", false),
        ("panic", "finished 200 false 5", false),
    ] {
        let events = Events::default();
        let client =
            TestClient::on_socket(Application::new(routes![Half]).state(events.clone())).await;
        let mut answer = client.get(format!("/half/{how}")).send().await;
        assert_eq!(answer.chunk().await.unwrap().unwrap(), "12345", "{how}");
        if gone {
            drop(answer);
        } else {
            assert!(answer.chunk().await.is_err(), "{how}");
        }
        events.wait_for(last).await;
        assert_eq!(
            events.list().contains(&"gone".to_owned()),
            gone,
            "{how}: {:?}",
            events.list()
        );
    }
}

/// Counts what is built, finished and dropped.
#[derive(Clone, Default)]
struct Counts(std::sync::Arc<[std::sync::atomic::AtomicUsize; 4]>);

impl Counts {
    fn add(&self, index: usize) {
        self.0[index].fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }

    fn get(&self) -> [usize; 4] {
        [0, 1, 2, 3].map(|index| self.0[index].load(std::sync::atomic::Ordering::SeqCst))
    }
}

/// A field that is counted when it is built and when it is dropped.
struct Counted(Counts);

impl FromRequestParts for Counted {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let counts = cx.state::<Counts>().expect("the test gives its counts");
        counts.add(0);
        Ok(Self((*counts).clone()))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.add(1);
    }
}

/// A field that waits.
struct Waits;

impl FromRequestParts for Waits {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        if cx.query() == "field" {
            std::future::pending::<()>().await;
        }
        Ok(Self)
    }
}

#[handler]
struct CountedBase {
    counted: Counted,
}

#[handler]
impl CountedBase {
    #[on_finish]
    fn finished(&self, _: &Outcome) {
        self.counted.0.add(2);
    }
}

#[handler(base = base)]
#[route("/counted")]
struct CountedHandler {
    base: CountedBase,
    _waits: Waits,
}

#[handler]
impl CountedHandler {
    #[prepare]
    async fn prepare(&mut self, cx: &mut Context) {
        if cx.query() == "prepare" {
            std::future::pending::<()>().await;
        }
    }

    async fn get(&self) {
        std::future::pending::<()>().await;
    }

    #[on_finish]
    fn finished(&self, _: &Outcome) {
        self.base.counted.0.add(3);
    }
}

#[squall::test]
async fn what_was_built_is_finished_once_wherever_it_is_cancelled() {
    const EACH: usize = 100;
    for (query, own) in [("field", 0), ("prepare", EACH), ("method", EACH)] {
        let counts = Counts::default();
        let client =
            TestClient::new(Application::new(routes![CountedHandler]).state(counts.clone()));
        for built in 0..EACH {
            // It is built and comes to where it waits in one go, so whoever sees it built can leave.
            let is_built = async {
                while counts.get()[0] == built {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                _ = client.get(format!("/counted?{query}")).send() => panic!("{query}: it never answers"),
                () = is_built => {}
            }
        }
        let ended = async {
            while counts.get() != [EACH, EACH, EACH, own] {
                sleep(Duration::from_millis(2)).await;
            }
        };
        let ended = timeout(Duration::from_secs(4), ended).await;
        assert!(ended.is_ok(), "{query}: {:?}", counts.get());
    }
}
