use clap::Parser as _;
use squall::{
    testing::TestClient,
    websocket::{Compression, ConnectError, Message, Settings},
};

use super::{Flags, app};

fn client(flags: &[&str]) -> TestClient {
    let flags = Flags::try_parse_from([&["echo"], flags].concat()).unwrap();
    TestClient::new(app(flags.settings()))
}

#[squall::test]
async fn it_says_what_it_hears() {
    let client = client(&[]);
    let mut socket = client.websocket("/").await;
    socket.send("text").await;
    assert_eq!(socket.text().await, "text");
    socket.send(b"bytes").await;
    assert_eq!(socket.bytes().await, b"bytes");
    assert_eq!(socket.protocol(), None);
    assert_eq!(client.get("/").send().await.status(), 426);
}

#[squall::test]
async fn its_options_are_settings() {
    let client = client(&[
        "--deflate",
        "--take-over",
        "--server-bits=12",
        "--max-message=1000",
        "--protocol=chat",
        "--allow-origin=https://other.example",
    ]);
    let own = Settings::default()
        .compression(Compression::default().server_takes_over(true))
        .protocols(["other", "chat"]);
    let mut socket = client
        .websocket("/")
        .header("origin", "https://other.example")
        .settings(own)
        .await;
    assert_eq!(socket.protocol(), Some("chat"));
    let extensions = &socket.headers()["sec-websocket-extensions"];
    assert_eq!(
        extensions,
        "permessage-deflate; client_no_context_takeover; server_max_window_bits=12"
    );
    let long = "a".repeat(1000);
    socket.send(&long).await;
    assert_eq!(socket.message().await, Message::Text(long));
    socket.send("a".repeat(1001)).await;
    assert_eq!(socket.end().await.code().get(), 1009);

    let foreign = client
        .websocket("/")
        .header("origin", "https://evil.example");
    let refused = foreign.try_connect().await;
    assert!(
        matches!(&refused, Err(ConnectError::Refused(response)) if response.status() == 403),
        "{refused:?}"
    );
}

#[test]
fn options_of_compression_need_it() {
    assert!(Flags::try_parse_from(["echo", "--take-over"]).is_err());
}
