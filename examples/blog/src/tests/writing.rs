use squall::testing::TestRequest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Blog, Page};

#[squall::test]
async fn a_post_is_written_changed_and_deleted() {
    let blog = Blog::new().await;
    assert!(blog.page("/").await.has("a[href='/compose']"));
    let form = blog.page("/compose").await;
    assert!(form.has("label[for=title]") && form.has("label[for=text]"));
    let path = blog
        .write("  Wind   from the\teast ", "# Up\r\n\r\nIt *blows*.")
        .await;
    assert_eq!(path, "/posts/wind-from-the-east");
    let post = blog.page(&path).await;
    assert_eq!(post.text("h1"), "Wind from the east");
    assert_eq!(
        (post.text(".prose h2"), post.text(".prose em")),
        ("Up".to_owned(), "blows".to_owned())
    );
    assert!(post.text(".when").ends_with("Ann"));

    let edit = format!("{path}/edit");
    let form = blog.page(&edit).await;
    assert_eq!(
        form.all("#title")[0].attr("value"),
        Some("Wind from the east")
    );
    assert_eq!(
        form.all("#text")[0]
            .text()
            .collect::<String>()
            .trim_start_matches('\n'),
        "# Up\n\nIt *blows*."
    );
    let answer = blog
        .send(&edit, &[("title", "Calm"), ("text", "Nothing.")])
        .await;
    assert_eq!(
        (answer.status().as_u16(), answer.header("location")),
        (303, Some(&*path))
    );
    assert_eq!(blog.page(&path).await.text("h1"), "Calm");

    let delete = format!("{path}/delete");
    assert!(blog.page(&delete).await.has("form[method=post] button"));
    assert_eq!(
        blog.page(&path).await.text("h1"),
        "Calm",
        "to look at the question deletes nothing"
    );
    let answer = blog.send(&delete, &[]).await;
    assert_eq!(
        (answer.status().as_u16(), answer.header("location")),
        (303, Some("/"))
    );
    for target in [&path, &edit, &delete] {
        assert_eq!(blog.status(target).await, 404, "{target}");
    }
    assert_eq!(
        blog.send(&edit, &[("title", "x"), ("text", "x")])
            .await
            .status(),
        404
    );
    assert_eq!(blog.send(&delete, &[]).await.status(), 404);
}

#[squall::test]
async fn slugs_are_unique_and_of_any_script() {
    let blog = Blog::new().await;
    for (title, expected) in [
        ("Wind", "/posts/wind"),
        ("wind!", "/posts/wind-2"),
        ("WIND", "/posts/wind-3"),
        ("?", "/posts/post"),
        ("!", "/posts/post-2"),
    ] {
        assert_eq!(blog.write(title, "Text").await, expected);
    }
    for title in ["北京", "عاصفة", "🌬️"] {
        let path = blog.write(title, "Text").await;
        assert_eq!(blog.page(&path).await.text("h1"), title);
    }
}

#[squall::test]
async fn what_is_wrong_stands_beside_its_field() {
    let blog = Blog::new().await;
    let long = "x".repeat(201);
    for (title, text, faults) in [
        ("", "Some text", &["title-fault"][..]),
        ("A title", " \n ", &["text-fault"]),
        (" ", "", &["title-fault", "text-fault"]),
        (&long, "Some text", &["title-fault"]),
    ] {
        let answer = blog
            .send("/compose", &[("title", title), ("text", text)])
            .await;
        assert_eq!(answer.status(), 422);
        let page = Page::of(answer).await;
        let ids: Vec<_> = page
            .all(".fault")
            .iter()
            .map(|fault| fault.attr("id").unwrap())
            .collect();
        assert_eq!(ids, faults);
        for id in ids {
            let field = page.all(&format!("[aria-describedby~={id}]"));
            assert_eq!(field[0].attr("aria-invalid"), Some("true"));
        }
        assert_eq!(page.all("#title")[0].attr("value"), Some(title.trim()));
        assert!(
            page.text("#text").contains(text.trim()),
            "what was written is not lost"
        );
    }
    assert!(!blog.page("/").await.has(".entry"));
    let huge = "x".repeat(1024 * 1024 + 1);
    assert_eq!(
        blog.send("/compose", &[("title", "A"), ("text", &huge)])
            .await
            .status(),
        422
    );
    assert_eq!(blog.send("/compose", &[("title", "A")]).await.status(), 422);
}

#[squall::test]
async fn a_preview_shows_and_keeps_nothing() {
    let blog = Blog::new().await;
    let fields = [
        ("title", ""),
        ("text", "It *blows* <script>x</script>"),
        ("preview", "1"),
    ];
    let page = Page::of(blog.send("/compose", &fields).await).await;
    assert_eq!(page.text(".preview em"), "blows");
    assert!(!page.has(".preview script") && !page.has(".fault"));
    assert!(page.text("#text").contains("It *blows*"));
    let request = blog
        .client
        .post("/compose")
        .header("sec-fetch-site", "same-origin");
    let block = request
        .header("sec-fetch-dest", "empty")
        .form(&fields)
        .send()
        .await
        .text()
        .await;
    assert!(
        block.contains("<em>blows</em>") && !block.contains("<form"),
        "{block}"
    );
    assert!(!blog.page("/").await.has(".entry"));
}

const TARGETS: [&str; 3] = ["/compose", "/posts/wind/edit", "/posts/wind/delete"];
const FIELDS: [(&str, &str); 2] = [("title", "x"), ("text", "x")];

#[squall::test]
async fn without_an_author_nobody_writes() {
    let blog = Blog::with_author(None).await;
    for target in TARGETS {
        let answer = blog.client.get(target).send().await;
        assert_eq!(answer.status(), 403, "{target}");
        assert!(Page::of(answer).await.text("main").contains("--author"));
        assert_eq!(blog.send(target, &FIELDS).await.status(), 403, "{target}");
    }
    let page = blog.page("/").await;
    assert!(page.text("footer").contains("read-only") && !page.has("a[href='/compose']"));
}

/// Checks that who comes like this may read, and is not offered to write.
async fn check_reader_only(
    blog: &Blog,
    how: impl Fn(TestRequest<'_>) -> TestRequest<'_>,
    why: &str,
) {
    let page = how(blog.client.get("/posts/wind")).send().await;
    assert_eq!(page.status(), 200, "{why}");
    assert!(
        !Page::of(page).await.has("a[href='/compose'], .tools"),
        "{why}"
    );
    for target in TARGETS {
        assert_eq!(
            how(blog.client.get(target)).send().await.status(),
            403,
            "{why} {target}"
        );
        let form = how(blog.client.post(target)).header("sec-fetch-site", "same-origin");
        assert_eq!(
            form.form(&FIELDS).send().await.status(),
            403,
            "{why} {target}"
        );
    }
}

#[squall::test]
async fn only_the_machine_itself_writes() {
    let blog = Blog::new().await;
    blog.write("Wind", "Text").await;
    for (name, value) in [
        ("host", "blog.example"),
        ("host", "localhost.example:8888"),
        ("x-forwarded-for", "203.0.113.7"),
        ("forwarded", "for=203.0.113.7"),
        ("via", "1.1 proxy"),
        ("x-real-ip", "203.0.113.7"),
        ("x-forwarded-host", "blog.example"),
        ("x-forwarded-proto", "https"),
    ] {
        check_reader_only(&blog, |request| request.header(name, value), name).await;
    }
    // Without a socket there is no peer of which anything is known.
    let about = super::About {
        title: "x".to_owned(),
        author: Some("Ann".to_owned()),
        url: None,
    };
    let client = squall::testing::TestClient::new(super::app(
        blog.store.clone(),
        about,
        super::locales().unwrap(),
    ));
    let in_memory = Blog {
        client,
        store: blog.store.clone(),
    };
    check_reader_only(&in_memory, |request| request, "no peer").await;
    assert_eq!(blog.page("/posts/wind").await.text("h1"), "Wind");
}

#[squall::test]
async fn forms_of_other_pages_are_refused() {
    let blog = Blog::new().await;
    let path = blog.write("Wind", "Text").await;
    let host = "http://127.0.0.1:8888";
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "none", 403),
        ("origin", "null", 403),
        ("origin", "http://evil.example", 403),
        ("origin", host, 303),
    ] {
        let form = blog.client.post(format!("{path}/edit")).header(name, value);
        assert_eq!(
            form.header("host", "127.0.0.1:8888")
                .form(&FIELDS)
                .send()
                .await
                .status(),
            status,
            "{name}: {value}"
        );
    }
}

/// An nginx with `proxy_pass` alone asks for a loopback host, and in HTTP/1.0 where it is not of the latest.
#[squall::test]
async fn an_old_version_of_http_is_that_of_a_proxy() {
    let blog = Blog::new().await;
    let address = blog.client.address().unwrap();
    let ask = async |version: &str| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head =
            format!("GET /compose {version}\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(ask("HTTP/1.1").await, "200");
    assert_eq!(ask("HTTP/1.0").await, "403");
}
