//! Static files of an application that compresses what it answers.

use squall::{
    Application,
    http::Method,
    testing::{TestClient, TestResponse},
};

use crate::files::{ROUTES, Site};

const RULE: &str = "p { margin: 0 }\n";

fn site() -> Site {
    let site = Site::new();
    site.write("short.css", RULE);
    site.write("long.css", RULE.repeat(1000));
    site.write("longer.css", RULE.repeat(10_000));
    site.write("both.css", RULE.repeat(1000));
    site.write("both.css.br", "encoded");
    site.write("empty.css", "");
    site.write("picture.png", vec![7; 5000]);
    site
}

fn client(site: &Site) -> TestClient {
    site.client_of(Application::new(ROUTES).compression(true))
}

/// The fields of an answer that say what its content is.
fn fields(answer: &TestResponse) -> Vec<(&str, Option<&str>)> {
    let names = [
        "etag",
        "content-type",
        "content-encoding",
        "vary",
        "accept-ranges",
    ];
    names
        .into_iter()
        .map(|name| (name, answer.header(name)))
        .collect()
}

#[squall::test]
async fn head_has_the_fields_of_get() {
    let site = site();
    let client = client(&site);
    for name in [
        "short.css",
        "long.css",
        "longer.css",
        "both.css",
        "empty.css",
        "picture.png",
    ] {
        for accepted in ["gzip", "br", "identity", "gzip, identity;q=0", "*;q=0"] {
            let send = |method| {
                let request = client.request(method, format!("/static/{name}"));
                request.header("accept-encoding", accepted).send()
            };
            let (get, head) = (send(Method::GET).await, send(Method::HEAD).await);
            let what = format!("{name} as {accepted}");
            assert_eq!(head.status(), get.status(), "{what}");
            assert_eq!(fields(&head), fields(&get), "{what}");
            // The length of what would have to be encoded for it is not known.
            if let Some(length) = head.header("content-length") {
                assert_eq!(get.header("content-length"), Some(length), "{what}");
            }
            assert_eq!(head.bytes().await, b"");
        }
    }
}

#[squall::test]
async fn a_file_is_encoded_where_it_will_not_do_as_it_is() {
    let site = site();
    let client = client(&site);
    for name in ["short.css", "long.css", "both.css", "picture.png"] {
        let request = client.get(format!("/static/{name}"));
        let request = request.header("accept-encoding", "gzip, identity;q=0");
        // A part would be of the file as it is.
        let answer = request.header("range", "bytes=0-3").send().await;
        assert_eq!(answer.status(), 200, "{name}");
        assert_eq!(answer.header("content-encoding"), Some("gzip"), "{name}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"), "{name}");
    }
    let request = client.get("/static/both.css");
    let request = request.header("accept-encoding", "br, identity;q=0");
    let answer = request.header("range", "bytes=0-3").send().await;
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.text().await, "enco");
    let request = client.get("/static/long.css");
    let answer = request.header("accept-encoding", "*;q=0").send().await;
    assert_eq!(answer.status(), 406);
}
