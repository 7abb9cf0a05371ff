//! What stands in `routes!` without being a handler struct, and what answers where nothing matches: redirects over a slash, errors, a
//! fallback.

use std::task::{Context, Poll};

use squall::{
    Application, HttpError, Redirect, Result, handler, http::HeaderMap, http::Method,
    http::StatusCode, routes, testing::TestClient,
};

#[handler]
struct Site;

#[handler]
impl Site {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        headers.insert("x-site", "here".parse().unwrap());
    }

    #[write_error]
    fn page(&self, error: &HttpError) -> String {
        format!("site: {error}")
    }
}

#[handler]
#[route("/with/")]
struct With;

#[handler]
impl With {
    fn get(&self) -> &'static str {
        "with"
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

#[handler]
#[route("/without")]
struct Without;

#[handler]
impl Without {
    fn get(&self) -> &'static str {
        "without"
    }
}

#[handler]
#[route("/names/{name}/")]
struct Name {
    name: String,
}

#[handler]
impl Name {
    fn get(&self) -> String {
        self.name.clone()
    }
}

fn app() -> Application {
    Application::new(routes![
        With,
        Without,
        Name,
        "/gone/{*path}" => StatusCode::GONE,
        "/closed" => (StatusCode::SERVICE_UNAVAILABLE, "back <soon>"),
        "/{first}/old" => Redirect::moved("/{first}/new"),
        "/rest/{*rest}" => Redirect::moved("{rest}"),
    ])
}

/// Checks where a `GET` is sent.
async fn check_sent(client: &TestClient, target: &str, location: Option<&str>) {
    let answer = client.get(target).send().await;
    let expected = if location.is_some() { 301 } else { 404 };
    assert_eq!(answer.status(), expected, "{target}");
    assert_eq!(answer.header("location"), location, "{target}");
}

#[squall::test]
async fn a_slash_is_added_or_removed() {
    let client = TestClient::new(app().redirect_slashes(true));
    check_sent(&client, "/with", Some("with/")).await;
    check_sent(&client, "/with?a=1&b=%20", Some("with/?a=1&b=%20")).await;
    check_sent(&client, "/without/", Some("../without")).await;
    check_sent(&client, "/without///?a", Some("../../../without?a")).await;
    check_sent(&client, "/names/%C3%A9", Some("%C3%A9/")).await;
    // Without the dot this would be a scheme.
    check_sent(&client, "/names/a:b", Some("./a:b/")).await;
    check_sent(&client, "/nowhere", None).await;
    check_sent(&client, "/nowhere/", None).await;
    check_sent(&client, "/", None).await;
    let head = client.head("/with").send().await;
    assert_eq!(head.status(), 301);
}

/// An empty reference is the page itself.
#[squall::test]
async fn a_redirect_to_an_empty_rest_is_no_loop() {
    let client = TestClient::new(app());
    check_sent(&client, "/rest/", Some("/")).await;
}

/// What is mounted does not know its prefix; a relative reference needs none.
#[squall::test]
async fn a_slash_stays_below_the_mount() {
    let inner = app().redirect_slashes(true);
    let client = TestClient::new(Application::new(routes![]).mount("/inner", inner));
    for (target, location) in [
        ("/inner/with", "with/"),
        ("/inner/without//", "../../without"),
        ("/inner/names/a:b?x=/", "./a:b/?x=/"),
    ] {
        check_sent(&client, target, Some(location)).await;
    }
    // Where these lead by RFC 3986 §5.2.
    for target in ["/inner/with/", "/inner/without", "/inner/names/a:b/?x=/"] {
        assert_eq!(client.get(target).send().await.status(), 200, "{target}");
    }
}

#[squall::test]
async fn other_methods_lose_nothing_over_a_slash() {
    let client = TestClient::new(app().redirect_slashes(true));
    assert_eq!(client.post("/with").send().await.status(), 404);
    assert_eq!(client.post("/with/").send().await.status(), 200);
}

#[squall::test]
async fn slashes_matter_unless_asked() {
    let client = TestClient::new(app());
    check_sent(&client, "/with", None).await;
    check_sent(&client, "/without/", None).await;
}

#[squall::test]
async fn no_slash_leads_to_another_host() {
    #[handler]
    #[route("/{*rest}")]
    struct Rest {
        rest: String,
    }

    #[handler]
    impl Rest {
        fn get(&self) -> String {
            self.rest.clone()
        }
    }

    let client = TestClient::new(app().redirect_slashes(true));
    check_sent(&client, "//evil.example", None).await;
    check_sent(&client, "//evil.example/", None).await;
    check_sent(&client, "/names//evil.example", None).await;
    // The fault of Tornado: a redirect that begins with a parameter, and a catch-all.
    check_sent(
        &client,
        "/%5Cevil.example/old",
        Some("/%5Cevil.example/new"),
    )
    .await;
    let client = TestClient::new(Application::new(routes![Rest]).redirect_slashes(true));
    assert_eq!(client.get("//evil.example/").send().await.status(), 200);
}

#[squall::test]
async fn an_error_answers_every_method() {
    let client = TestClient::new(app().base::<Site>());
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let answer = client.request(method, "/gone/by/now").send().await;
        assert_eq!(answer.status(), 410);
        assert_eq!(answer.header("x-site"), Some("here"));
        assert_eq!(answer.text().await, "site: 410 Gone");
    }
    let answer = client.head("/gone/").send().await;
    assert_eq!(answer.status(), 410);
}

#[squall::test]
async fn an_error_has_its_message() {
    let client = TestClient::new(app());
    let answer = client.get("/closed").send().await;
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.contains("back &lt;soon&gt;"));
}

#[test]
fn a_status_that_is_no_error_is_refused() {
    let app = Application::new(routes!["/fine" => StatusCode::NO_CONTENT]);
    let error = app.check().unwrap_err().to_string();
    assert!(
        error.contains("the route `/fine` answers with 204"),
        "{error}"
    );
}

#[squall::test]
async fn a_fallback_answers_where_nothing_matches() {
    let old: axum::Router =
        axum::Router::new().fallback(|uri: http::Uri| async move { format!("old {uri}") });
    let client = TestClient::new(app().base::<Site>().redirect_slashes(true).fallback(old));
    let answer = client.get("/some/where?a=1").send().await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("x-site"), None);
    assert_eq!(answer.text().await, "old /some/where?a=1");
    // What matches is not handed over, whatever becomes of it.
    assert_eq!(client.post("/without").send().await.status(), 405);
    assert_eq!(client.get("/gone/x").send().await.status(), 410);
    check_sent(&client, "/with", Some("with/")).await;
    // A method that nobody knows is the matter of the fallback.
    let brewed = client
        .request(Method::from_bytes(b"BREW").unwrap(), "/pot")
        .send()
        .await;
    assert_eq!(brewed.text().await, "old /pot");
}

#[squall::test]
async fn a_panic_in_a_fallback_harms_nobody() {
    #[derive(Clone)]
    struct Panics;

    impl tower_service::Service<handler::Request> for Panics {
        type Response = handler::Response;
        type Error = handler::BoxError;
        type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: handler::Request) -> Self::Future {
            panic!("of the fallback")
        }
    }

    let client = TestClient::new(app().fallback(Panics));
    assert_eq!(client.get("/x").send().await.status(), 500);
    assert_eq!(client.get("/without").send().await.status(), 200);
}
