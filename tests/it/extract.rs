//! What fields and arguments take from a request.

use serde::Deserialize;
use squall::{
    Application, Context, HttpError, Json, Result, State, handler,
    handler::{FromRequest, FromRequestParts, RequestHandle},
    http::{HeaderMap, Method, Uri},
    routes,
    testing::{TestClient, TestRequest},
};

#[handler]
#[route("/fields/{id}")]
#[route("/fields")]
struct Fields {
    id: Option<u64>,
    #[query]
    page: Option<u32>,
    #[query(default = 20)]
    per_page: u32,
    #[query("tag")]
    tags: Vec<String>,
    #[query(default = "en")]
    language: String,
    #[header("x-number")]
    number: Option<i8>,
    #[header("x-many")]
    many: Vec<u8>,
    #[cookie]
    theme: Option<String>,
    #[cookie("number", default = 3)]
    cookie_number: u8,
}

#[handler]
impl Fields {
    fn get(&self) -> String {
        format!(
            "{:?} {:?} {} {:?} {} {:?} {:?} {:?} {}",
            self.id,
            self.page,
            self.per_page,
            self.tags,
            self.language,
            self.number,
            self.many,
            self.theme,
            self.cookie_number
        )
    }
}

#[handler]
#[route("/needed")]
struct Needed {
    #[query]
    page: u32,
}

#[handler]
impl Needed {
    fn get(&self) -> String {
        self.page.to_string()
    }
}

/// A tuple struct: its fields have no names.
#[handler]
#[route("/tuple/{name}")]
struct Tuple(
    #[path("name")] String,
    #[query("n")] Option<u8>,
    State<&'static str>,
);

#[handler]
impl Tuple {
    fn get(&self) -> String {
        format!("{} {:?} {}", self.0, self.1, *self.2)
    }
}

#[derive(Deserialize)]
struct Edit {
    title: String,
    #[serde(default)]
    years: Vec<u16>,
}

struct Length(usize);

impl FromRequest for Length {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        Ok(Self(String::from_request(cx).await?.len()))
    }
}

struct Agent(String);

impl FromRequestParts for Agent {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        tokio::task::yield_now().await;
        let agent = cx
            .header("user-agent")
            .ok_or_else(|| HttpError::bad_request("who are you?"))?;
        Ok(Self(agent.to_owned()))
    }
}

#[handler]
#[route("/arguments")]
struct Arguments;

#[handler]
impl Arguments {
    async fn put(&mut self, agent: Agent, cx: &mut Context, edit: Json<Edit>) -> Result<String> {
        // The content was read once and is kept.
        let again = Json::<Edit>::from_request(cx).await?;
        assert_eq!(again.title, edit.title);
        Ok(format!("{} {} {}", agent.0, edit.title, edit.years.len()))
    }

    async fn post(&self, content: String) -> String {
        content
    }

    async fn patch(&self, length: Length) -> String {
        length.0.to_string()
    }

    async fn delete(
        &self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        handle: RequestHandle,
    ) -> String {
        assert_eq!(handle.uri(), &uri);
        format!("{method} {uri} {}", headers.contains_key("host"))
    }

    #[blocking]
    fn get(&self, cx: &mut Context, state: Option<State<&'static str>>) -> Result<String> {
        cx.set_header("x-thread", "pool")?;
        let on_loop = tokio::runtime::Handle::try_current().is_err();
        assert!(!on_loop, "the pool belongs to a runtime");
        Ok(state.map(|state| (*state).to_owned()).unwrap_or_default())
    }

    async fn query(&self, filter: Option<Json<Edit>>) -> String {
        filter.map_or_else(|| "none".to_owned(), |filter| filter.into_inner().title)
    }

    #[method("PROPFIND")]
    fn list(&self) -> &'static str {
        "properties"
    }
}

fn client() -> TestClient {
    TestClient::new(Application::new(routes![Fields, Needed, Tuple, Arguments]).state("state"))
}

async fn text(request: TestRequest<'_>) -> (u16, String) {
    let answer = request.header("accept", "application/json").send().await;
    (answer.status().as_u16(), answer.text().await)
}

#[squall::test]
async fn fields_have_defaults() {
    assert_eq!(
        text(client().get("/fields")).await.1,
        "None None 20 [] en None [] None 3"
    );
}

#[squall::test]
async fn fields_come_from_everywhere() {
    let client = client();
    let request = client
        .get("/fields/18446744073709551615?page=1&page=2&per_page=5&tag=a&tag=b%26c&language=d+e")
        .header("x-number", "-7")
        .header("x-many", "1")
        .header("x-many", "2")
        .header("cookie", "theme=\"dark\"; number=9");
    let expected =
        r#"Some(18446744073709551615) Some(2) 5 ["a", "b&c"] d e Some(-7) [1, 2] Some("dark") 9"#;
    assert_eq!(text(request).await, (200, expected.to_owned()));
    assert_eq!(
        text(client.get("/tuple/x%20y?n=1")).await.1,
        "x y Some(1) state"
    );
}

/// A browser sends the fields of a form that were left blank.
#[squall::test]
async fn a_blank_is_absent_where_it_could_be_no_value() {
    let client = client();
    let (_, absent) = text(client.get("/fields")).await;
    let blank = "/fields?page=&per_page=";
    assert_eq!(text(client.get(blank)).await, (200, absent));
}

#[squall::test]
async fn wrong_values_are_named() {
    let client = client();
    for (target, status, why) in [
        (
            "/fields?page=x",
            400,
            "query parameter `page`: invalid digit",
        ),
        (
            "/needed?page=",
            400,
            "query parameter `page`: cannot parse integer from empty",
        ),
        (
            "/fields?page=%zz",
            400,
            "query parameter `page`: `%` is not followed",
        ),
        (
            "/fields?language=%ff",
            400,
            "query parameter `language`: the decoded bytes are not UTF-8",
        ),
        ("/fields?per_page=-1", 400, "query parameter `per_page`"),
        ("/needed", 400, "query parameter `page` is missing"),
        ("/fields/x", 404, "Not Found"),
        ("/fields/18446744073709551616", 404, "Not Found"),
        (
            "/fields/%ff",
            400,
            "path parameter `id`: the decoded bytes are not UTF-8",
        ),
        ("/fields/%4", 400, "path parameter `id`"),
        ("/fields/", 404, "Not Found"),
    ] {
        let (found, content) = text(client.get(target)).await;
        assert_eq!(found, status, "{target}: {content}");
        assert!(content.contains(why), "{target}: {content}");
    }
    let (status, content) = text(client.get("/fields").header("x-number", "300")).await;
    assert!(
        status == 400 && content.contains("header `x-number`"),
        "{content}"
    );
    let (status, content) = text(client.get("/fields").header("x-number", b"\xff")).await;
    assert!(
        status == 400 && content.contains("header `x-number`: not visible ASCII"),
        "{content}"
    );
    let (status, content) = text(client.get("/fields").header("cookie", "number=x")).await;
    assert!(
        status == 400 && content.contains("cookie `number`"),
        "{content}"
    );
}

#[squall::test]
async fn arguments_are_extracted() {
    let client = client();
    let put = client
        .put("/arguments")
        .header("user-agent", "me")
        .json(&serde_json::json!({"title": "T", "years": [1, 2]}));
    assert_eq!(text(put).await, (200, "me T 2".to_owned()));
    assert_eq!(text(client.put("/arguments").json(&1)).await.0, 400);
    assert_eq!(
        text(client.post("/arguments").body("h\u{e9}")).await.1,
        "h\u{e9}"
    );
    assert_eq!(
        text(client.post("/arguments").body(vec![0xff])).await.0,
        400
    );
    assert_eq!(text(client.patch("/arguments").body("four")).await.1, "4");
    assert_eq!(
        text(client.delete("/arguments?x")).await.1,
        "DELETE /arguments?x true"
    );
    assert_eq!(text(client.get("/arguments")).await.1, "state");
    assert_eq!(
        client.get("/arguments").send().await.header("x-thread"),
        Some("pool")
    );
    assert_eq!(
        text(client.request("QUERY".parse().unwrap(), "/arguments"))
            .await
            .1,
        "none"
    );
    assert_eq!(
        text(client.request("PROPFIND".parse().unwrap(), "/arguments"))
            .await
            .1,
        "properties"
    );
    let brew = client.request("BREW".parse().unwrap(), "/arguments");
    assert_eq!(brew.send().await.status(), 501);
    let allow = client
        .request("TRACE".parse().unwrap(), "/arguments")
        .send()
        .await;
    assert_eq!(allow.status(), 405);
    assert_eq!(
        allow.header("allow"),
        Some("PUT, POST, PATCH, DELETE, GET, HEAD, QUERY, PROPFIND, OPTIONS")
    );
}

#[squall::test]
async fn json_of_each_wrong_kind() {
    let client = client();
    let put = |content_type: &'static str, content: &'static str| {
        client
            .put("/arguments")
            .header("user-agent", "me")
            .header("content-type", content_type)
            .body(content)
    };
    for (content_type, content, status, why) in [
        ("text/plain", "{}", 415, "application/json"),
        ("", "{}", 415, "application/json"),
        ("application/json", "", 400, "not JSON"),
        ("application/json", "{", 400, "not JSON"),
        ("application/json", "{\"title\": \"a\"} x", 400, "not JSON"),
        (
            "application/json",
            "{}",
            422,
            "`title`: missing field `title`",
        ),
        (
            "application/json",
            "{\"title\": \"a\", \"years\": [1, \"x\"]}",
            422,
            "`years[1]`",
        ),
    ] {
        let (found, text) = text(put(content_type, content)).await;
        assert_eq!(found, status, "{content}: {text}");
        assert!(text.contains(why), "{content}: {text}");
    }
    let ok = put(
        "application/vnd.api+json; charset=utf-8",
        "{\"title\": \"a\"}",
    );
    assert_eq!(text(ok).await.0, 200);
    let long = client
        .put("/arguments")
        .header("user-agent", "me")
        .json(&"x".repeat(2 * 1024 * 1024));
    assert_eq!(text(long).await.0, 413);
}
