//! What filters make of hostile texts: a page is parsed as a browser parses it, and must have the elements that its author wrote, besides those of
//! the filters, with all of the text where it belongs.

use html5ever::{ParseOpts, parse_document, tendril::TendrilSink};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use percent_encoding::percent_decode_str;
use proptest::{prelude::*, test_runner::TestRunner};
use squall::{
    Application, Files, Routes, View,
    askama::Template,
    handler,
    locale::Locales,
    routes,
    template::{filters, unescape},
    testing::{TestClient, TestRequest},
    ui_module,
};

/// Every filter, wherever what it gives may stand. Links are markup, and stand in no attribute.
#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"<!doctype html><html><head><title>{{ text }}</title></head><body>
<p id=plain title="{{ text }}">{{ text }}</p>
<p id=squeeze title="{{ text|squeeze }}">{{ text|squeeze }}</p>
<p id=url title="{{ "page"|url([text.as_str()]) }}">{{ "page"|url([text.as_str()]) }}</p>
<p id=static title="{{ text|static_url }}">{{ text|static_url }}</p>
<p id=t title="{{ text.as_str()|t }}">{{ text.as_str()|t }}</p>
<p id=tc title="{{ text.as_str()|tc("month") }}">{{ text.as_str()|tc("month") }}</p>
<p id=tn title="{{ "one"|tn(text.as_str(), 2) }}">{{ "one"|tn(text.as_str(), 2) }}</p>
<p id=with title="{{ "{a} {b}"|t|with("a", text)|with("b", "B") }}">{{ "{a} {b}"|t|with("a", text)|with("b", "B") }}</p>
<p id=list title="{{ [text.as_str(), "b"]|list }}">{{ [text.as_str(), "b"]|list }}</p>
<p id=said title="{{ "Hello {a}"|t|with("a", text) }}">{{ "Hello {a}"|t|with("a", text) }}</p>
<p id=urlencode title="{{ text|urlencode }}">{{ text|urlencode }}</p>
<p id=urlencode_strict title="{{ text|urlencode_strict }}">{{ text|urlencode_strict }}</p>
<p id=json title="{{ text|json }}">{{ text|json }}</p>
<p id=inner>{{ Quote { text: text.as_str() }|module }}</p>
<p id=links>{{ text|linkify }}</p>
<p id=named>{{ text|linkify(require_protocol = true, shorten = true) }}</p>
<p id=mail>{{ text|linkify(shorten = true, extra_params = "rel=nofollow class='a b'", extra_params_of = crate::filters::kind, permitted_protocols = ["http", "ftp", "mailto"]) }}</p>
<script>{{ text|json|safe }}</script>
</body></html>"#
)]
struct Page {
    text: String,
}

/// A module, so that something is put into the page when all of it is there.
#[ui_module(embedded_css = "q { margin: 0 }", embedded_js = "quotes += 1;")]
#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"<q cite="{{ text }}">{{ text }}</q>"#
)]
struct Quote<'t> {
    text: &'t str,
}

fn kind(_: &str) -> &'static str {
    "data-kind=link"
}

#[handler]
#[route("/pages/{_name}", name = "page")]
struct Show {
    _name: String,
}

#[handler]
impl Show {
    async fn post(&self, text: String) -> View<Page> {
        View(Page { text })
    }
}

/// A translator is nobody who writes markup: it is text too.
const GERMAN: &str = r#"
msgid "Hello {a}"
msgstr "</p><b title='\"'>{a}&lt;"
"#;

/// Numbers and dates: what is none, is refused, and what comes of others has no markup.
#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"<p id=number title="{{ text|number }}">{{ text|number }}</p>"#
)]
struct Number {
    text: String,
}

#[handler]
#[route("/number")]
struct ShowNumber;

#[handler]
impl ShowNumber {
    async fn post(&self, text: String) -> View<Number> {
        View(Number { text })
    }
}

#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"<p id=date title="{{ at|date(length = "full", time = true, offset = self.offset) }}">{{ at|relative_date(offset = self.offset) }}</p>"#
)]
struct Date {
    at: i64,
    offset: i32,
}

#[handler]
#[route("/date/{at}/{offset}")]
struct ShowDate {
    at: i64,
    offset: i32,
}

#[handler]
impl ShowDate {
    fn get(&self) -> View<Date> {
        View(Date {
            at: self.at,
            offset: self.offset,
        })
    }
}

const ROUTES: Routes =
    routes![Show, ShowNumber, ShowDate, "/static/{*path}" => Files::new("static")];

/// What has been harmful, or might be.
const CLASSICS: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</SCRIPT\t>",
    "<!--",
    "<!--<script>",
    "-->",
    "]]>",
    "<![CDATA[",
    "</title>",
    "</style>",
    "</head>",
    "</body></html>",
    "<p id=plain>",
    "<svg/onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "\"",
    "'",
    "`",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    ">",
    "=",
    "/",
    "\\",
    "\\u003c/script>",
    "&",
    "&lt;",
    "&lt",
    "&#60;",
    "&#x3c",
    "&amp;lt;",
    "&amp",
    "&notin",
    "{{ text }}",
    "{% raw %}",
    "${alert(1)}",
    "\0",
    "\u{1}",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\u{b}",
    "\u{c}",
    " ",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{fffe}",
    "\u{fffd}",
    "\u{10ffff}",
    "e\u{301}",
    "\u{1f980}",
    "javascript:alert(1)",
    "javascript://x.y/%0aalert(1)",
    "JaVaScRiPt://x.y",
    "java\nscript:alert(1)",
    "data:text/html,<script>",
    "vbscript://x.y",
    "http://a.org",
    "HTTP://A.ORG/?a=1&b=2#c",
    "http://a.org/\"onclick=alert(1)",
    "http://a.org/'onclick=alert(1)",
    "http://a.org/<b>",
    "http://a.org/&quot;",
    "http://a.org/a(b)c)",
    "http://a.org/a-very-long-way/to/nowhere.html",
    "http://user:password@a.org:80/",
    "http://[::1]/",
    "http://\u{e9}.org/\u{202e}",
    "https://",
    "www.a.org",
    "www.javascript:alert(1)",
    "ftp://a.org/x",
    "file:///etc/passwd",
    "a@a.org",
    "a?cc=b&c=\"@a.org",
    "mailto:a@a.org",
    "mailto:",
    "://",
    "//a.org",
    "..",
    "../",
    "app.css",
    "?",
    "#",
    "%",
    "%2e%2e%2f",
    "%00",
    "+",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(CLASSICS).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[ -~]{0,12}",
        2 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// An element, or a comment, which has the name `#comment`.
#[derive(Debug)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    /// All of the text in it, that of shortened links whole.
    text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(own, _)| own == name)
            .map(|(_, value)| &**value)
    }

    fn names(&self) -> Vec<&str> {
        self.attributes.iter().map(|(name, _)| &**name).collect()
    }
}

/// All elements of a page, in their order.
fn elements(page: &str) -> Vec<Element> {
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(page);
    let mut elements = Vec::new();
    collect(&dom.document, &mut elements);
    elements
}

fn collect(node: &Handle, elements: &mut Vec<Element>) {
    match &node.data {
        NodeData::Element { name, .. } => elements.push(Element {
            name: name.local.to_string(),
            attributes: attributes(node),
            text: whole_text(node),
        }),
        NodeData::Comment { contents } => elements.push(Element {
            name: "#comment".into(),
            attributes: Vec::new(),
            text: contents.to_string(),
        }),
        _ => {}
    }
    for child in node.children.borrow().iter() {
        collect(child, elements);
    }
}

fn attributes(node: &Handle) -> Vec<(String, String)> {
    let NodeData::Element { attrs, .. } = &node.data else {
        return Vec::new();
    };
    let attributes = attrs.borrow();
    let attributes = attributes.iter().map(|attribute| {
        (
            attribute.name.local.to_string(),
            attribute.value.to_string(),
        )
    });
    attributes.collect()
}

fn whole_text(node: &Handle) -> String {
    match &node.data {
        NodeData::Text { contents } => contents.borrow().to_string(),
        NodeData::Element { name, .. } if *name.local == *"a" => {
            let title = attributes(node)
                .into_iter()
                .find(|(name, _)| name == "title");
            title.map_or_else(|| inner(node), |(_, whole)| whole)
        }
        _ => inner(node),
    }
}

fn inner(node: &Handle) -> String {
    node.children.borrow().iter().map(whole_text).collect()
}

/// A text as it comes out of a parser of HTML: line ends are `\n`, and there are no null characters.
fn parsed(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\0', "")
}

/// The same in an attribute and in a title.
fn parsed_raw(text: &str) -> String {
    parsed(&text.replace('\0', "\u{fffd}"))
}

fn decoded(url: &str) -> String {
    percent_decode_str(url).decode_utf8().unwrap().into_owned()
}

/// The protocols of `linkify` as it is, and with the options above.
const USUAL: &[&str] = &["http://", "https://"];
const NAMED: &[&str] = &["http://", "ftp://", "mailto:"];

/// A page as a browser has it, and what its text should be there.
struct Parsed {
    all: Vec<Element>,
    /// The text as the text of an element.
    in_text: String,
    /// The text as an attribute, or as a title.
    raw: String,
}

impl Parsed {
    fn of(page: &str, text: &str) -> Self {
        Self {
            all: elements(page),
            in_text: parsed(text),
            raw: parsed_raw(text),
        }
    }

    fn find(&self, id: &str) -> &Element {
        &self.all[self.place(id)]
    }

    fn place(&self, id: &str) -> usize {
        let is_it = |element: &Element| element.attribute("id") == Some(id);
        let place = self.all.iter().position(is_it);
        place.expect("an element of the author")
    }

    /// An element which has the text, and a title with it.
    fn titled(&self, id: &str) -> Result<(&Element, &str), TestCaseError> {
        let element = self.find(id);
        prop_assert_eq!(element.names(), ["id", "title"]);
        Ok((element, element.attribute("title").unwrap_or_default()))
    }
}

/// Reads a page from front to end; nothing may be left.
fn check(page: &str, text: &str) -> Result<(), TestCaseError> {
    let page = Parsed::of(page, text);
    check_elements(&page)?;
    check_plain(&page)?;
    check_squeezed(&page, text)?;
    check_urls(&page, text)?;
    check_messages(&page, text)?;
    check_list(&page)?;
    check_json(&page, text)?;
    check_links(&page)
}

/// The elements are those of the author, besides links.
fn check_elements(page: &Parsed) -> Result<(), TestCaseError> {
    let names = page.all.iter().map(|element| &*element.name);
    let own: Vec<_> = names.filter(|name| *name != "a").collect();
    prop_assert_eq!(
        own,
        [
            "html", "head", "title", "style", "body", "p", "p", "p", "p", "p", "p", "p", "p", "p",
            "p", "p", "p", "p", "p", "q", "p", "p", "p", "script", "script"
        ]
    );
    Ok(())
}

fn check_plain(page: &Parsed) -> Result<(), TestCaseError> {
    prop_assert_eq!(&page.all[2].text, &page.raw, "the title of the page");
    let (plain, title) = page.titled("plain")?;
    prop_assert_eq!((&plain.text, title), (&page.in_text, &*page.raw));
    let quote = page.all.iter().find(|element| element.name == "q").unwrap();
    prop_assert_eq!(quote.names(), ["cite"]);
    prop_assert_eq!(&quote.text, &page.in_text);
    prop_assert_eq!(quote.attribute("cite"), Some(&*page.raw));
    Ok(())
}

fn check_squeezed(page: &Parsed, text: &str) -> Result<(), TestCaseError> {
    let (squeezed, title) = page.titled("squeeze")?;
    is_squeezed(&squeezed.text, text)?;
    // What is squeezed has no null character that the parser could replace.
    is_squeezed(title, text)
}

fn check_urls(page: &Parsed, text: &str) -> Result<(), TestCaseError> {
    for (id, prefix) in [
        ("url", "/pages/"),
        ("static", "/static/"),
        ("urlencode", ""),
        ("urlencode_strict", ""),
    ] {
        let (element, title) = page.titled(id)?;
        prop_assert_eq!(title, &element.text);
        let url = element.text.strip_prefix(prefix);
        let url = url.expect("the prefix of the route");
        let url = url.split("?v=").next().unwrap_or_default();
        // A file of the folder, however many slashes stand in front.
        let path = if id == "static" {
            text.trim_start_matches('/')
        } else {
            text
        };
        prop_assert_eq!(decoded(url), path);
    }
    Ok(())
}

fn check_messages(page: &Parsed, text: &str) -> Result<(), TestCaseError> {
    for (id, before, behind) in [
        ("t", "", ""),
        ("tc", "", ""),
        ("tn", "", ""),
        ("with", "", " B"),
        ("said", "</p><b title='\"'>", "&lt;"),
    ] {
        let (element, title) = page.titled(id)?;
        let text = if id == "tn" {
            text.replace("{n}", "2")
        } else {
            text.to_owned()
        };
        let whole = format!("{before}{text}{behind}");
        prop_assert_eq!(&element.text, &parsed(&whole));
        prop_assert_eq!(title, &parsed_raw(&whole));
    }
    Ok(())
}

fn check_list(page: &Parsed) -> Result<(), TestCaseError> {
    let (list, title) = page.titled("list")?;
    prop_assert!(list.text.starts_with(&page.in_text) && list.text.ends_with('b'));
    prop_assert!(title.starts_with(&page.raw) && title.ends_with('b'));
    Ok(())
}

fn check_json(page: &Parsed, text: &str) -> Result<(), TestCaseError> {
    let (json, title) = page.titled("json")?;
    let mut scripts = page.all.iter().filter(|element| element.name == "script");
    let script = scripts.next().unwrap();
    prop_assert!(script.attributes.is_empty());
    for json in [&*json.text, title, &script.text] {
        prop_assert_eq!(serde_json::from_str::<String>(json).unwrap(), text);
    }
    prop_assert_eq!(&page.all.last().unwrap().text, "\nquotes += 1;\n");
    Ok(())
}

fn check_links(page: &Parsed) -> Result<(), TestCaseError> {
    for (id, protocols, params) in [
        ("links", USUAL, &[][..]),
        ("named", USUAL, &[]),
        ("mail", NAMED, &["rel", "class", "data-kind"]),
    ] {
        let element = page.find(id);
        prop_assert_eq!(element.names(), ["id"]);
        prop_assert_eq!(&element.text, &page.in_text);
        for link in links(page, id) {
            check_link(link, protocols, params)?;
            let href = link.attribute("href").unwrap();
            prop_assert!(id != "named" || href == link.text);
        }
    }
    Ok(())
}

/// The links in a paragraph.
fn links<'p>(page: &'p Parsed, id: &str) -> impl Iterator<Item = &'p Element> {
    let behind = &page.all[page.place(id) + 1..];
    behind.iter().take_while(|element| element.name == "a")
}

/// The one element of a page that is only that.
fn only(page: &str) -> Result<Element, TestCaseError> {
    let mut all = elements(page);
    let names: Vec<_> = all.iter().map(|element| &*element.name).collect();
    prop_assert_eq!(names, ["html", "head", "body", "p"]);
    let element = all.remove(3);
    prop_assert_eq!(element.names(), ["id", "title"]);
    Ok(element)
}

/// Runs of white space are one blank, none stands at the ends, and all else is there.
fn is_squeezed(squeezed: &str, text: &str) -> Result<(), TestCaseError> {
    let blank = |c: char| c <= ' ';
    prop_assert!(!squeezed.contains("  ") && squeezed.trim_matches(blank) == squeezed);
    prop_assert!(!squeezed.contains(|c| c < ' '));
    prop_assert_eq!(squeezed.replace(blank, ""), text.replace(blank, ""));
    Ok(())
}

/// A link has a permitted protocol, leads to what it shows, and has the attributes of the program alone.
fn check_link(link: &Element, protocols: &[&str], params: &[&str]) -> Result<(), TestCaseError> {
    let mut names = link.names();
    if names.last() == Some(&"title") {
        names.pop();
    }
    prop_assert_eq!(names, [&["href"], params].concat());
    let href = link.attribute("href").unwrap();
    let lower = href.to_ascii_lowercase();
    prop_assert!(
        protocols.iter().any(|protocol| lower.starts_with(protocol)),
        "{}",
        href
    );
    let address = &link.text;
    let is_mail = href.strip_prefix("mailto:").map(decoded).as_ref() == Some(address);
    prop_assert!(
        href == address || is_mail || href.strip_prefix("http://") == Some(address),
        "{href} is not {address}"
    );
    Ok(())
}

/// The page of a text.
struct Site {
    client: TestClient,
    runtime: tokio::runtime::Runtime,
}

impl Site {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let locales = Locales::new("en").catalogue("de", GERMAN).unwrap();
        let app = Application::new(ROUTES).state(locales).debug(true);
        let client = runtime.block_on(async { TestClient::new(app) });
        Self { client, runtime }
    }

    fn ask(&self, request: TestRequest<'_>) -> (u16, String) {
        self.runtime.block_on(async {
            let request = request.header("accept-language", "de");
            let answer = request.header("accept", "text/html").send().await;
            (answer.status().as_u16(), answer.text().await)
        })
    }

    fn post(&self, target: &str, text: &str) -> (u16, String) {
        self.ask(self.client.post(target).body(text.to_owned()))
    }

    fn check(&self, text: &str) -> Result<(), TestCaseError> {
        let (status, page) = self.post("/pages/x", text);
        prop_assert_eq!(status, 200);
        check(&page, text)?;
        self.check_number(text)
    }

    /// A number, or the page that says why it is none.
    fn check_number(&self, text: &str) -> Result<(), TestCaseError> {
        let (status, page) = self.post("/number", text);
        if status == 200 {
            let digits = |text: &str| {
                let digits = text.replace(|c: char| !c.is_ascii_digit(), "");
                digits.trim_start_matches('0').to_owned()
            };
            let number = only(&page)?;
            prop_assert_eq!(digits(&number.text), digits(text));
            prop_assert_eq!(number.attribute("title").map(digits), Some(digits(text)));
            return Ok(());
        }
        prop_assert_eq!(status, 500);
        let names = |page: &str| -> Vec<_> {
            let elements = elements(page);
            elements.into_iter().map(|element| element.name).collect()
        };
        let (_, plain) = self.post("/number", "none");
        prop_assert_eq!(names(&page), names(&plain));
        Ok(())
    }

    #[track_caller]
    fn hold(&self, text: &str) {
        let start: String = text.chars().take(40).collect();
        self.check(text)
            .unwrap_or_else(|failure| panic!("{start:?}: {failure}"));
    }
}

#[test]
fn classics_are_text() {
    let site = Site::new();
    for text in CLASSICS {
        site.hold(text);
        site.hold(&format!("a {text} b"));
    }
    let (_, page) = site.post("/pages/x", "see http://a.org, a");
    let page = Parsed::of(&page, "");
    for id in ["links", "named", "mail"] {
        assert_eq!(links(&page, id).count(), 1, "{id}");
    }
}

#[test]
fn long_texts_are_text() {
    let site = Site::new();
    for piece in [
        "<",
        "\"",
        "&lt;",
        "&",
        "a.",
        "www.a ",
        "http://",
        "http://a.org/(",
        "a@",
        "_0.",
        ":a.",
        "a.:",
        "www.:",
        "{",
        "\u{1f980}",
        "\0",
        "</script>",
    ] {
        site.hold(&piece.repeat(20_000 / piece.len()));
    }
}

#[test]
fn whatever_stands_in_a_text_stays_text() {
    let site = Site::new();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let checked = runner.run(&hostile(), |text| site.check(&text));
    checked.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn dates_have_no_markup_however_far_away() {
    let site = Site::new();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let times = prop_oneof![any::<i64>(), -99_999_999_999..99_999_999_999_i64];
    let checked = runner.run(&(times, any::<i32>()), |(at, offset)| {
        let (status, page) = site.ask(site.client.get(format!("/date/{at}/{offset}")));
        prop_assert_eq!(status, 200);
        only(&page)?;
        Ok(())
    });
    checked.unwrap_or_else(|failure| panic!("{failure}"));
}

/// What Tornado's module `escape` does, by the filters.
#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = "{{ text }}|{{ text|urlencode }}|{{ text|urlencode_strict }}|{{ text|squeeze }}|{{ text|json|safe }}"
)]
struct Escapes<'t> {
    text: &'t str,
}

#[test]
fn escapes_are_those_of_tornado() {
    for (text, expected) in [
        (
            "<foo>",
            r#"&#60;foo&#62;|%3Cfoo%3E|%3Cfoo%3E|&#60;foo&#62;|"\u003cfoo\u003e""#,
        ),
        (
            "&amp;\"'",
            r#"&#38;amp;&#34;&#39;|%26amp%3B%22%27|%26amp%3B%22%27|&#38;amp;&#34;&#39;|"\u0026amp;\"\u0027""#,
        ),
        ("\u{e9}", "\u{e9}|%C3%A9|%C3%A9|\u{e9}|\"\u{e9}\""),
        ("+ #%", r##"+ #%|%2B%20%23%25|%2B%20%23%25|+ #%|"+ #%""##),
        ("a/b", r#"a/b|a/b|a%2Fb|a/b|"a/b""#),
        (
            "\tsequences     of\r\n    whitespace   chars ",
            "\tsequences     of\r\n    whitespace   chars \
             |%09sequences%20%20%20%20%20of%0D%0A%20%20%20%20whitespace%20%20%20chars%20\
             |%09sequences%20%20%20%20%20of%0D%0A%20%20%20%20whitespace%20%20%20chars%20\
             |sequences of whitespace chars\
             |\"\\tsequences     of\\r\\n    whitespace   chars \"",
        ),
    ] {
        assert_eq!(Escapes { text }.render().unwrap(), expected);
    }
}

#[test]
fn escaped_markup_is_text_again() {
    for text in CLASSICS {
        let page = Escapes { text }.render().unwrap();
        let (escaped, _) = page.split_once('|').unwrap();
        assert_eq!(unescape(escaped), *text);
    }
    assert_eq!(
        unescape("&eacute;&#xe9;&#233; &none;"),
        "\u{e9}\u{e9}\u{e9} &none;"
    );
}
