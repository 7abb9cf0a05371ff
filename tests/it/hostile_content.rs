//! Content, queries, cookies and fields that are made to do harm: a clear 4xx, and the next request is answered as ever.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use squall::{
    Application, Context, Form, Json, Query, Result, handler, http::Method, routes,
    testing::TestClient,
};

#[derive(Deserialize)]
struct Small {
    #[serde(default)]
    small: u8,
    #[serde(default)]
    wide: i64,
    #[serde(default)]
    real: f64,
    #[serde(default)]
    text: String,
    #[serde(default)]
    list: Vec<Value>,
}

#[handler]
#[route("/typed")]
struct Typed;

#[handler]
impl Typed {
    async fn post(&self, small: Json<Small>) -> String {
        let Small {
            small,
            wide,
            real,
            text,
            list,
        } = small.into_inner();
        format!("{small} {wide} {real} {text:?} {}", list.len())
    }

    async fn put(&self, form: Form<BTreeMap<String, String>>) -> String {
        form.len().to_string()
    }
}

#[handler]
#[route("/value")]
struct Any;

#[handler]
impl Any {
    async fn post(&self, value: Json<Value>) -> String {
        value.is_object().to_string()
    }

    async fn put(&self, text: String) -> String {
        text.len().to_string()
    }

    async fn patch(&self, cx: &mut Context) -> Result<String> {
        let values: Vec<String> = cx.arguments("a").await?;
        Ok(values.len().to_string())
    }
}

#[handler]
#[route("/head")]
struct Head {
    #[query]
    q: Option<String>,
    #[header("x-text")]
    text: Option<String>,
    #[cookie]
    c: Option<String>,
}

#[handler]
impl Head {
    fn get(&self) -> String {
        format!("{:?} {:?} {:?}", self.q, self.text, self.c)
    }

    fn post(&self, all: Query<BTreeMap<String, String>>) -> String {
        all.len().to_string()
    }
}

fn client() -> TestClient {
    TestClient::new(Application::new(routes![Typed, Any, Head]))
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Sends content of a type, and checks the status and a part of what is said.
async fn check(
    method: Method,
    target: &str,
    content_type: &str,
    content: impl Into<Vec<u8>>,
    (status, part): (u16, &str),
) {
    let (client, content) = (client(), content.into());
    let shown = String::from_utf8_lossy(&content[..content.len().min(40)]).into_owned();
    let request = client
        .request(method, target)
        .header("content-type", content_type)
        .header("accept", "application/json");
    let answer = request.body(content).send().await;
    let (found, text) = (answer.status(), answer.text().await);
    assert_eq!(found, status, "{target} {shown}: {text}");
    assert!(
        text.contains(part),
        "{target} {shown}: `{part}` is not in {text}"
    );
}

async fn json(target: &str, content: impl Into<Vec<u8>>, expected: (u16, &str)) {
    check(Method::POST, target, JSON, content, expected).await;
}

#[squall::test]
async fn json_that_is_nested_deeply_is_refused() {
    const DEEP: usize = 100_000;
    let nested = |open: &str, close: &str| [open.repeat(DEEP), close.repeat(DEEP)].concat();
    let limit = (400, "recursion limit");
    for target in ["/value", "/typed"] {
        // A struct is no list: at the first bracket already.
        let expected = if target == "/value" { limit } else { (422, "") };
        json(target, nested("[", "]"), expected).await;
    }
    json("/value", nested("{\"a\":", "}"), (400, "")).await;
    json(
        "/typed",
        format!("{{\"list\":{}}}", nested("[", "]")),
        limit,
    )
    .await;
    // What is not closed, too.
    json("/value", "[".repeat(DEEP), limit).await;
}

/// What no field takes is skipped without a stack, however deep it is.
#[squall::test]
async fn what_nobody_asked_for_may_be_deep() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let found = (200, "0 0 0");
    json("/typed", format!("{{\"unknown\":{deep}}}"), found).await;
    json("/typed", format!("{{\"unknown\":{deep}"), (400, "")).await;
}

#[squall::test]
async fn numbers_that_do_not_fit_are_422_or_no_json() {
    json("/typed", r#"{"small":256}"#, (422, "`small`")).await;
    json("/typed", r#"{"small":-1}"#, (422, "`small`")).await;
    json("/typed", r#"{"wide":9223372036854775808}"#, (422, "`wide`")).await;
    json("/typed", r#"{"wide":1.5}"#, (422, "`wide`")).await;
    json("/typed", r#"{"real":1e999}"#, (400, "number out of range")).await;
    json(
        "/typed",
        format!("{{\"real\":1{}}}", "0".repeat(1000)),
        (400, "out of range"),
    )
    .await;
    json("/typed", r#"{"small":01}"#, (400, "")).await;
    json("/typed", r#"{"real":NaN}"#, (400, "")).await;
    json(
        "/typed",
        r#"{"wide":-9223372036854775808}"#,
        (200, "-9223372036854775808"),
    )
    .await;
}

#[squall::test]
async fn text_that_is_none_is_400() {
    json("/typed", b"{\"text\":\"\xff\"}", (400, "")).await;
    json("/typed", b"{\"\xc3\":1}", (400, "")).await;
    json("/typed", r#"{"text":"\ud800"}"#, (400, "")).await;
    json("/typed", "\u{feff}{}", (400, "")).await;
    json("/typed", b"{\"text\":\"\x00\"}", (400, "")).await;
    json("/typed", r#"{"text":"\u0000"}"#, (200, "\\0")).await;
    json("/typed", "", (400, "")).await;
    json("/typed", "{}{}", (400, "")).await;
    json(
        "/typed",
        r#"{"text":"a","text":"b"}"#,
        (422, "duplicate field"),
    )
    .await;
    check(
        Method::PUT,
        "/value",
        "text/plain",
        b"\xff\xfe",
        (400, "UTF-8"),
    )
    .await;
    check(Method::PUT, "/typed", FORM, b"a=\xff", (400, "UTF-8")).await;
    check(Method::PUT, "/typed", FORM, "a=%ff", (400, "UTF-8")).await;
    check(Method::PUT, "/typed", FORM, "%ff=a", (400, "UTF-8")).await;
    check(Method::PUT, "/typed", FORM, "a=%", (400, "hexadecimal")).await;
    check(Method::PUT, "/typed", FORM, "a=%4", (400, "hexadecimal")).await;
    check(Method::PATCH, "/value", FORM, "a=%zz", (400, "`a`")).await;
}

#[squall::test]
async fn a_form_of_very_many_fields_is_read_or_refused() {
    let same = vec!["a=b"; 100_000].join("&");
    check(Method::PATCH, "/value", FORM, same, (200, "100000")).await;
    let different: Vec<_> = (0..100_000).map(|number| format!("n{number}=1")).collect();
    check(
        Method::PUT,
        "/typed",
        FORM,
        different.join("&"),
        (200, "100000"),
    )
    .await;
    check(
        Method::PATCH,
        "/value",
        FORM,
        "&".repeat(1_000_000),
        (200, "0"),
    )
    .await;
    let long = format!("{}=1", "n".repeat(3 * 1024 * 1024));
    check(Method::PUT, "/typed", FORM, long, (413, "longer than")).await;
}

#[squall::test]
async fn a_type_that_is_none_is_415() {
    for content_type in [
        "",
        "json",
        "application/",
        ";",
        "\"",
        "text/json",
        "application/json/x",
    ] {
        check(
            Method::POST,
            "/typed",
            content_type,
            "{}",
            (415, "application/json"),
        )
        .await;
        check(
            Method::PUT,
            "/typed",
            content_type,
            "a=1",
            (415, "form-urlencoded"),
        )
        .await;
    }
    check(
        Method::PUT,
        "/typed",
        "application/x-www-form-urlencoded; charset=utf-16",
        "a=1",
        (415, ""),
    )
    .await;
}

#[squall::test]
async fn queries_and_fields_that_are_no_text_are_400() {
    let client = client();
    for (target, status) in [
        ("/head?q=%ff", 400),
        ("/head?q=%", 400),
        ("/head?q=%00", 200),
        ("/head?%ff=1", 200),
    ] {
        assert_eq!(client.get(target).send().await.status(), status, "{target}");
    }
    assert_eq!(client.post("/head?%ff=1").send().await.status(), 400);
    let answer = client.get("/head").header("x-text", b"\xff").send().await;
    assert_eq!(answer.status(), 400);
    // A cookie that is no text is no cookie: nobody but its sender is harmed.
    let answer = client
        .get("/head")
        .header("cookie", b"c=\xff; d=1")
        .send()
        .await;
    assert_eq!(answer.text().await, "None None None");
    let answer = client
        .get("/head")
        .header("cookie", "c=\"\\377\"")
        .send()
        .await;
    assert_eq!(answer.status(), 200);
}

#[squall::test]
async fn many_cookies_and_many_quotes_are_read_in_passing() {
    let client = client();
    let many = format!("{}c=last", "c=x; ".repeat(10_000));
    let answer = client.get("/head").header("cookie", many).send().await;
    assert_eq!(answer.text().await, "None None Some(\"last\")");
    let quoted = format!("c=\"{}\"", "\\134".repeat(14_000));
    let answer = client.get("/head").header("cookie", quoted).send().await;
    assert_eq!(answer.status(), 200);
}
