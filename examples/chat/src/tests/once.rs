//! What is said once is published once, however often and by whatever way it is sent.

use serde_json::json;

use super::{Chat, texts, uuid};

#[squall::test]
async fn the_same_id_is_published_once() {
    let chat = Chat::new();
    let mut ada = chat.socket("Ada", "").await;
    ada.say(1, "one").await;
    assert_eq!(ada.text().await, "one");
    ada.say(1, "one").await;
    assert_eq!(ada.news().await, json!({ "known": uuid(1) }));
    assert_eq!(chat.say("Ada", 1, "one").await, 200, "by another way");
    assert_eq!(chat.say("Ada", 2, "two").await, 201);
    ada.say(2, "two").await;
    assert_eq!(ada.text().await, "two");
    assert_eq!(ada.news().await, json!({ "known": uuid(2) }));
    assert_eq!(texts(&chat.updates("Ada", "").await), ["one", "two"]);
}

#[squall::test]
async fn two_windows_send_the_same_at_once() {
    let chat = Chat::new();
    let mut windows = [chat.socket("Ada", "").await, chat.socket("Ada", "").await];
    for id in 1..=50 {
        for window in &mut windows {
            window.say(id, &id.to_string()).await;
        }
        let text = id.to_string();
        let answers = tokio::join!(chat.say("Ada", id, &text), chat.say("Ada", id, &text));
        assert!(answers.0 + answers.1 <= 401);
    }
    let expected: Vec<_> = (1..=50).map(|id| id.to_string()).collect();
    for window in &mut windows {
        for text in &expected {
            assert_eq!(&window.text().await, text);
        }
    }
    assert_eq!(texts(&chat.updates("Ada", "").await), expected);
}

#[squall::test]
async fn an_id_is_of_one_room_and_remembered_beyond_the_history() {
    let chat = Chat::on(squall::hub::Hub::new().history(4));
    for id in 0..300 {
        assert_eq!(chat.say("Ada", id, "x").await, 201);
    }
    assert_eq!(chat.say("Ada", 0, "x").await, 200);
    let request = chat
        .client
        .post("/rooms/attic/talks")
        .header("cookie", "name=Ada");
    let request = request.header("accept", "application/json");
    let said = [("id", &*uuid(0)), ("text", "x")];
    assert_eq!(request.form(&said).send().await.status(), 201);
}
