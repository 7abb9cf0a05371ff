//! The gallery through its public face: pictures come, are shown, and come down again, whole or from the middle on; what is no picture does
//! not come.

use std::time::Duration;

use serde_json::Value;
use squall::{
    handler::Body,
    testing::{TestClient, TestResponse},
};
use tempfile::TempDir;

use super::{app, store::Store};

const SUNSET: &[u8] = include_bytes!("sunset.png");

const MIB: u64 = 1024 * 1024;

/// A gallery of its own, and where its pictures lie.
struct Gallery {
    client: TestClient,
    folder: TempDir,
}

impl Gallery {
    fn new() -> Self {
        Self::with_room(64 * MIB)
    }

    fn with_room(bytes: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let client = TestClient::new(open(&folder, bytes));
        Self { client, folder }
    }

    /// The names of the files in the folder, hidden ones too.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.unwrap().file_name().into_string().unwrap()
        };
        entries.map(name).collect()
    }

    /// Sends files as a browser does, and asks for `accept`.
    async fn add(&self, files: &[(&str, &[u8])], accept: &str) -> TestResponse {
        let request = self
            .client
            .post("/pictures")
            .header("content-type", "multipart/form-data; boundary=cut")
            .header("accept", accept);
        request.body(form(files)).send().await
    }

    /// Adds the picture, and gives its URL.
    async fn add_sunset(&self) -> String {
        let answer = self
            .add(&[("Sunset, 2.PNG", SUNSET)], "application/json")
            .await;
        assert_eq!(answer.status(), 201);
        let location = answer.header("location").unwrap().to_owned();
        let added: Value = answer.json().await;
        let picture = &added["added"][0];
        assert_eq!(picture["caption"], "sunset 2");
        assert_eq!(picture["bytes"], SUNSET.len());
        assert_eq!(picture["url"], location);
        location
    }

    async fn page(&self, target: &str) -> String {
        let answer = self.client.get(target).send().await;
        assert_eq!(answer.status(), 200, "{target}");
        answer.text().await
    }

    /// Checks that files are refused with this status and detail, and that nothing is left of them.
    async fn check_refused(&self, files: &[(&str, &[u8])], status: u16, part: &str) {
        let answer = self.add(files, "application/json").await;
        assert_eq!(answer.status(), status);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        let problem: Value = answer.json().await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(part), "`{part}` is not in `{detail}`");
        self.check_empty().await;
    }

    /// Waits until nothing is left in the folder: files are removed behind the answer.
    async fn check_empty(&self) {
        for _ in 0..500 {
            if self.files().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("left: {:?}", self.files());
    }
}

fn open(folder: &TempDir, bytes: u64) -> squall::Application {
    let store = Store::open(folder.path(), bytes).unwrap();
    app(store)
}

fn form(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut content = Vec::new();
    for (name, file) in files {
        let head = format!(
            "--cut\r\ncontent-disposition: form-data; name=\"picture\"; filename=\"{name}\"\r\n\
             content-type: image/png\r\n\r\n"
        );
        content.extend_from_slice(head.as_bytes());
        content.extend_from_slice(file);
        content.extend_from_slice(b"\r\n");
    }
    content.extend_from_slice(b"--cut--\r\n");
    content
}

#[squall::test]
async fn a_picture_is_added_listed_and_shown() {
    let gallery = Gallery::new();
    assert!(gallery.page("/").await.contains("No pictures yet"));
    let url = gallery.add_sunset().await;
    let page = gallery.page("/").await;
    assert!(
        page.contains(&format!(
            "<img src=\"{url}\" alt=\"sunset 2\" loading=\"lazy\""
        )),
        "{page}"
    );
    let shown = gallery.client.get(&url).send().await;
    assert_eq!(shown.status(), 200);
    assert_eq!(shown.header("content-type"), Some("image/png"));
    assert_eq!(shown.header("accept-ranges"), Some("bytes"));
    assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
    assert!(shown.bytes().await == SUNSET, "the bytes are the same");
}

#[squall::test]
async fn a_form_without_scripts_leads_back_to_the_pictures() {
    let gallery = Gallery::new();
    let files: &[(&str, &[u8])] = &[("a.png", SUNSET), ("b.gif", b"GIF89a and so on")];
    let answer = gallery.add(files, "text/html,*/*;q=0.8").await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.header("location"), Some("/"));
    assert_eq!(gallery.files().len(), 2);
    let page = gallery.page("/").await;
    // The newest comes first.
    let (newer, older) = (
        page.find("alt=\"b\"").unwrap(),
        page.find("alt=\"a\"").unwrap(),
    );
    assert!(newer < older);
}

#[squall::test]
async fn a_download_is_resumed_where_it_stopped() {
    let gallery = Gallery::new();
    let url = gallery.add_sunset().await;
    let whole = gallery.client.get(&url).send().await;
    let tag = whole.header("etag").unwrap().to_owned();
    let range = |range: &str, tag: &str| {
        let request = gallery.client.get(&url).header("range", range);
        request.header("if-range", tag).send()
    };
    let stopped = 40_000;
    let first = range(&format!("bytes=0-{}", stopped - 1), &tag).await;
    assert_eq!(first.status(), 206);
    let mut bytes = first.bytes().await;
    let rest = range(&format!("bytes={stopped}-"), &tag).await;
    assert_eq!(rest.status(), 206);
    let expected = format!("bytes {stopped}-{}/{}", SUNSET.len() - 1, SUNSET.len());
    assert_eq!(rest.header("content-range"), Some(&*expected));
    assert_eq!(rest.header("content-encoding"), None);
    bytes.extend(rest.bytes().await);
    assert!(bytes == SUNSET, "both parts make the whole");
    // Of another picture the rest would be no rest.
    let other = range(&format!("bytes={stopped}-"), "\"other\"").await;
    assert_eq!(other.status(), 200);
}

#[squall::test]
async fn a_picture_that_is_known_is_not_sent_again() {
    let gallery = Gallery::new();
    let url = gallery.add_sunset().await;
    let head = gallery.client.head(&url).send().await;
    let length = SUNSET.len().to_string();
    assert_eq!(head.header("content-length"), Some(&*length));
    let tag = head.header("etag").unwrap().to_owned();
    let again = gallery
        .client
        .get(&url)
        .header("if-none-match", tag)
        .send()
        .await;
    assert_eq!(again.status(), 304);
    assert!(again.bytes().await.is_empty());
}

#[squall::test]
async fn a_download_has_the_name_of_its_file() {
    let gallery = Gallery::new();
    let url = gallery.add_sunset().await;
    let answer = gallery.client.get(format!("{url}?download")).send().await;
    let disposition = answer.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment"), "{disposition}");
    assert!(disposition.contains("sunset-2.png"), "{disposition}");
}

#[squall::test]
async fn what_is_no_picture_is_refused() {
    let gallery = Gallery::new();
    gallery
        .check_refused(
            &[("page.png", b"<script>alert(1)</script>")],
            415,
            "`page.png` is no picture",
        )
        .await;
    gallery
        .check_refused(
            &[("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")],
            415,
            "is no picture",
        )
        .await;
    gallery
        .check_refused(&[("short.png", b"\x89PNG")], 415, "is no picture")
        .await;
    gallery
        .check_refused(&[("empty.png", b"")], 415, "is no picture")
        .await;
    gallery
        .check_refused(&[], 400, "the form has no picture")
        .await;
    gallery
        .check_refused(&[("", b"")], 400, "the form has no picture")
        .await;
}

#[squall::test]
async fn an_error_is_a_page_with_a_way_back() {
    let gallery = Gallery::new();
    let answer = gallery
        .add(&[("<b>.png", b"no picture at all")], "text/html")
        .await;
    assert_eq!(answer.status(), 415);
    let page = answer.text().await;
    assert!(page.contains("`&lt;b&gt;.png` is no picture"), "{page}");
    assert!(page.contains("<a href=\"/\">"), "{page}");
    let missing = gallery.client.get("/pictures/1-none.png").send().await;
    assert_eq!(missing.status(), 404);
    assert!(missing.text().await.contains("Back to the pictures"));
}

#[squall::test]
async fn a_full_gallery_takes_no_more() {
    let gallery = Gallery::with_room(SUNSET.len() as u64 - 1);
    gallery
        .check_refused(&[("a.png", SUNSET)], 507, "is full")
        .await;
    // What was refused has given its room back.
    let answer = gallery
        .add(&[("a.gif", b"GIF89a and so on")], "application/json")
        .await;
    assert_eq!(answer.status(), 201);
}

#[squall::test]
async fn what_breaks_off_leaves_nothing_behind() {
    let gallery = Gallery::new();
    let mut content = form(&[("a.png", SUNSET)]);
    content.truncate(50_000);
    let request = gallery
        .client
        .post("/pictures")
        .header("content-type", "multipart/form-data; boundary=cut");
    let answer = request.body(Body::from(content)).send().await;
    assert_eq!(answer.status(), 400);
    gallery.check_empty().await;
}

#[squall::test]
async fn pictures_are_there_after_a_restart() {
    let gallery = Gallery::new();
    let url = gallery.add_sunset().await;
    let half = gallery.folder.path().join(".incoming-1");
    std::fs::write(&half, "half").unwrap();
    let again = TestClient::new(open(&gallery.folder, 64 * MIB));
    let page = again.get("/").send().await.text().await;
    assert!(page.contains(&url), "{page}");
    assert!(!half.exists(), "what was half-written is gone");
}

#[squall::test]
async fn no_name_leads_out_of_the_folder() {
    let gallery = Gallery::new();
    std::fs::write(gallery.folder.path().join(".hidden.png"), SUNSET).unwrap();
    for target in [
        "/pictures/..%2f..%2fetc%2fpasswd",
        "/pictures/%2e%2e",
        "/pictures/.hidden.png",
        "/pictures/%00",
    ] {
        assert_eq!(
            gallery.client.get(target).send().await.status(),
            404,
            "{target}"
        );
    }
}

#[squall::test]
async fn many_pictures_are_pages() {
    let gallery = Gallery::new();
    let files = [("a.gif", &b"GIF89a and so on"[..]); 25];
    assert_eq!(gallery.add(&files, "text/html").await.status(), 303);
    let first = gallery.page("/").await;
    assert_eq!(first.matches("<figure>").count(), 24);
    assert!(first.contains("<a href=\"/?page=2\">Older</a>"));
    assert_eq!(
        gallery.page("/?page=2").await.matches("<figure>").count(),
        1
    );
    assert_eq!(gallery.client.get("/?page=3").send().await.status(), 404);
}

#[squall::test]
async fn style_and_script_are_kept_for_ten_years() {
    let gallery = Gallery::new();
    let page = gallery.page("/").await;
    for (start, content_type) in [
        ("href=\"/static/gallery.css?v=", "text/css; charset=utf-8"),
        (
            "src=\"/static/gallery.js?v=",
            "text/javascript; charset=utf-8",
        ),
    ] {
        let at = page.find(start).expect("the page names it");
        let url = page[at..].split('"').nth(1).unwrap();
        let answer = gallery.client.get(url).send().await;
        assert_eq!(answer.status(), 200, "{url}");
        assert_eq!(answer.header("content-type"), Some(content_type));
        let kept = answer.header("cache-control").unwrap();
        assert!(
            kept.contains("immutable") && kept.contains("max-age=315360000"),
            "{kept}"
        );
    }
    for target in ["/favicon.ico", "/robots.txt"] {
        assert_eq!(gallery.client.get(target).send().await.status(), 200);
    }
}
