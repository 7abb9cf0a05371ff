//! Arguments of the query and of forms: `cx.argument` and its family, `Query` and `Form`.

use serde::{Deserialize, Serialize};
use squall::{
    Application, Context, Form, Query, Result, handler,
    http::{Method, StatusCode, with_query},
    routes,
    testing::{TestClient, TestResponse},
};

/// Asks for `a` in each way.
#[handler]
#[route("/last")]
struct Last;

#[handler]
impl Last {
    async fn get(&self, cx: &mut Context) -> Result<String> {
        cx.argument("a").await
    }

    async fn post(&self, cx: &mut Context) -> Result<String> {
        let both: String = cx.argument("a").await?;
        let query: Option<String> = cx.optional_query_argument("a")?;
        let body: Option<String> = cx.optional_body_argument("a").await?;
        Ok(format!("{both:?} {query:?} {body:?}"))
    }

    async fn put(&self, cx: &mut Context) -> Result<String> {
        let query: String = cx.query_argument("a")?;
        let body: String = cx.body_argument("a").await?;
        Ok(format!("{query:?} {body:?}"))
    }
}

#[handler]
#[route("/all")]
struct All;

#[handler]
impl All {
    async fn post(&self, cx: &mut Context) -> Result<String> {
        let both: Vec<String> = cx.arguments("a").await?;
        let query: Vec<String> = cx.query_arguments("a")?;
        let body: Vec<String> = cx.body_arguments("a").await?;
        Ok(format!("{both:?} {query:?} {body:?}"))
    }
}

#[handler]
#[route("/number")]
struct Number;

#[handler]
impl Number {
    async fn get(&self, cx: &mut Context) -> Result<String> {
        let page: Option<u32> = cx.optional_argument("page").await?;
        Ok(page.unwrap_or(1).to_string())
    }
}

#[derive(Debug, Deserialize, Serialize)]
struct Story {
    title: String,
    #[serde(default, rename = "tag")]
    tags: Vec<String>,
    year: Option<u16>,
}

#[handler]
#[route("/stories")]
struct Stories {
    filter: Option<Query<Story>>,
}

#[handler]
impl Stories {
    fn get(&self) -> String {
        let filter = self.filter.as_ref();
        filter.map_or_else(|| "all".to_owned(), |filter| shown(filter))
    }

    async fn post(&self, story: Form<Story>) -> String {
        shown(&story)
    }

    /// `prepare` and `Form` read the same content.
    async fn put(&self, cx: &mut Context, story: Option<Form<Story>>) -> Result<String> {
        let title: Option<String> = cx.optional_argument("title").await?;
        Ok(format!("{title:?} {}", story.is_some()))
    }
}

fn shown(story: &Story) -> String {
    format!("{} {:?} {:?}", story.title, story.tags, story.year)
}

fn client() -> TestClient {
    TestClient::new(Application::new(routes![Last, All, Number, Stories]))
}

const FORM: &str = "application/x-www-form-urlencoded";

async fn send(method: Method, target: &str, kind: &str, content: &'static str) -> TestResponse {
    let client = client();
    let request = client.request(method, target).body(content);
    match kind {
        "" => request.send().await,
        _ => request.header("content-type", kind).send().await,
    }
}

#[track_caller]
fn check(expected: &str, found: &str) {
    assert_eq!(found, expected);
}

async fn refused(response: TestResponse, status: u16, words: &str) {
    assert_eq!(response.status().as_u16(), status);
    let page = response.text().await;
    assert!(page.contains(words), "{words}: {page}");
}

#[squall::test]
async fn the_last_value_counts_and_the_form_stands_behind_the_query() {
    let found = send(Method::POST, "/last?a=1&a=2", FORM, "a=3&a=4").await;
    check(r#""4" Some("2") Some("4")"#, &found.text().await);
    let found = send(Method::POST, "/last?a=1&a=2", FORM, "b=3").await;
    check(r#""2" Some("2") None"#, &found.text().await);
    let found = send(Method::PUT, "/last?a=1", FORM, "a=2").await;
    check(r#""1" "2""#, &found.text().await);
    let found = send(Method::POST, "/all?a=1&a=2", FORM, "a=3&a=4").await;
    check(
        r#"["1", "2", "3", "4"] ["1", "2"] ["3", "4"]"#,
        &found.text().await,
    );
    let found = send(Method::POST, "/all", "", "").await;
    check("[] [] []", &found.text().await);
}

#[squall::test]
async fn values_are_decoded_and_stripped_and_may_be_empty() {
    for (query, value) in [
        ("a=%20x+y%09", "x y"),
        ("a=", ""),
        ("a", ""),
        ("%61=%C3%BC%26", "\u{fc}&"),
        ("a=x%00y", "x\0y"),
    ] {
        let target = format!("/last?{query}");
        let found = client().get(target).send().await.text().await;
        assert_eq!(found, value, "{query}");
    }
}

#[squall::test]
async fn a_missing_or_wrong_argument_is_a_400_that_names_it() {
    let get = async |target: &str| client().get(target).send().await;
    refused(get("/last").await, 400, "argument `a` is missing").await;
    refused(get("/last?b=%ff").await, 400, "argument `a` is missing").await;
    refused(
        get("/last?a=%ff").await,
        400,
        "argument `a`: the decoded bytes",
    )
    .await;
    refused(get("/last?a=%4").await, 400, "argument `a`: `%`").await;
    refused(
        get("/number?page=x").await,
        400,
        "argument `page`: invalid digit",
    )
    .await;
    assert_eq!(get("/number?page=+7").await.text().await, "7");
    assert_eq!(get("/number?page=+").await.text().await, "1");
    assert_eq!(get("/number").await.text().await, "1");
    let broken = send(Method::POST, "/last", FORM, "a=\u{fc}&a=%zz").await;
    refused(broken, 400, "argument `a`: `%`").await;
}

/// Whatever the method is; anything but a form has no arguments.
#[squall::test]
async fn only_a_form_has_arguments() {
    let found = send(Method::GET, "/last", FORM, "a=1").await;
    check("1", &found.text().await);
    for kind in [
        "text/plain",
        "application/json",
        "",
        "application/x-www-form-urlencoded-not",
    ] {
        let response = send(Method::POST, "/last", kind, "a=1").await;
        refused(response, 400, "argument `a` is missing").await;
    }
    let found = send(
        Method::POST,
        "/last",
        "Application/X-WWW-form-urlencoded; charset=\"UTF-8\"",
        "a=1",
    );
    check(r#""1" None Some("1")"#, &found.await.text().await);
}

#[squall::test]
async fn a_query_and_a_form_are_structs() {
    let client = client();
    let story = Story {
        title: "a & b".to_owned(),
        tags: vec!["x".to_owned(), "y".to_owned()],
        year: Some(1984),
    };
    let response = client.post("/stories").form(&story).send().await;
    check(r#"a & b ["x", "y"] Some(1984)"#, &response.text().await);
    let response = client.get("/stories?title=a+b&tag=x").send().await;
    check(r#"a b ["x"] None"#, &response.text().await);
    let response = client.get("/stories").send().await;
    check("all", &response.text().await);
    let response = client.put("/stories").form(&story).send().await;
    check(r#"Some("a & b") true"#, &response.text().await);
    let response = client.put("/stories").send().await;
    check("None false", &response.text().await);
}

#[squall::test]
async fn a_form_that_is_none_is_told_why() {
    for (kind, content, status, words) in [
        ("text/plain", "title=a", 415, "x-www-form-urlencoded"),
        ("", "title=a", 415, "x-www-form-urlencoded"),
        (
            "application/x-www-form-urlencoded; charset=latin1",
            "title=a",
            415,
            "x-www-form",
        ),
        (FORM, "title=%zz", 400, "the form: `%`"),
        (FORM, "title=%ff", 400, "the form: the decoded bytes"),
        (FORM, "tag=a", 422, "`title`: missing field `title`"),
        (FORM, "title=a&year=x", 422, "`year`: "),
        (FORM, "title=a&title=b", 422, "`title`: "),
    ] {
        let response = send(Method::POST, "/stories", kind, content).await;
        refused(response, status, words).await;
    }
    let broken = client().get("/stories?title=%zz").send().await;
    refused(broken, 400, "the query: `%`").await;
    let wrong = client().get("/stories?tag=x").send().await;
    refused(wrong, 422, "missing field `title`").await;
    let long = client()
        .post("/stories")
        .header("content-type", FORM)
        .body(vec![b'a'; (2 << 20) + 1])
        .send()
        .await;
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn a_query_is_added_to_a_url() {
    let add = |url: &str, pairs: &[(&str, &str)]| with_query(url, pairs.iter().copied());
    assert_eq!(add("/a", &[]), "/a");
    assert_eq!(add("/a?b", &[("c", "d")]), "/a?b&c=d");
    assert_eq!(add("/a?b=1&", &[("b", ""), ("b", "2")]), "/a?b=1&b=&b=2");
    assert_eq!(
        add("/a#x?y", &[("\u{fc}", "&=#")]),
        "/a?%C3%BC=%26%3D%23#x?y"
    );
}
