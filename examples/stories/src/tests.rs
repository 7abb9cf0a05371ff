//! The site through its public face: what it shows, what it changes, what it refuses.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use squall::{
    http::Method,
    testing::{TestClient, TestResponse},
};

use super::{admin::Stats, app, home::ChooseTheme, site::Theme, store::Db, stories::*};

fn client() -> TestClient {
    TestClient::new(app(Db::in_memory()))
}

/// Asks for JSON, which is there.
async fn json(client: &TestClient, target: &str) -> Value {
    let answer = client
        .get(target)
        .header("accept", "application/json")
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{target}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json().await
}

/// Asks for a page, which is there.
async fn page(client: &TestClient, target: &str) -> String {
    let answer = client
        .get(target)
        .header("accept", "text/html")
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{target}");
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=UTF-8")
    );
    answer.text().await
}

/// Checks that an answer is problem details with this status and a detail that holds this text.
async fn check_problem(answer: TestResponse, status: u16, detail: &str) {
    assert_eq!(answer.status(), status);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let problem: Value = answer.json().await;
    assert_eq!(problem["status"], status);
    let told = problem["detail"].as_str().unwrap_or_default();
    assert!(told.contains(detail), "`{detail}` in `{told}`");
}

/// Checks that a `GET` is refused so.
async fn check_refused(target: &str, status: u16, detail: &str) {
    let client = client();
    let answer = client
        .get(target)
        .header("accept", "application/json")
        .send()
        .await;
    check_problem(answer, status, detail).await;
}

fn numbers(list: &Value) -> Vec<u64> {
    let stories = list["stories"].as_array().expect("a list has stories");
    stories
        .iter()
        .filter_map(|story| story["number"].as_u64())
        .collect()
}

fn edit() -> Value {
    json!({
        "title": "The <b>WebSocket</b> Protocol",
        "date": "2011-12",
        "status": "Proposed Standard",
        "topics": ["websocket"],
    })
}

#[squall::test]
async fn data_hold_together() {
    let list = json(&client(), "/stories?per_page=100").await;
    let numbers = numbers(&list);
    assert_eq!(list["total"], numbers.len());
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
    for story in list["stories"].as_array().unwrap() {
        let replaced = story["replaces"].as_array().unwrap();
        assert!(
            replaced
                .iter()
                .all(|old| old.as_u64() < story["number"].as_u64()),
            "{story}"
        );
        assert!(!story["topics"].as_array().unwrap().is_empty(), "{story}");
    }
}

#[squall::test]
async fn lists_the_newest_first() {
    let client = client();
    let list = json(&client, &Stories::url()).await;
    assert_eq!(numbers(&list)[..2], [9457, 9220]);
    assert_eq!(
        (list["page"].as_u64(), list["pages"].as_u64()),
        (Some(1), Some(4))
    );
    let page = page(&client, &Stories::url()).await;
    assert!(page.contains("<a href=\"/stories/9457\">"));
    assert!(page.contains("July 2023 · Proposed Standard"));
}

#[squall::test]
async fn pages_follow_each_other() {
    let client = client();
    let (mut seen, mut next) = (Vec::new(), Some("/stories?topic=uri&per_page=4".to_owned()));
    while let Some(target) = next {
        let list = json(&client, &target).await;
        seen.extend(numbers(&list));
        next = list["next"].as_str().map(str::to_owned);
    }
    assert_eq!(
        seen,
        numbers(&json(&client, "/stories?topic=uri&per_page=100").await)
    );
    assert_eq!(seen.len(), 11);
}

#[squall::test]
async fn narrows_the_list_down() {
    let client = client();
    let sockets = json(&client, "/stories?topic=websocket").await;
    assert_eq!(numbers(&sockets), [9220, 8441, 7692, 6455]);
    assert_eq!(
        numbers(&json(&client, "/stories?q=websocket+http%2F2").await),
        [8441]
    );
    assert_eq!(numbers(&json(&client, "/stories?q=6265").await), [6265]);
    assert_eq!(json(&client, "/stories?topic=&q=").await["total"], 62);
    assert!(
        page(&client, "/stories?q=%22%3E%3Cscript%3E")
            .await
            .contains("value=\"&quot;&gt;&lt;script&gt;\"")
    );
}

#[squall::test]
async fn shows_one_story() {
    let client = client();
    let story = json(&client, &Story::url(2616)).await;
    assert_eq!(story["title"], "Hypertext Transfer Protocol -- HTTP/1.1");
    assert_eq!(story["replaces"], json!([2068]));
    assert_eq!(
        story["replaced_by"],
        json!([7230, 7231, 7232, 7233, 7234, 7235])
    );
    assert_eq!(story["line"][0]["number"], 2068);
    let page = page(&client, "/s/2616").await;
    assert!(
        page.contains("<title>RFC 2616: Hypertext Transfer Protocol -- HTTP/1.1 · Stories</title>")
    );
    assert!(page.contains("June 1999"));
}

#[squall::test]
async fn urls_agree() {
    assert_eq!(Story::url(7), "/stories/7");
    let number = &7;
    assert_eq!(Story::url(number), Story::url(7));
    assert_eq!(Stats::url(), "/admin/stats");
    assert_eq!(ChooseTheme::url(Theme::Dark), "/theme/dark");
    // The link is made by `reverse_url`.
    let answer = client().get("/s/9110").send().await;
    assert_eq!(
        answer.header("link"),
        Some(&*format!("<{}>; rel=\"canonical\"", Story::url(9110)))
    );
}

#[squall::test]
async fn edits_a_story() {
    let client = client();
    let answer = client.put(Story::url(6455)).json(&edit()).send().await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.header("location"), Some(&*Story::url(6455)));
    assert_eq!(
        json(&client, &Story::url(6455)).await["title"],
        edit()["title"]
    );
    let page = page(&client, &Story::url(6455)).await;
    assert!(page.contains("</small> The &lt;b&gt;WebSocket&lt;/b&gt; Protocol</h1>"));
}

#[squall::test]
async fn creates_a_story_once() {
    let client = client();
    let mut new = edit();
    new["number"] = 99_999.into();
    let answer = client.post(Stories::url()).json(&new).send().await;
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.header("location"), Some("/stories/99999"));
    assert_eq!(answer.json::<Value>().await["number"], 99_999);
    assert_eq!(json(&client, "/stories/99999").await["title"], new["title"]);
    let again = client
        .post(Stories::url())
        .json(&new)
        .header("accept", "application/json");
    check_problem(again.send().await, 409, "RFC 99999 is there already").await;
}

#[squall::test]
async fn deletes_a_story() {
    let client = client();
    let answer = client.delete(Story::url(2324)).send().await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.text().await, "");
    assert_eq!(client.get(Story::url(2324)).send().await.status(), 404);
    assert_eq!(client.delete(Story::url(2324)).send().await.status(), 404);
}

#[squall::test]
async fn refuses_wrong_paths() {
    check_refused("/nowhere", 404, "").await;
    check_refused("/stories/1", 404, "there is no story 1").await;
    check_refused("/stories/x", 404, "").await;
    check_refused("/stories/-1", 404, "").await;
    check_refused("/s/x", 404, "").await;
    check_refused("/stories/%zz", 400, "`id`").await;
    check_refused("/stories/%ff", 400, "`id`").await;
}

#[squall::test]
async fn refuses_wrong_queries() {
    check_refused("/stories?page=x", 400, "query parameter `page`").await;
    check_refused("/stories?page=0", 400, "query parameter `page`").await;
    check_refused("/stories?per_page=-1", 400, "query parameter `per_page`").await;
    check_refused("/stories?per_page=101", 400, "from 1 to 100").await;
    check_refused("/stories?q=%zz", 400, "query parameter `q`").await;
    check_refused("/stories?page=5", 404, "the last page is 4").await;
}

#[squall::test]
async fn refuses_wrong_content() {
    let check = async |content_type: &str, content: &str, status: u16, detail: &str| {
        let client = client();
        let request = client
            .put(Story::url(6455))
            .header("accept", "application/json");
        let request = request
            .header("content-type", content_type)
            .body(content.to_owned());
        check_problem(request.send().await, status, detail).await;
    };
    let json = "application/json";
    check("text/plain", "{}", 415, "application/json").await;
    check(json, "{\"title\":", 400, "not JSON").await;
    check(json, "", 400, "not JSON").await;
    check(json, "{\"title\": 1}", 422, "`title`").await;
    check(
        json,
        "{\"title\": \" \"}",
        422,
        "`title`: expected a line of text",
    )
    .await;
    check(
        json,
        "{\"title\": \"x\", \"date\": \"2022-13\"}",
        422,
        "`date`: expected a month",
    )
    .await;
    check(
        json,
        "{\"title\": \"x\", \"replaces\": [1, \"2\"]}",
        422,
        "`replaces[1]`",
    )
    .await;
    check(json, "{\"titel\": \"x\"}", 422, "`titel`").await;
    check(json, "{}", 422, "missing field `title`").await;
    let long = "x".repeat(2 * 1024 * 1024 + 1);
    check(json, &long, 413, "longer than 2097152 bytes").await;
}

#[squall::test]
async fn refuses_unknown_methods() {
    let client = client();
    let allow = Some("GET, HEAD, PUT, DELETE, OPTIONS");
    let patch = client
        .patch(Story::url(6455))
        .header("accept", "application/json")
        .send()
        .await;
    assert_eq!(patch.header("allow"), allow);
    check_problem(patch, 405, "").await;
    let brew = Method::from_bytes(b"BREW").unwrap();
    assert_eq!(
        client.request(brew, Story::url(2324)).send().await.status(),
        501
    );
    let options = client.options(Story::url(6455)).send().await;
    assert_eq!(
        (options.status().as_u16(), options.header("allow")),
        (204, allow)
    );
}

#[squall::test]
async fn answers_head_like_get() {
    let client = client();
    let (get, head) = (
        client.get("/stories/9110").send().await,
        client.head("/stories/9110").send().await,
    );
    assert_eq!(head.status(), 200);
    for name in ["content-type", "etag", "vary", "link"] {
        assert!(head.header(name).is_some(), "{name}");
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    assert_eq!(
        head.header("content-length"),
        Some(&*get.bytes().await.len().to_string())
    );
    assert_eq!(head.text().await, "");
}

#[squall::test]
async fn spares_what_the_client_has() {
    let client = client();
    let first = client.get("/stories/9110").send().await;
    let tag = first
        .header("etag")
        .expect("a page has an entity tag")
        .to_owned();
    let again = client
        .get("/stories/9110")
        .header("if-none-match", &tag)
        .send()
        .await;
    assert_eq!(again.status(), 304);
    let other = client
        .get("/stories/9110")
        .header("if-none-match", &tag)
        .header("accept", "application/json");
    assert_eq!(other.send().await.status(), 200);
}

#[squall::test]
async fn errors_look_like_the_site() {
    let client = client();
    for (target, status) in [
        ("/nowhere", 404),
        ("/stories/x", 404),
        ("/stories?page=%3Cb%3E", 400),
    ] {
        let answer = client
            .get(target)
            .header("accept", "text/html")
            .send()
            .await;
        assert_eq!(answer.status(), status);
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=UTF-8")
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let page = answer.text().await;
        assert!(
            page.contains(&format!("<h1><small>{status}</small>")),
            "{page}"
        );
        assert!(!page.contains("<b>"), "{page}");
    }
}

#[squall::test]
async fn old_paths_lead_to_new_ones() {
    let client = client();
    let check = async |target: &str, status: u16, location: Option<&str>| {
        let answer = client.get(target).send().await;
        assert_eq!(answer.status(), status, "{target}");
        assert_eq!(answer.header("location"), location, "{target}");
    };
    check("/old/9110", 308, Some("/stories/9110")).await;
    check("/old/9110?a=1&b=%20", 308, Some("/stories/9110?a=1&b=%20")).await;
    check("/old/a%2Fb", 308, Some("/stories/a%2Fb")).await;
    check("/v1/stories/9110?x", 301, Some("/stories/9110?x")).await;
    // Not to another host, whatever stands there.
    check("/old//evil.example", 404, None).await;
    check("/v1//evil.example/x", 301, Some("/evil.example/x")).await;
    check("/v1/\\evil.example", 301, Some("/%5Cevil.example")).await;
    check("/v1/%2F%2Fevil.example", 301, Some("/%2F%2Fevil.example")).await;
}

#[squall::test]
async fn keeps_the_chosen_theme() {
    let client = client();
    assert!(
        page(&client, "/")
            .await
            .contains("<html lang=\"en\" class=\"auto\">")
    );
    let answer = client
        .post("/theme/dark?back=/stories%3Fpage=2")
        .send()
        .await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.header("location"), Some("/stories?page=2"));
    let cookie = answer
        .header("set-cookie")
        .expect("the choice is kept")
        .split(';')
        .next()
        .unwrap();
    let page = client
        .get("/")
        .header("cookie", cookie)
        .send()
        .await
        .text()
        .await;
    assert!(page.contains("<html lang=\"en\" class=\"dark\">"));
    // A cookie that nobody set here does no harm.
    let page = client
        .get("/")
        .header("cookie", "theme=\"><script>")
        .send()
        .await
        .text()
        .await;
    assert!(page.contains("<html lang=\"en\" class=\"auto\">"));
}

#[squall::test]
async fn goes_back_only_to_itself() {
    let client = client();
    assert_eq!(client.post("/theme/pink").send().await.status(), 404);
    for back in [
        "//evil.example",
        "/%5Cevil.example",
        "https://evil.example",
        "/%0a",
    ] {
        let answer = client.post(format!("/theme/dark?back={back}")).send().await;
        assert_eq!(answer.status(), 400, "{back}");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[squall::test]
async fn dates_follow_the_language() {
    let check = async |languages: &str, date: &str| {
        let client = client();
        let page = client
            .get("/stories/9110")
            .header("accept-language", languages)
            .send()
            .await
            .text()
            .await;
        assert!(page.contains(&format!("<dd>{date}</dd>")), "{languages}");
    };
    check("en-GB,en;q=0.9", "June 2022").await;
    check("*", "June 2022").await;
    check("de-AT,de;q=0.9,en;q=0.5", "2022-06").await;
}

#[squall::test]
async fn counts_stories_and_answers() {
    let client = client();
    assert_eq!(client.get("/nowhere").send().await.status(), 404);
    let answer = client.get(Stats::url()).send().await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    // An answer is counted when it has been sent, which can be a moment after it has arrived.
    for _ in 0..100 {
        let numbers = json(&client, &Stats::url()).await;
        assert_eq!(
            (&numbers["stories"], &numbers["topics"]["websocket"]),
            (&json!(62), &json!(4))
        );
        if numbers["answers"]["404"] == 1 {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the 404 was not counted");
}

#[squall::test]
async fn first_page_leads_to_all_others() {
    let client = client();
    let home = page(&client, "/").await;
    let mut links: BTreeSet<_> = home
        .split("href=\"/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(links.len() > 15, "{links:?}");
    links.insert("about");
    for link in links {
        page(&client, &format!("/{}", link.replace("&amp;", "&"))).await;
    }
}
