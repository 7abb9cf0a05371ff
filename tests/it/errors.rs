//! The one pipeline of errors: pages, problem details, causes, panics.

use squall::{
    Application, Context, HttpError, Result, handler,
    http::{HeaderName, HeaderValue, StatusCode},
    routes,
    testing::TestClient,
};

#[handler]
#[route("/fail/{how}")]
struct Fail {
    how: String,
}

#[handler]
impl Fail {
    async fn get(&self, cx: &mut Context) -> Result<&'static str> {
        cx.add_header("set-cookie", "queued=1")?;
        cx.set_header("x-lost", "1")?;
        cx.write("lost")?;
        Err(match self.how.as_str() {
            "io" => std::io::Error::other("secret <file> missing").into(),
            "chain" => HttpError::internal()
                .with_cause(Outer(std::fmt::Error))
                .into(),
            "conflict" => HttpError::new(StatusCode::CONFLICT)
                .with_message("taken <already>")
                .into(),
            "later" => {
                let (name, value) = (
                    HeaderName::from_static("retry-after"),
                    HeaderValue::from_static("7"),
                );
                HttpError::new(StatusCode::SERVICE_UNAVAILABLE)
                    .with_header(name, value)
                    .into()
            }
            "odd" => HttpError::new(StatusCode::OK).into(),
            _ => panic!("a <panic> with {}", self.how),
        })
    }
}

#[derive(Debug)]
struct Outer(std::fmt::Error);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the outer one")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn client() -> TestClient {
    TestClient::new(Application::new(routes![Fail]))
}

#[squall::test]
async fn the_cause_stays_inside() {
    for how in ["io", "panic"] {
        let answer = client().get(format!("/fail/{how}")).send().await;
        assert_eq!(answer.status(), 500);
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=UTF-8")
        );
        assert_eq!(
            answer.header("set-cookie"),
            None,
            "cookies are dropped when the server is at fault"
        );
        assert_eq!(answer.header("x-lost"), None);
        let page = answer.text().await;
        assert!(
            page.contains("<title>500: Internal Server Error</title>"),
            "{page}"
        );
        assert!(
            !page.contains("secret") && !page.contains("panic") && !page.contains("lost"),
            "{page}"
        );
    }
}

#[squall::test]
async fn the_message_is_for_the_client() {
    let answer = client().get("/fail/conflict").send().await;
    assert_eq!(answer.status(), 409);
    assert_eq!(
        answer.header("set-cookie"),
        Some("queued=1"),
        "cookies stay when the client is at fault"
    );
    let page = answer.text().await;
    assert!(
        page.contains("taken &lt;already&gt;") && !page.contains("<already>"),
        "{page}"
    );
}

#[squall::test]
async fn problem_details_where_json_is_preferred() {
    let answer = client()
        .get("/fail/conflict")
        .header("accept", "application/json")
        .send()
        .await;
    assert_eq!(answer.status(), 409);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(answer.header("vary"), Some("accept"));
    let problem: serde_json::Value = answer.json().await;
    assert_eq!(
        problem,
        serde_json::json!({ "title": "Conflict", "status": 409, "detail": "taken <already>" })
    );
}

#[squall::test]
async fn debug_shows_the_chain_of_causes() {
    let client = TestClient::new(Application::new(routes![Fail]).debug(true));
    let page = client.get("/fail/chain").send().await.text().await;
    let (outer, inner) = (
        page.find("the outer one").unwrap(),
        page.find("an error occurred when formatting").unwrap(),
    );
    assert!(outer < inner, "{page}");
    let page = client.get("/fail/panic").send().await.text().await;
    assert!(page.contains("a &lt;panic&gt; with panic"), "{page}");
    let problem: serde_json::Value = client
        .get("/fail/io")
        .header("accept", "application/problem+json")
        .send()
        .await
        .json()
        .await;
    assert_eq!(
        problem["causes"],
        serde_json::json!(["secret <file> missing"])
    );
}

#[squall::test]
async fn an_error_carries_fields_and_is_one() {
    let answer = client().get("/fail/later").send().await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.header("retry-after"), Some("7"));
    assert_eq!(
        client().get("/fail/odd").send().await.status(),
        500,
        "200 is no error"
    );
}

#[squall::test]
async fn a_panic_harms_nobody_else() {
    let client = TestClient::on_socket(Application::new(routes![Fail])).await;
    let requests =
        "GET /fail/panic HTTP/1.1\r\nhost: a\r\n\r\nGET /fail/conflict HTTP/1.1\r\nhost: a\r\n\r\n";
    let answers = crate::support::exchange(&client, requests).await;
    let statuses: Vec<_> = answers.matches("HTTP/1.1 ").collect();
    assert_eq!(statuses.len(), 2, "the connection lives on: {answers}");
    assert!(
        answers.starts_with("HTTP/1.1 500 ") && answers.contains("HTTP/1.1 409 "),
        "{answers}"
    );
}

#[test]
fn errors_print_for_a_person() {
    let error = squall::Error::from(HttpError::internal().with_cause(Outer(std::fmt::Error)));
    assert_eq!(error.to_string(), "the outer one");
    assert_eq!(
        format!("{error:?}"),
        "the outer one\n\ncaused by:\n  an error occurred when formatting an argument"
    );
    let error = squall::Error::from(std::io::Error::other("no disk"));
    assert!(error.downcast_ref::<std::io::Error>().is_some());
    assert!(error.downcast_ref::<std::fmt::Error>().is_none());
}

/// An error type of one's own, with a status.
#[derive(Debug)]
struct StoreError;

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the store is away")
    }
}

impl std::error::Error for StoreError {}

impl From<StoreError> for HttpError {
    fn from(error: StoreError) -> Self {
        Self::new(StatusCode::BAD_GATEWAY).with_cause(error)
    }
}

/// One that is no `std::error::Error`.
struct Quota;

impl From<Quota> for squall::Error {
    fn from(_: Quota) -> Self {
        HttpError::new(StatusCode::TOO_MANY_REQUESTS).into()
    }
}

#[handler]
#[route("/own")]
struct Own;

#[handler]
impl Own {
    fn get(&self) -> Result<&'static str, HttpError> {
        Err(StoreError)?
    }

    fn post(&self) -> Result<&'static str> {
        Err(Quota)?
    }

    fn put(&self) -> Result<&'static str> {
        Err(StoreError)?
    }
}

#[squall::test]
async fn errors_of_ones_own_have_a_status() {
    let client = TestClient::new(Application::new(routes![Own]));
    assert_eq!(client.get("/own").send().await.status(), 502);
    assert_eq!(client.post("/own").send().await.status(), 429);
    assert_eq!(client.put("/own").send().await.status(), 500);
}
