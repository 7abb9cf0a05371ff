//! Compressed answers: which, in what coding, and what their fields say. Decoded here by the crates of each coding.

use std::{
    io::Write as _,
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use futures_core::Stream;
use squall::{
    Application, Context, HttpError, Redirect, Result, Routes, handler,
    handler::{Body, Response},
    http::{HeaderName, HeaderValue, Method, StatusCode},
    routes,
    testing::{TestClient, TestResponse},
};

use crate::support::exchange;

const CODINGS: [&str; 3] = ["br", "zstd", "gzip"];

/// Text that becomes shorter, of this length.
fn text(length: usize) -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < length {
        text.push_str(&format!("line {number} of the content\n"));
        number += 1;
    }
    text.truncate(length);
    text
}

/// Takes content out of a coding, all of it.
fn decode(coding: Option<&str>, content: &[u8]) -> Vec<u8> {
    let mut unfolding = Unfolding::new(coding);
    unfolding.add(content);
    unfolding.end()
}

/// Content in a coding, as it comes.
enum Unfolding {
    Identity(Vec<u8>),
    Brotli(Box<brotli::DecompressorWriter<Vec<u8>>>),
    Zstd(zstd::stream::write::Decoder<'static, Vec<u8>>),
    Gzip(Box<flate2::write::GzDecoder<Vec<u8>>>),
}

impl Unfolding {
    fn new(coding: Option<&str>) -> Self {
        match coding {
            None => Self::Identity(Vec::new()),
            Some("br") => Self::Brotli(Box::new(brotli::DecompressorWriter::new(Vec::new(), 4096))),
            Some("zstd") => Self::Zstd(zstd::stream::write::Decoder::new(Vec::new()).unwrap()),
            Some("gzip") => Self::Gzip(Box::new(flate2::write::GzDecoder::new(Vec::new()))),
            Some(other) => panic!("`{other}`"),
        }
    }

    fn add(&mut self, content: &[u8]) {
        match self {
            Self::Identity(decoded) => decoded.extend_from_slice(content),
            Self::Brotli(decoder) => decoder.write_all(content).unwrap(),
            Self::Zstd(decoder) => decoder.write_all(content).unwrap(),
            Self::Gzip(decoder) => decoder.write_all(content).unwrap(),
        }
    }

    /// What can be read so far.
    fn seen(&mut self) -> &[u8] {
        match self {
            Self::Identity(decoded) => decoded,
            Self::Brotli(decoder) => {
                decoder.flush().unwrap();
                decoder.get_ref()
            }
            Self::Zstd(decoder) => {
                decoder.flush().unwrap();
                decoder.get_ref()
            }
            Self::Gzip(decoder) => {
                decoder.flush().unwrap();
                decoder.get_ref()
            }
        }
    }

    /// All of it, where it has its end.
    fn end(self) -> Vec<u8> {
        match self {
            Self::Identity(decoded) => decoded,
            Self::Brotli(decoder) => decoder.into_inner().expect("br has its end"),
            Self::Zstd(mut decoder) => {
                decoder.flush().unwrap();
                decoder.into_inner()
            }
            Self::Gzip(decoder) => decoder.finish().expect("gzip has its end"),
        }
    }
}

/// Answers as it is told.
#[handler]
#[route("/any")]
struct Any {
    #[query(default = 4000)]
    length: usize,
    #[query(default = 200)]
    status: u16,
    /// `name:value`
    #[query]
    field: Vec<String>,
    #[query(default = false)]
    stream: bool,
}

#[handler]
impl Any {
    fn get(&self) -> Result<Response> {
        let content = text(self.length);
        let content = if self.stream {
            Body::stream(Pieces(vec![content]))
        } else {
            content.into()
        };
        let mut response = Response::new(content);
        *response.status_mut() = StatusCode::from_u16(self.status)?;
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("text/plain"));
        for field in &self.field {
            let (name, value) = field.split_once(':').unwrap();
            headers.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        Ok(response)
    }

    fn post(&self) -> Result<Response> {
        self.get()
    }
}

/// Gives its pieces, the last one first, and ends.
struct Pieces(Vec<String>);

impl Stream for Pieces {
    type Item = Result<String, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop().map(Ok))
    }
}

/// Gives one piece and then nothing for ever.
struct Halting(bool);

impl Stream for Halting {
    type Item = Result<&'static str, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Pending;
        }
        Poll::Ready(Some(Ok("data: first\n\n")))
    }
}

/// An event stream that never says a second thing.
#[handler]
#[route("/events")]
struct Events;

#[handler]
impl Events {
    fn get(&self) -> ([(&'static str, &'static str); 1], Body) {
        (
            [("content-type", "text/event-stream")],
            Body::stream(Halting(false)),
        )
    }
}

/// The same by `flush`.
#[handler]
#[route("/flushed")]
struct Flushed;

#[handler]
impl Flushed {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.write("data: first\n\n")?;
        cx.flush().await?;
        std::future::pending().await
    }
}

/// Flushes twice and ends with something unsent.
#[handler]
#[route("/in-pieces")]
struct InPieces;

#[handler]
impl InPieces {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.set_header("etag", "\"mine\"")?;
        for _ in 0..2 {
            cx.write("piece ")?;
            cx.flush().await?;
        }
        cx.write("rest")
    }
}

/// Fails behind its first piece.
#[handler]
#[route("/broken")]
struct Broken;

#[handler]
impl Broken {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.write("data: first\n\n")?;
        cx.flush().await?;
        Err(HttpError::internal().into())
    }
}

#[handler]
#[route("/static")]
struct Static;

#[handler]
impl Static {
    fn get(&self) -> &'static str {
        include_str!("compression.rs")
    }
}

#[handler]
#[route("/fails")]
struct Fails;

#[handler]
impl Fails {
    fn get(&self) -> Result<()> {
        Err(HttpError::new(StatusCode::CONFLICT)
            .with_message(text(4000))
            .into())
    }
}

const ROUTES: Routes = routes![
    Any,
    Events,
    Flushed,
    InPieces,
    Broken,
    Static,
    Fails,
    "/old" => Redirect::permanent("/any"),
];

fn client() -> TestClient {
    TestClient::new(Application::new(ROUTES).compression(true))
}

async fn send(method: Method, target: &str, accepted: &str) -> TestResponse {
    let client = client();
    let request = client.request(method, target);
    request.header("accept-encoding", accepted).send().await
}

async fn get(target: &str, accepted: &str) -> TestResponse {
    send(Method::GET, target, accepted).await
}

/// Whether an answer comes in this coding, and says that it was a choice.
async fn check(target: &str, accepted: &str, coding: Option<&str>, varies: bool) -> Vec<u8> {
    let answer = get(target, accepted).await;
    let what = format!("{target} as {accepted}");
    assert_eq!(answer.header("content-encoding"), coding, "{what}");
    let vary = varies.then_some("accept-encoding");
    assert_eq!(answer.header("vary"), vary, "{what}");
    decode(coding, &answer.bytes().await)
}

/// A target for a field of the answer.
fn with_field(name: &str, value: &str) -> String {
    let value = value
        .replace('+', "%2B")
        .replace(' ', "%20")
        .replace('"', "%22");
    format!("/any?field={name}:{value}")
}

#[squall::test]
async fn the_client_chooses_by_weights() {
    for (accepted, coding) in [
        ("gzip", Some("gzip")),
        ("gzip, deflate, br, zstd", Some("br")),
        ("gzip, deflate, zstd", Some("zstd")),
        ("X-GZIP;q=0.1", Some("gzip")),
        ("br;q=0.1, gzip;q=0.2", Some("gzip")),
        ("br;q=0, *", Some("zstd")),
        ("gzip;q=0", None),
        ("identity, gzip;q=0.9", None),
        ("deflate", None),
        ("", None),
    ] {
        let content = check("/any", accepted, coding, true).await;
        assert_eq!(content, text(4000).into_bytes(), "{accepted}");
    }
    let answer = client().get("/any").send().await;
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(answer.header("vary"), Some("accept-encoding"));
}

#[squall::test]
async fn nothing_is_compressed_unless_it_is_asked_for() {
    let client = TestClient::new(Application::new(ROUTES));
    let request = client.get("/any").header("accept-encoding", "gzip");
    let answer = request.send().await;
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(answer.header("vary"), None);
    assert_eq!(answer.text().await, text(4000));
}

#[squall::test]
async fn types_that_become_shorter_are_compressed() {
    for content_type in [
        "text/html; charset=UTF-8",
        "application/json",
        "application/problem+json",
        "application/javascript",
        "application/atom+xml",
        "image/svg+xml",
        "application/wasm",
    ] {
        check(
            &with_field("content-type", content_type),
            "br",
            Some("br"),
            true,
        )
        .await;
    }
    for content_type in [
        "image/png",
        "video/mp4",
        "application/zip",
        "font/woff2",
        "application/octet-stream",
    ] {
        check(&with_field("content-type", content_type), "br", None, false).await;
    }
}

#[squall::test]
async fn short_content_stays_and_any_stream_is_compressed() {
    check("/any?length=1023", "gzip", None, false).await;
    check("/any?length=1024", "gzip", Some("gzip"), true).await;
    check("/any?length=0", "gzip", None, false).await;
    for coding in CODINGS {
        let content = check("/any?length=3&stream=true", coding, Some(coding), true).await;
        assert_eq!(content, b"lin", "{coding}");
        let none = check("/any?length=0&stream=true", coding, Some(coding), true).await;
        assert!(none.is_empty(), "{coding}");
    }
}

#[squall::test]
async fn long_content_is_compressed_in_pieces() {
    for coding in CODINGS {
        let answer = get("/any?length=65536", coding).await;
        let length: usize = answer.header("content-length").unwrap().parse().unwrap();
        let content = answer.bytes().await;
        assert_eq!(content.len(), length, "{coding}");
        assert_eq!(decode(Some(coding), &content), text(65536).into_bytes());

        let answer = get("/any?length=300000", coding).await;
        assert_eq!(answer.header("content-length"), None, "{coding}");
        let content = answer.bytes().await;
        assert!(content.len() < 60_000, "{coding}: {}", content.len());
        assert_eq!(decode(Some(coding), &content), text(300_000).into_bytes());
    }
}

#[squall::test]
async fn a_text_of_the_program_is_compressed() {
    let content = check("/static", "gzip", Some("gzip"), true).await;
    assert_eq!(content, include_bytes!("compression.rs"));
}

#[squall::test]
async fn what_is_encoded_already_stays_as_it_is() {
    let answer = get(&with_field("content-encoding", "x-own"), "gzip").await;
    assert_eq!(answer.header("content-encoding"), Some("x-own"));
    assert_eq!(answer.header("vary"), None);
    assert_eq!(answer.text().await, text(4000));
    for (name, value) in [
        ("cache-control", "public, No-Transform"),
        ("repr-digest", "sha-256=:AAAA:"),
        ("content-md5", "AAAA"),
    ] {
        check(&with_field(name, value), "gzip", None, false).await;
    }
    let target = with_field("cache-control", "no-cache, max-age=0");
    check(&target, "gzip", Some("gzip"), true).await;
}

#[squall::test]
async fn a_length_of_the_author_is_not_that_of_the_coding() {
    let answer = get("/any?field=content-length:4000", "gzip").await;
    let length: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert_eq!(answer.bytes().await.len(), length);
    let answer = get("/any?stream=true&field=content-length:4000", "gzip").await;
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(decode(Some("gzip"), &answer.bytes().await).len(), 4000);
}

#[squall::test]
async fn a_part_is_never_compressed() {
    // It says what the whole says.
    check("/any?status=206", "gzip", None, true).await;
    let target = with_field("content-range", "bytes 0-3999/5000");
    check(&target, "gzip", None, false).await;
    // The whole in a coding cannot be asked for in parts.
    let whole = get(&with_field("accept-ranges", "bytes"), "gzip").await;
    assert_eq!(whole.header("accept-ranges"), None);
    let plain = get(&with_field("accept-ranges", "bytes"), "identity").await;
    assert_eq!(plain.header("accept-ranges"), Some("bytes"));
}

#[squall::test]
async fn other_statuses_are_compressed_too() {
    check("/any?status=201", "gzip", Some("gzip"), true).await;
    check("/any?status=404", "gzip", Some("gzip"), true).await;
    for status in [204, 205] {
        check(&format!("/any?status={status}"), "gzip", None, false).await;
    }
    check("/old", "gzip", None, false).await;
}

#[squall::test]
async fn error_pages_are_compressed() {
    let answer = get("/fails", "br").await;
    assert_eq!(answer.status(), 409);
    assert_eq!(answer.header("vary"), Some("accept, accept-encoding"));
    let page = decode(
        answer
            .header("content-encoding")
            .map(str::to_owned)
            .as_deref(),
        &answer.bytes().await,
    );
    assert!(String::from_utf8(page).unwrap().contains("line 99 of"));
}

#[squall::test]
async fn head_says_what_get_says() {
    for target in [
        "/any",
        "/any?length=100",
        "/any?length=300000",
        "/any?stream=true",
        "/any?field=content-type:image/png",
        "/in-pieces",
        "/fails",
    ] {
        for accepted in ["gzip", "zstd", "br", "identity", "identity;q=0, br"] {
            let fields = |answer: &TestResponse| {
                let mut fields = answer.headers().clone();
                fields.remove("date");
                // That of a stream in HTTP/1.1.
                fields.remove("transfer-encoding");
                fields
            };
            let got = fields(&get(target, accepted).await);
            let headed = send(Method::HEAD, target, accepted).await;
            assert_eq!(fields(&headed), got, "{target} as {accepted}");
            assert!(headed.bytes().await.is_empty());
        }
    }
}

#[squall::test]
async fn vary_keeps_what_it_says() {
    for (vary, expected) in [
        ("cookie", "cookie, accept-encoding"),
        ("Accept-Encoding", "Accept-Encoding"),
        ("*", "*"),
    ] {
        let answer = get(&with_field("vary", vary), "gzip").await;
        let said: Vec<_> = answer.headers().get_all("vary").iter().collect();
        assert_eq!(said, [expected]);
    }
}

#[squall::test]
async fn a_strong_tag_is_that_of_its_coding() {
    let tag = |answer: TestResponse| answer.header("etag").unwrap().to_owned();
    let plain = tag(get("/any", "identity").await);
    let hash = plain.trim_matches('"');
    for coding in CODINGS {
        let expected = format!("\"{hash}-{coding}\"");
        assert_eq!(tag(get("/any", coding).await), expected);
    }
    let own = tag(get(&with_field("etag", "\"mine\""), "gzip").await);
    assert_eq!(own, "\"mine-gzip\"");
    let weak = tag(get(&with_field("etag", "W/\"mine\""), "gzip").await);
    assert_eq!(weak, "W/\"mine\"", "a weak tag is that of all codings");
    assert_eq!(tag(get("/in-pieces", "gzip").await), "\"mine-gzip\"");
}

#[squall::test]
async fn a_304_varies_as_its_200() {
    let client = client();
    let plain = get("/any", "identity").await;
    for accepted in ["gzip", "identity"] {
        let request = client.get("/any").header("accept-encoding", accepted);
        let request = request.header("if-none-match", plain.header("etag").unwrap());
        let answer = request.send().await;
        assert_eq!(answer.status(), 304, "{accepted}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert_eq!(answer.header("content-encoding"), None);
    }
    // The tag of a coding means the same content, and comes back as it was sent.
    for accepted in ["br", "zstd", "gzip"] {
        let whole = get("/any", accepted).await;
        let tag = whole.header("etag").unwrap();
        let request = client.get("/any").header("accept-encoding", accepted);
        let answer = request.header("if-none-match", tag).send().await;
        assert_eq!(answer.status(), 304, "{tag}");
        assert_eq!(answer.header("etag"), Some(tag));
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
    }
    for (target, vary) in [
        ("/any?status=304&length=0", Some("accept-encoding")),
        (
            "/any?status=304&length=0&field=content-type:image/png",
            None,
        ),
    ] {
        assert_eq!(get(target, "gzip").await.header("vary"), vary, "{target}");
    }
}

/// A cache that holds the content for one client asks for another one with the tags of all that it holds.
#[squall::test]
async fn a_304_names_no_coding_that_the_client_does_not_take() {
    let client = client();
    for coding in CODINGS {
        let tag = get("/any", coding).await;
        let tag = tag.header("etag").unwrap();
        for accepted in ["identity", "", "*;q=0, identity"] {
            let request = client.get("/any").header("accept-encoding", accepted);
            let answer = request.header("if-none-match", tag).send().await;
            assert_eq!(answer.status(), 200, "{tag} as {accepted:?}");
            assert_eq!(answer.header("content-encoding"), None);
        }
        let request = client.get("/any").header("if-none-match", tag);
        assert_eq!(request.send().await.status(), 304, "{tag}");
    }
    // The tag of what it takes is found behind one of what it does not.
    let (br, gzip) = (get("/any", "br").await, get("/any", "gzip").await);
    let (br, gzip) = (br.header("etag").unwrap(), gzip.header("etag").unwrap());
    let request = client.get("/any").header("accept-encoding", "gzip");
    let request = request.header("if-none-match", format!("{br}, {gzip}"));
    let answer = request.send().await;
    assert_eq!(answer.status(), 304);
    assert_eq!(answer.header("etag"), Some(gzip));
}

#[squall::test]
async fn identity_refused_compresses_whatever_it_is() {
    for target in [
        "/any?length=3",
        "/any?field=content-type:image/png",
        "/any?stream=true",
    ] {
        for accepted in ["identity;q=0, gzip", "*;q=0, gzip;q=0.1"] {
            check(target, accepted, Some("gzip"), true).await;
        }
    }
    check("/any?length=3", "identity;q=0, *", Some("br"), true).await;
}

#[squall::test]
async fn nothing_acceptable_is_406() {
    for accepted in ["identity;q=0", "*;q=0", "identity;q=0, deflate"] {
        for target in ["/any", "/any?length=3", "/any?stream=true", "/in-pieces"] {
            for method in [Method::GET, Method::HEAD] {
                let answer = send(method, target, accepted).await;
                assert_eq!(answer.status(), 406, "{target} as {accepted}");
                assert_eq!(answer.header("content-encoding"), None);
                assert_eq!(answer.header("vary"), Some("accept, accept-encoding"));
            }
        }
        let page = get("/any", accepted).await.text().await;
        assert!(page.contains("br, zstd, gzip"), "{page}");
    }
}

#[squall::test]
async fn errors_go_out_whatever_is_acceptable() {
    for (target, status) in [("/fails", 409), ("/any?status=404", 404), ("/nowhere", 404)] {
        let answer = get(target, "*;q=0").await;
        assert_eq!(answer.status(), status, "{target}");
        assert_eq!(answer.header("content-encoding"), None);
    }
    for target in [
        "/any?status=204",
        "/any?length=0",
        "/any?status=206",
        "/any?field=content-encoding:x-own",
        "/any?field=cache-control:no-transform",
    ] {
        let status = get(target, "*;q=0").await.status().as_u16();
        assert!((200..300).contains(&status), "{target}: {status}");
    }
}

/// Whoever is told 406 sends it once more.
#[squall::test]
async fn what_was_changed_is_not_refused_afterwards() {
    for accepted in ["*;q=0", "identity;q=0"] {
        let answer = send(Method::POST, "/any", accepted).await;
        assert_eq!(answer.status(), 200, "{accepted}");
        assert_eq!(answer.header("content-encoding"), None);
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
    }
}

#[squall::test]
async fn a_stream_arrives_as_it_comes() {
    for target in ["/events", "/flushed"] {
        for coding in CODINGS {
            let mut answer = get(target, coding).await;
            assert_eq!(answer.header("content-encoding"), Some(coding), "{target}");
            let mut unfolding = Unfolding::new(Some(coding));
            while unfolding.seen() != b"data: first\n\n" {
                let chunk = answer.chunk().await.unwrap();
                unfolding.add(&chunk.expect("the stream goes on"));
            }
        }
    }
}

#[squall::test]
async fn a_flushed_answer_is_one_content() {
    for coding in CODINGS {
        let content = check("/in-pieces", coding, Some(coding), true).await;
        assert_eq!(content, b"piece piece rest", "{coding}");
    }
}

#[squall::test]
async fn an_error_behind_the_head_breaks_off() {
    for coding in CODINGS {
        let mut answer = get("/broken", coding).await;
        let mut unfolding = Unfolding::new(Some(coding));
        let end = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => unfolding.add(&chunk),
                end => break end,
            }
        };
        assert!(end.is_err(), "{coding} ends as if it were complete");
        assert_eq!(unfolding.seen(), b"data: first\n\n", "{coding}");
    }
}

#[squall::test]
async fn an_old_client_reads_a_stream_to_the_end_of_the_connection() {
    let client = TestClient::on_socket(Application::new(ROUTES).compression(true)).await;
    let request = "GET /any?length=100&stream=true HTTP/1.0\r\naccept-encoding: gzip\r\n\r\n";
    let answer = exchange(&client, request).await;
    let head = answer.split("\r\n\r\n").next().unwrap();
    assert!(head.contains("content-encoding: gzip"), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
}

#[squall::test]
async fn a_mounted_service_answers_for_itself() {
    let inner = Application::new(ROUTES);
    let client = TestClient::new(
        Application::new(routes![])
            .compression(true)
            .mount("/inner", inner),
    );
    let request = client.get("/inner/any").header("accept-encoding", "gzip");
    let answer = request.send().await;
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(answer.header("vary"), None);
}
