//! Conditional requests, through the life cycle of a handler. What the fields mean is tested beside the code, in `http/preconditions.rs`,
//! `http/entity_tag.rs`, `http/range.rs` and `http/date.rs`.
//!
//! | row | tests |
//! |---|---|
//! | T1 | `a_tag_of_its_own_accord_is_for_a_whole_answer_of_get_and_head` |
//! | T2 | `an_author_sets_the_tag_or_has_none` |
//! | T3 | `if_none_match_is_compared_weakly_with_a_list_or_any` |
//! | T4 | `a_304_keeps_what_is_for_the_cache_and_drops_what_is_of_the_content` |
//! | T5 | `a_304_before_the_work`, `in_prepare_no_method_runs_for_a_304`, `a_change_is_refused_where_somebody_else_was_faster`, |
//! | | `a_change_goes_on_where_its_preconditions_hold`, `what_does_not_exist_can_be_made_once` |
//! | T6 | `a_tag_with_the_suffix_of_a_coding_is_the_same_state` |
//! | S5 | `if_none_match_alone_decides_where_it_is_there`, `if_modified_since_saves_content`, `a_date_that_is_none_does_not_count` |
//! | N3, N7 | `dates_and_ranges_are_there_for_handlers` |

use std::{
    sync::Mutex,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use squall::{
    Application, Context, Error, HttpError, Result, Routes, State, handler,
    handler::{Body, Conditional, IntoResponse},
    http::{ByteRanges, EntityTag, HeaderMap, HeaderValue, StatusCode, Validators, date, header},
    routes,
    testing::{TestClient, TestResponse},
};

use crate::support::{Events, exchange};

const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const CHANGED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

fn changed() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(784_111_777_500)
}

/// The base of all: its pages show that an error came by the one way.
#[handler]
struct Site;

#[handler]
impl Site {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        headers.insert("x-site", HeaderValue::from_static("yes"));
    }

    #[write_error]
    fn page(&self, error: &HttpError) -> String {
        format!("page {}: {}", error.status().as_u16(), error.message())
    }
}

/// Answers of which nothing is said before.
#[handler(base = site)]
#[route("/plain/{case}")]
struct Plain {
    site: Site,
    case: String,
}

#[handler]
impl Plain {
    async fn get(&self, cx: &mut Context) -> Result<Body> {
        cx.set_cookie(("seen", "1"))?;
        match self.case.as_str() {
            "empty" => return Ok(Body::empty()),
            "large" => return Ok("x".repeat(64 * 1024 + 1).into()),
            "own" => cx.set_header("etag", "\"a\"")?,
            "weak" => cx.set_header("etag", "W/\"a\"")?,
            "untagged" => cx.clear_header("etag"),
            "dated" => {
                cx.clear_header("etag");
                cx.set_header("last-modified", date::format(changed()))?;
            }
            "both" => {
                cx.set_header("etag", "\"a\"")?;
                cx.set_header("last-modified", date::format(changed()))?;
            }
            "malformed" => cx.set_header("etag", "a")?,
            "created" => cx.set_status(StatusCode::CREATED),
            "missing" => return Err(HttpError::not_found().into()),
            _ => {}
        }
        Ok("content".into())
    }

    async fn post(&self) -> &'static str {
        "content"
    }
}

/// The same, from what a type says.
#[handler(base = site)]
#[route("/typed")]
struct Typed {
    site: Site,
}

#[handler]
impl Typed {
    fn get(&self) -> impl IntoResponse {
        let tag = EntityTag::strong("a").unwrap();
        let fields = [
            (header::ETAG, HeaderValue::from(tag)),
            (header::SET_COOKIE, HeaderValue::from_static("typed=1")),
            (header::VARY, HeaderValue::from_static("accept")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::CONTENT_LANGUAGE, HeaderValue::from_static("en")),
            (
                header::CONTENT_ENCODING,
                HeaderValue::from_static("identity"),
            ),
        ];
        (fields, "content")
    }
}

fn stream() -> Body {
    struct Once(bool);
    impl futures_core::Stream for Once {
        type Item = Result<&'static str, std::io::Error>;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            let first = !std::mem::replace(&mut self.0, true);
            std::task::Poll::Ready(first.then_some(Ok("streamed")))
        }
    }
    Body::stream(Once(false))
}

/// Content that comes in pieces.
#[handler(base = site)]
#[route("/pieces/{case}")]
struct Pieces {
    site: Site,
    case: String,
    events: State<Events>,
}

#[handler]
impl Pieces {
    async fn get(&self, cx: &mut Context) -> Result<Body> {
        if !self.case.ends_with("untagged") {
            cx.set_header("etag", "\"a\"")?;
        }
        cx.set_cookie(("seen", "1"))?;
        if self.case.starts_with("stream") {
            return Ok(stream());
        }
        for piece in ["one ", "two "] {
            cx.write(piece)?;
            cx.flush().await?;
        }
        self.events.note("flushed");
        cx.write("three")?;
        Ok(Body::default())
    }
}

/// A method for HEAD that knows the length.
#[handler]
#[route("/head")]
struct Head;

#[handler]
impl Head {
    fn get(&self) -> &'static str {
        "content"
    }

    fn head(&self, cx: &mut Context) -> Result<()> {
        cx.set_header("content-length", "7")
    }
}

/// A note, or none yet.
#[derive(Default)]
struct Note(Option<(u32, Bytes)>);

impl Note {
    fn validators(&self) -> Result<Validators> {
        Ok(match &self.0 {
            Some((version, _)) => Validators::new()
                .entity_tag(EntityTag::strong(format!("v{version}"))?)
                .last_modified(changed() + Duration::from_secs((*version).into())),
            None => Validators::absent(),
        })
    }

    fn version(&self) -> u32 {
        self.0.as_ref().map_or(0, |(version, _)| *version)
    }
}

#[handler(base = site)]
#[route("/note")]
struct Page {
    site: Site,
    note: State<Mutex<Note>>,
    events: State<Events>,
}

#[handler]
impl Page {
    async fn get(&self, cx: &mut Context) -> Result<Conditional<Bytes>> {
        let note = self.note.lock().unwrap();
        cx.set_header("cache-control", "no-cache")?;
        let state = cx.check_preconditions(&note.validators()?)?;
        let (_, text) = note.0.as_ref().ok_or_else(HttpError::not_found)?;
        Ok(state.map(|()| {
            self.events.note("made");
            text.clone()
        }))
    }

    async fn put(&self, cx: &mut Context, text: Bytes) -> Result<StatusCode> {
        self.change(cx, Some(text))
    }

    async fn patch(&self, cx: &mut Context, text: Bytes) -> Result<StatusCode> {
        self.change(cx, Some(text))
    }

    async fn post(&self, cx: &mut Context, text: Bytes) -> Result<StatusCode> {
        self.change(cx, Some(text))
    }

    async fn delete(&self, cx: &mut Context) -> Result<StatusCode> {
        self.change(cx, None)
    }
}

impl Page {
    fn change(&self, cx: &mut Context, text: Option<Bytes>) -> Result<StatusCode> {
        let mut note = self.note.lock().unwrap();
        cx.set_cookie(("asked", "1"))?;
        cx.check_preconditions(&note.validators()?)?;
        let version = note.version() + 1;
        note.0 = text.map(|text| (version, text));
        Ok(StatusCode::NO_CONTENT)
    }
}

/// Asks in `prepare`, for all its methods.
#[handler(base = site)]
#[route("/prepared")]
struct Prepared {
    site: Site,
    events: State<Events>,
}

#[handler]
impl Prepared {
    #[prepare]
    fn check(&mut self, cx: &mut Context) -> Result<()> {
        let validators = Validators::new().entity_tag(EntityTag::strong("a")?);
        if cx.check_preconditions(&validators)?.is_not_modified() {
            cx.finish(Conditional::<()>::NotModified)?;
        }
        Ok(())
    }

    fn get(&self) -> &'static str {
        self.events.note("get");
        "content"
    }

    fn put(&self) -> &'static str {
        self.events.note("put");
        "changed"
    }
}

/// Asks when it is too late.
#[handler]
#[route("/late")]
struct Late;

#[handler]
impl Late {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.write("sent")?;
        cx.flush().await?;
        let asked = cx.check_preconditions(&Validators::new());
        cx.write(format!(" {}", asked.unwrap_err().status().as_u16()).leak() as &'static str)
    }
}

/// Takes its parts from content in memory.
#[handler]
#[route("/parts")]
struct Parts;

#[handler]
impl Parts {
    fn get(&self, cx: &mut Context) -> Result<(StatusCode, HeaderMap, Bytes)> {
        let content = Bytes::from_static(b"0123456789");
        let length = content.len() as u64;
        let validators = Validators::new().last_modified(changed());
        cx.check_preconditions(&validators)?;
        let ranges = ByteRanges::of(cx.method(), cx.headers(), &validators, length);
        let mut fields = HeaderMap::new();
        Ok(match ranges {
            ByteRanges::Parts(parts) => {
                fields.insert("content-range", parts[0].content_range(length));
                let part = usize::try_from(parts[0].first())?..=usize::try_from(parts[0].last())?;
                (StatusCode::PARTIAL_CONTENT, fields, content.slice(part))
            }
            ByteRanges::Unsatisfiable => {
                fields.insert("content-range", ByteRanges::unsatisfied(length));
                (StatusCode::RANGE_NOT_SATISFIABLE, fields, Bytes::new())
            }
            ByteRanges::Whole => (StatusCode::OK, fields, content),
        })
    }
}

const ROUTES: Routes = routes![Plain, Typed, Pieces, Head, Page, Prepared, Late, Parts];

struct Tested {
    client: TestClient,
    events: Events,
}

fn tested() -> Tested {
    with(|app| app)
}

fn with(change: impl FnOnce(Application) -> Application) -> Tested {
    let events = Events::default();
    let app = Application::new(ROUTES)
        .base::<Site>()
        .state(events.clone())
        .state(Mutex::new(Note::default()));
    Tested {
        client: TestClient::new(change(app)),
        events,
    }
}

impl Tested {
    async fn send(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let mut request = self.client.request(method.parse().unwrap(), path);
        for (name, value) in fields {
            request = request.header(name, value);
        }
        if !["GET", "HEAD"].contains(&method) {
            request = request.body("text");
        }
        request.send().await
    }

    async fn check(&self, method: &str, path: &str, fields: &[(&str, &str)], status: u16) {
        let answer = self.send(method, path, fields).await;
        assert_eq!(answer.status(), status, "{method} {path} {fields:?}");
        if status == 304 {
            assert_eq!(answer.text().await, "", "{method} {path} {fields:?}");
        }
    }
}

async fn check(method: &str, path: &str, fields: &[(&str, &str)], status: u16) {
    tested().check(method, path, fields, status).await;
}

/// For GET and HEAD.
async fn check_read(path: &str, fields: &[(&str, &str)], status: u16) {
    for method in ["GET", "HEAD"] {
        check(method, path, fields, status).await;
    }
}

async fn get(path: &str, fields: &[(&str, &str)]) -> TestResponse {
    tested().send("GET", path, fields).await
}

/// The SHA-1 of `content`.
const TAG: &str = "\"040f06fd774092478d450774f5ba30c5da78acc8\"";

#[squall::test]
async fn a_tag_of_its_own_accord_is_for_a_whole_answer_of_get_and_head() {
    let tested = tested();
    for (method, path, tag) in [
        ("GET", "/plain/x", Some(TAG)),
        ("HEAD", "/plain/x", Some(TAG)),
        (
            "GET",
            "/plain/empty",
            Some("\"da39a3ee5e6b4b0d3255bfef95601890afd80709\""),
        ),
        ("GET", "/plain/large", None),
        ("GET", "/plain/created", None),
        ("GET", "/plain/missing", None),
        ("POST", "/plain/x", None),
        ("GET", "/pieces/stream-untagged", None),
        ("GET", "/pieces/flush-untagged", None),
        ("HEAD", "/pieces/flush-untagged", None),
        // What is there is not what GET would give.
        ("HEAD", "/head", None),
    ] {
        let answer = tested.send(method, path, &[]).await;
        assert_eq!(answer.header("etag"), tag, "{method} {path}");
    }
    let untagged = with(|app| app.entity_tags(false));
    let answer = untagged.send("GET", "/plain/x", &[]).await;
    assert_eq!(answer.header("etag"), None);
}

#[squall::test]
async fn an_author_sets_the_tag_or_has_none() {
    let untagged = with(|app| app.entity_tags(false));
    for (path, tag) in [
        ("/plain/own", Some("\"a\"")),
        ("/plain/weak", Some("W/\"a\"")),
        ("/typed", Some("\"a\"")),
        ("/plain/untagged", None),
    ] {
        for tested in [&tested(), &untagged] {
            let answer = tested.send("GET", path, &[]).await;
            assert_eq!(answer.header("etag"), tag, "{path}");
        }
    }
    check_read("/plain/own", &[("if-none-match", "\"a\"")], 304).await;
    check_read("/plain/own", &[("if-none-match", TAG)], 200).await;
    check_read("/plain/untagged", &[("if-none-match", TAG)], 200).await;
    check_read("/plain/malformed", &[("if-none-match", "\"a\"")], 200).await;
}

#[squall::test]
async fn if_none_match_is_compared_weakly_with_a_list_or_any() {
    for (field, status) in [
        (TAG, 304),
        (&*format!("W/{TAG}"), 304),
        (&*format!("\"a,b\", W/\"c\" , {TAG}"), 304),
        ("*", 304),
        ("\"x\", *", 200),
        ("\"x\"", 200),
        (TAG.trim_matches('"'), 200),
        ("", 200),
    ] {
        check_read("/plain/x", &[("if-none-match", field)], status).await;
    }
    let lines = [("if-none-match", "\"x\""), ("if-none-match", TAG)];
    check_read("/plain/x", &lines, 304).await;
    check_read("/plain/weak", &[("if-none-match", "\"a\"")], 304).await;
    check_read("/plain/weak", &[("if-none-match", "W/\"a\"")], 304).await;
}

#[squall::test]
async fn only_what_would_be_200_is_compared() {
    for fields in [[("if-none-match", "*")], [("if-match", "\"x\"")]] {
        check_read("/plain/missing", &fields, 404).await;
        check_read("/plain/created", &fields, 201).await;
        check("POST", "/plain/x", &fields, 200).await;
        check("OPTIONS", "/plain/x", &fields, 204).await;
        check_read("/nowhere", &fields, 404).await;
    }
}

#[squall::test]
async fn a_304_keeps_what_is_for_the_cache_and_drops_what_is_of_the_content() {
    let answer = get("/typed", &[("if-none-match", "\"a\"")]).await;
    assert_eq!(answer.status(), 304);
    for (name, value) in [
        ("etag", Some("\"a\"")),
        ("vary", Some("accept")),
        ("cache-control", Some("no-cache")),
        ("set-cookie", Some("typed=1")),
        ("server", Some("squall/0.1.0")),
        ("x-site", Some("yes")),
        ("content-type", None),
        ("content-language", None),
        ("content-encoding", None),
        ("content-length", None),
        ("transfer-encoding", None),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(answer.header("date").is_some());
    assert_eq!(answer.text().await, "");
}

#[squall::test]
async fn a_tag_with_the_suffix_of_a_coding_is_the_same_state() {
    for coding in ["br", "zstd", "gzip"] {
        let coded = format!("\"a-{coding}\"");
        let answer = get("/plain/own", &[("if-none-match", &coded)]).await;
        assert_eq!(answer.status(), 304, "{coding}");
        assert_eq!(answer.header("etag"), Some(&*coded));
        check_read("/plain/own", &[("if-match", &coded)], 200).await;
    }
    check_read("/plain/own", &[("if-none-match", "\"a-other\"")], 200).await;
    check_read("/plain/own", &[("if-match", "\"a-other\"")], 412).await;
}

#[squall::test]
async fn if_match_compares_strongly_also_with_a_tag_made_here() {
    for (path, field, status) in [
        ("/plain/x", TAG, 200),
        ("/plain/x", "*", 200),
        ("/plain/x", "\"x\"", 412),
        ("/plain/x", &format!("\"x\", {TAG}"), 200),
        ("/plain/x", &format!("W/{TAG}"), 412),
        ("/plain/weak", "W/\"a\"", 412),
        ("/plain/weak", "*", 200),
        ("/plain/untagged", TAG, 412),
        ("/plain/untagged", "*", 200),
    ] {
        check_read(path, &[("if-match", field)], status).await;
    }
}

#[squall::test]
async fn if_unmodified_since_refuses_what_was_changed_later() {
    for (path, date, status) in [
        ("/plain/dated", BEFORE, 412),
        ("/plain/dated", CHANGED, 200),
        ("/plain/dated", AFTER, 200),
        ("/plain/x", BEFORE, 200),
    ] {
        check_read(path, &[("if-unmodified-since", date)], status).await;
    }
    // Beside `if-match` it does not count.
    for (tag, date, status) in [("\"a\"", BEFORE, 200), ("\"b\"", AFTER, 412)] {
        let fields = [("if-match", tag), ("if-unmodified-since", date)];
        check_read("/plain/both", &fields, status).await;
    }
}

#[squall::test]
async fn if_modified_since_saves_content() {
    for (path, date, status) in [
        ("/plain/dated", BEFORE, 200),
        ("/plain/dated", CHANGED, 304),
        ("/plain/dated", AFTER, 304),
        ("/plain/dated", "Sunday, 06-Nov-94 08:49:37 GMT", 304),
        ("/plain/dated", "Sun Nov  6 08:49:37 1994", 304),
        ("/plain/x", AFTER, 200),
    ] {
        check_read(path, &[("if-modified-since", date)], status).await;
    }
    let answer = get("/plain/both", &[("if-modified-since", CHANGED)]).await;
    assert_eq!(answer.status(), 304);
    assert_eq!(answer.header("etag"), Some("\"a\""));
    assert_eq!(answer.header("last-modified"), Some(CHANGED));
}

#[squall::test]
async fn if_none_match_alone_decides_where_it_is_there() {
    for (tag, date, status) in [
        ("\"b\"", AFTER, 200),
        ("nonsense", AFTER, 200),
        ("\"a\"", BEFORE, 304),
    ] {
        let fields = [("if-none-match", tag), ("if-modified-since", date)];
        check_read("/plain/both", &fields, status).await;
    }
}

#[squall::test]
async fn what_guards_comes_before_what_saves() {
    for (guard, value, status) in [
        ("if-match", "\"b\"", 412),
        ("if-match", "\"a\"", 304),
        ("if-unmodified-since", BEFORE, 412),
        ("if-unmodified-since", AFTER, 304),
    ] {
        let fields = [(guard, value), ("if-none-match", "\"a\"")];
        check_read("/plain/both", &fields, status).await;
    }
}

#[squall::test]
async fn a_date_that_is_none_does_not_count() {
    for date in [
        "yesterday",
        "1994-11-06T08:49:37Z",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "",
        "\u{fc}",
    ] {
        check_read("/plain/dated", &[("if-modified-since", date)], 200).await;
        check_read("/plain/dated", &[("if-unmodified-since", date)], 200).await;
    }
    let twice = [("if-modified-since", AFTER), ("if-modified-since", AFTER)];
    check_read("/plain/dated", &twice, 200).await;
}

#[squall::test]
async fn a_412_takes_the_way_of_all_errors_and_keeps_cookies() {
    for (path, cookie) in [
        ("/plain/own", "seen=1; HttpOnly; SameSite=Lax; Path=/"),
        ("/typed", "typed=1"),
        ("/pieces/stream", "seen=1; HttpOnly; SameSite=Lax; Path=/"),
        ("/pieces/flush", "seen=1; HttpOnly; SameSite=Lax; Path=/"),
    ] {
        let answer = get(path, &[("if-match", "\"b\"")]).await;
        assert_eq!(answer.status(), 412, "{path}");
        assert_eq!(answer.header("x-site"), Some("yes"), "{path}");
        let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, [cookie], "{path}");
        // Those of the answer that is not given.
        for name in ["etag", "cache-control", "content-language"] {
            assert_eq!(answer.header(name), None, "{path} {name}");
        }
        let page = answer.text().await;
        assert!(
            page.starts_with("page 412: a precondition"),
            "{path} {page}"
        );
    }
}

#[squall::test]
async fn without_a_page_of_its_own_a_412_says_what_is_wrong() {
    let client = TestClient::new(Application::new(routes![Head]));
    let request = client.get("/head").header("if-match", "\"b\"");
    let answer = request.header("accept", "application/json").send().await;
    assert_eq!(answer.status(), 412);
    let content_type = answer.header("content-type");
    assert_eq!(content_type, Some("application/problem+json"));
    assert!(answer.text().await.contains("if-match"));
}

#[squall::test]
async fn what_comes_in_pieces_is_compared_by_the_tag_it_is_given() {
    for path in ["/pieces/stream", "/pieces/flush"] {
        check_read(path, &[], 200).await;
        check_read(path, &[("if-none-match", "\"b\"")], 200).await;
        check_read(path, &[("if-match", "\"a\"")], 200).await;
        check_read(path, &[("if-match", "\"b\"")], 412).await;
        let answer = get(path, &[("if-none-match", "\"a-br\"")]).await;
        assert_eq!(answer.status(), 304, "{path}");
        assert_eq!(answer.header("etag"), Some("\"a-br\""), "{path}");
        assert_eq!(answer.header("transfer-encoding"), None, "{path}");
        assert_eq!(answer.text().await, "", "{path}");
        check_read(path, &[("if-none-match", "\"a\"")], 304).await;
    }
}

#[squall::test]
async fn a_flush_is_refused_before_anything_is_sent() {
    let tested = tested();
    tested
        .check("GET", "/pieces/flush", &[("if-match", "\"b\"")], 412)
        .await;
    assert_eq!(tested.events.list(), Vec::<String>::new());
    let fields = [("if-none-match", "\"a\"")];
    tested.check("GET", "/pieces/flush", &fields, 304).await;
    assert_eq!(tested.events.list(), ["flushed"]);
}

#[squall::test]
async fn a_304_before_the_work() {
    let tested = tested();
    tested.check("PUT", "/note", &[], 204).await;
    let answer = tested.send("GET", "/note", &[]).await;
    assert_eq!(answer.header("etag"), Some("\"v1\""));
    assert_eq!(answer.header("last-modified"), Some(AFTER));
    assert_eq!(answer.text().await, "text");
    assert_eq!(tested.events.list(), ["made"]);
    for method in ["GET", "HEAD"] {
        let fields = [("if-none-match", "\"v0\", \"v1-gzip\"")];
        let answer = tested.send(method, "/note", &fields).await;
        assert_eq!(answer.status(), 304);
        assert_eq!(answer.header("etag"), Some("\"v1-gzip\""));
        assert_eq!(answer.header("last-modified"), Some(AFTER));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        assert_eq!(answer.header("content-type"), None);
        assert_eq!(answer.text().await, "");
        let fields = [("if-modified-since", AFTER)];
        tested.check(method, "/note", &fields, 304).await;
        let fields = [("if-match", "\"v0\"")];
        tested.check(method, "/note", &fields, 412).await;
    }
    assert_eq!(tested.events.list(), ["made"], "and never again");
}

#[squall::test]
async fn in_prepare_no_method_runs_for_a_304() {
    let tested = tested();
    let (own, other) = ("\"a\"", "\"b\"");
    for (method, field, value, status) in [
        ("GET", "if-none-match", own, 304),
        ("HEAD", "if-none-match", own, 304),
        ("GET", "if-match", other, 412),
        ("PUT", "if-match", other, 412),
        ("PUT", "if-none-match", own, 412),
    ] {
        tested
            .check(method, "/prepared", &[(field, value)], status)
            .await;
    }
    assert_eq!(tested.events.list(), Vec::<String>::new());
    tested
        .check("GET", "/prepared", &[("if-none-match", other)], 200)
        .await;
    tested
        .check("PUT", "/prepared", &[("if-match", own)], 200)
        .await;
    assert_eq!(tested.events.list(), ["get", "put"]);
}

#[squall::test]
async fn a_change_is_refused_where_somebody_else_was_faster() {
    for method in ["PUT", "PATCH", "POST", "DELETE"] {
        let tested = tested();
        tested.check("PUT", "/note", &[], 204).await;
        for (field, value) in [
            ("if-match", "\"v0\""),
            ("if-match", "W/\"v1\""),
            ("if-match", ""),
            ("if-unmodified-since", CHANGED),
            ("if-none-match", "*"),
            ("if-none-match", "W/\"v1\""),
        ] {
            let answer = tested.send(method, "/note", &[(field, value)]).await;
            assert_eq!(answer.status(), 412, "{method} {field} {value}");
            assert_eq!(answer.header("etag"), None);
            assert!(answer.header("set-cookie").is_some());
            assert!(answer.text().await.starts_with("page 412"));
        }
        let note = tested.send("GET", "/note", &[]).await;
        assert_eq!(note.header("etag"), Some("\"v1\""), "{method}: unchanged");
        let answer = tested
            .send(method, "/note", &[("if-match", "\"v1\"")])
            .await;
        assert_eq!(answer.status(), 204, "{method}");
        // The state is another now.
        assert_eq!(answer.header("etag"), None);
        assert_eq!(answer.header("last-modified"), None);
    }
}

#[squall::test]
async fn a_change_goes_on_where_its_preconditions_hold() {
    let tested = tested();
    tested.check("PUT", "/note", &[], 204).await;
    for (field, value) in [
        ("if-match", "\"v0\", \"v1\""),
        ("if-match", "*"),
        ("if-match", "\"v3-br\""),
        ("if-unmodified-since", "Sun, 06 Nov 1994 08:49:41 GMT"),
        ("if-unmodified-since", "yesterday"),
        ("if-none-match", "\"v0\""),
        // It is for reading only.
        ("if-modified-since", AFTER),
    ] {
        tested.check("PUT", "/note", &[(field, value)], 204).await;
    }
}

#[squall::test]
async fn what_does_not_exist_can_be_made_once() {
    let tested = tested();
    for fields in [[("if-match", "*")], [("if-match", "\"v1\"")]] {
        tested.check("PUT", "/note", &fields, 412).await;
        tested.check("DELETE", "/note", &fields, 412).await;
    }
    tested
        .check("GET", "/note", &[("if-none-match", "*")], 404)
        .await;
    let star = [("if-none-match", "*")];
    tested.check("PUT", "/note", &star, 204).await;
    tested.check("PUT", "/note", &star, 412).await;
    tested.check("GET", "/note", &star, 304).await;
}

#[squall::test]
async fn a_check_behind_the_head_is_refused() {
    assert_eq!(get("/late", &[]).await.text().await, "sent 500");
}

#[squall::test]
async fn hostile_lists_are_read_in_passing() {
    let client = TestClient::on_socket(Application::new(routes![Head])).await;
    for piece in [
        "\"", "\"\",", "W/", "\"x\",", "\"a\"x,", ",", "*,", "\u{e9}",
    ] {
        for field in [
            "if-none-match",
            "if-match",
            "if-modified-since",
            "range",
            "if-range",
        ] {
            let list = piece.repeat(60_000 / piece.len());
            let head = "HEAD /head HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
            let answer = exchange(&client, format!("{head}{field}: {list}\r\n\r\n")).await;
            let status = match (field, piece) {
                ("if-match", _) => "412",
                ("if-none-match", "*,") => "304",
                _ => "200",
            };
            let line = answer.lines().next().unwrap_or_default();
            assert!(line.contains(status), "{field} {piece}: {line}");
        }
    }
}

#[squall::test]
async fn dates_and_ranges_are_there_for_handlers() {
    for (range, if_range, status, content_range, content) in [
        ("bytes=2-4", CHANGED, 206, Some("bytes 2-4/10"), "234"),
        ("bytes=-1", CHANGED, 206, Some("bytes 9-9/10"), "9"),
        ("bytes=10-", CHANGED, 416, Some("bytes */10"), ""),
        ("bytes=2-4", BEFORE, 200, None, "0123456789"),
        ("bytes=4-2", CHANGED, 200, None, "0123456789"),
    ] {
        let fields = [("range", range), ("if-range", if_range)];
        let answer = get("/parts", &fields).await;
        assert_eq!(answer.status(), status, "{range}");
        assert_eq!(answer.header("content-range"), content_range, "{range}");
        assert_eq!(answer.header("last-modified"), Some(CHANGED), "{range}");
        assert_eq!(answer.text().await, content, "{range}");
    }
    assert_eq!(
        date::parse(CHANGED).unwrap(),
        changed() - Duration::from_millis(500)
    );
    let error: Error = date::parse("yesterday").unwrap_err().into();
    assert!(error.to_string().contains("expected a date"), "{error}");
}
