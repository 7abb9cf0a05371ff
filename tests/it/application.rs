//! The application as a service: state, layers, mounts, refusal at start.

use squall::{
    Application, Context, Redirect, State, handler,
    handler::{Body, Request, Response},
    http::HeaderValue,
    routes,
    testing::TestClient,
};
use tower_service::Service;

#[handler]
#[route("/")]
struct Home {
    greeting: State<&'static str>,
}

#[handler]
impl Home {
    fn get(&self) -> String {
        (*self.greeting).to_owned()
    }
}

fn app() -> Application {
    Application::new(routes![Home, Deep]).state("hello")
}

#[squall::test]
async fn a_state_is_replaced_for_one_test() {
    let client = TestClient::new(app());
    assert_eq!(client.get("/").send().await.text().await, "hello");
    let client = TestClient::new(app().state("replaced"));
    assert_eq!(client.get("/").send().await.text().await, "replaced");
}

#[handler]
#[route("/missing")]
struct Missing {
    _number: State<u64>,
}

#[handler]
impl Missing {
    fn get(&self, _text: State<String>) -> &'static str {
        "never"
    }
}

/// A handler that answers nothing.
#[handler]
#[route("/mute")]
struct Mute;

#[handler]
impl Mute {}

#[test]
fn all_faults_are_told_at_once() {
    let app = Application::new(routes![
        Missing,
        Mute,
        "/old/{id}" => Redirect::permanent("/new/{nr}"),
        "/away/{*p}" => Redirect::permanent("https://example.com{p}"),
        "/api/{*rest}" => Redirect::permanent("/"),
        "/split" => Redirect::permanent("/a\r\nx: y"),
        "/empty" => Redirect::permanent(""),
        "/open/{id}" => Redirect::permanent("/new/{id"),
        "/round/{id}" => Redirect::permanent("/round/{id}"),
    ])
    .mount("/inner", Application::new(routes![Missing]))
    .fallback(Application::new(routes![Mute]))
    .mount("/api", app())
    .mount("bad", app())
    .mount("/\u{fc}", app())
    .base::<Missing>();
    let error = app.check().unwrap_err();
    let text = error.to_string();
    for part in [
        "`Missing` extracts `State<u64>`",
        "`Missing` extracts `State<alloc::string::String>`",
        "`Mute` has the route `/mute`, but no method",
        "names `{nr}`",
        "the mount `bad` must begin with a slash",
        "the mount `/\u{fc}` must begin with a slash",
        "lets a parameter say part of the host",
        "`/api/{*rest}` of `mount`",
        "`/split` to `/a\\r\\nx: y` holds a control character",
        "`/empty` to `` leads nowhere",
        "`/open/{id}` to `/new/{id` has a `{` without its `}`",
        "`/round/{id}` to `/round/{id}` leads to itself",
        "the application mounted at `/inner`: ",
        "the application of the fallback: `Mute` has the route",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    assert_eq!(
        text.matches("State<u64>").count(),
        2,
        "here and inside: {text}"
    );
}

#[squall::test]
async fn it_is_a_tower_service() {
    let mut app = app();
    let request = Request::new(Body::empty());
    let response = app.call(request).await.unwrap();
    assert_eq!(response.status(), 200);
    // One that cannot start answers 500, where another server runs it.
    let mut broken = Application::new(routes![Missing]);
    assert_eq!(
        broken
            .call(Request::new(Body::empty()))
            .await
            .unwrap()
            .status(),
        500
    );
}

#[handler]
#[route("/api/special")]
struct Deep;

#[handler]
impl Deep {
    fn get(&self) -> &'static str {
        "deep"
    }
}

#[squall::test]
async fn mounts_see_their_paths_without_the_prefix() {
    async fn echo(request: axum::extract::Request) -> String {
        format!("{} {}", request.method(), request.uri())
    }
    let router = axum::Router::new().fallback(echo);
    let client = TestClient::new(app().mount("/api", router).mount("/inner", app()));
    for (target, expected) in [
        ("/api", "GET /"),
        ("/api?x=1", "GET /?x=1"),
        ("/api/", "GET /"),
        ("/api/a/b%2Fc?x=1", "GET /a/b%2Fc?x=1"),
        ("/api/special", "deep"),
        ("/inner", "hello"),
    ] {
        assert_eq!(
            client.get(target).send().await.text().await,
            expected,
            "{target}"
        );
    }
    assert_eq!(client.put("/api/x").send().await.text().await, "PUT /x");
    assert_eq!(client.get("/apix").send().await.status(), 404);
    assert_eq!(client.get("/inner/nowhere").send().await.status(), 404);
}

#[squall::test]
async fn layers_stand_around_everything() {
    use tower_http::{cors::CorsLayer, set_header::SetResponseHeaderLayer};

    let layer = SetResponseHeaderLayer::overriding(
        "x-layer".parse().unwrap(),
        HeaderValue::from_static("yes"),
    );
    let client = TestClient::new(app().layer(layer).layer(CorsLayer::permissive()));
    for target in ["/", "/nowhere"] {
        let answer = client
            .get(target)
            .header("origin", "https://example.org")
            .send()
            .await;
        assert_eq!(answer.header("x-layer"), Some("yes"), "{target}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "{target}"
        );
    }
}

#[derive(Clone)]
struct Failing<S>(S);

impl<S> Service<Request> for Failing<S> {
    type Response = Response;
    type Error = std::io::Error;
    type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request) -> Self::Future {
        std::future::ready(Err(std::io::Error::other("secret")))
    }
}

struct FailingLayer;

impl<S> tower_layer::Layer<S> for FailingLayer {
    type Service = Failing<S>;

    fn layer(&self, inner: S) -> Failing<S> {
        Failing(inner)
    }
}

#[squall::test]
async fn an_error_of_a_layer_is_500() {
    let client = TestClient::new(app().layer(FailingLayer));
    let answer = client.get("/").send().await;
    assert_eq!(answer.status(), 500);
    assert!(!answer.text().await.contains("secret"));
}

#[squall::test]
async fn it_runs_inside_axum() {
    let router = axum::Router::new().nest_service("/squall", app());
    let client = TestClient::new(Application::new(routes![]).mount("/all", router));
    assert_eq!(
        client.get("/all/squall/").send().await.text().await,
        "hello"
    );
}

#[squall::test]
async fn a_panic_in_a_mounted_service_is_500() {
    async fn panic() -> &'static str {
        panic!("not ours")
    }
    let router = axum::Router::new().route("/panic", axum::routing::get(panic));
    let client = TestClient::on_socket(app().mount("/api", router)).await;
    let requests = "GET /api/panic HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n";
    let answers = crate::support::exchange(&client, requests).await;
    assert!(
        answers.starts_with("HTTP/1.1 500 ") && answers.ends_with("hello"),
        "{answers}"
    );
}

#[squall::test]
async fn a_host_that_is_not_allowed_is_misdirected() {
    #[handler]
    #[route("/")]
    struct Hello;

    #[handler]
    impl Hello {
        fn get(&self) -> &'static str {
            "hello"
        }
    }

    let app = Application::new(routes![Hello]).allowed_hosts(["example.com", "*.example.org"]);
    let client = TestClient::new(app);
    for (host, status) in [
        ("example.com", 200),
        ("EXAMPLE.com:8888", 200),
        ("a.example.org", 200),
        ("example.org", 421),
        ("evil.example", 421),
        ("127.0.0.1", 421),
    ] {
        let response = client.get("/").header("host", host).send().await;
        assert_eq!(response.status().as_u16(), status, "{host}");
        let response = client.get("/nowhere").header("host", host).send().await;
        let status = if status == 200 { 404 } else { status };
        assert_eq!(response.status().as_u16(), status, "{host}");
    }
    let app = Application::new(routes![Hello]).allowed_hosts(["http://example.com"]);
    let fault = app.check().unwrap_err().to_string();
    assert!(fault.contains("`http://example.com` is no host"), "{fault}");
}

/// Says what it knows of its own URL.
#[handler]
#[route("/where/{name}")]
struct Where {
    name: String,
}

#[handler]
impl Where {
    fn get(&self, cx: &mut Context) -> String {
        let request = cx.request();
        let (url, host) = (request.full_url(), request.host_name());
        format!("{} {host:?} {url:?}", self.name)
    }
}

#[squall::test]
async fn a_request_knows_its_whole_url() {
    let client = TestClient::new(Application::new(routes![Where]));
    let answer = client
        .get("/where/a%20b?c=%20")
        .header("host", "Example.COM:8080")
        .send()
        .await;
    let url = "http://Example.COM:8080/where/a%20b?c=%20";
    let expected = format!("a b Some(\"example.com\") Some(\"{url}\")");
    assert_eq!(answer.text().await, expected);
}
