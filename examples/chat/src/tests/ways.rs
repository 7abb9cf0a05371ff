//! The three ways to hear what is said, each from the start and from where one was.

use serde_json::json;
use squall::{hub::Hub, testing::TestResponse};

use super::{Chat, texts};

/// Reads a stream until this stands in it, and gives what was read.
async fn read_until(stream: &mut TestResponse, part: &str) -> String {
    let mut text = String::new();
    while !text.contains(part) {
        let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    text
}

#[squall::test]
async fn all_hear_the_same_in_one_order() {
    let chat = Chat::new();
    let mut ada = chat.socket("Ada", "").await;
    let mut stream = chat.get("Bob", "/rooms/den/events").send().await;
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    ada.say(1, "one").await;
    assert_eq!(ada.text().await, "one");
    assert_eq!(chat.say("Bob", 2, "two").await, 201);
    ada.say(3, "three").await;
    assert_eq!(
        (ada.text().await, ada.text().await),
        ("two".into(), "three".into())
    );
    let events = read_until(&mut stream, "three").await;
    let places = ["\"one\"", "\"two\"", "\"three\""].map(|text| events.find(text).unwrap());
    assert!(places.is_sorted(), "{events}");
    let polled = chat.updates("Cleo", "").await;
    assert_eq!(texts(&polled), ["one", "two", "three"]);
    let first = &polled[0].value;
    assert_eq!((&*first.name, first.id.len()), ("Ada", 36));
    assert!(first.at > 1_700_000_000_000);
}

#[squall::test]
async fn one_goes_on_where_one_was() {
    let chat = Chat::new();
    for (id, text) in [(1, "one"), (2, "two"), (3, "three")] {
        chat.say("Ada", id, text).await;
    }
    let all = chat.updates("Ada", "").await;
    let cursor = &all[0].cursor;
    let mut socket = chat.socket("Bob", &format!("?cursor={cursor}")).await;
    assert_eq!(
        (socket.text().await, socket.text().await),
        ("two".into(), "three".into())
    );
    let target = format!("/rooms/den/events?last-event-id={cursor}");
    let mut stream = chat.get("Bob", &target).send().await;
    let events = read_until(&mut stream, "three").await;
    assert!(
        !events.contains("\"one\"") && events.contains("\"two\""),
        "{events}"
    );
    assert!(
        events.contains(&format!("id: {}", all[2].cursor)),
        "{events}"
    );
    let polled = chat.updates("Bob", &format!("?cursor={cursor}")).await;
    assert_eq!(texts(&polled), ["two", "three"]);

    let waiting = format!("?cursor={}", all[2].cursor);
    let (polled, _) = tokio::join!(chat.updates("Bob", &waiting), async {
        tokio::task::yield_now().await;
        chat.say("Ada", 4, "four").await;
    });
    assert_eq!(texts(&polled), ["four"]);
}

#[squall::test]
async fn what_is_not_kept_is_said_to_be_missing() {
    let chat = Chat::on(Hub::new().history(2));
    chat.say("Ada", 0, "zero").await;
    let cursor = chat.updates("Ada", "").await[0].cursor.clone();
    for id in 1..=5 {
        chat.say("Ada", id, &id.to_string()).await;
    }
    let mut socket = chat.socket("Bob", &format!("?cursor={cursor}")).await;
    assert_eq!(socket.news().await, json!({ "members": ["Bob"] }));
    assert_eq!(socket.news().await, json!({ "missed": 3 }));
    assert_eq!(socket.text().await, "4");
    let target = format!("/rooms/den/events?last-event-id={cursor}");
    let mut stream = chat.get("Bob", &target).send().await;
    let events = read_until(&mut stream, "\"5\"").await;
    assert!(events.starts_with("event: missed\ndata: 3\n\n"), "{events}");
    for (place, missed) in [(format!("?cursor={cursor}"), true), (String::new(), false)] {
        let target = format!("/rooms/den/updates{place}");
        let answer = chat.get("Bob", &target).send().await;
        assert_eq!(answer.header("missed").is_some(), missed);
    }
}
