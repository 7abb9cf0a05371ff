//! Where files come from beside a folder, what stands beside them, and handlers that answer with them.

use std::time::{Duration, SystemTime};

use squall::{
    Application, Context, Files, HttpError, Result, Routes, State,
    files::{Asset, AssetSource, Finding},
    handler,
    handler::{Body, IntoResponse, Response},
    http::{ContentDisposition, Method, header},
    routes,
    rust_embed::RustEmbed,
    static_url,
    testing::{TestClient, TestResponse},
};

use crate::files::Site;

fn siblings() -> Site {
    Site::with(&[
        ("app.css", "plain css"),
        ("app.css.br", "brotli"),
        ("app.css.zst", "zstandard"),
        ("app.css.gz", "gzip bytes"),
        ("one.css", "plain"),
        ("one.css.gz", "gzip"),
        ("alone.css", "alone"),
        ("dump.gz", "an archive"),
        ("dump.gz.br", "no sibling"),
        ("lost.css.br", "without its file"),
    ])
}

async fn get(client: &TestClient, target: &str, accepted: &str) -> TestResponse {
    let request = client.get(target).header("accept-encoding", accepted);
    request.send().await
}

#[squall::test]
async fn the_client_gets_the_sibling_that_it_likes_best() {
    let site = siblings();
    let client = site.client();
    for (accepted, coding, content) in [
        ("gzip, deflate, br, zstd", Some("br"), "brotli"),
        ("gzip, zstd", Some("zstd"), "zstandard"),
        ("gzip", Some("gzip"), "gzip bytes"),
        ("br;q=0.5, gzip;q=0.9", Some("gzip"), "gzip bytes"),
        ("br;q=0, *", Some("zstd"), "zstandard"),
        ("identity, br;q=0.5", None, "plain css"),
        ("deflate", None, "plain css"),
        ("", None, "plain css"),
        ("br;q=0", None, "plain css"),
    ] {
        let answer = get(&client, "/static/app.css", accepted).await;
        assert_eq!(answer.status(), 200, "{accepted}");
        assert_eq!(answer.header("content-encoding"), coding, "{accepted}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/css; charset=utf-8")
        );
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert_eq!(
            answer.header("content-length"),
            Some(&*content.len().to_string())
        );
        assert_eq!(answer.text().await, content, "{accepted}");
    }
    let answer = client.get("/static/app.css").send().await;
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(answer.header("vary"), Some("accept-encoding"));
}

#[squall::test]
async fn only_siblings_make_an_answer_vary() {
    let site = siblings();
    let client = site.client();
    let one = get(&client, "/static/one.css", "br").await;
    assert_eq!(one.header("vary"), Some("accept-encoding"));
    assert_eq!(one.text().await, "plain");
    let alone = get(&client, "/static/alone.css", "br, gzip").await;
    assert_eq!(alone.header("vary"), None);
    assert_eq!(get(&client, "/static/lost.css", "br").await.status(), 404);
}

#[squall::test]
async fn a_sibling_asked_for_by_name_is_a_file() {
    let site = siblings();
    let client = site.client();
    let archive = get(&client, "/static/app.css.gz", "gzip, br").await;
    assert_eq!(archive.header("content-type"), Some("application/gzip"));
    assert_eq!(archive.header("content-encoding"), None);
    assert_eq!(archive.text().await, "gzip bytes");
    let archive = get(&client, "/static/dump.gz", "gzip, br").await;
    assert_eq!(archive.header("vary"), None);
    assert_eq!(archive.text().await, "an archive");
}

#[squall::test]
async fn what_no_client_takes_is_406() {
    let site = siblings();
    let client = site.client();
    for (target, accepted, status) in [
        ("/static/one.css", "identity;q=0", 406),
        ("/static/one.css", "br, *;q=0", 406),
        ("/static/one.css", "gzip, identity;q=0", 200),
        ("/static/one.css", "gzip;q=0, *", 200),
        ("/static/alone.css", "*;q=0", 406),
    ] {
        let answer = get(&client, target, accepted).await;
        assert_eq!(answer.status(), status, "{target} {accepted}");
        if status == 406 {
            assert!(answer.header("vary").unwrap().contains("accept-encoding"));
        }
    }
}

#[squall::test]
async fn each_coding_has_a_tag_and_ranges_of_its_own() {
    let site = siblings();
    let client = site.client();
    let mut tags = Vec::new();
    for accepted in ["br", "zstd", "gzip", "identity"] {
        let whole = get(&client, "/static/app.css", accepted).await;
        let tag = whole.header("etag").unwrap().to_owned();
        let unchanged = client
            .get("/static/app.css")
            .header("accept-encoding", accepted)
            .header("if-none-match", &tag);
        let unchanged = unchanged.send().await;
        assert_eq!(unchanged.status(), 304);
        assert_eq!(unchanged.header("vary"), Some("accept-encoding"));
        let part = client
            .get("/static/app.css")
            .header("accept-encoding", accepted)
            .header("range", "bytes=2-4")
            .header("if-range", &tag);
        let part = part.send().await;
        assert_eq!(part.status(), 206);
        assert_eq!(part.header("etag"), Some(&*tag));
        assert_eq!(
            part.header("content-encoding"),
            whole.header("content-encoding")
        );
        let content = whole.bytes().await;
        assert_eq!(
            part.header("content-range"),
            Some(&*format!("bytes 2-4/{}", content.len()))
        );
        assert_eq!(part.bytes().await, content[2..=4]);
        assert!(!tags.contains(&tag));
        tags.push(tag);
    }
    // What is known of one coding says nothing of another.
    let other = client
        .get("/static/app.css")
        .header("accept-encoding", "gzip")
        .header("if-none-match", &tags[0])
        .header("range", "bytes=2-4")
        .header("if-range", &tags[0]);
    assert_eq!(other.send().await.status(), 200);
}

#[derive(RustEmbed)]
#[folder = "static"]
#[crate_path = "squall::rust_embed"]
struct Assets;

const EMBEDDED: Routes = routes![
    Version,
    "/static/{*path}" => Files::embedded::<Assets>(),
    "/folder/{*path}" => Files::new("static"),
];

#[handler]
#[route("/version/{*path}")]
struct Version {
    path: String,
}

#[handler]
impl Version {
    fn get(&self, cx: &mut Context) -> Result<String> {
        cx.static_url(&self.path)
    }
}

#[squall::test]
async fn embedded_files_are_answered_like_a_folder() {
    let client = TestClient::new(Application::new(EMBEDDED));
    for accepted in ["br", "gzip"] {
        let embedded = get(&client, "/static/app.css", accepted).await;
        let folder = get(&client, "/folder/app.css", accepted).await;
        for name in [
            "content-type",
            "etag",
            "content-encoding",
            "content-length",
            "vary",
            "accept-ranges",
            "cache-control",
        ] {
            assert_eq!(embedded.header(name), folder.header(name), "{name}");
        }
        assert!(embedded.header("last-modified").is_some());
        assert_eq!(embedded.bytes().await, folder.bytes().await);
    }
    let part = client
        .get("/static/app.css")
        .header("range", "bytes=0-1")
        .send()
        .await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.text().await, "p ");
    for target in [
        "/static/none",
        "/static/../Cargo.toml",
        "/static/img",
        "/static/",
    ] {
        assert_eq!(client.get(target).send().await.status(), 404, "{target}");
    }
    let url = client.get("/version/app.css").send().await.text().await;
    assert_eq!(url, static_url!("app.css"));
}

/// Greetings for every name, but for those that are too long.
#[derive(Debug)]
struct Greetings;

impl AssetSource for Greetings {
    fn find<'s>(&'s self, path: &'s str) -> Finding<'s> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            if path == "broken.txt" {
                return Err(HttpError::bad_request("no").into());
            }
            if path == "docs/index.html" {
                return Ok(Some(Asset::new("<p>docs")));
            }
            let Some((name, "txt")) = path.rsplit_once('.') else {
                return Ok(None);
            };
            let asset = match name {
                "streamed" => {
                    Asset::streamed(1000, |range| Body::from(letters(range.start, range.end)))
                }
                "short" => Asset::streamed(1000, |_| Body::from(letters(0, 500))),
                "long" => Asset::streamed(1000, |_| Body::from(letters(0, 5000))),
                "typed" => {
                    Asset::new("{}").with_content_type("application/ld+json".parse().unwrap())
                }
                name => Asset::new(format!("Hello, {name}")),
            };
            let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
            Ok(Some(asset.with_version("v \"1\"").with_modified(changed)))
        })
    }

    fn version(&self, path: &str) -> Option<String> {
        path.ends_with(".txt").then(|| "7".to_owned())
    }
}

fn letters(from: u64, to: u64) -> Vec<u8> {
    (from..to).map(|at| b'a' + (at % 26) as u8).collect()
}

const GREETINGS: Routes = routes![Version, "/greetings/{*path}" => Files::from_source(Greetings)];

#[squall::test]
async fn a_source_of_ones_own_has_all_that_files_have() {
    let client = TestClient::new(Application::new(GREETINGS));
    let answer = client.get("/greetings/Ada.txt").send().await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(
        answer.header("last-modified"),
        Some("Sun, 06 Nov 1994 08:49:37 GMT")
    );
    assert_eq!(answer.header("content-length"), Some("10"));
    let tag = answer.header("etag").unwrap().to_owned();
    assert_eq!(tag.len(), 34, "what cannot be a tag is hashed: {tag}");
    assert_eq!(answer.text().await, "Hello, Ada");
    let unchanged = client
        .get("/greetings/Ada.txt")
        .header("if-none-match", &tag);
    assert_eq!(unchanged.send().await.status(), 304);
    let typed = client.get("/greetings/typed.txt").send().await;
    assert_eq!(typed.header("content-type"), Some("application/ld+json"));
    assert_eq!(client.get("/greetings/docs").send().await.status(), 301);
    assert_eq!(
        client.get("/greetings/docs/").send().await.text().await,
        "<p>docs"
    );
    for (target, status) in [
        ("none", 404),
        ("broken.txt", 400),
        (".hidden.txt", 404),
        ("a%00.txt", 404),
        ("", 404),
    ] {
        assert_eq!(
            client
                .get(format!("/greetings/{target}"))
                .send()
                .await
                .status(),
            status
        );
    }
    let url = client.get("/version/Ada.txt").send().await.text().await;
    assert_eq!(url, "/greetings/Ada.txt?v=7");
}

#[squall::test]
async fn streamed_content_is_as_long_as_was_said() {
    let client = TestClient::new(Application::new(GREETINGS));
    let whole = client.get("/greetings/streamed.txt").send().await;
    assert_eq!(whole.header("content-length"), Some("1000"));
    assert_eq!(whole.bytes().await, letters(0, 1000));
    let part = client
        .get("/greetings/streamed.txt")
        .header("range", "bytes=100-199")
        .send()
        .await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await, letters(100, 200));
    let parts = client
        .get("/greetings/streamed.txt")
        .header("range", "bytes=0-25,52-77")
        .send()
        .await;
    let alphabet = "abcdefghijklmnopqrstuvwxyz";
    assert_eq!(parts.text().await.matches(alphabet).count(), 2);
    let long = client.get("/greetings/long.txt").send().await;
    assert_eq!(long.bytes().await, letters(0, 1000));
    let cut = client
        .get("/greetings/long.txt")
        .header("range", "bytes=0-1,10-11")
        .send()
        .await;
    assert_eq!(cut.text().await.matches("\r\n\r\nab\r\n--").count(), 2);
    let short = client.get("/greetings/short.txt").send().await;
    assert!(short.try_bytes().await.is_err(), "it breaks off");
}

struct Invoices(Files);

/// A file for who says the word.
#[handler]
#[route("/invoices/{name}")]
struct Invoice {
    name: String,
    #[query]
    word: Option<String>,
    invoices: State<Invoices>,
}

#[handler]
impl Invoice {
    async fn get(&self, cx: &mut Context) -> Result<impl IntoResponse> {
        let name = match self.word.as_deref() {
            Some("please") => ContentDisposition::attachment(&self.name),
            Some("show") => ContentDisposition::inline("caf\u{e9}.txt"),
            _ => return Err(HttpError::forbidden().into()),
        };
        let file = self.invoices.0.answer(cx, &self.name).await?;
        Ok(([(header::CONTENT_DISPOSITION, name)], file))
    }

    async fn post(&self, cx: &mut Context) -> Result<Response> {
        cx.set_header("cache-control", "no-store")?;
        self.invoices.0.answer(cx, &self.name).await
    }
}

fn invoices() -> (Site, TestClient) {
    let site = Site::with(&[
        ("1.txt", "0123456789"),
        ("folder/2.txt", "2"),
        ("index.html", "index"),
    ]);
    let app = Application::new(routes![Invoice]).state(Invoices(Files::new(site.root())));
    let client = TestClient::new(app);
    (site, client)
}

#[squall::test]
async fn a_handler_answers_with_a_file() {
    let (_site, client) = invoices();
    assert_eq!(client.get("/invoices/1.txt").send().await.status(), 403);
    let answer = client.get("/invoices/1.txt?word=please").send().await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"1.txt\"")
    );
    assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    let tag = answer.header("etag").unwrap().to_owned();
    assert_eq!(answer.text().await, "0123456789");
    let part = client
        .get("/invoices/1.txt?word=please")
        .header("range", "bytes=-3")
        .send()
        .await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.text().await, "789");
    let unchanged = client
        .get("/invoices/1.txt?word=please")
        .header("if-none-match", &tag)
        .send()
        .await;
    assert_eq!(unchanged.status(), 304);
    let unmet = client
        .get("/invoices/1.txt?word=please")
        .header("range", "bytes=90-")
        .send()
        .await;
    assert_eq!(unmet.status(), 416);
    assert_eq!(unmet.header("content-range"), Some("bytes */10"));
    let head = client.head("/invoices/1.txt?word=please").send().await;
    assert_eq!(head.header("content-length"), Some("10"));
    let shown = client.get("/invoices/1.txt?word=show").send().await;
    assert_eq!(
        shown.header("content-disposition"),
        Some("inline; filename=\"caf_.txt\"; filename*=UTF-8''caf%C3%A9.txt")
    );
    // What it has done besides is not refused afterwards.
    for (method, status) in [(Method::GET, 406), (Method::POST, 200)] {
        let request = client.request(method, "/invoices/1.txt?word=please");
        let answer = request.header("accept-encoding", "*;q=0").send().await;
        assert_eq!(answer.status(), status);
    }
}

#[squall::test]
async fn a_handler_keeps_its_word_and_versions_do_not_count() {
    let (_site, client) = invoices();
    let answer = client
        .post("/invoices/1.txt")
        .header("range", "bytes=0-1")
        .header("if-none-match", "*")
        .send()
        .await;
    assert_eq!(answer.status(), 200, "conditions are for who reads");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.text().await, "0123456789");
    let versioned = client.get("/invoices/1.txt?word=please&v=1").send().await;
    assert_eq!(versioned.header("cache-control"), Some("private, no-cache"));
}

#[squall::test]
async fn a_handler_answers_with_nothing_else() {
    let (_site, client) = invoices();
    for name in [
        "..%2fsecret.txt",
        "folder",
        "folder%2f",
        "none",
        ".%2f1.txt",
        "%2e%2e",
        "%2fetc%2fpasswd",
        "1.txt%00",
    ] {
        let answer = client
            .get(format!("/invoices/{name}?word=please"))
            .send()
            .await;
        assert_eq!(answer.status(), 404, "{name}");
    }
    // What a handler has put together is a path, and may have slashes.
    let nested = client
        .get("/invoices/folder%2f2.txt?word=please")
        .send()
        .await;
    assert_eq!(nested.text().await, "2");
}

/// Content of which nothing but its date is known.
#[derive(Debug)]
struct Dated;

impl AssetSource for Dated {
    fn find<'s>(&'s self, path: &'s str) -> Finding<'s> {
        let is_there = ["a.txt", "a.png", "b.png", "b.png.gz"].contains(&path);
        let asset = Asset::streamed(5000, |range| Body::from(letters(range.start, range.end)));
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        Box::pin(async move { Ok(is_there.then(|| asset.with_modified(changed))) })
    }

    fn version(&self, _: &str) -> Option<String> {
        None
    }
}

/// A date does not say in which coding the first part of it came.
#[squall::test]
async fn a_date_alone_joins_no_part_to_another_coding() {
    const ROUTES: Routes = routes!["/{*path}" => Files::from_source(Dated)];
    let client = TestClient::new(Application::new(ROUTES).compression(true));
    for (target, accepted, status) in [
        ("/a.txt", "gzip", 200),
        ("/a.txt", "identity", 206),
        ("/a.png", "gzip", 206),
        ("/b.png", "gzip", 200),
        ("/b.png", "identity", 200),
    ] {
        let part = client
            .get(target)
            .header("accept-encoding", accepted)
            .header("range", "bytes=9-10")
            .header("if-range", "Sun, 06 Nov 1994 08:49:37 GMT");
        let part = part.send().await;
        assert_eq!(part.status(), status, "{target} {accepted}");
        assert_eq!(part.header("etag"), None);
    }
}
