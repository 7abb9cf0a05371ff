//! Choosing a name and a room, and the pages without a script.

use super::Chat;

#[squall::test]
async fn one_comes_in_with_a_name() {
    let chat = Chat::new();
    let answer = chat.client.get("/rooms/den").send().await;
    assert_eq!(
        (answer.status().as_u16(), answer.header("location")),
        (303, Some("/?room=den"))
    );
    let page = chat.client.get("/?room=den").send().await.text().await;
    assert!(page.contains(r#"value="den""#), "{page}");

    let choice = [("name", " Ada  Lovelace "), ("room", "the den")];
    let answer = chat.client.post("/").form(&choice).send().await;
    assert_eq!(
        (answer.status().as_u16(), answer.header("location")),
        (303, Some("/rooms/the-den#end"))
    );
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("name=Ada%20Lovelace;"), "{cookie}");
    assert!(
        cookie.contains("SameSite=Lax") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    let page = chat.page("Ada%20Lovelace", "/rooms/the-den").await;
    assert!(page.contains(r#"data-name="Ada Lovelace""#), "{page}");
}

#[squall::test]
async fn without_a_script_the_form_works() {
    let chat = Chat::new();
    let request = chat
        .client
        .post("/rooms/den/talks")
        .header("cookie", "name=Ada");
    let answer = request
        .header("accept", "text/html")
        .form(&[("text", "one\r\ntwo")])
        .send()
        .await;
    assert_eq!(
        (answer.status().as_u16(), answer.header("location")),
        (303, Some("/rooms/den#end"))
    );
    let page = chat.page("Bob", "/rooms/den").await;
    assert!(
        page.contains(
            r#"<p class="text" dir="auto">one
two</p>"#
        ),
        "{page}"
    );
    assert!(
        page.contains("<bdi>Ada</bdi> <time datetime=\"20"),
        "{page}"
    );
    assert!(!page.contains("talk own"), "{page}");
    assert!(chat.page("Ada", "/rooms/den").await.contains("talk own"));
}

#[squall::test]
async fn the_start_page_lists_rooms_with_people() {
    let chat = Chat::new();
    assert!(chat.page("Ada", "/").await.contains("Nobody is here yet"));
    let _ada = chat.socket("Ada", "").await;
    let bob = chat.socket("Bob", "").await;
    chat.wait_for_members(&["Ada", "Bob"]).await;
    let page = chat.page("Ada", "/").await;
    assert!(
        page.contains("href=\"/rooms/den\"") && page.contains("2 people"),
        "{page}"
    );
    drop(bob);
    chat.wait_for_members(&["Ada"]).await;
    assert!(chat.page("Ada", "/").await.contains("1 person"));
}

#[squall::test]
async fn rooms_and_names_are_of_any_script() {
    let chat = Chat::new();
    let (room, name) = ("%E9%83%A8%E5%B1%8B", "%D9%87%D9%86%D8%AF");
    let page = chat.page(name, &format!("/rooms/{room}")).await;
    for part in [
        "<h1><bdi>部屋</bdi></h1>",
        "data-name=\"هند\"",
        &format!("data-socket=\"/rooms/{room}/socket\""),
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let said = [("text", "やあ")];
    let request = chat.client.post(format!("/rooms/{room}/talks"));
    let answer = request
        .header("cookie", format!("name={name}"))
        .form(&said)
        .send()
        .await;
    let end = format!("/rooms/{room}#end");
    assert_eq!(
        (answer.status().as_u16(), answer.header("location")),
        (303, Some(&*end))
    );
}
