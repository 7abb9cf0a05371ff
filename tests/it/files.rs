//! Static files as a client sees them: which are there, under which fields, and what a condition makes of them. Ranges, versions, other
//! sources and what must never be served have modules of their own.

use std::{
    cell::RefCell,
    fs::{self, File},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use squall::{
    Application, Files, HttpError, Routes, handler,
    http::{HeaderMap, date},
    routes,
    testing::{TestClient, TestResponse},
};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

thread_local! {
    /// The folder of the site that a test is about: what stands in `routes!` is made on the thread of the test.
    static FOLDER: RefCell<PathBuf> = const { RefCell::new(PathBuf::new()) };
}

pub(crate) fn folder() -> PathBuf {
    FOLDER.with_borrow(Clone::clone)
}

pub(crate) const ROUTES: Routes = routes![
    "/static/{*path}" => Files::new(folder()),
    "/favicon.ico" => Files::new(folder()),
    "/robots.txt" => Files::new(folder()),
    "/bare/{*path}" => Files::new(folder()).index(""),
    "/home/{*path}" => Files::new(folder()).index("home.html"),
    "/dots/{*path}" => Files::new(folder()).hidden(true),
    "/old/{*path}" => Files::new(folder()).cache_control("public, max-age=60"),
    "/extra/{*path}" => Files::new(folder()).extra_headers(|path, headers| {
        headers.insert("x-path", path.parse().unwrap());
    }),
];

/// A folder with files beside a secret.
pub(crate) struct Site {
    parent: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        let site = Self {
            parent: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(site.root()).unwrap();
        fs::write(site.parent.path().join("secret.txt"), "secret").unwrap();
        site
    }

    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let site = Self::new();
        for (path, content) in files {
            site.write(path, content);
        }
        site
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.parent.path().join("static")
    }

    pub(crate) fn outside(&self) -> PathBuf {
        self.parent.path().to_owned()
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Says when a file was changed last.
    pub(crate) fn date(&self, path: &str, seconds: u64) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let file = File::options().append(true).open(self.root().join(path));
        file.unwrap().set_modified(time).unwrap();
    }

    pub(crate) fn client(&self) -> TestClient {
        self.client_of(Application::new(ROUTES))
    }

    pub(crate) fn client_of(&self, app: Application) -> TestClient {
        FOLDER.set(self.root());
        TestClient::new(app)
    }

    pub(crate) async fn client_on_socket(&self) -> TestClient {
        FOLDER.set(self.root());
        TestClient::on_socket(Application::new(ROUTES)).await
    }

    async fn get(&self, target: &str) -> TestResponse {
        self.client().get(target).send().await
    }
}

/// The fields of an answer, but for the time at which it was given.
fn fields(answer: &TestResponse) -> HeaderMap {
    let mut fields = answer.headers().clone();
    fields.remove("date");
    fields
}

const CHANGED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";

/// `hello.txt`, which holds `hello` and was changed at [`CHANGED`].
fn hello() -> Site {
    let site = Site::with(&[("hello.txt", "hello")]);
    site.date("hello.txt", 784_111_777);
    site
}

/// The first half of the SHA-256 of `hello`.
const TAG: &str = "\"2cf24dba5fb0a30e26e83b2ac5b9e29e\"";

#[squall::test]
async fn a_file_is_answered_with_its_fields() {
    let answer = hello().get("/static/hello.txt").await;
    assert_eq!(answer.status(), 200);
    for (name, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", "5"),
        ("etag", TAG),
        ("last-modified", CHANGED),
        ("accept-ranges", "bytes"),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.header("vary"), None);
    assert_eq!(answer.header("expires"), None);
    assert_eq!(answer.text().await, "hello");
}

#[squall::test]
async fn head_has_the_fields_of_get() {
    let site = hello();
    site.write("long.bin", vec![7; 100_000]);
    site.write("empty.txt", "");
    let client = site.client();
    for target in ["/static/hello.txt", "/static/long.bin", "/static/empty.txt"] {
        let get = client.get(target).send().await;
        let head = client.head(target).send().await;
        assert_eq!(head.status(), 200);
        assert_eq!(fields(&head), fields(&get), "{target}");
        assert!(head.header("content-length").is_some());
        assert_eq!(head.bytes().await, b"");
    }
}

#[squall::test]
async fn other_methods_are_405() {
    let site = hello();
    let client = site.client();
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let answer = client
            .request(method.parse().unwrap(), "/static/hello.txt")
            .send()
            .await;
        assert_eq!(answer.status(), 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
    }
    let options = client.options("/static/hello.txt").send().await;
    assert_eq!(options.status(), 204);
    assert_eq!(options.header("allow"), Some("GET, HEAD, OPTIONS"));
}

#[squall::test]
async fn favicon_and_robots_have_paths_of_their_own() {
    let site = Site::with(&[("favicon.ico", "icon"), ("robots.txt", "User-agent: *")]);
    let icon = site.get("/favicon.ico").await;
    assert_eq!(icon.header("content-type"), Some("image/x-icon"));
    assert_eq!(icon.text().await, "icon");
    let robots = site.get("/robots.txt").await;
    assert_eq!(
        robots.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(robots.text().await, "User-agent: *");
    assert_eq!(Site::new().get("/favicon.ico").await.status(), 404);
}

#[squall::test]
async fn files_of_every_length_are_whole() {
    let site = Site::new();
    let client = site.client();
    // Around what is kept in memory, read at one time, and hashed.
    for length in [0, 1, 65_535, 65_536, 65_537, 262_145, 1_000_000, 9_000_000] {
        let content: Vec<u8> = (0..length).map(|at: u32| (at % 251) as u8).collect();
        let name = format!("{length}.bin");
        site.write(&name, &content);
        for _ in 0..2 {
            let answer = client.get(format!("/static/{name}")).send().await;
            assert_eq!(answer.header("content-length"), Some(&*length.to_string()));
            assert!(
                answer
                    .header("etag")
                    .is_some_and(|tag| tag.starts_with('"')),
                "{length}"
            );
            assert!(answer.bytes().await == content, "{length}");
        }
    }
}

#[squall::test]
async fn text_has_its_charset() {
    for (name, content_type) in [
        ("index.html", "text/html; charset=utf-8"),
        ("app.css", "text/css; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("data.json", "application/json"),
        ("logo.svg", "image/svg+xml"),
        ("dump.tar.gz", "application/gzip"),
        ("dump.tar.bz2", "application/octet-stream"),
        ("what.is-this", "application/octet-stream"),
        ("LICENSE", "application/octet-stream"),
    ] {
        let site = Site::with(&[(name, "x")]);
        let answer = site.get(&format!("/static/{name}")).await;
        assert_eq!(answer.header("content-type"), Some(content_type), "{name}");
        assert_eq!(answer.header("content-encoding"), None, "{name}");
    }
}

#[track_caller]
fn assert_not_modified(answer: &TestResponse) {
    assert_eq!(answer.status(), 304);
    for (name, value) in [
        ("etag", Some(TAG)),
        ("accept-ranges", Some("bytes")),
        ("cache-control", Some("no-cache")),
        ("content-type", None),
        ("content-length", None),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
}

#[squall::test]
async fn the_tag_decides_alone_and_then_the_date() {
    let site = hello();
    let client = site.client();
    let other = "\"other\"";
    let weak = format!("W/{TAG}");
    let listed = format!("{other}, {TAG}");
    for (fields, status) in [
        (vec![("if-none-match", TAG)], 304),
        (vec![("if-none-match", weak.as_str())], 304),
        (vec![("if-none-match", listed.as_str())], 304),
        (vec![("if-none-match", "*")], 304),
        (vec![("if-none-match", other)], 200),
        (vec![("if-modified-since", CHANGED)], 304),
        (
            vec![("if-modified-since", "Mon, 07 Nov 1994 08:49:37 GMT")],
            304,
        ),
        (vec![("if-modified-since", BEFORE)], 200),
        (vec![("if-modified-since", "yesterday")], 200),
        (
            vec![("if-none-match", other), ("if-modified-since", CHANGED)],
            200,
        ),
        (
            vec![("if-none-match", TAG), ("if-modified-since", BEFORE)],
            304,
        ),
        (vec![("if-match", TAG)], 200),
        (vec![("if-match", "*")], 200),
        (vec![("if-match", other)], 412),
        (vec![("if-match", weak.as_str())], 412),
        (vec![("if-unmodified-since", CHANGED)], 200),
        (vec![("if-unmodified-since", BEFORE)], 412),
        (
            vec![("if-match", TAG), ("if-unmodified-since", BEFORE)],
            200,
        ),
        (vec![("if-match", TAG), ("if-none-match", TAG)], 304),
    ] {
        for method in ["GET", "HEAD"] {
            let mut request = client.request(method.parse().unwrap(), "/static/hello.txt");
            for (name, value) in &fields {
                request = request.header(name, value);
            }
            let answer = request.send().await;
            assert_eq!(answer.status(), status, "{method} {fields:?}");
            if status == 304 {
                assert_not_modified(&answer);
            }
        }
    }
}

#[squall::test]
async fn conditions_of_what_is_not_there_do_not_count() {
    let site = hello();
    let client = site.client();
    for (name, value) in [
        ("if-match", "*"),
        ("if-none-match", "*"),
        ("range", "bytes=0-1"),
    ] {
        let answer = client.get("/static/none").header(name, value).send().await;
        assert_eq!(answer.status(), 404, "{name}");
    }
}

#[squall::test]
async fn a_folder_has_its_default_file() {
    let site = Site::with(&[
        ("index.html", "root"),
        ("docs/index.html", "docs"),
        ("docs/a.txt", "a"),
    ]);
    for (target, content) in [
        ("/static/", "root"),
        ("/static/docs/", "docs"),
        ("/static/docs/a.txt", "a"),
    ] {
        let answer = site.get(target).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await, content, "{target}");
    }
    for (target, location) in [
        ("/static/docs", "docs/"),
        ("/static/docs?a=1&b=%2F", "docs/?a=1&b=%2F"),
        ("/static/%64ocs", "%64ocs/"),
    ] {
        let answer = site.get(target).await;
        assert_eq!(answer.status(), 301, "{target}");
        assert_eq!(answer.header("location"), Some(location));
    }
}

#[squall::test]
async fn a_folder_without_one_is_404() {
    let site = Site::with(&[("docs/a.txt", "a"), ("docs/home.html", "home")]);
    for target in [
        "/static/docs",
        "/static/docs/",
        "/static/",
        "/static/docs/a.txt/",
        "/bare/docs",
        "/bare/docs/",
    ] {
        let answer = site.get(target).await;
        assert_eq!(answer.status(), 404, "{target}");
        assert!(!answer.text().await.contains("a.txt"), "nothing is listed");
    }
    assert_eq!(site.get("/home/docs").await.status(), 301);
    assert_eq!(site.get("/home/docs/").await.text().await, "home");
    assert_eq!(site.get("/home/docs/index.html").await.status(), 404);
}

#[handler]
struct Page;

#[handler]
impl Page {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        headers.insert("x-site", "here".parse().unwrap());
    }

    #[write_error]
    fn page(&self, error: &HttpError) -> String {
        format!("page: {error}")
    }
}

#[squall::test]
async fn the_base_has_the_word_around_files() {
    let site = hello();
    let client = site.client_of(Application::new(ROUTES).base::<Page>());
    let missing = client.get("/static/none").send().await;
    assert_eq!(missing.status(), 404);
    assert_eq!(missing.text().await, "page: 404 Not Found");
    let there = client.get("/static/hello.txt").send().await;
    assert_eq!(there.header("x-site"), Some("here"));
    assert_eq!(
        there.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    let unmet = client
        .get("/static/hello.txt")
        .header("if-match", "\"x\"")
        .send()
        .await;
    assert_eq!(unmet.status(), 412);
    assert!(unmet.text().await.starts_with("page: 412"));
}

#[squall::test]
async fn what_authors_add_is_on_each_answer() {
    let site = hello();
    let client = site.client();
    let answer = client.get("/extra/hello.txt").send().await;
    assert_eq!(answer.header("x-path"), Some("hello.txt"));
    let unchanged = client
        .get("/extra/hello.txt")
        .header("if-none-match", TAG)
        .send()
        .await;
    assert_eq!(unchanged.status(), 304);
    assert_eq!(unchanged.header("x-path"), Some("hello.txt"));
    let cached = client.get("/old/hello.txt").send().await;
    assert_eq!(cached.header("cache-control"), Some("public, max-age=60"));
}

#[squall::test]
async fn a_changed_file_has_a_new_tag_at_once() {
    let site = hello();
    let client = site.client();
    for content in ["hello", "HELLO", "hell", "hello, world", "HELLO"] {
        site.write("hello.txt", content);
        let answer = client
            .get("/static/hello.txt")
            .header("if-none-match", TAG)
            .send()
            .await;
        let status = if content == "hello" { 304 } else { 200 };
        assert_eq!(answer.status(), status, "{content}");
        if status == 200 {
            assert_ne!(answer.header("etag"), Some(TAG));
            assert_eq!(answer.text().await, content);
        }
    }
    fs::remove_file(site.root().join("hello.txt")).unwrap();
    assert_eq!(client.get("/static/hello.txt").send().await.status(), 404);
}

#[squall::test]
async fn what_is_remembered_is_not_believed() {
    let site = hello();
    site.write("long.txt", "a".repeat(100_000));
    let client = site.client();
    // What has been changed just now is not remembered.
    sleep(Duration::from_millis(2100)).await;
    for (name, before, after) in [
        ("hello.txt", "hello".to_owned(), "HELLO".to_owned()),
        ("long.txt", "a".repeat(100_000), "b".repeat(100_000)),
    ] {
        let target = format!("/static/{name}");
        let first = client.get(&target).send().await;
        let again = client.get(&target).send().await;
        assert_eq!(fields(&again), fields(&first));
        assert_eq!(again.text().await, before);
        let changed = fs::metadata(site.root().join(name))
            .unwrap()
            .modified()
            .unwrap();
        site.write(name, &after);
        // Even where somebody hides the change.
        let file = File::options().append(true).open(site.root().join(name));
        file.unwrap().set_modified(changed).unwrap();
        let now = client.get(&target).send().await;
        assert_ne!(now.header("etag"), first.header("etag"), "{name}");
        assert_eq!(now.text().await, after);
    }
}

#[squall::test]
async fn another_folder_takes_its_place() {
    let site = hello();
    let client = site.client();
    assert_eq!(
        client.get("/static/hello.txt").send().await.text().await,
        "hello"
    );
    fs::remove_dir_all(site.root()).unwrap();
    assert_eq!(client.get("/static/hello.txt").send().await.status(), 404);
    site.write("hello.txt", "again");
    assert_eq!(
        client.get("/static/hello.txt").send().await.text().await,
        "again"
    );
}

#[squall::test]
async fn a_large_file_is_known_by_time_and_length() {
    let site = Site::new();
    let file = File::create(site.root().join("large.bin")).unwrap();
    file.set_len(9 * 1024 * 1024).unwrap();
    site.date("large.bin", 784_111_777);
    let client = site.client();
    let tag = async |client: &TestClient| {
        let answer = client.head("/static/large.bin").send().await;
        answer.header("etag").unwrap().to_owned()
    };
    let first = tag(&client).await;
    assert_eq!(tag(&client).await, first);
    site.date("large.bin", 784_111_778);
    assert_ne!(tag(&client).await, first);
    let unchanged = client
        .get("/static/large.bin")
        .header("if-none-match", &first);
    assert_eq!(unchanged.send().await.status(), 200);
}

#[squall::test]
async fn a_file_that_becomes_shorter_breaks_off() {
    let site = Site::new();
    site.write("long.bin", vec![1; 8_000_000]);
    let mut answer = site.client().get("/static/long.bin").send().await;
    assert_eq!(answer.header("content-length"), Some("8000000"));
    assert!(answer.chunk().await.unwrap().is_some());
    let file = File::options()
        .write(true)
        .open(site.root().join("long.bin"));
    file.unwrap().set_len(1000).unwrap();
    assert!(answer.try_bytes().await.is_err());
}

#[squall::test]
async fn a_file_that_grows_is_cut() {
    let site = Site::new();
    site.write("long.bin", vec![1; 8_000_000]);
    let mut answer = site.client().get("/static/long.bin").send().await;
    let first = answer.chunk().await.unwrap().unwrap();
    site.write("long.bin", vec![1; 9_000_000]);
    assert_eq!(first.len() + answer.bytes().await.len(), 8_000_000);
}

#[squall::test]
async fn a_download_holds_nobody_up() {
    let site = hello();
    site.write("long.bin", vec![1; 8_000_000]);
    let client = site.client_on_socket().await;
    let mut downloads = Vec::new();
    for _ in 0..10 {
        let mut download = client.get("/static/long.bin").send().await;
        assert!(download.chunk().await.unwrap().is_some());
        downloads.push(download);
    }
    let answer = client.get("/static/hello.txt").send().await;
    assert_eq!(answer.text().await, "hello");
    for download in downloads {
        assert!(download.bytes().await.len() > 7_000_000);
    }
}

#[cfg(target_os = "linux")]
#[squall::test]
async fn a_dropped_download_leaves_nothing_open() {
    let site = Site::new();
    site.write("long.bin", vec![1; 8_000_000]);
    let path = fs::canonicalize(site.root().join("long.bin")).unwrap();
    let is_open = || {
        let open = fs::read_dir("/proc/self/fd").unwrap();
        open.filter_map(Result::ok)
            .any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == path))
    };
    let client = site.client();
    let mut answer = client.get("/static/long.bin").send().await;
    assert!(answer.chunk().await.unwrap().is_some());
    assert!(is_open());
    drop(answer);
    let closed = async {
        while is_open() {
            sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(timeout(Duration::from_secs(4), closed).await.is_ok());
}

#[squall::test]
async fn versions_in_urls_say_how_long_to_keep() {
    let site = hello();
    site.write("large.bin", vec![0; 9_000_000]);
    let version = TAG.trim_matches('"');
    let client = site.client();
    let for_ever = "max-age=315360000, immutable";
    for (target, cache_control) in [
        (format!("/static/hello.txt?v={version}"), for_ever),
        (format!("/static/hello.txt?a=1&v={version}&b=2"), for_ever),
        ("/static/hello.txt?v=3".to_owned(), for_ever),
        ("/static/hello.txt?v=2026-11-25-rc".to_owned(), for_ever),
        (
            "/static/hello.txt?v=0123456789abcdef0123456789abcdef".to_owned(),
            "no-cache",
        ),
        (
            "/static/hello.txt?v=1852f2b3c4d5e6f7-1388".to_owned(),
            "no-cache",
        ),
        ("/static/hello.txt?v=".to_owned(), "no-cache"),
        ("/static/hello.txt?version=3".to_owned(), "no-cache"),
        (
            "/static/large.bin?v=0123456789abcdef0123456789abcdef".to_owned(),
            "no-cache",
        ),
    ] {
        let answer = client.get(&target).send().await;
        assert_eq!(answer.status(), 200, "{target}");
        assert_eq!(
            answer.header("cache-control"),
            Some(cache_control),
            "{target}"
        );
        assert_eq!(
            answer.header("expires").is_some(),
            cache_control == for_ever
        );
    }
    let unchanged = client
        .get(format!("/static/hello.txt?v={version}"))
        .header("if-none-match", TAG)
        .send()
        .await;
    assert_eq!(unchanged.status(), 304);
    assert_eq!(unchanged.header("cache-control"), Some(for_ever));
    let expires = date::parse(unchanged.header("expires").unwrap()).unwrap();
    let years = expires.duration_since(SystemTime::now()).unwrap().as_secs() / 86_400 / 365;
    assert!((9..=10).contains(&years));
}

#[track_caller]
fn assert_refused(routes: Routes, expected: &[&str]) {
    let error = Application::new(routes).check().unwrap_err().to_string();
    for text in expected {
        assert!(error.contains(text), "`{text}` in {error}");
    }
}

#[test]
fn a_missing_folder_is_refused_with_both_places() {
    let here = std::env::current_dir()
        .unwrap()
        .join("nowhere")
        .display()
        .to_string();
    assert_refused(
        routes!["/static/{*path}" => Files::new("nowhere")],
        &["/static/{*path}", "nowhere", &here],
    );
    assert_refused(
        routes!["/static/{*path}" => Files::new("Cargo.toml")],
        &["Cargo.toml"],
    );
    assert_refused(
        routes!["/static/{*path}" => Files::new("/nowhere/at/all")],
        &["/nowhere/at/all"],
    );
}

#[test]
fn patterns_that_name_no_file_are_refused() {
    let expected = &["/static/{*path}", "/favicon.ico"];
    assert_refused(routes!["/files/{name}" => Files::new("it")], expected);
    assert_refused(routes!["/{user}/{*path}" => Files::new("it")], expected);
    assert_refused(routes!["/{user}/favicon.ico" => Files::new("it")], expected);
    assert_refused(routes!["/" => Files::new("it")], expected);
    assert_refused(routes!["/.env" => Files::new("it")], expected);
    assert_refused(
        routes!["/a/{*path}" => Files::new("it").index("../x")],
        &["../x"],
    );
    assert_refused(
        routes!["/a/{*path}" => Files::new("it").cache_control("a\nb")],
        &["a\\nb"],
    );
}

#[squall::test]
async fn a_folder_is_relative_to_the_crate() {
    const HERE: Routes = routes!["/it/{*path}" => Files::new("it")];
    let client = TestClient::new(Application::new(HERE));
    let answer = client.get("/it/files.rs").send().await;
    assert_eq!(answer.bytes().await, include_bytes!("files.rs"));
}
