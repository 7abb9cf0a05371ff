//! What must never be served, whatever is asked for: anything outside of the folder, and anything that is no file.

use std::{fs, process::Command, time::Duration};

use proptest::{prelude::*, test_runner::TestRunner};
use squall::{Application, testing::TestClient};
use tokio::time::timeout;

use crate::{
    files::{ROUTES, Site},
    support::exchange,
};

/// A folder with one of everything in it.
fn site() -> Site {
    Site::with(&[
        ("a.txt", "inside"),
        ("folder/b.txt", "inside"),
        (".env", "hidden"),
        (".git/config", "hidden"),
        ("folder/.htpasswd", "hidden"),
        (".well-known/security.txt", "inside"),
        ("folder/.well-known/x.txt", "hidden"),
        ("%2e%2e.txt", "inside"),
    ])
}

async fn assert_404(client: &TestClient, target: &str) {
    let answer = timeout(Duration::from_secs(4), client.get(target).send()).await;
    let answer = answer.unwrap_or_else(|_| panic!("{target} is not answered"));
    assert_eq!(answer.status(), 404, "{target}");
    assert!(!answer.text().await.contains("secret"), "{target}");
}

#[squall::test]
async fn no_path_leads_out() {
    let site = site();
    let client = site.client();
    let absolute = site.outside().join("secret.txt").display().to_string();
    for target in [
        "../secret.txt",
        "folder/../../secret.txt",
        "folder/../a.txt",
        "./a.txt",
        "%2e%2e/secret.txt",
        "%2E%2E/secret.txt",
        ".%2e/secret.txt",
        "%2e%2e%2fsecret.txt",
        "..%2fsecret.txt",
        "..%5csecret.txt",
        "..\\secret.txt",
        "%5c..%5csecret.txt",
        "%252e%252e/secret.txt",
        "%252e%252e%252fsecret.txt",
        "%c0%ae%c0%ae/secret.txt",
        "%e0%80%ae%e0%80%ae/secret.txt",
        "..;/secret.txt",
        "....//secret.txt",
        "%00",
        "a.txt%00",
        "a.txt%00.html",
        "..%00/secret.txt",
        "c:/secret.txt",
        "c:secret.txt",
        "c%3a%5csecret.txt",
        "%5c%5chost%5cshare",
        "file:///etc/passwd",
        "a.txt::$DATA",
        "a.txt.",
        "a.txt%20",
        "a.txt/",
        "a.txt/b",
        "folder%2fb.txt",
        "folder//b.txt",
        "//a.txt",
        &absolute,
        &format!("/{absolute}"),
        "%2fetc/passwd",
        "%ff",
        "%zz",
        "%",
        "a.txt%0d%0aset-cookie:x",
    ] {
        assert_404(&client, &format!("/static/{target}")).await;
    }
    let answer = client.get("/static/%252e%252e.txt").send().await;
    assert_eq!(answer.text().await, "inside", "decoded once, it is a name");
}

#[squall::test]
async fn no_path_on_the_wire_leads_out() {
    let site = site();
    let client = site.client_on_socket().await;
    for target in [
        "/static/../secret.txt",
        "/static/..\\secret.txt",
        "http://h/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nhost: h\r\n\r\n");
        let answer = exchange(&client, request).await;
        let is_refused = answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400");
        assert!(is_refused, "{target}: {answer}");
    }
}

#[squall::test]
async fn hidden_names_are_not_there() {
    let site = site();
    let client = site.client();
    for target in [
        ".env",
        "%2eenv",
        ".git/config",
        "%2egit/config",
        "folder/.htpasswd",
        "folder/.well-known/x.txt",
    ] {
        assert_404(&client, &format!("/static/{target}")).await;
    }
    for target in [
        "/static/.well-known/security.txt",
        "/static/%2ewell-known/security.txt",
    ] {
        assert_eq!(client.get(target).send().await.text().await, "inside");
    }
    assert_eq!(client.get("/dots/.env").send().await.text().await, "hidden");
    for target in ["..", "../secret.txt", ".", "folder/..", "%2e%2e/secret.txt"] {
        assert_404(&client, &format!("/dots/{target}")).await;
    }
}

#[squall::test]
async fn names_that_are_too_long_are_404() {
    let site = site();
    let client = site.client();
    let deep = "a/".repeat(3000) + "a";
    for target in ["a".repeat(256), "a".repeat(5000), "%41".repeat(300), deep] {
        assert_404(&client, &format!("/static/{target}")).await;
    }
    let longest = "a".repeat(251) + ".txt";
    site.write(&longest, "inside");
    let answer = client.get(format!("/static/{longest}")).send().await;
    assert_eq!(answer.text().await, "inside");
}

#[cfg(unix)]
#[squall::test]
async fn links_are_followed_inside_and_never_out() {
    use std::os::unix::fs::symlink;

    let site = site();
    let (root, outside) = (site.root(), site.outside());
    symlink("a.txt", root.join("near.txt")).unwrap();
    symlink(root.join("folder/b.txt"), root.join("absolute.txt")).unwrap();
    symlink("../a.txt", root.join("folder/up.txt")).unwrap();
    symlink("../../static/a.txt", root.join("folder/round.txt")).unwrap();
    symlink("folder", root.join("also")).unwrap();
    symlink(root.join("folder"), root.join("also-absolute")).unwrap();
    let client = site.client();
    for target in [
        "near.txt",
        "absolute.txt",
        "folder/up.txt",
        "folder/round.txt",
        "also/b.txt",
        "also/up.txt",
        "also-absolute/b.txt",
    ] {
        for _ in 0..2 {
            let answer = client.get(format!("/static/{target}")).send().await;
            assert_eq!(answer.text().await, "inside", "{target}");
        }
    }
    symlink("../secret.txt", root.join("secret.txt")).unwrap();
    symlink(outside.join("secret.txt"), root.join("whole.txt")).unwrap();
    symlink("..", root.join("parent")).unwrap();
    symlink(&outside, root.join("whole")).unwrap();
    symlink("/", root.join("all")).unwrap();
    symlink("/proc/self/root", root.join("magic")).unwrap();
    symlink("parent", root.join("twice")).unwrap();
    symlink("loop.txt", root.join("loop.txt")).unwrap();
    symlink("nowhere.txt", root.join("nowhere-to-be-found.txt")).unwrap();
    fs::create_dir(outside.join("static2")).unwrap();
    fs::write(outside.join("static2/x.txt"), "secret").unwrap();
    symlink("../static2", root.join("neighbour")).unwrap();
    let path = outside.display().to_string();
    for target in [
        "secret.txt",
        "whole.txt",
        "parent/secret.txt",
        "whole/secret.txt",
        "twice/secret.txt",
        "neighbour/x.txt",
        &format!("all{path}/secret.txt"),
        &format!("magic{path}/secret.txt"),
        "loop.txt",
        "nowhere-to-be-found.txt",
    ] {
        assert_404(&client, &format!("/static/{target}")).await;
    }
}

#[cfg(unix)]
#[squall::test]
async fn only_files_are_opened() {
    let site = site();
    let root = site.root();
    let made = Command::new("mkfifo").arg(root.join("pipe")).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("pipe", root.join("pipe.txt")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", root.join("zero")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    let client = site.client();
    for target in ["pipe", "pipe.txt", "zero", "socket", "folder"] {
        assert_404(&client, &format!("/static/{target}")).await;
        let head = client.head(format!("/static/{target}")).send().await;
        assert_eq!(head.status(), 404);
    }
    // A pipe that takes the place of a file is no file either.
    fs::remove_file(root.join("a.txt")).unwrap();
    fs::rename(root.join("pipe"), root.join("a.txt")).unwrap();
    assert_404(&client, "/static/a.txt").await;
}

#[cfg(unix)]
#[squall::test]
async fn siblings_and_default_files_are_files_too() {
    use std::os::unix::fs::symlink;

    let site = site();
    let root = site.root();
    let made = Command::new("mkfifo").arg(root.join("a.txt.br")).status();
    assert!(made.unwrap().success());
    symlink("../secret.txt", root.join("a.txt.gz")).unwrap();
    symlink("../../secret.txt", root.join("folder/index.html")).unwrap();
    let client = site.client();
    let plain = client
        .get("/static/a.txt")
        .header("accept-encoding", "br, gzip")
        .send()
        .await;
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.text().await, "inside");
    assert_404(&client, "/static/folder").await;
    assert_404(&client, "/static/folder/").await;
}

#[cfg(unix)]
#[squall::test]
async fn what_may_not_be_read_is_not_there() {
    use std::os::unix::fs::PermissionsExt;

    let site = site();
    let path = site.root().join("a.txt");
    let forbid =
        |path: &std::path::Path| fs::set_permissions(path, fs::Permissions::from_mode(0o000));
    let client = site.client();
    assert_eq!(client.get("/static/a.txt").send().await.status(), 200);
    forbid(&path).unwrap();
    // The superuser may read everything.
    if fs::read(&path).is_err() {
        assert_404(&client, "/static/a.txt").await;
    }
}

#[squall::test]
async fn no_redirect_leaves_the_site() {
    let site = Site::with(&[
        ("evil.example/index.html", "inside"),
        ("a/index.html", "inside"),
    ]);
    let client = site.client_of(Application::new(squall::routes![
        "/{*path}" => squall::Files::new(crate::files::folder()),
    ]));
    let answer = client.get("/evil.example").send().await;
    assert_eq!(answer.header("location"), Some("evil.example/"));
    for target in [
        "//evil.example",
        "//evil.example/",
        "/\\evil.example",
        "/%2fevil.example",
        "/%5cevil.example",
        "///a",
        "/./a",
        "/x/..//evil.example",
    ] {
        let answer = client.get(target).send().await;
        assert_eq!(answer.status(), 404, "{target}");
        assert_eq!(answer.header("location"), None);
    }
    let answer = client.get("/a?//evil.example/%0d%0ax:y").send().await;
    assert_eq!(
        answer.header("location"),
        Some("a/?//evil.example/%0d%0ax:y")
    );
}

/// Paths of pieces that have led somebody astray.
fn path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "..", ".", "/", "//", "%2e", "%2e%2e", "%252e%252e", "%2f", "%252f", "%5c", "\\", "%00", "%20", "+", ":", "c:", "~",
            ";", "%c0%ae", "%e0%80%af", "%ff", "%", "?", "%3f", "*",
        ]).prop_map(str::to_owned),
        4 => prop::sample::select(vec![
            "a.txt", "folder", "b.txt", "secret.txt", "static", "out", "out.txt", "in", ".env", "index.html", ".br", ".gz",
        ]).prop_map(str::to_owned),
        1 => "[a-z.]{1,3}",
        1 => any::<u8>().prop_map(|byte| format!("%{byte:02x}")),
    ];
    let pieces = prop::collection::vec((piece, prop::bool::weighted(0.6)), 0..8);
    pieces.prop_map(|pieces| {
        let with_slash = |(piece, slash): (String, bool)| piece + if slash { "/" } else { "" };
        pieces.into_iter().map(with_slash).collect()
    })
}

#[test]
fn whatever_is_asked_for_nothing_outside_is_served() {
    let site = site();
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink("..", site.root().join("out")).unwrap();
        symlink("../secret.txt", site.root().join("out.txt")).unwrap();
        symlink("folder", site.root().join("in")).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = runtime.block_on(async { site.client_of(Application::new(ROUTES)) });
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let checked = runner.run(&path(), |path| {
        let answer = runtime.block_on(async {
            let answer = client.get(format!("/static/{path}")).send().await;
            (answer.status().as_u16(), answer.text().await)
        });
        match answer {
            (200, content) => prop_assert_eq!(content, "inside"),
            (status, content) => {
                prop_assert!([301, 400, 404].contains(&status), "{}", status);
                prop_assert!(!content.contains("secret") && !content.contains("hidden"));
            }
        }
        Ok(())
    });
    checked.unwrap();
    drop(runtime.enter());
    runtime.block_on(async { drop(client) });
}
