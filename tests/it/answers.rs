//! What methods may return, and the Tornado way beside it.

use bytes::Bytes;
use serde::Serialize;
use squall::{
    Application, Context, Html, HttpError, Json, Redirect, Result, Routes, handler,
    handler::{Body, IntoResponse, RequestHandle, Response},
    http::{HeaderMap, HeaderValue, StatusCode},
    routes,
    testing::{TestClient, TestResponse},
};

macro_rules! answer {
    ($name:ident, $path:literal, $ty:ty, $answer:expr) => {
        #[handler]
        #[route($path)]
        struct $name;

        #[handler]
        impl $name {
            async fn get(&self) -> $ty {
                $answer
            }
        }
    };
}

#[derive(Serialize)]
struct Point {
    x: i32,
}

struct Teapot;

impl IntoResponse for Teapot {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        (
            StatusCode::IM_A_TEAPOT,
            [("x-path", request.uri().path().to_owned())],
            "short and stout",
        )
            .into_response(request)
    }
}

fn stream() -> Body {
    struct Pieces(u8);
    impl futures_core::Stream for Pieces {
        type Item = Result<&'static str, std::io::Error>;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            self.0 += 1;
            std::task::Poll::Ready((self.0 < 4).then_some(Ok("piece ")))
        }
    }
    Body::stream(Pieces(0))
}

answer!(Author, "/author", &'static str, "<b>mine</b>");
answer!(Data, "/data", String, "<b>yours</b>".to_owned());
answer!(
    Page,
    "/html",
    Html<String>,
    Html("<b>escaped</b>".to_owned())
);
answer!(
    JsonList,
    "/json",
    Json<Vec<Point>>,
    Json(vec![Point { x: 1 }, Point { x: 2 }])
);
answer!(Raw, "/bytes", Bytes, Bytes::from_static(b"\x00\xff"));
answer!(Stream, "/stream", Body, stream());
answer!(Nothing, "/unit", (), ());
answer!(Status, "/status", StatusCode, StatusCode::ACCEPTED);
answer!(
    NoContent,
    "/204",
    (StatusCode, &'static str),
    (StatusCode::NO_CONTENT, "dropped")
);
answer!(Reset, "/205", StatusCode, StatusCode::RESET_CONTENT);
answer!(
    Pair,
    "/pair",
    (StatusCode, String),
    (StatusCode::CREATED, "made".to_owned())
);
answer!(
    Fields,
    "/fields",
    (StatusCode, [(&'static str, &'static str); 2], &'static str),
    (
        StatusCode::OK,
        [("x-one", "1"), ("content-type", "text/csv")],
        "a,b"
    )
);
answer!(Map, "/map", (HeaderMap, &'static str), {
    let mut headers = HeaderMap::new();
    headers.append("set-cookie", HeaderValue::from_static("a=1"));
    headers.append("set-cookie", HeaderValue::from_static("b=2"));
    (headers, "cookies")
});
answer!(Missing, "/none", Option<String>, None);
answer!(Present, "/some", Option<&'static str>, Some("here"));
answer!(
    Failing,
    "/err",
    Result<&'static str, std::num::ParseIntError>,
    "x".parse::<u8>().map(|_| "fine")
);
answer!(
    Explicit,
    "/http-error",
    HttpError,
    HttpError::new(StatusCode::CONFLICT).with_message("a <conflict>")
);
answer!(Own, "/own", Teapot, Teapot);
answer!(
    Opaque,
    "/impl",
    impl IntoResponse,
    (StatusCode::OK, "an impl")
);
answer!(
    Gone,
    "/see-other",
    Redirect,
    Redirect::see_other("/caf\u{e9} x?y=1%#z")
);
answer!(
    Permanent,
    "/permanent",
    Redirect,
    Redirect::permanent("/new")
);
answer!(
    Split,
    "/split",
    Redirect,
    Redirect::found("/x\r\nset-cookie: evil=1")
);

const ROUTES: Routes = routes![
    Author, Data, Page, JsonList, Raw, Stream, Nothing, Status, NoContent, Reset, Pair, Fields,
    Map, Missing, Present, Failing, Explicit, Own, Opaque, Gone, Permanent, Split, Tornado,
    Flushed, Broken, Named,
];

async fn get(path: &str) -> TestResponse {
    TestClient::new(Application::new(ROUTES))
        .get(path)
        .send()
        .await
}

async fn check(path: &str, status: u16, content_type: Option<&str>, content: &str) -> TestResponse {
    let answer = get(path).await;
    assert_eq!(answer.status(), status, "{path}");
    assert_eq!(answer.header("content-type"), content_type, "{path}");
    assert_eq!(answer.text().await, content, "{path}");
    get(path).await
}

#[squall::test]
async fn types_say_what_they_are() {
    const HTML: Option<&str> = Some("text/html; charset=UTF-8");
    const TEXT: Option<&str> = Some("text/plain; charset=UTF-8");
    check("/author", 200, HTML, "<b>mine</b>").await;
    check("/data", 200, TEXT, "<b>yours</b>").await;
    check("/html", 200, HTML, "<b>escaped</b>").await;
    check(
        "/json",
        200,
        Some("application/json"),
        r#"[{"x":1},{"x":2}]"#,
    )
    .await;
    check("/unit", 200, None, "").await;
    check("/status", 202, None, "").await;
    check("/pair", 201, TEXT, "made").await;
    check("/fields", 200, Some("text/csv"), "a,b").await;
    check("/some", 200, HTML, "here").await;
    check("/own", 418, HTML, "short and stout").await;
    check("/impl", 200, HTML, "an impl").await;
    assert_eq!(get("/bytes").await.bytes().await, b"\x00\xff");
    assert_eq!(get("/fields").await.header("x-one"), Some("1"));
    let cookies: Vec<_> = get("/map")
        .await
        .headers()
        .get_all("set-cookie")
        .iter()
        .cloned()
        .collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
}

#[squall::test]
async fn a_stream_goes_in_chunks_without_tag() {
    let answer = check("/stream", 200, None, "piece piece piece ").await;
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(answer.header("etag"), None);
}

#[squall::test]
async fn some_statuses_have_no_content() {
    for path in ["/204", "/205"] {
        let answer = check(path, path[1..].parse().unwrap(), None, "").await;
        assert_eq!(answer.header("transfer-encoding"), None);
    }
}

#[squall::test]
async fn errors_take_the_one_way() {
    assert_eq!(get("/none").await.status(), 404);
    assert_eq!(get("/err").await.status(), 500);
    let conflict = get("/http-error").await;
    assert_eq!(conflict.status(), 409);
    assert!(conflict.text().await.contains("a &lt;conflict&gt;"));
}

#[squall::test]
async fn redirects_are_encoded_and_cannot_be_split() {
    let answer = check("/see-other", 303, None, "").await;
    assert_eq!(answer.header("location"), Some("/caf%C3%A9%20x?y=1%25#z"));
    assert_eq!(get("/permanent").await.status(), 308);
    let split = get("/split").await;
    assert_eq!(split.status(), 500);
    assert_eq!(split.header("set-cookie"), None);
    assert_eq!(split.header("location"), None);
}

/// The Tornado way: status, fields and content set on the context.
#[handler]
#[route("/tornado/{case}")]
struct Tornado {
    case: String,
}

#[handler]
impl Tornado {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        match self.case.as_str() {
            "write" => {
                cx.set_status(StatusCode::CREATED);
                cx.set_header("x-a", "1")?;
                cx.add_header("x-a", "2")?;
                cx.set_header("x-b", "gone")?;
                cx.clear_header("x-b");
                cx.write("<p>one</p>")?;
                cx.write(Html("<p>two</p>"))
            }
            "json" => cx.write(Json(Point { x: 7 })),
            "typed" => {
                cx.set_header("content-type", "text/csv")?;
                cx.write("a,")?;
                cx.write("b".to_owned())
            }
            "mixed" => {
                cx.write("<p>")?;
                cx.write("<script>data</script>".to_owned())
            }
            "finish" => cx.finish((StatusCode::ACCEPTED, "finished")),
            "newline" => cx.set_header("x-evil", "a\r\nset-cookie: b=c"),
            "name" => cx.set_header("x evil", "a"),
            "nul" => cx.set_header("x-evil", "a\0b"),
            _ => Err(HttpError::not_found().into()),
        }
    }

    async fn post(&self, cx: &mut Context) -> Result<String> {
        cx.set_status(StatusCode::CREATED);
        cx.set_header("x-a", "1")?;
        if self.case == "typed" {
            cx.set_header("content-type", "text/csv")?;
        }
        Ok("a,b".to_owned())
    }
}

#[squall::test]
async fn the_context_builds_an_answer() {
    let answer = check(
        "/tornado/write",
        201,
        Some("text/html; charset=UTF-8"),
        "<p>one</p><p>two</p>",
    )
    .await;
    assert_eq!(
        answer.headers().get_all("x-a").iter().collect::<Vec<_>>(),
        ["1", "2"]
    );
    assert_eq!(answer.header("x-b"), None);
    check("/tornado/json", 200, Some("application/json"), r#"{"x":7}"#).await;
    check("/tornado/typed", 200, Some("text/csv"), "a,b").await;
    check(
        "/tornado/finish",
        202,
        Some("text/html; charset=UTF-8"),
        "finished",
    )
    .await;
}

#[squall::test]
async fn data_does_not_slip_into_a_page() {
    let answer = get("/tornado/mixed").await;
    assert_eq!(answer.status(), 500);
    assert!(!answer.text().await.contains("script>"));
}

#[squall::test]
async fn hostile_fields_are_never_sent() {
    for case in ["newline", "name", "nul"] {
        let answer = get(&format!("/tornado/{case}")).await;
        assert_eq!(answer.status(), 500, "{case}");
        assert_eq!(answer.header("x-evil"), None, "{case}");
        assert_eq!(answer.header("set-cookie"), None, "{case}");
    }
}

#[squall::test]
async fn a_returned_answer_is_laid_over_the_context() {
    let client = TestClient::new(Application::new(ROUTES));
    let answer = client.post("/tornado/plain").send().await;
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.header("x-a"), Some("1"));
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=UTF-8")
    );
    let typed = client.post("/tornado/typed").send().await;
    assert_eq!(typed.header("content-type"), Some("text/csv"));
}

#[handler]
#[route("/flushed")]
struct Flushed;

#[handler]
impl Flushed {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.set_header("x-a", "1")?;
        cx.write("one ")?;
        cx.flush().await?;
        cx.write("two ")?;
        cx.flush().await?;
        cx.write("three")
    }
}

#[squall::test]
async fn flush_sends_what_is_there() {
    let mut answer = get("/flushed").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("x-a"), Some("1"));
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=UTF-8")
    );
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_eq!(answer.header("etag"), None);
    assert_eq!(answer.header("server"), Some("squall/0.1.0"));
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "one ");
    assert_eq!(answer.bytes().await, b"two three");
    let client = TestClient::new(Application::new(ROUTES));
    let head = client.head("/flushed").send().await;
    assert_eq!(head.header("x-a"), Some("1"));
    assert_eq!(head.text().await, "");
}

/// Fails after its first flush.
#[handler]
#[route("/broken/{how}")]
struct Broken {
    how: String,
}

#[handler]
impl Broken {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.write("the beginning")?;
        cx.flush().await?;
        assert_ne!(self.how, "panic");
        Err(HttpError::internal().into())
    }
}

#[squall::test]
async fn a_failure_half_way_can_be_seen() {
    for how in ["error", "panic"] {
        let mut answer = get(&format!("/broken/{how}")).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.chunk().await.unwrap().unwrap(), "the beginning");
        assert!(
            answer.try_bytes().await.is_err(),
            "{how}: the connection breaks off"
        );
    }
}

#[squall::test]
async fn tags_save_content() {
    let tag = get("/json").await.header("etag").unwrap().to_owned();
    assert_eq!(tag.len(), 42);
    let client = TestClient::new(Application::new(ROUTES));
    for (field, status) in [
        (tag.as_str(), 304),
        ("*", 304),
        ("\"other\"", 200),
        (&format!("W/{tag}"), 304),
    ] {
        assert_eq!(
            client
                .get("/json")
                .header("if-none-match", field)
                .send()
                .await
                .status(),
            status,
            "{field}"
        );
    }
    assert_eq!(
        client
            .head("/json")
            .header("if-none-match", &tag)
            .send()
            .await
            .status(),
        304
    );
    assert!(
        get("/unit").await.header("etag").is_some(),
        "empty content has a tag too, as in Tornado"
    );
    assert_eq!(get("/pair").await.header("etag"), None, "only 200 has one");
    let plain = TestClient::new(
        Application::new(ROUTES)
            .entity_tags(false)
            .server_header(false),
    );
    let answer = plain.get("/json").send().await;
    assert_eq!(answer.header("etag"), None);
    assert_eq!(answer.header("server"), None);
}

#[handler]
#[route("/named/{a}/{b}", name = "named")]
struct Named {
    a: u32,
    b: String,
}

#[handler]
impl Named {
    fn get(&self, cx: &mut Context) -> Result<String> {
        assert_eq!(
            cx.reverse_url("named", [self.a.to_string(), self.b.clone()])?,
            Named::url(self.a, &self.b)
        );
        assert_eq!(cx.route_pattern().as_deref(), Some("/named/{a}/{b}"));
        for (name, values) in [
            ("unknown", vec![]),
            ("named", vec!["1"]),
            ("named", vec!["1", "2", "3"]),
        ] {
            assert_eq!(cx.reverse_url(name, values).unwrap_err().status(), 500);
        }
        cx.reverse_url("named", ["1", "a/b c\u{e9}"])
    }
}

/// Answers that borrow from the handler, and one that could borrow the context.
#[handler]
#[route("/borrow/{id}")]
struct Borrow {
    id: String,
}

#[handler]
impl Borrow {
    async fn get(&self, cx: &mut Context) -> impl IntoResponse {
        let path = cx.path().to_owned();
        (StatusCode::CREATED, path)
    }

    async fn put(&mut self) -> Json<&String> {
        Json(&self.id)
    }

    fn post(&self) -> Result<Json<Vec<&str>>> {
        Ok(Json(vec![&self.id]))
    }
}

#[squall::test]
async fn answers_may_borrow() {
    let client = TestClient::new(Application::new(routes![Borrow]));
    assert_eq!(
        client.get("/borrow/x").send().await.text().await,
        "/borrow/x"
    );
    assert_eq!(client.put("/borrow/x").send().await.text().await, "\"x\"");
    assert_eq!(
        client.post("/borrow/x").send().await.text().await,
        "[\"x\"]"
    );
}

#[squall::test]
async fn urls_go_both_ways() {
    assert_eq!(Named::url(7, "x y"), "/named/7/x%20y");
    // As a template has them: by reference, to be used again.
    let values = (7, "x/y".to_owned());
    let (number, text) = &values;
    assert_eq!(Named::url(number, text), "/named/7/x%2Fy");
    assert_eq!(
        get(&Named::url(7, "x/y%\u{e9}")).await.text().await,
        "/named/1/a%2Fb%20c%C3%A9"
    );
}

#[handler]
#[route("/late")]
struct Late;

#[handler]
impl Late {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.write("sent ")?;
        cx.flush().await?;
        assert_eq!(cx.set_header("x-late", "1").unwrap_err().status(), 500);
        cx.write("too late")
    }
}

#[squall::test]
async fn a_field_behind_the_head_is_refused() {
    let client = TestClient::new(Application::new(routes![Late]));
    assert_eq!(
        client.get("/late").send().await.text().await,
        "sent too late"
    );
}
