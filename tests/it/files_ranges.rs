//! Parts of files: one range, several, those that a file does not have, and those that are meant for another state of it.

use squall::testing::{TestClient, TestResponse};

use crate::files::Site;

const DIGITS: &str = "0123456789";

async fn get(client: &TestClient, fields: &[(&str, &str)]) -> TestResponse {
    let mut request = client.get("/static/digits.txt");
    for (name, value) in fields {
        request = request.header(name, value);
    }
    request.send().await
}

fn digits() -> Site {
    Site::with(&[("digits.txt", DIGITS), ("empty.txt", "")])
}

#[squall::test]
async fn one_range_is_206() {
    let site = digits();
    let client = site.client();
    let whole = get(&client, &[]).await;
    for (range, content_range, content) in [
        ("bytes=0-4", "bytes 0-4/10", "01234"),
        ("bytes=9-9", "bytes 9-9/10", "9"),
        ("bytes=3-", "bytes 3-9/10", "3456789"),
        ("bytes=-3", "bytes 7-9/10", "789"),
        ("bytes=-99", "bytes 0-9/10", DIGITS),
        ("bytes=8-99", "bytes 8-9/10", "89"),
        ("bytes=2-3, 40-50", "bytes 2-3/10", "23"),
        ("bytes=2-5,4-7", "bytes 2-7/10", "234567"),
    ] {
        let answer = get(&client, &[("range", range)]).await;
        assert_eq!(answer.status(), 206, "{range}");
        assert_eq!(
            answer.header("content-range"),
            Some(content_range),
            "{range}"
        );
        assert_eq!(
            answer.header("content-length"),
            Some(&*content.len().to_string())
        );
        for name in [
            "etag",
            "last-modified",
            "content-type",
            "cache-control",
            "accept-ranges",
        ] {
            assert_eq!(answer.header(name), whole.header(name), "{name}");
        }
        assert_eq!(answer.text().await, content, "{range}");
    }
}

#[squall::test]
async fn several_ranges_are_one_multipart() {
    let site = digits();
    let client = site.client();
    let answer = get(&client, &[("range", "bytes=0-1, 4-4, -2")]).await;
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.header("content-range"), None);
    let content_type = answer.header("content-type").unwrap();
    let boundary = content_type
        .strip_prefix("multipart/byteranges; boundary=")
        .unwrap()
        .to_owned();
    let length = answer.header("content-length").unwrap().to_owned();
    let content = answer.text().await;
    assert_eq!(content.len().to_string(), length);
    let part = |range: &str, content: &str| {
        format!(
            "--{boundary}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-range: bytes {range}/10\r\n\r\n{content}\r\n"
        )
    };
    let expected = part("0-1", "01") + &part("4-4", "4") + &part("8-9", "89");
    assert_eq!(content, format!("{expected}--{boundary}--\r\n"));
    let again = get(&client, &[("range", "bytes=0-1, 4-4, -2")]).await;
    assert!(
        !again.header("content-type").unwrap().contains(&boundary),
        "nobody can foresee it"
    );
}

#[squall::test]
async fn ranges_of_a_streamed_file_are_right() {
    let site = Site::new();
    let content: Vec<u8> = (0..9_000_000_u32).map(|at| (at % 251) as u8).collect();
    site.write("digits.txt", &content);
    let client = site.client();
    for (first, last) in [
        (0, 0),
        (0, 299_999),
        (65_535, 65_536),
        (5_000_000, 8_999_999),
        (8_999_999, 8_999_999),
    ] {
        let answer = get(&client, &[("range", &format!("bytes={first}-{last}"))]).await;
        assert_eq!(answer.status(), 206);
        assert!(
            answer.bytes().await == content[first..=last],
            "{first}-{last}"
        );
    }
    let answer = get(&client, &[("range", "bytes=0-199999,8000000-")]).await;
    let length: usize = answer.header("content-length").unwrap().parse().unwrap();
    let sent = answer.bytes().await;
    assert_eq!(sent.len(), length);
    for part in [&content[..200_000], &content[8_000_000..]] {
        assert!(sent.windows(part.len()).any(|window| window == part));
    }
}

#[squall::test]
async fn what_a_file_does_not_have_is_416() {
    let site = digits();
    let client = site.client();
    for range in ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=20-30, 40-50"] {
        let answer = get(&client, &[("range", range)]).await;
        assert_eq!(answer.status(), 416, "{range}");
        assert_eq!(
            answer.header("content-range"),
            Some("bytes */10"),
            "{range}"
        );
        assert_eq!(answer.header("accept-ranges"), Some("bytes"));
    }
    let empty = client
        .get("/static/empty.txt")
        .header("range", "bytes=0-")
        .send()
        .await;
    assert_eq!(empty.status(), 416);
    assert_eq!(empty.header("content-range"), Some("bytes */0"));
}

#[squall::test]
async fn what_is_no_range_is_the_whole() {
    let site = digits();
    let client = site.client();
    let many = (0..5).cycle().take(17).map(|at| format!("{0}-{0}", at * 2));
    let many = format!("bytes={}", many.collect::<Vec<_>>().join(","));
    for range in [
        "bytes",
        "bytes=",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=1",
        "lines=0-4",
        "bytes=0-4;1-2",
        &many,
    ] {
        let answer = get(&client, &[("range", range)]).await;
        assert_eq!(answer.status(), 200, "{range}");
        assert_eq!(answer.text().await, DIGITS);
    }
}

#[squall::test]
async fn head_has_no_ranges() {
    let site = digits();
    let client = site.client();
    for range in ["bytes=0-4", "bytes=20-"] {
        let answer = client
            .head("/static/digits.txt")
            .header("range", range)
            .send()
            .await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.header("content-length"), Some("10"));
        assert_eq!(answer.header("content-range"), None);
    }
}

#[squall::test]
async fn if_range_asks_for_the_same_state() {
    let site = digits();
    let client = site.client();
    let whole = get(&client, &[]).await;
    let tag = whole.header("etag").unwrap();
    let weak = format!("W/{tag}");
    let date = whole.header("last-modified").unwrap();
    for (state, status) in [
        (tag, 206),
        (date, 206),
        (&weak, 200),
        ("\"other\"", 200),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 200),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 200),
        ("yesterday", 200),
    ] {
        let answer = get(&client, &[("range", "bytes=0-4"), ("if-range", state)]).await;
        assert_eq!(answer.status(), status, "{state}");
        let expected = if status == 206 { "01234" } else { DIGITS };
        assert_eq!(answer.text().await, expected);
    }
    // What it does not have is not asked of another state.
    let answer = get(
        &client,
        &[("range", "bytes=20-"), ("if-range", "\"other\"")],
    )
    .await;
    assert_eq!(answer.status(), 200);
}

#[squall::test]
async fn conditions_come_before_ranges() {
    let site = digits();
    let client = site.client();
    let whole = get(&client, &[]).await;
    let tag = whole.header("etag").unwrap();
    for range in ["bytes=0-4", "bytes=20-"] {
        let unchanged = get(&client, &[("range", range), ("if-none-match", tag)]).await;
        assert_eq!(unchanged.status(), 304);
        let unmet = get(&client, &[("range", range), ("if-match", "\"other\"")]).await;
        assert_eq!(unmet.status(), 412);
    }
    let met = get(&client, &[("range", "bytes=0-4"), ("if-match", tag)]).await;
    assert_eq!(met.status(), 206);
}

#[squall::test]
async fn a_download_is_resumed() {
    let site = Site::new();
    let content: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
    site.write("digits.txt", &content);
    let client = site.client_on_socket().await;
    let mut answer = get(&client, &[]).await;
    let tag = answer.header("etag").unwrap().to_owned();
    let mut got = answer.chunk().await.unwrap().unwrap().to_vec();
    drop(answer);
    let range = format!("bytes={}-", got.len());
    let rest = get(&client, &[("range", &range), ("if-range", &tag)]).await;
    assert_eq!(rest.status(), 206);
    got.extend(rest.bytes().await);
    assert!(got == content);
}
