use super::{Blog, Page};
use crate::import;

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
    import::first_posts(&blog.store).await.unwrap();
    let archive = blog.page("/archive").await;
    assert_eq!(archive.texts(".years a").len(), 1);
    let year = blog.page("/archive/2026").await;
    assert_eq!(year.texts(".titles a").len(), 4);
    for target in [
        "/archive/2025",
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

#[squall::test]
async fn the_feed_is_valid_and_known_again() {
    let blog = Blog::new().await;
    blog.write("Wind & <b>", "A [link](/x) &#8; and ]]> more\u{b}.")
        .await;
    import::first_posts(&blog.store).await.unwrap();
    let answer = blog
        .client
        .get("/feed.atom")
        .header("host", "blog.localhost:1")
        .send()
        .await;
    assert_eq!(
        answer.header("content-type"),
        Some("application/atom+xml; charset=utf-8")
    );
    let tag = answer.header("etag").unwrap().to_owned();
    assert!(answer.header("last-modified").is_some());
    let text = answer.text().await;
    assert!(text.starts_with("<?xml"), "{text}");
    let feed: atom_syndication::Feed = text.parse().unwrap();
    assert_eq!(feed.title.value, "Test & Co");
    assert_eq!(feed.entries.len(), 5);
    let newest = feed
        .entries
        .iter()
        .map(|entry| entry.updated)
        .max()
        .unwrap();
    assert_eq!(feed.updated, newest);
    let mut ids: Vec<_> = feed
        .entries
        .iter()
        .map(|entry| &entry.id)
        .chain([&feed.id])
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 6, "each has a name of its own");
    for id in ids {
        let uuid = id.strip_prefix("urn:uuid:").unwrap();
        let groups: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert!(uuid.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit()));
    }
    for link in feed
        .links
        .iter()
        .chain(feed.entries.iter().flat_map(|entry| &entry.links))
    {
        assert!(
            link.href.starts_with("http://blog.localhost:1/"),
            "{}",
            link.href
        );
    }
    let (own, first) = (&feed.links[0], &feed.entries[0]);
    assert_eq!(
        (&*own.rel, &*own.href),
        ("self", "http://blog.localhost:1/feed.atom")
    );
    assert_eq!(
        (&*first.title.value, &*first.authors[0].name),
        ("Wind & <b>", "Ann")
    );
    assert_eq!(
        first.content.as_ref().unwrap().content_type.as_deref(),
        Some("html")
    );
    let again = blog
        .client
        .get("/feed.atom")
        .header("host", "blog.localhost:1")
        .header("if-none-match", &tag);
    assert_eq!(again.send().await.status(), 304);
    blog.write("News", "Text").await;
    let again = blog
        .client
        .get("/feed.atom")
        .header("host", "blog.localhost:1")
        .header("if-none-match", &tag);
    assert_eq!(again.send().await.status(), 200);
}

/// Some readers of feeds know no tags.
#[squall::test]
async fn a_feed_without_a_post_is_another_feed() {
    let blog = Blog::new().await;
    import::first_posts(&blog.store).await.unwrap();
    let answer = blog.get("/feed.atom").send().await;
    let modified = answer.header("last-modified").unwrap();
    let again = || {
        let request = blog.get("/feed.atom");
        request.header("if-modified-since", modified).send()
    };
    assert_eq!(again().await.status(), 304);
    blog.send("/posts/squall-lines/delete", &[]).await;
    let without = again().await;
    assert_eq!(without.status(), 200);
    assert!(!without.text().await.contains("Squall lines"));
}

#[squall::test]
async fn an_error_is_a_page_of_the_blog() {
    let blog = Blog::new().await;
    for (target, status) in [
        ("/nowhere", 404),
        ("/posts/none", 404),
        ("/?page=x", 400),
        ("/posts/none/edit", 404),
    ] {
        let answer = blog.get(target).header("accept", "text/html").send().await;
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
    assert!(include_str!("../../static/blog.css").len() < 8 * 1024);
}
