//! What readers send and authors write to do harm.

use super::Blog;

/// What a post may be made of.
const HARMLESS: &str = "p, a, em, strong, code, pre, h2, h3, h4, h5, h6, ul, ol, li, blockquote, table, thead, tbody, tr, th, td, img, br, hr, \
                        div, sup, sub, span, b, i, del, details, summary, figure, figcaption, kbd";

#[squall::test]
async fn hostile_posts_are_harmless() {
    let blog = Blog::new().await;
    let texts = [
        "<script>alert(1)</script>",
        "<ScRiPt src=//evil.example/x.js></sCrIpT>",
        "<img src=x onerror=alert(1)>",
        "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
        "![x](javascript:alert(1))",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
        "[x](vbscript:msgbox(1))",
        "<a href=\"&#1;javascript:alert(1)\">x</a>",
        "<javascript:alert(1)>",
        "<form action=//evil.example><input name=a><button formaction=javascript:alert(1)>b</button></form>",
        "<textarea><img title=\"</textarea><script>alert(1)</script>\">",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<object data=x></object><embed src=x>",
        "<style>body{display:none}</style><p style='position:fixed'>x</p>",
        "<link rel=stylesheet href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'><base href=//evil.example>",
        "<div id=content class=top>x</div><a name=main>y</a>",
        "</div></article></main><h1>Mine</h1>",
        "`<script>alert(1)</script>`\n\n    <script>alert(1)</script>",
        "<!--><script>alert(1)</script>-->",
        "<noscript><p title=\"</noscript><script>alert(1)</script>\">",
        "[x]: javascript:alert(1)\n\n[x]",
        "[x](<javascript:alert(1)> \"onclick=alert(1)\")",
        "a\"><script>alert(1)</script>",
    ];
    for text in texts {
        let path = blog.write("Hostile", text).await;
        let page = blog.page(&path).await;
        assert_eq!(
            page.all("script").len(),
            1,
            "the script of the blog and no other: {text}"
        );
        assert_eq!(
            (
                page.all("h1").len(),
                page.all("main").len(),
                page.all("#content").len()
            ),
            (1, 1, 1),
            "{text}"
        );
        assert!(
            page.has("main > .post > .prose") && page.has("main > .tools"),
            "it does not leave its place: {text}"
        );
        for element in page.all(".prose *") {
            let is_harmless = HARMLESS
                .split(", ")
                .any(|name| name == element.value().name());
            assert!(is_harmless, "<{}> of {text}", element.value().name());
            for (name, value) in element.value().attrs() {
                check_attribute(name, value, text);
            }
        }
    }
}

fn check_attribute(name: &str, value: &str, text: &str) {
    assert!(
        !name.starts_with("on")
            && !["style", "class", "name", "action", "formaction", "srcdoc"].contains(&name),
        "{name} of {text}"
    );
    if name == "id" {
        assert!(value.starts_with("post-"), "{value} of {text}");
    }
    if ["href", "src", "cite"].contains(&name) {
        // As a browser does: blanks and controls in front, and tabs and line ends within, do not count (URL Standard, "basic URL parser").
        let url: String = value
            .chars()
            .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
            .collect();
        let url = url.trim_start_matches(|c: char| c <= ' ').to_lowercase();
        let scheme = url
            .split(['/', '?', '#'])
            .next()
            .unwrap()
            .split_once(':')
            .map(|(scheme, _)| scheme);
        assert!(
            matches!(scheme, None | Some("http" | "https" | "mailto")),
            "{value} of {text}"
        );
    }
}

#[squall::test]
async fn hostile_titles_and_searches_are_text() {
    let blog = Blog::new().await;
    let title = "<img src=x onerror=alert(1)> \"' {{ 7*7 }}";
    let path = blog
        .write(title, "<b>wind</b> \u{1}mark\u{2} &lt;script&gt;")
        .await;
    let archive = blog.page("/archive").await;
    let year = archive.all(".years a")[0].attr("href").unwrap();
    for target in [
        &*path,
        "/",
        year,
        "/search?q=img",
        "/search?q=mark",
        &format!("{path}/edit"),
        &format!("{path}/delete"),
    ] {
        let page = blog.page(target).await;
        assert!(!page.has("main img, main b:not(.prose b)"), "{target}");
        assert_eq!(page.all("script").len(), 1, "{target}");
    }
    assert_eq!(blog.page("/search?q=img").await.text(".entry h2"), title);
    let page = blog.page("/search?q=wind").await;
    assert_eq!(
        page.text(".entry mark"),
        "wind",
        "marks of its own are no marks"
    );
    assert!(page.text(".entry").contains("<script>"));
}

#[squall::test]
async fn no_search_is_syntax() {
    let blog = Blog::new().await;
    blog.write("Wind", "Text about wind").await;
    let long = "wind ".repeat(1_000);
    for query in [
        "\"",
        "\"\"",
        "'",
        "*",
        "^",
        "-",
        "(",
        ")",
        ":",
        "{",
        "}",
        "\\",
        "%",
        ";",
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "NEAR(wind, 2)",
        "title:wind",
        "wind OR",
        "wind AND (",
        "wind*",
        "\"wind",
        "wind\"",
        "wind\" OR \"x",
        "- wind",
        "^wind",
        "{title}: wind",
        "words MATCH 'x'",
        "rank",
        "'; DROP TABLE posts; --",
        "<script>alert(1)</script>",
        "\u{0}",
        "wind\u{0}",
        "\u{ffff}",
        "🌬️",
        "\u{202e}",
        "+",
        "wind + text",
        &long,
    ] {
        let target = squall::http::with_query("/search", [("q", query)]);
        let page = blog.page(&target).await;
        assert_eq!(page.all("script").len(), 1, "{query}");
    }
    for (query, expected) in [
        ("wind OR storm", 0),
        ("title:wind", 0),
        ("^wind", 1),
        ("wind*", 1),
        ("\"wind\" (text)", 1),
        ("NOT wind", 0),
    ] {
        let target = squall::http::with_query("/search", [("q", query)]);
        assert_eq!(
            blog.page(&target).await.texts(".entry").len(),
            expected,
            "{query}"
        );
    }
    for (target, status) in [
        ("/search?q=%ff", 400),
        ("/search?q=wind&page=0", 404),
        ("/search?q=wind&page=2", 404),
        ("/search?page=2", 404),
        ("/search?q=%00&page=9", 404),
    ] {
        assert_eq!(blog.status(target).await, status, "{target}");
    }
}

/// What takes a time that grows with the square of a text would not come to its end here.
#[squall::test]
async fn a_search_takes_no_longer_than_its_texts_are() {
    let blog = Blog::new().await;
    blog.write("Wind", "Text").await;
    let long = "the tide turns to the west ".repeat(150_000);
    sqlx::query("UPDATE words SET text = ?")
        .bind(long)
        .execute(blog.store.database())
        .await
        .unwrap();
    for words in ["t", "the the the the the the t", "west t"] {
        let target = squall::http::with_query("/search", [("q", words)]);
        let page = blog.page(&target).await;
        assert_eq!(page.text(".entry h2"), "Wind");
        assert!(page.has(".entry p mark"), "{words}");
    }
}
