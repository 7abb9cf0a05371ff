//! The order of the life cycle as a list of events, for each way a request can end; clients that go away are in `disconnect`, a
//! failing `on_finish` is in `attack`.

use squall::{
    Application, Context, HttpError, Result, State, handler,
    handler::{FromRequestParts, Outcome},
    http::HeaderMap,
    routes,
    testing::TestClient,
};

use crate::support::Events;

/// A field that notes when it is taken, and fails when the query says so.
struct Field(Events);

impl FromRequestParts for Field {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let events = cx.state::<Events>().expect("the test gives its events");
        events.note("field");
        match cx.query() {
            "fail=field" => Err(HttpError::bad_request("the field failed").into()),
            "panic=field" => panic!("the field panicked"),
            _ => Ok(Self(Events::clone(&events))),
        }
    }
}

#[handler]
struct Base {
    events: State<Events>,
}

#[handler]
impl Base {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        self.events.note("base default_headers");
        headers.insert("x-base", "yes".parse().expect("a valid value"));
    }

    #[prepare]
    async fn prepare_base(&mut self, cx: &mut Context) -> Result<()> {
        self.events.note("base prepare");
        if cx.query() == "finish=base" {
            cx.finish("finished by the base")?;
        }
        Ok(())
    }

    #[write_error]
    async fn page(&self, cx: &mut Context, error: &HttpError) -> Result<String> {
        self.events
            .note(format!("base write_error {}", error.status().as_u16()));
        match cx.query() {
            "fail=write_error" => Err(HttpError::internal().into()),
            "panic=write_error" => panic!("write_error panicked"),
            _ => Ok(format!("base page: {}", error.message())),
        }
    }

    #[on_finish]
    fn finished(&self, outcome: &Outcome) {
        self.events
            .note(format!("base on_finish {}", outcome.status().as_u16()));
    }

    #[on_connection_close]
    fn gone(&self) {
        self.events.note("base on_connection_close");
    }
}

#[handler(base = base)]
#[route("/steps")]
struct Steps {
    base: Base,
    field: Field,
}

#[handler]
impl Steps {
    #[default_headers]
    fn headers(&self, _: &mut HeaderMap) {
        self.field.0.note("default_headers");
    }

    #[prepare]
    async fn prepare(&mut self, cx: &mut Context) -> Result<()> {
        self.field.0.note("prepare");
        match cx.query() {
            "fail=prepare" => Err(HttpError::forbidden().into()),
            "panic=prepare" => panic!("prepare panicked"),
            "finish=prepare" => cx.finish("finished by prepare"),
            _ => Ok(()),
        }
    }

    async fn get(&mut self, cx: &mut Context) -> Result<&'static str> {
        self.field.0.note("get");
        match cx.query() {
            "fail=method" => Err(std::io::Error::other("the method failed").into()),
            "fail=write_error" | "panic=write_error" => Err(HttpError::not_found().into()),
            "panic=method" => panic!("the method panicked"),
            _ => Ok("done"),
        }
    }

    #[on_finish]
    async fn record(&self, outcome: &Outcome) {
        self.field
            .0
            .note(format!("on_finish {}", outcome.status().as_u16()));
    }
}

const SEEN: [&str; 7] = [
    "field",
    "base default_headers",
    "default_headers",
    "base prepare",
    "prepare",
    "get",
    "base on_finish 200",
];

#[track_caller]
fn assert_events(events: &Events, expected: &[&str]) {
    assert_eq!(events.list(), expected);
}

async fn run(query: &str) -> (Events, u16, String) {
    let events = Events::default();
    let client = TestClient::new(Application::new(routes![Steps]).state(events.clone()));
    let answer = client.get(format!("/steps?{query}")).send().await;
    assert_eq!(
        answer.header("x-base"),
        Some("yes"),
        "default headers stand on every answer"
    );
    let (status, text) = (answer.status().as_u16(), answer.text().await);
    let last = format!("on_finish {status}");
    if query.ends_with("=field") {
        events.wait_for(&format!("base {last}")).await;
    } else {
        events.wait_for(&last).await;
    }
    (events, status, text)
}

#[squall::test]
async fn answered() {
    let (events, status, text) = run("").await;
    assert_eq!((status, text.as_str()), (200, "done"));
    let mut expected = SEEN.to_vec();
    expected.push("on_finish 200");
    assert_events(&events, &expected);
}

#[squall::test]
async fn finished_in_prepare_of_the_base() {
    let (events, status, text) = run("finish=base").await;
    assert_eq!((status, text.as_str()), (200, "finished by the base"));
    let expected = [
        "field",
        "base default_headers",
        "default_headers",
        "base prepare",
        "base on_finish 200",
        "on_finish 200",
    ];
    assert_events(&events, &expected);
}

#[squall::test]
async fn finished_in_prepare() {
    let (events, status, text) = run("finish=prepare").await;
    assert_eq!((status, text.as_str()), (200, "finished by prepare"));
    let expected = [
        "field",
        "base default_headers",
        "default_headers",
        "base prepare",
        "prepare",
        "base on_finish 200",
        "on_finish 200",
    ];
    assert_events(&events, &expected);
}

#[squall::test]
async fn failed_in_a_field() {
    let (events, status, text) = run("fail=field").await;
    assert_eq!(
        (status, text.as_str()),
        (400, "base page: the field failed")
    );
    let expected = [
        "field",
        "base default_headers",
        "base write_error 400",
        "base on_finish 400",
    ];
    assert_events(&events, &expected);
}

#[squall::test]
async fn panicked_in_a_field() {
    let (events, status, text) = run("panic=field").await;
    assert_eq!(
        (status, text.as_str()),
        (500, "base page: Internal Server Error")
    );
    let expected = [
        "field",
        "base default_headers",
        "base write_error 500",
        "base on_finish 500",
    ];
    assert_events(&events, &expected);
}

#[squall::test]
async fn failed_in_prepare() {
    let (events, status, text) = run("fail=prepare").await;
    assert_eq!((status, text.as_str()), (403, "base page: Forbidden"));
    let expected = [
        "field",
        "base default_headers",
        "default_headers",
        "base prepare",
        "prepare",
        "base default_headers",
        "default_headers",
        "base write_error 403",
        "base on_finish 403",
        "on_finish 403",
    ];
    assert_events(&events, &expected);
}

#[squall::test]
async fn failed_or_panicked_in_the_method() {
    for query in ["fail=method", "panic=method"] {
        let (events, status, text) = run(query).await;
        assert_eq!(
            (status, text.as_str()),
            (500, "base page: Internal Server Error")
        );
        let mut expected = SEEN[..6].to_vec();
        expected.extend([
            "base default_headers",
            "default_headers",
            "base write_error 500",
        ]);
        expected.extend(["base on_finish 500", "on_finish 500"]);
        assert_events(&events, &expected);
    }
}

#[squall::test]
async fn panicked_in_prepare() {
    let (events, status, _) = run("panic=prepare").await;
    assert_eq!(status, 500);
    let mut expected = SEEN[..5].to_vec();
    expected.extend([
        "base default_headers",
        "default_headers",
        "base write_error 500",
    ]);
    expected.extend(["base on_finish 500", "on_finish 500"]);
    assert_events(&events, &expected);
}

#[squall::test]
async fn failed_or_panicked_in_write_error() {
    for query in ["fail=write_error", "panic=write_error"] {
        let (events, status, text) = run(query).await;
        assert_eq!((status, text.as_str()), (500, ""), "{query}");
        let mut expected = SEEN[..6].to_vec();
        expected.extend([
            "base default_headers",
            "default_headers",
            "base write_error 404",
        ]);
        // The headers are set anew for the empty answer.
        expected.extend([
            "base default_headers",
            "default_headers",
            "base on_finish 500",
            "on_finish 500",
        ]);
        assert_events(&events, &expected);
    }
}

#[squall::test]
async fn refuses_a_method_before_anything_runs() {
    let events = Events::default();
    let client = TestClient::new(Application::new(routes![Steps]).state(events.clone()));
    assert_eq!(client.post("/steps").send().await.status(), 405);
    assert_events(&events, &[]);
}

#[handler]
#[route("/twice")]
struct Twice;

#[handler]
impl Twice {
    fn get(&self, cx: &mut Context) -> Result<()> {
        match cx.query() {
            "finish" => {
                cx.finish("first")?;
                cx.finish("second")
            }
            "write" => {
                cx.finish("first")?;
                cx.write("second")
            }
            _ => cx.write("first"),
        }
    }

    fn post(&self, cx: &mut Context) -> Result<&'static str> {
        if cx.query() == "finish" {
            cx.finish("first")?;
        } else {
            cx.write("first")?;
        }
        Ok("second")
    }
}

#[squall::test]
async fn an_answer_is_given_in_one_way() {
    let client = TestClient::new(Application::new(routes![Twice]).debug(true));
    for (method, query, why) in [
        ("GET", "finish", "`cx.finish` twice"),
        ("GET", "write", "`cx.write` after `cx.finish`"),
        ("POST", "finish", "`cx.finish` and then a returned answer"),
        ("POST", "", "`cx.write` and then a returned content"),
    ] {
        let answer = client
            .request(method.parse().unwrap(), format!("/twice?{query}"))
            .send()
            .await;
        assert_eq!(answer.status(), 500);
        let text = answer.text().await;
        assert!(text.contains(why), "{method} {query}: {text}");
    }
    assert_eq!(client.get("/twice").send().await.text().await, "first");
}
