//! Pages: templates as answers, blocks of them, and the filters that need the request.

use squall::{
    Application, Context, Files, HttpError, Json, Result, Routes, View,
    askama::Template,
    handler,
    handler::IntoResponse,
    http::StatusCode,
    routes, static_url,
    template::{Emitters, filters},
    testing::{TestClient, TestResponse},
    ui_module,
};

#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"<h1>{{ title }}</h1>{% block rows %}<ul>{% for row in rows %}<li>{{ row }}{% endfor %}</ul>{% endblock %}"#,
    blocks = ["rows"]
)]
struct List<'l> {
    title: &'l str,
    rows: &'l [u32],
}

#[handler]
#[route("/lists/{title}", name = "list")]
struct Lists {
    title: String,
}

#[handler]
impl Lists {
    fn get(&self) -> impl IntoResponse {
        let page = List {
            title: &self.title,
            rows: &[1, 2],
        };
        View(page).block(List::as_rows)
    }

    fn post(&self) -> impl IntoResponse {
        let title = &self.title;
        (StatusCode::CREATED, View(List { title, rows: &[] }))
    }
}

/// A template inside of another one: the filters find the request there too.
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = r#"<a href="{{ name|url([title]) }}">"#)]
struct Link {
    name: &'static str,
    title: &'static str,
}

#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"{{ "app.css"|static_url }} {{ link|safe }} {{ "home"|url(()) }} {{ text|linkify }} {{ text|linkify(shorten = true) }} [{{ text|squeeze }}]"#
)]
struct Filtered {
    link: Link,
    text: &'static str,
}

#[handler]
#[route("/filtered/{name}")]
struct Show {
    name: String,
}

#[handler]
impl Show {
    fn get(&self) -> View<Filtered> {
        let name = if self.name == "broken" {
            "nowhere"
        } else {
            "list"
        };
        View(Filtered {
            link: Link {
                name,
                title: "a/b & \"c\"",
            },
            text: "  <see>\n www.example.com/the/very/long/way.html ",
        })
    }
}

/// All options of links, and what they refuse.
#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"{{ text|linkify(shorten = true, extra_params = "rel=nofollow", extra_params_of = crate::pages::class, require_protocol = true, permitted_protocols = ["ftp", "mailto"]) }}{% if broken %}{{ text|linkify(permitted_protocols = ["javascript"]) }}{% endif %}"#
)]
struct Linked {
    text: &'static str,
    broken: bool,
}

fn class(href: &str) -> &'static str {
    if href.starts_with("ftp:") {
        "class=files"
    } else {
        ""
    }
}

#[handler]
#[route("/linked/{broken}")]
struct ShowLinked {
    broken: bool,
}

#[handler]
impl ShowLinked {
    fn get(&self) -> View<Linked> {
        View(Linked {
            text: "http://a.org www.b.org ftp://c.org a@d.org mailto:a@d.org",
            broken: self.broken,
        })
    }
}

#[handler(base = site)]
#[route("/", name = "home")]
struct Home {
    site: Site,
}

#[handler]
impl Home {
    fn get(&self) -> Result<View<ErrorPage>> {
        Err(HttpError::not_found().into())
    }
}

/// A page for errors is a template too.
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = "<p class=error>{{ error }}")]
struct ErrorPage {
    error: String,
}

#[handler]
struct Site;

#[handler]
impl Site {
    #[write_error]
    fn page(&self, error: &HttpError) -> View<ErrorPage> {
        let error = error.to_string();
        View(ErrorPage { error })
    }
}

const ROUTES: Routes = routes![
    Home,
    Lists,
    Show,
    ShowLinked,
    "/static/{*path}" => Files::new("static"),
];

async fn get(target: &str, headers: &[(&'static str, &str)]) -> TestResponse {
    let client = TestClient::new(Application::new(ROUTES).base::<Site>());
    let request = client.get(target);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, value)
    });
    request.send().await
}

#[squall::test]
async fn a_template_is_an_answer() {
    let answer = get("/lists/%3Cb%3E", &[]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=UTF-8")
    );
    assert!(answer.header("etag").is_some());
    let page = "<h1>&#60;b&#62;</h1><ul><li>1<li>2</ul>";
    assert_eq!(
        answer.header("content-length"),
        Some(&*page.len().to_string())
    );
    assert_eq!(answer.text().await, page);
    let client = TestClient::new(Application::new(ROUTES));
    let created = client.post("/lists/x").send().await;
    assert_eq!(created.status(), 201);
}

#[squall::test]
async fn who_asks_for_a_part_gets_the_block() {
    const PART: &str = "<ul><li>1<li>2</ul>";
    for (headers, is_part) in [
        (&[][..], false),
        (&[("hx-request", "true")], true),
        (&[("hx-request", "true"), ("hx-boosted", "true")], false),
        (
            &[
                ("hx-request", "true"),
                ("hx-history-restore-request", "true"),
            ],
            false,
        ),
        (&[("sec-fetch-dest", "empty")], true),
        (&[("sec-fetch-dest", "document")], false),
        (
            &[
                ("sec-fetch-dest", "empty"),
                ("hx-request", "true"),
                ("hx-boosted", "true"),
            ],
            false,
        ),
    ] {
        let answer = get("/lists/x", headers).await;
        let vary = answer.header("vary").unwrap_or_default();
        for name in [
            "hx-request",
            "hx-boosted",
            "hx-history-restore-request",
            "sec-fetch-dest",
        ] {
            assert!(vary.contains(name), "{vary}");
        }
        assert_eq!(answer.text().await == PART, is_part, "{headers:?}");
    }
}

#[squall::test]
async fn filters_know_the_request_also_in_nested_templates() {
    let page = get("/filtered/x", &[]).await.text().await;
    let style = static_url!("app.css");
    let address = "www.example.com/the/very/long/way.html";
    let link = format!("<a href=\"http://{address}\"");
    let text = |link: &str| format!("  &#60;see&#62;\n {link}</a> ");
    let expected = format!(
        "{style} <a href=\"/lists/a%2Fb%20&#38;%20%22c%22\"> / {} {} [&#60;see&#62; {address}]",
        text(&format!("{link}>{address}")),
        text(&format!(
            "{link} title=\"{address}\">www.example.com/the..."
        )),
    );
    assert_eq!(page, expected);
}

#[squall::test]
async fn links_take_options() {
    let page = get("/linked/false", &[]).await.text().await;
    assert_eq!(
        page,
        "http://a.org www.b.org <a href=\"ftp://c.org\" rel=nofollow class=files>ftp://c.org</a> a@d.org \
         <a href=\"mailto:a@d.org\" rel=nofollow>mailto:a@d.org</a>"
    );
    let client = TestClient::new(Application::new(ROUTES).debug(true));
    let answer = client.get("/linked/true").send().await;
    assert_eq!(answer.status(), 500);
    let page = answer.text().await;
    assert!(
        page.contains("the filter `linkify` of `javascript`: links of this protocol run scripts"),
        "{page}"
    );
}

#[squall::test]
async fn an_error_page_is_a_template() {
    let answer = get("/", &[]).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.text().await, "<p class=error>404 Not Found");
}

#[squall::test]
async fn what_cannot_be_rendered_names_the_template_and_the_filter() {
    let client = TestClient::new(Application::new(ROUTES).debug(true));
    let answer = client.get("/filtered/broken").send().await;
    assert_eq!(answer.status(), 500);
    let page = answer.text().await;
    for part in [
        "it::pages::Filtered",
        "the filter `url` of `nowhere`",
        "no route has the name `nowhere`",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let template = Link {
        name: "list",
        title: "x",
    };
    let error = template.render().unwrap_err().to_string();
    assert!(error.contains("answer with `View`"), "{error}");
}

#[ui_module(
    css = "card.css",
    js = ["card.js", "https://example.com/x.js?a&b"],
    embedded_css = ".card { margin: 0 }",
    embedded_js = "cards += 1;",
    head = "<meta name=card>",
    body = "<template id=card></template>"
)]
#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"<p class=card>{{ text }}{% if nested %}{{ Card { text: "inner", nested: false }|module }}{% endif %}"#
)]
struct Card {
    text: &'static str,
    nested: bool,
}

#[ui_module(css = "app.css")]
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = "<hr>")]
struct Rule;

#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"<HEAD></HEAD><body>{% block cards %}{{ Card { text: "</body>", nested: true }|module }}{{ Rule|module }}{{ Card { text: "", nested: false }|module }}{% endblock %}</BODY>"#,
    blocks = ["cards"]
)]
struct Deck;

#[handler]
#[route("/deck")]
struct Decks;

#[handler]
impl Decks {
    fn get(&self) -> impl IntoResponse {
        View(Deck).block(Deck::as_cards)
    }
}

/// A page without the tags that its modules need.
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = "<p>{{ Rule|module }}")]
struct Headless;

#[handler]
#[route("/headless")]
struct Bare;

#[handler]
impl Bare {
    fn get(&self) -> View<Headless> {
        View(Headless)
    }
}

/// What is bound in a template is a reference, and is handed on as a reference to that.
#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"{% if let Some(title) = title %}{{ Lists::url(title) }}{% endif %} {% if let Some(number) = number %}{{ Numbers::url(number) }}{% endif %}"#
)]
struct Bound<'b> {
    title: Option<&'b str>,
    number: Option<u32>,
}

#[handler]
#[route("/numbers/{number}")]
struct Numbers {
    number: u32,
}

#[handler]
impl Numbers {
    fn get(&self) -> View<Bound<'static>> {
        View(Bound {
            title: Some("a b"),
            number: Some(self.number),
        })
    }
}

#[squall::test]
async fn urls_take_what_is_bound_in_a_template() {
    const ROUTES: Routes = routes![Numbers];
    let client = TestClient::new(Application::new(ROUTES));
    let page = client.get("/numbers/7").send().await.text().await;
    assert_eq!(page, "/lists/a%20b /numbers/7");
}

/// A template as a text in another answer.
#[handler]
#[route("/message")]
struct Message;

#[handler]
impl Message {
    fn get(&self, cx: &mut Context) -> Result<Json<[String; 2]>> {
        let card = Card {
            text: "<hi>",
            nested: false,
        };
        let link = Link {
            name: "decks",
            title: "unused",
        };
        let error = cx.render_string(&link).unwrap_err();
        Ok(Json([cx.render_string(&card)?, error.to_string()]))
    }
}

const MODULES: Routes = routes![Decks, Bare, Message, "/static/{*path}" => Files::new("static")];

const CARDS: &str = "<p class=card>&#60;/body&#62;<p class=card>inner<hr><p class=card>";

#[squall::test]
async fn modules_bring_what_a_page_needs_once() {
    let client = TestClient::new(Application::new(MODULES));
    let page = client.get("/deck").send().await.text().await;
    let head = format!(
        "<link rel=\"stylesheet\" href=\"{}\">\n<link rel=\"stylesheet\" href=\"{}\">\n\
         <style>\n.card {{ margin: 0 }}\n</style>\n<meta name=card>",
        static_url!("card.css"),
        static_url!("app.css"),
    );
    let body = format!(
        "<script src=\"{}\"></script>\n<script src=\"https://example.com/x.js?a&#38;b\"></script>\n\
         <script>\ncards += 1;\n</script>\n<template id=card></template>",
        static_url!("card.js"),
    );
    assert_eq!(
        page,
        format!("<HEAD>{head}</HEAD><body>{CARDS}{body}</BODY>")
    );
    let part = client
        .get("/deck")
        .header("hx-request", "true")
        .send()
        .await;
    assert_eq!(part.text().await, format!("{CARDS}{head}{body}"));
}

#[squall::test]
async fn a_template_is_a_text_for_messages_too() {
    let client = TestClient::new(Application::new(MODULES));
    let texts: [String; 2] = client.get("/message").send().await.json().await;
    assert_eq!(texts[0], "<p class=card>&#60;hi&#62;");
    assert!(
        texts[1].contains("the filter `url` of `decks`"),
        "{}",
        texts[1]
    );
}

#[squall::test]
async fn a_program_writes_resources_its_own_way() {
    let emitters = Emitters::new()
        .linked_css(|urls| format!("[css {}]", urls.len()))
        .embedded_css(|_| String::new())
        .linked_js(|urls| format!("[js {}]", urls.len()))
        .embedded_js(|scripts| format!("[{}]", scripts.join("|")));
    let client = TestClient::new(Application::new(MODULES).state(emitters));
    let page = client.get("/deck").send().await.text().await;
    let head = "[css 2]<meta name=card>";
    let body = "[js 2][cards += 1;]<template id=card></template>";
    assert_eq!(
        page,
        format!("<HEAD>{head}</HEAD><body>{CARDS}{body}</BODY>")
    );
}

#[squall::test]
async fn a_page_without_a_place_for_them_says_so() {
    let client = TestClient::new(Application::new(MODULES).debug(true));
    let answer = client.get("/headless").send().await;
    assert_eq!(answer.status(), 500);
    let page = answer.text().await;
    assert!(
        page.contains("Headless") && page.contains("before `&lt;/head&gt;`"),
        "{page}"
    );
}
