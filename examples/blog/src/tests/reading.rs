//! What readers meet: lists, posts, the archive, the search and the feed.

use atom_syndication::Feed;
use squall::{http::Method, testing::TestResponse};

use super::{Blog, Page, about, folder};
use crate::{import, site::About};

#[squall::test]
async fn a_new_blog_has_its_first_posts() {
    let blog = Blog::new().await;
    assert!(blog.page("/").await.text("main").contains("No posts yet"));
    import::first_posts(&blog.store).await.unwrap();
    let page = blog.page("/").await;
    let titles = page.texts(".entry h2");
    assert_eq!(
        titles,
        [
            "Reading a barometer",
            "A route is a promise",
            "One loop, many winds",
            "Squall lines"
        ]
    );
    assert_eq!(page.all("time")[0].attr("datetime"), Some("2026-10-31"));
    for link in page.all(".entry h2 a") {
        let post = blog.page(link.attr("href").unwrap()).await;
        assert_eq!(post.all("h1").len(), 1);
        assert!(post.has(".prose h2"));
    }
}

#[squall::test]
async fn a_post_leads_to_those_beside_it() {
    let blog = Blog::new().await;
    let mut paths = Vec::new();
    for title in ["One", "Two", "Three"] {
        paths.push(blog.write(title, "Text").await);
    }
    let href = |page: &Page, rel: &str| {
        let link = page.all(&format!(".beside a[rel={rel}]")).pop()?;
        link.attr("href").map(str::to_owned)
    };
    let (first, second, third) = (
        blog.page(&paths[0]).await,
        blog.page(&paths[1]).await,
        blog.page(&paths[2]).await,
    );
    assert_eq!(
        (href(&first, "prev"), href(&first, "next").as_ref()),
        (None, Some(&paths[1]))
    );
    assert_eq!(
        (
            href(&second, "prev").as_ref(),
            href(&second, "next").as_ref()
        ),
        (Some(&paths[0]), Some(&paths[2]))
    );
    assert_eq!(
        (href(&third, "prev").as_ref(), href(&third, "next")),
        (Some(&paths[1]), None)
    );
}

#[squall::test]
async fn the_list_has_pages_with_bounds() {
    let blog = Blog::new().await;
    for number in 1..=21 {
        blog.write(&format!("Post {number}"), "Text").await;
    }
    let first = blog.page("/").await;
    assert_eq!(first.texts(".entry h2").len(), 10);
    assert_eq!(first.texts(".entry h2")[0], "Post 21");
    assert!(!first.has(".turn [rel=prev]") && first.has(".turn [rel=next][href='/?page=2']"));
    let last = blog.page("/?page=3").await;
    assert_eq!(last.texts(".entry h2"), ["Post 1"]);
    assert!(last.has(".turn [rel=prev][href='/?page=2']") && !last.has(".turn [rel=next]"));
    for target in ["/?page=0", "/?page=4", "/?page=4294967295"] {
        assert_eq!(blog.status(target).await, 404, "{target}");
    }
    for target in ["/?page=-1", "/?page=x", "/?page=4294967296"] {
        assert_eq!(blog.status(target).await, 400, "{target}");
    }
}

#[squall::test]
async fn a_script_gets_the_rows_alone() {
    let blog = Blog::new().await;
    blog.write("Wind", "It blows.").await;
    for target in ["/", "/search?q=wind"] {
        let answer = blog
            .client
            .get(target)
            .header("sec-fetch-dest", "empty")
            .send()
            .await;
        assert!(answer.header("vary").unwrap().contains("sec-fetch-dest"));
        let rows = answer.text().await;
        assert!(rows.contains("Wind") && !rows.contains("<html"), "{rows}");
    }
}

#[squall::test]
async fn the_archive_counts_years() {
    let blog = Blog::new().await;
    let post = |at: &str| format!("+++\ntitle = 'At {at}'\ndate = {at}\n+++\nText");
    let folder = folder(&[
        ("a.md", &post("2025-12-31T23:59:59Z")),
        ("b.md", &post("2026-01-01T00:00:00Z")),
        ("c.md", &post("2026-06-01T00:00:00Z")),
    ]);
    import::folder(&blog.store, folder.path()).await.unwrap();
    let archive = blog.page("/archive").await;
    assert_eq!(archive.texts(".years a"), ["2026 2 posts", "2025 1 post"]);
    let titles = async |year| blog.page(year).await.texts(".titles a");
    assert_eq!(titles("/archive/2025").await, ["At 2025-12-31T23:59:59Z"]);
    let latest = ["At 2026-06-01T00:00:00Z", "At 2026-01-01T00:00:00Z"];
    assert_eq!(titles("/archive/2026").await, latest);
    for target in [
        "/archive/2024",
        "/archive/0",
        "/archive/-1",
        "/archive/2147483647",
        "/archive/x",
    ] {
        assert_eq!(blog.status(target).await, 404, "{target}");
    }
}

#[squall::test]
async fn words_are_found_and_marked() {
    let blog = Blog::new().await;
    blog.write("A gale", "The wind is *strong* & cold.").await;
    blog.write("Calm", "No winds today.").await;
    blog.write("Žluťoučký kůň", "Über den Wolken").await;
    blog.write("عاصفة", "الريح قوية").await;
    for (query, expected) in [
        ("wind", &["A gale", "Calm"][..]),
        ("WIND strong", &["A gale"]),
        ("wind is strong", &["A gale"]),
        ("strong+wind", &[]),
        ("gal", &["A gale"]),
        ("ga cold", &[]),
        ("kun", &["Žluťoučký kůň"]),
        ("wolken", &["Žluťoučký kůň"]),
        ("الريح", &["عاصفة"]),
        ("nothing-of-this", &[]),
        ("", &[]),
    ] {
        let target = squall::http::with_query("/search", [("q", query)]);
        let mut titles = blog.page(&target).await.texts(".entry h2");
        titles.sort();
        assert_eq!(titles, expected, "{query}");
    }
    let page = blog.page("/search?q=cold").await;
    assert_eq!(page.text(".entry mark"), "cold");
    assert_eq!(page.all("#q")[0].attr("value"), Some("cold"));
    assert!(page.text(".entry").contains("The wind is strong & cold."));
}

#[squall::test]
async fn deleted_words_are_not_found() {
    let blog = Blog::new().await;
    let path = blog.write("Wind", "gust").await;
    blog.send(
        &format!("{path}/edit"),
        &[("title", "Wind"), ("text", "lull")],
    )
    .await;
    assert!(blog.page("/search?q=gust").await.texts(".entry").is_empty());
    assert_eq!(blog.page("/search?q=lull").await.texts(".entry").len(), 1);
    blog.send(&format!("{path}/delete"), &[]).await;
    assert!(blog.page("/search?q=lull").await.texts(".entry").is_empty());
}

/// The feed, as it is found at this host.
async fn feed(blog: &Blog) -> (TestResponse, Feed) {
    let request = || {
        blog.client
            .get("/feed.atom")
            .header("host", "blog.localhost:1")
    };
    let feed = request().send().await.text().await.parse();
    (request().send().await, feed.unwrap())
}

#[squall::test]
async fn a_feed_has_the_posts_as_they_are() {
    let blog = Blog::new().await;
    blog.write("Wind & <b>", "A [link](/x) &#8; and ]]> more\u{b}.")
        .await;
    import::first_posts(&blog.store).await.unwrap();
    let (answer, feed) = feed(&blog).await;
    assert_eq!(
        answer.header("content-type"),
        Some("application/atom+xml; charset=utf-8")
    );
    assert_eq!(answer.header("content-language"), None);
    let text = answer.text().await;
    assert!(text.starts_with("<?xml"), "{text}");
    // XML 1.0 §2.2.
    let is_no_text = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    assert!(!text.contains(is_no_text), "{text}");
    assert_eq!((&*feed.title.value, feed.entries.len()), ("Test & Co", 5));
    let newest = feed.entries.iter().map(|entry| entry.updated).max();
    assert_eq!(Some(feed.updated), newest);
    let first = &feed.entries[0];
    assert_eq!(
        (&*first.title.value, &*first.authors[0].name),
        ("Wind & <b>", "Ann")
    );
    let content = first.content.as_ref().unwrap();
    assert_eq!(content.content_type.as_deref(), Some("html"));
    let html = content.value.as_ref().unwrap();
    assert!(
        html.contains("href=\"/x\"") && html.contains("]]&gt; more"),
        "{html}"
    );
}

#[squall::test]
async fn feed_and_posts_have_names_of_their_own() {
    let blog = Blog::new().await;
    import::first_posts(&blog.store).await.unwrap();
    let (_, feed) = feed(&blog).await;
    let mut ids: Vec<_> = feed
        .entries
        .iter()
        .map(|entry| &entry.id)
        .chain([&feed.id])
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
    for id in ids {
        let uuid = id.strip_prefix("urn:uuid:").unwrap();
        let groups: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert!(uuid.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit()));
    }
}

#[squall::test]
async fn links_of_a_feed_begin_where_the_blog_is_found() {
    let elsewhere = About {
        url: Some("https://blog.example".to_owned()),
        ..about()
    };
    for (blog, origin) in [
        (Blog::new().await, "http://blog.localhost:1"),
        (Blog::of(elsewhere).await, "https://blog.example"),
    ] {
        import::first_posts(&blog.store).await.unwrap();
        let (_, feed) = feed(&blog).await;
        let of_entries = feed.entries.iter().flat_map(|entry| &entry.links);
        for link in feed.links.iter().chain(of_entries) {
            let path = link.href.strip_prefix(origin);
            assert!(
                path.is_some_and(|path| path.starts_with('/')),
                "{}",
                link.href
            );
        }
        let own = &feed.links[0];
        assert_eq!(
            (&*own.rel, &own.href),
            ("self", &format!("{origin}/feed.atom"))
        );
    }
}

/// Some readers of feeds know a tag, and others a time.
#[squall::test]
async fn a_feed_is_known_again_until_it_is_another() {
    let blog = Blog::new().await;
    import::first_posts(&blog.store).await.unwrap();
    let late = folder(&[("a.md", "+++\ntitle = 'Late'\ndate = 2020-01-01\n+++\nText")]);
    for change in ["write", "edit", "import", "delete"] {
        // A time has no parts of a second.
        let before = sqlx::query("UPDATE blog SET changed = changed - 60");
        before.execute(blog.store.database()).await.unwrap();
        let (answer, _) = feed(&blog).await;
        let validators = [
            ("if-none-match", "etag"),
            ("if-modified-since", "last-modified"),
        ];
        let statuses = async || {
            let mut statuses = Vec::new();
            for (condition, validator) in validators {
                let request = blog
                    .client
                    .get("/feed.atom")
                    .header("host", "blog.localhost:1");
                let request = request.header(condition, answer.header(validator).unwrap());
                statuses.push(request.send().await.status().as_u16());
            }
            statuses
        };
        assert_eq!(statuses().await, [304, 304], "before {change}");
        if change == "write" {
            blog.write("News", "Text").await;
        } else if change == "edit" {
            let fields = [("title", "News"), ("text", "New")];
            blog.send("/posts/news/edit", &fields).await;
        } else if change == "import" {
            import::folder(&blog.store, late.path()).await.unwrap();
        } else {
            blog.send("/posts/squall-lines/delete", &[]).await;
        }
        assert_eq!(statuses().await, [200, 200], "after {change}");
    }
}

#[squall::test]
async fn an_error_is_a_page_of_the_blog() {
    let blog = Blog::new().await;
    for (method, target, status) in [
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/posts/none", 404),
        (Method::GET, "/?page=x", 400),
        (Method::GET, "/posts/none/edit", 404),
        (Method::POST, "/language", 422),
        (Method::POST, "/key", 422),
        (Method::POST, "/leave", 403),
    ] {
        let request = blog
            .client
            .request(method, target)
            .header("cookie", super::COOKIE);
        let request = request
            .header("origin", "null")
            .header("accept", "text/html");
        let answer = request.form(&[("x", "y")]).send().await;
        assert_eq!(answer.status(), status, "{target}");
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .contains("default-src 'none'")
        );
        let page = Page::of(answer).await;
        assert!(
            page.has("header .name") && page.has("main a[href='/']"),
            "{target}"
        );
        assert_eq!(page.text(".status"), status.to_string());
    }
}

#[squall::test]
async fn every_page_keeps_to_itself() {
    let blog = Blog::new().await;
    let path = blog.write("Wind", "Text").await;
    for target in [
        "/",
        "/archive",
        "/search",
        "/compose",
        &path,
        "/feed.atom",
        "/nowhere",
    ] {
        let answer = blog.get(target).send().await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        let page = Page::of(answer).await;
        assert!(
            !page.has("[style], style, script:not([src]), [onclick]"),
            "{target}"
        );
    }
}

#[squall::test]
async fn style_and_script_are_there() {
    let blog = Blog::new().await;
    let page = blog.page("/").await;
    for (selector, attribute) in [
        ("link[rel=stylesheet]", "href"),
        ("script", "src"),
        (".name img", "src"),
        ("link[rel=icon]", "href"),
    ] {
        let url = page.all(selector)[0].attr(attribute).unwrap();
        assert!(url.contains("?v="), "{url}");
        assert_eq!(blog.status(url).await, 200, "{url}");
    }
    for target in ["/favicon.ico", "/robots.txt"] {
        assert_eq!(blog.status(target).await, 200, "{target}");
    }
}
