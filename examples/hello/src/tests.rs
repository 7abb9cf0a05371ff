//! What `programs.md` says that hello answers.

use squall::{Application, http::Method, routes, testing::TestClient};

use super::Hello;

const TAG: &str = "\"e02aa1b106d5c7c6a98def2b13005d5b84fd8dc8\"";

fn client() -> TestClient {
    TestClient::new(Application::new(routes![Hello]))
}

#[squall::test]
async fn says_hello() {
    let hello = client().get("/").send().await;
    assert_eq!(hello.status(), 200);
    assert_eq!(hello.header("content-length"), Some("12"));
    assert_eq!(
        hello.header("content-type"),
        Some("text/html; charset=UTF-8")
    );
    assert_eq!(hello.header("etag"), Some(TAG));
    assert_eq!(hello.header("server"), Some("squall/0.1.0"));
    assert!(hello.header("date").is_some());
    assert_eq!(hello.headers().len(), 5);
    assert_eq!(hello.text().await, "Hello, world");
}

#[squall::test]
async fn answers_head_like_get_without_content() {
    let head = client().head("/").send().await;
    assert_eq!(head.status(), 200);
    assert_eq!(head.header("content-length"), Some("12"));
    assert_eq!(head.header("etag"), Some(TAG));
    assert_eq!(head.text().await, "");
}

#[squall::test]
async fn lists_its_methods() {
    let options = client().options("/").send().await;
    assert_eq!(options.status(), 204);
    assert_eq!(options.header("allow"), Some("GET, HEAD, OPTIONS"));
    let post = client().post("/").send().await;
    assert_eq!(post.status(), 405);
    assert_eq!(post.header("allow"), Some("GET, HEAD, OPTIONS"));
    let unknown = client()
        .request(Method::from_bytes(b"BREW").unwrap(), "/")
        .send()
        .await;
    assert_eq!(unknown.status(), 501);
}

#[squall::test]
async fn knows_no_other_path() {
    assert_eq!(client().get("/nowhere").send().await.status(), 404);
}

#[squall::test]
async fn spares_what_the_client_has() {
    let again = client().get("/").header("if-none-match", TAG).send().await;
    assert_eq!(again.status(), 304);
    assert_eq!(again.header("etag"), Some(TAG));
    assert_eq!(again.header("content-type"), None);
    assert_eq!(again.text().await, "");
}
