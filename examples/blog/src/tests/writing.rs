//! What the author does, and what nobody else may.

use super::{Blog, Page, about};
use crate::site::About;

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
    assert_eq!(blog.send("/compose", &[("title", "A")]).await.status(), 422);
}

/// Whatever it is written in: a form of it is three times as long.
#[squall::test]
async fn a_text_has_its_limit_in_bytes() {
    let blog = Blog::new().await;
    for letter in ["x", "ж"] {
        let most = letter.repeat(1024 * 1024 / letter.len());
        let send = async |text: &str| {
            let fields = [("title", "A"), ("text", text)];
            blog.send("/compose", &fields).await
        };
        assert_eq!(send(&most).await.status(), 303, "{letter}");
        let answer = send(&(most + letter)).await;
        assert_eq!(answer.status(), 422, "{letter}");
        assert!(Page::of(answer).await.has("#text-fault"), "{letter}");
    }
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
    let block = blog
        .post("/compose")
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
    let readers = About {
        author: None,
        ..about()
    };
    let blog = Blog::of(readers).await;
    for target in TARGETS {
        let answer = blog.client.get(target).send().await;
        assert_eq!(answer.status(), 403, "{target}");
        assert!(Page::of(answer).await.text("main").contains("--author"));
        assert_eq!(blog.send(target, &FIELDS).await.status(), 403, "{target}");
    }
    let page = blog.page("/key").await;
    assert!(page.text("main").contains("--author") && !page.has("#key"));
    let shown = blog.send("/key", &[("key", super::KEY), ("to", "/")]).await;
    assert_eq!(
        (shown.status().as_u16(), shown.header("set-cookie")),
        (403, None)
    );
    let page = blog.page("/").await;
    assert!(page.text("footer").contains("read-only") && !page.has("a[href='/compose']"));
}

#[squall::test]
async fn only_who_has_the_key_writes() {
    let blog = Blog::new().await;
    blog.write("Wind", "Text").await;
    for cookie in [
        "",
        "author=",
        "author=0123456789abcdeF",
        "key=0123456789abcdef",
    ] {
        let get = |target| blog.client.get(target).header("cookie", cookie);
        let page = Page::of(get("/posts/wind").send().await).await;
        assert_eq!(page.text("h1"), "Wind", "{cookie}");
        assert!(!page.has("a[href='/compose'], .tools"), "{cookie}");
        assert!(page.has("a[href='/key']"), "{cookie}");
        for target in TARGETS {
            let asked = get(target).send().await;
            assert_eq!(asked.status(), 303, "{cookie} {target}");
            let to = target.replace('/', "%2F");
            assert_eq!(asked.header("location"), Some(&*format!("/key?to={to}")));
            let form = blog.client.post(target).header("cookie", cookie);
            let form = form.header("sec-fetch-site", "same-origin");
            let sent = form.form(&FIELDS).send().await;
            assert_eq!(sent.status(), 403, "{cookie} {target}");
        }
    }
    assert_eq!(blog.page("/posts/wind").await.text("h1"), "Wind");
}

#[squall::test]
async fn the_key_is_a_cookie_until_it_is_forgotten() {
    let blog = Blog::new().await;
    let form = Page::of(blog.client.get("/key?to=/posts/x/edit").send().await).await;
    assert_eq!(
        form.all("[name=to]")[0].attr("value"),
        Some("/posts/x/edit")
    );
    let send = async |key, to| {
        let form = blog.client.post("/key").form(&[("key", key), ("to", to)]);
        form.send().await
    };
    let wrong = send("wrong", "/compose").await;
    assert_eq!(wrong.status(), 403);
    assert_eq!(wrong.header("set-cookie"), None);
    let page = Page::of(wrong).await;
    assert_eq!(page.all("#key")[0].attr("aria-invalid"), Some("true"));
    assert!(page.has("#key-fault"));
    let right = send(super::KEY, "/compose").await;
    assert_eq!(
        (right.status().as_u16(), right.header("location")),
        (303, Some("/compose"))
    );
    let cookie = right.header("set-cookie").unwrap();
    assert!(cookie.starts_with("author=0123456789abcdef;"), "{cookie}");
    assert!(
        cookie.contains("HttpOnly")
            && cookie.contains("SameSite=Lax")
            && !cookie.contains("Secure"),
        "{cookie}"
    );
    let elsewhere = send(super::KEY, "//evil.example").await;
    assert_eq!(elsewhere.header("location"), Some("/"));
    let left = blog.send("/leave", &[]).await;
    assert!(left.header("set-cookie").unwrap().starts_with("author=;"));
    let forged = blog
        .client
        .post("/leave")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(forged.send().await.status(), 403);
}

#[squall::test]
async fn a_key_goes_over_tls_where_the_blog_is_found_there() {
    let secure = About {
        url: Some("https://blog.example".to_owned()),
        ..about()
    };
    let blog = Blog::of(secure).await;
    let shown = blog.send("/key", &[("key", super::KEY), ("to", "/")]).await;
    let cookie = shown.header("set-cookie").unwrap();
    assert!(cookie.contains("; Secure"), "{cookie}");
}

/// What the author sees is nobody else's, whatever the languages say.
#[squall::test]
async fn pages_for_the_author_are_no_others() {
    let blog = Blog::new().await;
    let path = blog.write("Wind", "Text").await;
    let own = blog.get(&path).send().await;
    let tag = own.header("etag").unwrap();
    let other = blog.client.get(&path).header("if-none-match", tag);
    let other = other.send().await;
    assert_eq!(other.status(), 200);
    for answer in [&own, &other] {
        let vary = answer.header("vary").unwrap();
        assert!(vary.starts_with("cookie, "), "{vary}");
    }
    assert!(Page::of(own).await.has(".tools") && !Page::of(other).await.has(".tools"));
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
        // No browser.
        ("user-agent", "curl", 303),
    ] {
        blog.send(&format!("{path}/edit"), &[("title", "Wind"), ("text", "x")])
            .await;
        let form = blog.client.post(format!("{path}/edit")).header(name, value);
        let form = form.header("cookie", super::COOKIE);
        assert_eq!(
            form.header("host", "127.0.0.1:8888")
                .form(&FIELDS)
                .send()
                .await
                .status(),
            status,
            "{name}: {value}"
        );
        let title = if status == 303 { "x" } else { "Wind" };
        assert_eq!(blog.page(&path).await.text("h1"), title, "{name}: {value}");
    }
}
