//! What hostile or broken clients send as a path.

use squall::{Application, handler, routes, testing::TestClient};

use crate::support::exchange;

#[handler]
#[route("/text/{text}")]
struct Text {
    text: String,
}

#[handler]
impl Text {
    fn get(&self) -> String {
        self.text.clone()
    }
}

async fn status(target: &str) -> String {
    let client = TestClient::on_socket(Application::new(routes![Text])).await;
    let answer = exchange(
        &client,
        format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
    )
    .await;
    answer.get(9..12).unwrap_or("none").to_owned()
}

#[squall::test]
async fn paths_are_decoded_or_refused() {
    for (target, expected) in [
        ("/text/a", "200"),
        ("/text/%C3%A9", "200"),
        ("/text/a+b", "200"),
        ("/text/%", "400"),
        ("/text/%4", "400"),
        ("/text/%zz", "400"),
        ("/text/%ff", "400"),
        ("/text/%C3", "400"),
        ("/text/%ED%A0%80", "400"),
        ("/text/", "404"),
        ("/text/a/b", "404"),
        ("/TEXT/a", "404"),
        ("/text/a%2Fb", "200"),
        ("/text/%00", "200"),
        ("http://other.example/text/a", "200"),
        ("text/a", "400"),
    ] {
        assert_eq!(status(target).await, expected, "{target}");
    }
    assert_eq!(
        status(&format!("/text/{}", "a/".repeat(10_000))).await,
        "404"
    );
}

#[squall::test]
async fn options_asks_the_whole_server() {
    let client = TestClient::on_socket(Application::new(routes![Text])).await;
    let answer = exchange(
        &client,
        "OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
}
