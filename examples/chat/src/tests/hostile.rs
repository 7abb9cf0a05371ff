//! What nobody should send.

use serde_json::json;

use super::{Chat, assert_refused, uuid};

#[squall::test]
async fn text_is_never_markup() {
    let chat = Chat::new();
    let evil = "<script>alert(1)</script>\"'&";
    chat.say("%3Cb%3E%22", 1, evil).await;
    for target in ["/rooms/den", "/?room=%22%3E%3Cb%3E"] {
        let page = chat.page("%3Cb%3E%22", target).await;
        assert!(
            !page.contains("<script>alert") && !page.contains("<b>"),
            "{page}"
        );
        assert!(!page.contains("=\"\"><"), "{page}");
    }
    let answer = chat.get("Ada", "/rooms/den").send().await;
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}

#[squall::test]
async fn what_is_too_much_is_refused() {
    let chat = Chat::new();
    let (long, id) = ("é".repeat(2_001), uuid(1));
    for (fields, status) in [
        (vec![("id", &*id), ("text", &*long)], 422),
        (vec![("id", &*id), ("text", " \n")], 422),
        (vec![("id", &*id)], 422),
        (vec![("id", "1"), ("text", "x")], 422),
        (vec![("id", &*id), ("text", &*"x".repeat(40_000))], 413),
    ] {
        assert_eq!(chat.post("Ada", &fields).await.status(), status);
    }
    for room in ["a%20b", "a%2Fb", "%3Cb%3E", &*"a".repeat(31), "a%E2%80%AE"] {
        let target = format!("/rooms/{room}/updates");
        assert_eq!(
            chat.get("Ada", &target).send().await.status(),
            404,
            "{room}"
        );
    }
    for name in ["", "a%00", "%E2%80%AE", &*"a".repeat(31)] {
        let answer = chat.get(name, "/rooms/den/updates").send().await;
        assert_eq!(answer.status(), 403, "{name}");
        let choice = [("name", name), ("room", "den")];
        let choice = chat.client.post("/").form(&choice).send().await;
        assert!(name.contains('%') || choice.status() == 422, "{name}");
    }
    let answer = chat.get("Ada", "/rooms/den/updates?cursor=x").send().await;
    assert_eq!(answer.status(), 400);
    assert!(chat.updates_are_empty().await);
}

impl Chat {
    async fn updates_are_empty(&self) -> bool {
        !self.page("Ada", "/rooms/den").await.contains("data-id")
    }
}

#[squall::test]
async fn a_socket_is_closed_with_a_reason() {
    let chat = Chat::new();
    for (value, code, part) in [
        (
            json!({ "id": uuid(1), "text": "x".repeat(2_001) }),
            1007,
            "`text`: at most 2000",
        ),
        (
            json!({ "id": uuid(1), "text": "" }),
            1007,
            "`text`: there is nothing",
        ),
        (
            json!({ "id": "1", "text": "x" }),
            1007,
            "`id`: a message is known by",
        ),
        (json!([1]), 1007, ""),
        (json!({ "text": "x".repeat(20_000) }), 1009, ""),
    ] {
        let mut ada = chat.socket("Ada", "").await;
        ada.news().await;
        ada.send(&value).await;
        let reason = ada.0.end().await;
        assert_eq!(reason.code().get(), code, "{reason}");
        assert!(reason.text().contains(part), "{reason}");
    }
    assert!(chat.updates_are_empty().await);
}

#[squall::test]
async fn no_page_of_another_site_and_nobody_without_a_name_comes_in() {
    let chat = Chat::new();
    let socket = chat.client.websocket("/rooms/den/socket");
    assert_refused(socket.try_connect().await.map(drop), 403);
    let socket = chat.client.websocket("/rooms/den/socket");
    let socket = socket
        .header("cookie", "name=Ada")
        .header("origin", "https://evil.example");
    assert_refused(socket.try_connect().await.map(drop), 403);
    let said = [("id", &*uuid(1)), ("text", "x")];
    let answer = chat
        .client
        .post("/rooms/den/talks")
        .form(&said)
        .send()
        .await;
    assert_eq!(answer.status(), 403);
    for target in ["events", "updates", "members"] {
        let answer = chat.client.get(format!("/rooms/den/{target}")).send().await;
        assert_eq!(answer.status(), 403, "{target}");
        assert!(answer.header("nameless").is_some());
    }
}
