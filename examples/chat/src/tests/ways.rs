//! The three ways to hear what is said, each from the start and from where one was.

use serde_json::json;
use squall::{hub::Hub, testing::TestEvents};

use super::{Chat, Said, texts};

/// What is said next.
async fn said(events: &mut TestEvents) -> String {
    let event = events.next().await.expect("the stream goes on");
    event.json::<Said>().text
}

#[squall::test]
async fn all_hear_the_same_in_one_order() {
    let chat = Chat::new();
    let mut ada = chat.socket("Ada", "").await;
    let mut events = chat.get("Bob", "/rooms/den/events").send().await.events();
    ada.say(1, "one").await;
    assert_eq!(ada.text().await, "one");
    assert_eq!(chat.say("Bob", 2, "two").await, 201);
    ada.say(3, "three").await;
    assert_eq!(
        (ada.text().await, ada.text().await),
        ("two".into(), "three".into())
    );
    for text in ["one", "two", "three"] {
        assert_eq!(said(&mut events).await, text);
    }
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
    let mut events = chat.get("Bob", &target).send().await.events();
    assert_eq!(said(&mut events).await, "two");
    let event = events.next().await.unwrap();
    assert_eq!(
        (event.json::<Said>().text, event.id),
        ("three".into(), all[2].cursor.clone())
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
    let mut events = chat.get("Bob", &target).send().await.events();
    let event = events.next().await.unwrap();
    assert_eq!((&*event.event, &*event.data), ("missed", "3"));
    assert_eq!(
        (said(&mut events).await, said(&mut events).await),
        ("4".into(), "5".into())
    );
    for (place, missed) in [(format!("?cursor={cursor}"), true), (String::new(), false)] {
        let target = format!("/rooms/den/updates{place}");
        let answer = chat.get("Bob", &target).send().await;
        assert_eq!(answer.header("missed").is_some(), missed);
    }
}
