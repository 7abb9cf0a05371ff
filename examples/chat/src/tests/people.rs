//! Who is there, by each of the ways.

use std::time::Duration;

use serde_json::{Value, json};
use squall::{hub::Hub, websocket::CloseCode};

use super::{Chat, assert_refused};

#[squall::test]
async fn one_is_there_as_long_as_ones_way_is() {
    let chat = Chat::new();
    let mut ada = chat.socket("Ada", "").await;
    assert_eq!(ada.news().await, json!({ "members": ["Ada"] }));
    let stream = chat.get("Bob", "/rooms/den/events").send().await;
    assert_eq!(ada.news().await, json!({ "joined": "Bob" }));
    chat.wait_for_members(&["Ada", "Bob"]).await;
    drop(stream);
    assert_eq!(ada.news().await, json!({ "left": "Bob" }));
    let poll = chat.get("Cleo", "/rooms/den/updates");
    let poll = tokio::time::timeout(Duration::from_millis(50), poll.send());
    assert!(poll.await.is_err(), "there is nothing to say");
    assert_eq!(ada.news().await, json!({ "joined": "Cleo" }));
    assert_eq!(ada.news().await, json!({ "left": "Cleo" }));
    drop(ada);
    chat.wait_for_members(&[]).await;
}

#[squall::test]
async fn who_polls_again_was_never_away() {
    let hub = Hub::new()
        .patience(Duration::from_millis(5))
        .grace(Duration::from_millis(200));
    let chat = Chat::on(hub);
    let mut ada = chat.socket("Ada", "").await;
    assert_eq!(ada.news().await, json!({ "members": ["Ada"] }));
    for _ in 0..10 {
        assert!(chat.updates("Bob", "").await.is_empty());
    }
    assert_eq!(ada.news().await, json!({ "joined": "Bob" }));
    ada.say(1, "still here?").await;
    assert_eq!(ada.text().await, "still here?");
    assert_eq!(ada.news().await, json!({ "left": "Bob" }));
}

#[squall::test]
async fn a_list_waits_until_it_is_another() {
    let chat = Chat::new();
    let list = async |version: &str| {
        let target = format!("/rooms/den/members?version={version}");
        chat.get("Eve", &target).send().await.json::<Value>().await
    };
    let first = list("").await;
    assert_eq!(first["members"], json!([]));
    let version = first["version"].as_str().unwrap();
    let (second, ada) = tokio::join!(list(version), async {
        tokio::task::yield_now().await;
        chat.say("Ada", 1, "not about this").await;
        chat.socket("Ada", "").await
    });
    assert_eq!(second["members"], json!(["Ada"]));
    drop(ada);
    chat.wait_for_members(&[]).await;
    assert_eq!(list("").await["version"], first["version"]);
}

#[squall::test]
async fn who_gets_no_socket_was_never_there() {
    let chat = Chat::new();
    let mut ada = chat.socket("Ada", "").await;
    assert_eq!(ada.news().await, json!({ "members": ["Ada"] }));
    let target = "/rooms/den/socket";
    // A page of another site, in the browser of somebody who has a name here.
    let socket = chat.client.websocket(target).header("cookie", "name=Bob");
    let socket = socket.header("origin", "https://evil.example");
    assert_refused(socket.try_connect().await.map(drop), 403);
    assert_eq!(chat.get("Cleo", target).send().await.status(), 426);
    ada.say(1, "anybody?").await;
    let news = ada.news().await;
    assert_eq!(news["value"]["text"], "anybody?", "{news}");
    assert_eq!(chat.members().await, ["Ada"]);
}

#[squall::test]
async fn a_full_room_lets_nobody_in() {
    let chat = Chat::on(Hub::new().max_members(1));
    let mut ada = chat.socket("Ada", "").await;
    let mut again = chat.socket("Ada", "").await;
    for socket in [&mut ada, &mut again] {
        assert_eq!(socket.news().await, json!({ "members": ["Ada"] }));
    }
    let mut bob = chat.socket("Bob", "").await;
    let reason = bob.0.end().await;
    assert_eq!(reason.code(), CloseCode::TRY_AGAIN, "{reason}");
    let answer = chat.get("Bob", "/rooms/den/events").send().await;
    assert_eq!(answer.status(), 503);
}
