//! Versioned URLs of static files: made at run time, made by the compiler, and what becomes of a file that is not there.

use squall::{
    Application, Context, Files, Options, Result, Routes, handler, routes, static_url,
    testing::TestClient,
};

use crate::{
    files::{Site, folder},
    support::OwnServer,
};

/// Answers with the URL of what the query names.
#[handler]
#[route("/url")]
struct Url {
    #[query]
    path: String,
}

#[handler]
impl Url {
    fn get(&self, cx: &mut Context) -> Result<String> {
        cx.static_url(&self.path)
    }

    async fn post(&self, cx: &mut Context) -> Result<String> {
        cx.absolute_static_url(&self.path)
    }
}

const ROUTES: Routes = routes![
    Url,
    "/static/{*path}" => Files::new(folder()),
];

async fn url_of(client: &TestClient, path: &str) -> String {
    client
        .get(format!("/url?path={path}"))
        .send()
        .await
        .text()
        .await
}

/// The first half of the SHA-256 of `hello`.
const VERSION: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e";

#[squall::test]
async fn a_url_names_the_version_of_its_file() {
    let site = Site::with(&[("hello.txt", "hello"), ("a b/caf\u{e9}.txt", "hello")]);
    let client = site.client_of(Application::new(ROUTES));
    assert_eq!(
        url_of(&client, "hello.txt").await,
        format!("/static/hello.txt?v={VERSION}")
    );
    assert_eq!(
        url_of(&client, "a%20b/caf%C3%A9.txt").await,
        format!("/static/a%20b/caf%C3%A9.txt?v={VERSION}")
    );
    for path in ["hello.txt", "a%20b/caf%C3%A9.txt"] {
        let file = client.get(url_of(&client, path).await).send().await;
        assert_eq!(file.header("etag"), Some(&*format!("\"{VERSION}\"")));
        assert_eq!(
            file.header("cache-control"),
            Some("max-age=315360000, immutable")
        );
    }
}

#[squall::test]
async fn a_changed_file_has_another_url() {
    let site = Site::with(&[("hello.txt", "hello")]);
    let client = site.client_of(Application::new(ROUTES));
    let before = url_of(&client, "hello.txt").await;
    site.write("hello.txt", "HELLO");
    let after = url_of(&client, "hello.txt").await;
    assert_ne!(after, before);
    // Who still has the old page gets the new file, and asks again.
    let file = client.get(&before).send().await;
    assert_eq!(file.header("cache-control"), Some("no-cache"));
    assert_eq!(file.text().await, "HELLO");
    let file = client.get(&after).send().await;
    assert!(file.header("cache-control").unwrap().contains("immutable"));
}

/// During a release a file is there before the one beside it, or somebody has forgotten that.
#[squall::test]
async fn no_cache_keeps_a_sibling_that_is_older_than_its_file() {
    let site = Site::with(&[("hello.txt", "hello"), ("hello.txt.br", "encoded")]);
    let client = site.client_of(Application::new(ROUTES));
    for (changed, cache_control) in [
        (784_111_776, "no-cache"),
        (784_111_777, "max-age=315360000, immutable"),
        (784_111_778, "max-age=315360000, immutable"),
    ] {
        site.date("hello.txt", 784_111_777);
        site.date("hello.txt.br", changed);
        let request = client.get(format!("/static/hello.txt?v={VERSION}"));
        let sibling = request.header("accept-encoding", "br").send().await;
        assert_eq!(sibling.header("content-encoding"), Some("br"));
        assert_eq!(
            sibling.header("cache-control"),
            Some(cache_control),
            "{changed}"
        );
        let request = client.get(format!("/static/hello.txt?v={VERSION}"));
        let file = request.send().await;
        assert!(file.header("cache-control").unwrap().contains("immutable"));
    }
}

#[squall::test]
async fn a_missing_file_has_a_url_without_version() {
    let site = Site::with(&[("docs/index.html", "docs")]);
    let client = site.client_of(Application::new(ROUTES));
    for (path, url) in [
        ("none.css", "/static/none.css"),
        ("docs", "/static/docs"),
        ("docs/", "/static/docs/"),
        ("../secret.txt", "/static/../secret.txt"),
        ("/evil.example", "/static/evil.example"),
    ] {
        assert_eq!(url_of(&client, path).await, url);
    }
}

#[squall::test]
async fn an_absolute_url_has_the_host() {
    let site = Site::with(&[("hello.txt", "hello")]);
    let client = site.client_of(Application::new(ROUTES));
    let request = client
        .post("/url?path=hello.txt")
        .header("host", "example.com:8080");
    let url = request.send().await.text().await;
    assert_eq!(
        url,
        format!("http://example.com:8080/static/hello.txt?v={VERSION}")
    );
}

#[squall::test]
async fn without_files_there_are_no_urls() {
    const BARE: Routes = routes![Url, "/favicon.ico" => Files::new("static")];
    let client = TestClient::new(Application::new(BARE));
    assert_eq!(client.get("/url?path=app.css").send().await.status(), 500);
}

#[squall::test]
async fn the_first_that_has_the_file_gives_the_url() {
    const TWO: Routes = routes![
        Url,
        "/it/{*path}" => Files::new("it"),
        "/{*path}" => Files::new("static"),
    ];
    let client = TestClient::new(Application::new(TWO));
    assert!(
        url_of(&client, "files_urls.rs")
            .await
            .starts_with("/it/files_urls.rs?v=")
    );
    assert!(url_of(&client, "app.css").await.starts_with("/app.css?v="));
    assert_eq!(url_of(&client, "none").await, "/it/none");
    assert_eq!(url_of(&client, "//evil.example").await, "/it/evil.example");
}

const STATIC: Routes = routes![Url, "/static/{*path}" => Files::new("static")];

#[squall::test]
async fn the_compiler_makes_the_url_of_run_time() {
    const STYLE: &str = static_url!("app.css");
    let client = TestClient::new(Application::new(STATIC));
    assert_eq!(STYLE, "/static/app.css?v=162e405e4000ae3c0f93110a4418bfaf");
    assert_eq!(url_of(&client, "app.css").await, STYLE);
    let logo = static_url!("img/a logo.svg");
    assert_eq!(url_of(&client, "img/a%20logo.svg").await, logo);
    assert!(logo.starts_with("/static/img/a%20logo.svg?v="));
    for url in [STYLE, logo] {
        let file = client.get(url).send().await;
        assert_eq!(
            file.header("cache-control"),
            Some("max-age=315360000, immutable")
        );
    }
}

#[squall::test]
async fn folder_and_prefix_can_be_named() {
    const OTHER: Routes = routes![Url, "/{*path}" => Files::new("static/img")];
    let client = TestClient::new(Application::new(OTHER));
    let url = static_url!("a logo.svg", dir = "static/img", prefix = "");
    assert_eq!(url_of(&client, "a%20logo.svg").await, url);
    assert!(
        static_url!("a logo.svg", prefix = "/x/y", dir = "static/img")
            .starts_with("/x/y/a%20logo.svg?v=")
    );
}

#[squall::test]
async fn a_missing_file_is_an_error_in_the_log_once() {
    let mut server = OwnServer::start("files_urls::a_server_with_files");
    let client = tokio::net::TcpStream::connect(&server.address);
    let mut client = client.await.unwrap();
    let ask = async |client: &mut tokio::net::TcpStream, path: &str| {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let request = format!("GET /url?path={path} HTTP/1.1\r\nhost: h\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        assert!(client.read(&mut [0; 4096]).await.unwrap() > 0);
    };
    for path in ["none.css", "none.css", "app.css", "last.css"] {
        ask(&mut client, path).await;
    }
    server.signal("-TERM");
    let mut reported = Vec::new();
    let mut is_told_at_start = false;
    while let Some(line) = server.any_error_line() {
        is_told_at_start |= line.contains("WARN squall: `/nothing` is 404");
        if line.contains("static_url") {
            reported.push(line);
        }
    }
    assert!(is_told_at_start, "a file that is not there");
    let [first, second] = &reported[..] else {
        panic!("two lines: {reported:?}")
    };
    assert!(
        first.contains("ERROR squall") && first.contains("none.css"),
        "{first}"
    );
    assert!(second.contains("last.css"), "{second}");
}

#[squall::test]
async fn a_server_with_files() {
    const ROUTES: Routes = routes![..STATIC, "/nothing" => Files::new("static")];
    OwnServer::run(Application::new(ROUTES), Options::default()).await;
}
