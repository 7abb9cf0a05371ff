//! Languages: how that of an answer is found, what its catalogue says, and what is refused.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use squall::{
    Application, Context, Files, HttpError, Json, Options, Redirect, Routes, State, View,
    askama::Template,
    handler,
    handler::{Conditional, RequestHandle},
    http::Validators,
    locale::{Count, DateStyle, Length, Locale, Locales},
    routes,
    template::filters,
    testing::{TestClient, TestResponse},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::OwnServer;

/// Polish has three forms, by its own rule.
const POLISH: &str = r#"
msgid ""
msgstr ""
"Language: pl\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=3; plural=n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2;\n"

msgid "Hello {name}"
msgstr "Cześć, {name}"

msgid "{n} file"
msgid_plural "{n} files"
msgstr[0] "{n} plik"
msgstr[1] "{n} pliki"
msgstr[2] "{n} plików"

msgctxt "month"
msgid "May"
msgstr "maj"

msgid "May"
msgstr "Może"
"#;

/// Arabic has six forms, by the rules of CLDR: it names none itself.
const ARABIC: &str = r#"
msgid "Hello {name}"
msgstr "مرحبًا {name}"

msgid "{n} file"
msgid_plural "{n} files"
msgstr[0] "zero"
msgstr[1] "one"
msgstr[2] "two"
msgstr[3] "few"
msgstr[4] "many"
msgstr[5] "other"
"#;

const GERMAN: &str = "msgid \"Hello {name}\"\nmsgstr \"Guten Tag, {name}\"\n";
const AUSTRIAN: &str = "msgid \"Hello {name}\"\nmsgstr \"Servus, {name}\"\n";
const BRAZILIAN: &str = "msgid \"Hello {name}\"\nmsgstr \"Olá, {name}\"\n";

fn locales() -> Locales {
    let locales = Locales::new("en").catalogue("pl", POLISH);
    let locales = locales.and_then(|locales| locales.catalogue("ar", ARABIC));
    let locales = locales.and_then(|locales| locales.catalogue("de", GERMAN));
    let locales = locales.and_then(|locales| locales.catalogue("de_AT", AUSTRIAN));
    locales
        .and_then(|locales| locales.catalogue("pt-br", BRAZILIAN))
        .unwrap()
}

fn locale(language: &str) -> Locale {
    locales().get(language).unwrap()
}

#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"{% let locale = ("locale"|value::<Locale>)? %}<html lang="{{ locale.code() }}" dir="{{ locale.direction() }}">{% let hello = "Hello {name}"|t %}<h1>{{ hello|with("name", name) }}</h1>{{ "{n} file"|tn("{n} files", files) }} {{ "May"|t }} {{ "May"|tc("month") }}"#
)]
struct Page<'p> {
    name: &'p str,
    files: usize,
}

#[handler]
struct Site {
    locales: State<Locales>,
}

#[handler]
impl Site {
    #[user_locale]
    async fn locale(&self, cx: &mut Context) -> Option<Locale> {
        self.locales.get(cx.header("x-user-language")?)
    }

    #[write_error]
    fn page(&self, _: &HttpError) -> View<Page<'static>> {
        View(Page {
            name: "error",
            files: 0,
        })
    }
}

#[handler(base = site)]
#[route("/")]
struct Home {
    site: Site,
    #[query(default = 2)]
    files: usize,
}

#[handler]
impl Home {
    fn get(&self) -> View<Page<'static>> {
        View(Page {
            name: "<Ada>",
            files: self.files,
        })
    }
}

/// The language as a field, as an argument, from the context and from the handle of the request.
#[handler(base = site)]
#[route("/everywhere")]
struct Everywhere {
    site: Site,
    locale: Locale,
}

#[handler]
impl Everywhere {
    fn get(&self, cx: &mut Context, request: RequestHandle, argument: Locale) -> Json<[String; 4]> {
        let all = [&self.locale, cx.locale(), request.locale(), &argument];
        Json(all.map(|locale| locale.code().to_owned()))
    }
}

/// It speaks no language.
#[handler(base = site)]
#[route("/silent")]
struct Silent {
    site: Site,
}

#[handler]
impl Silent {
    fn get(&self) -> &'static str {
        "…"
    }
}

const ROUTES: Routes = routes![Home, Everywhere, Silent];

async fn get(target: &str, headers: &[(&'static str, &str)]) -> TestResponse {
    let app = Application::new(ROUTES).base::<Site>().state(locales());
    let client = TestClient::new(app);
    let request = client.get(target);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, value)
    });
    request.send().await
}

async fn language(headers: &[(&'static str, &str)]) -> String {
    let response = get("/", headers).await;
    let named = response.header("content-language").unwrap_or_default();
    named.to_owned()
}

#[squall::test]
async fn the_user_comes_before_the_cookie_and_that_before_the_client() {
    let client = ("accept-language", "fr, pl;q=0.5, de;q=0.3");
    let cookie = ("cookie", "locale=ar");
    let user = ("x-user-language", "de-CH");
    assert_eq!(language(&[]).await, "en");
    assert_eq!(language(&[client]).await, "pl");
    assert_eq!(language(&[client, cookie]).await, "ar");
    assert_eq!(language(&[client, cookie, user]).await, "de");
}

#[squall::test]
async fn what_nobody_knows_falls_back() {
    for (header, expected) in [
        (("accept-language", "xx, tlh;q=0.5"), "en"),
        (("accept-language", "de;q=0, pl;q=-1, ar;q=2"), "en"),
        (("accept-language", "*"), "en"),
        (("accept-language", ",;;q=,a b, pt"), "pt-BR"),
        (("accept-language", "p\u{e4}, de"), "en"),
        (("accept-language", "de-at-1996"), "de-AT"),
        (("cookie", "locale=xx"), "en"),
        (("cookie", "locale=../../etc"), "en"),
        (("cookie", "locale=PT_br"), "pt-BR"),
        (("x-user-language", "nonsense"), "en"),
    ] {
        assert_eq!(language(&[header]).await, expected, "{header:?}");
    }
}

#[squall::test]
async fn a_page_speaks_the_language_and_says_so() {
    let page = get("/", &[("accept-language", "pl")]).await;
    assert_eq!(page.header("content-language"), Some("pl"));
    assert_eq!(page.header("vary"), Some("accept-language, cookie"));
    assert_eq!(
        page.text().await,
        r#"<html lang="pl" dir="ltr"><h1>Cześć, &#60;Ada&#62;</h1>2 pliki Może maj"#
    );
    let page = get("/?files=0", &[("accept-language", "ar")]).await;
    assert_eq!(
        page.text().await,
        r#"<html lang="ar" dir="rtl"><h1>مرحبًا &#60;Ada&#62;</h1>zero May May"#
    );
    let page = get("/?files=1", &[]).await;
    assert_eq!(
        page.text().await,
        r#"<html lang="en" dir="ltr"><h1>Hello &#60;Ada&#62;</h1>1 file May May"#
    );
}

#[squall::test]
async fn an_error_page_speaks_it_too_whatever_went_wrong() {
    for target in ["/nowhere", "/?files=x"] {
        let page = get(target, &[("x-user-language", "de")]).await;
        assert_eq!(page.header("content-language"), Some("de"), "{target}");
        assert!(page.text().await.contains("Guten Tag, error"), "{target}");
    }
}

#[squall::test]
async fn the_language_is_a_field_and_an_argument() {
    let answer = get("/everywhere", &[("x-user-language", "pl")]).await;
    assert_eq!(answer.header("content-language"), Some("pl"));
    assert_eq!(answer.text().await, r#"["pl","pl","pl","pl"]"#);
}

#[squall::test]
async fn who_speaks_no_language_names_none() {
    let answer = get("/silent", &[("x-user-language", "pl")]).await;
    assert_eq!(answer.header("content-language"), None);
    assert_eq!(answer.header("vary"), None);
}

/// A base that takes the language on every request.
#[handler]
struct Speaking {
    locale: Locale,
}

#[handler]
impl Speaking {
    #[write_error]
    fn page(&self, _: &HttpError) -> String {
        self.locale.t("Hello {name}").into()
    }
}

/// It takes a language, and answers without it.
#[handler(base = speaking)]
#[route("/neutral")]
struct Neutral {
    speaking: Speaking,
}

#[handler]
impl Neutral {
    fn get(&self) -> &'static str {
        "0"
    }

    fn post(&self) -> String {
        self.speaking.locale.t("Hello {name}").into()
    }
}

#[squall::test]
async fn an_answer_names_its_language_where_it_was_made_with_it() {
    const ROUTES: Routes = routes![Neutral];
    let client = TestClient::new(Application::new(ROUTES).state(locales()));
    let neutral = client.get("/neutral").send().await;
    assert_eq!(neutral.header("content-language"), None);
    assert_eq!(neutral.header("vary"), None);
    let spoken = client.post("/neutral").send().await;
    assert_eq!(spoken.header("content-language"), Some("en"));
    assert_eq!(spoken.header("vary"), Some("accept-language, cookie"));
}

#[squall::test]
async fn a_user_is_known_by_a_cookie_also_where_none_names_the_language() {
    let vary = async |routes: Routes, locales: Locales| {
        let client = TestClient::new(Application::new(routes).state(locales));
        let answer = client.get("/").send().await;
        answer.header("vary").map(str::to_owned)
    };
    const WITH_HOOK: Routes = routes![Home];
    const WITHOUT: Routes = routes![Plain];
    let without_cookie = || locales().no_cookie();
    let named = vary(WITH_HOOK, without_cookie()).await;
    assert_eq!(named.as_deref(), Some("accept-language, cookie"));
    let named = vary(WITHOUT, without_cookie()).await;
    assert_eq!(named.as_deref(), Some("accept-language"));
    let named = vary(WITHOUT, locales().cookie("lang")).await;
    assert_eq!(named.as_deref(), Some("accept-language, cookie"));
}

/// It has spoken when it fails, and when it finds that the client has it all.
#[handler]
#[route("/spoken/{what}")]
struct Spoken {
    what: String,
    locale: Locale,
}

#[handler]
impl Spoken {
    fn get(&self, cx: &mut Context) -> squall::Result<Conditional<String>> {
        match &*self.what {
            "conditional" => {
                let validators = Validators::new().entity_tag("\"1\"".parse()?);
                let checked = cx.check_preconditions(&validators)?;
                Ok(checked.map(|()| self.locale.t("Hello {name}").into()))
            }
            what => {
                let said = self.locale.t("Hello {name}").to_string();
                assert_eq!(what, "error", "{said}");
                Err(HttpError::not_found().into())
            }
        }
    }
}

#[squall::test]
async fn what_was_said_before_an_error_is_no_language_of_its_page() {
    const ROUTES: Routes = routes![Spoken];
    let client = TestClient::new(Application::new(ROUTES).state(locales()));
    for (target, status) in [("/spoken/error", 404), ("/spoken/panic", 500)] {
        let page = client.get(target).header("accept-language", "de");
        let page = page.send().await;
        assert_eq!(page.status(), status);
        assert_eq!(page.header("content-language"), None, "{target}");
        let vary = page.header("vary").unwrap_or_default();
        assert!(!vary.contains("language"), "{vary}");
    }
}

#[squall::test]
async fn a_304_before_anything_was_said_varies_like_what_it_stands_for() {
    const ROUTES: Routes = routes![Spoken];
    let client = TestClient::new(Application::new(ROUTES).state(locales()));
    let get = || client.get("/spoken/conditional");
    let whole = get().send().await;
    assert_eq!(whole.status(), 200);
    let unchanged = get().header("if-none-match", "\"1\"").send().await;
    assert_eq!(unchanged.status(), 304);
    assert_eq!(whole.header("vary"), Some("accept-language, cookie"));
    assert_eq!(unchanged.header("vary"), whole.header("vary"));
    assert_eq!(unchanged.header("content-language"), None);
}

/// The languages are none of the application's, and who has chosen none gets what he would have got.
#[handler]
#[route("/hooked")]
struct Hooked;

#[handler]
impl Hooked {
    #[user_locale]
    fn locale(&self, cx: &mut Context) -> Option<Locale> {
        match cx.cookie("chosen") {
            Some(language) => locales().get(&language),
            None => Some(cx.locale().clone()),
        }
    }

    fn get(&self, locale: Locale) -> String {
        locale.t("Hello {name}").into()
    }
}

#[squall::test]
async fn a_hook_alone_has_several_languages() {
    const ROUTES: Routes = routes![Hooked];
    let client = TestClient::new(Application::new(ROUTES));
    for (cookie, language) in [("chosen=de", "de"), ("", "en")] {
        let answer = client.get("/hooked").header("cookie", cookie).send().await;
        assert_eq!(answer.header("content-language"), Some(language));
        assert_eq!(answer.header("vary"), Some("accept-language, cookie"));
    }
}

/// The language is taken before the hook of the struct itself has run.
#[handler]
#[route("/early")]
struct Early {
    _locale: Locale,
}

#[handler]
impl Early {
    #[user_locale]
    fn locale(&self) -> Option<Locale> {
        None
    }

    fn get(&self) {}
}

/// And so it is where a base takes it, whose hook is not asked.
#[handler(base = speaking)]
#[route("/earlier")]
struct Earlier {
    speaking: Speaking,
}

#[handler]
impl Earlier {
    #[user_locale]
    fn locale(&self) -> Option<Locale> {
        Some(self.speaking.locale.clone())
    }

    fn get(&self) {}
}

#[test]
fn a_language_that_is_taken_before_its_hook_is_refused_at_the_start() {
    const ROUTES: Routes = routes![Early, Earlier, Everywhere];
    let app = Application::new(ROUTES).state(locales());
    let error = app.check().unwrap_err().to_string();
    for name in ["Early", "Earlier"] {
        let fault =
            format!("`{name}` takes `Locale` in a field before its hook `#[user_locale]` has run");
        assert!(error.contains(&fault), "{error}");
    }
    assert!(!error.contains("`Everywhere`"), "{error}");
}

#[squall::test]
async fn what_is_ready_made_speaks_no_language_whatever_its_base_takes() {
    const ROUTES: Routes = routes![
        "/static/{*path}" => Files::new("static"),
        "/old" => Redirect::permanent("/new"),
        Silent,
    ];
    let app = Application::new(ROUTES).base::<Speaking>().state(locales());
    let client = TestClient::new(app);
    for target in ["/static/app.css", "/old"] {
        let answer = client.get(target).send().await;
        assert_eq!(answer.header("content-language"), None, "{target}");
        let vary = answer.header("vary").unwrap_or_default();
        assert!(!vary.contains("cookie"), "{target}: {vary}");
    }
    let page = client.get("/nowhere").send().await;
    assert_eq!(
        page.header("content-language"),
        Some("en"),
        "its error page does"
    );
}

#[squall::test]
async fn a_304_says_how_it_was_chosen_and_nothing_more() {
    let page = get("/", &[("accept-language", "pl")]).await;
    let tag = page.header("etag").unwrap().to_owned();
    let again = get("/", &[("accept-language", "pl"), ("if-none-match", &tag)]).await;
    assert_eq!(again.status(), 304);
    assert_eq!(again.header("vary"), Some("accept-language, cookie"));
    assert_eq!(again.header("content-language"), None);
    let other = get("/", &[("accept-language", "de"), ("if-none-match", &tag)]).await;
    assert_eq!(other.status(), 200);
}

/// No base, no hook.
#[handler]
#[route("/")]
struct Plain;

#[handler]
impl Plain {
    fn get(&self) -> View<Page<'static>> {
        View(Page {
            name: "Ada",
            files: 1234,
        })
    }
}

#[squall::test]
async fn english_needs_no_catalogue() {
    const ROUTES: Routes = routes![Plain];
    let client = TestClient::new(Application::new(ROUTES));
    let page = client.get("/").header("accept-language", "de").send().await;
    assert_eq!(page.header("content-language"), Some("en"));
    assert_eq!(page.header("vary"), None);
    let text = page.text().await;
    assert!(
        text.ends_with("<h1>Hello Ada</h1>1,234 files May May"),
        "{text}"
    );
}

#[squall::test]
async fn what_has_no_translation_is_told_once() {
    let mut server = OwnServer::start("languages::a_server_in_german");
    for target in ["/", "/", "/end"] {
        let head = "host: a\r\naccept-language: de\r\nconnection: close";
        let request = format!("GET {target} HTTP/1.1\r\n{head}\r\n\r\n");
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    }
    let lines = server.error_lines("404 GET /end");
    let told = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    assert_eq!(
        told(r#"no translation of "{n} file" language="de""#),
        1,
        "{lines:#?}"
    );
    assert_eq!(
        told(r#"no translation of "May""#),
        2,
        "with its context and without: {lines:#?}"
    );
    assert_eq!(told("Hello"), 0, "{lines:#?}");
}

#[squall::test]
async fn a_server_in_german() {
    let app = Application::new(ROUTES).state(locales());
    OwnServer::run(app, Options::default()).await;
}

#[test]
fn plurals_follow_the_catalogue_or_cldr() {
    let (polish, arabic) = (locale("pl"), locale("ar"));
    let count = |locale: &Locale, n: u32| locale.tn("{n} file", "{n} files", n).to_string();
    for (n, expected) in [
        (0, "0 plików"),
        (1, "1 plik"),
        (2, "2 pliki"),
        (5, "5 plików"),
        (12, "12 plików"),
        (22, "22 pliki"),
        (112, "112 plików"),
    ] {
        assert_eq!(count(&polish, n), expected);
    }
    // https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html#ar
    for (n, expected) in [
        (0, "zero"),
        (1, "one"),
        (2, "two"),
        (3, "few"),
        (10, "few"),
        (11, "many"),
        (99, "many"),
        (100, "other"),
        (102, "other"),
        (103, "few"),
    ] {
        assert_eq!(count(&arabic, n), expected, "{n}");
    }
}

#[test]
fn a_kind_of_a_language_falls_back_to_that() {
    let austrian = locale("de-AT");
    assert_eq!(
        austrian.t("Hello {name}").with("name", "Eva"),
        "Servus, Eva"
    );
    let both = Locales::new("en").catalogue("de", GERMAN).unwrap();
    let both = both
        .catalogue("de-AT", "msgid \"a\"\nmsgstr \"b\"\n")
        .unwrap();
    let austrian = both.get("de-AT").unwrap();
    assert_eq!(
        austrian.t("Hello {name}").with("name", "Eva"),
        "Guten Tag, Eva"
    );
    assert_eq!(austrian.t("a"), "b");
    assert_eq!(both.get("de").unwrap().t("a"), "a");
}

#[test]
fn a_count_is_any_whole_number() {
    fn magnitude(count: impl Count) -> u64 {
        count.magnitude()
    }
    assert_eq!(magnitude(-1_i8), 1);
    assert_eq!(<&u16 as Count>::magnitude(&&7), 7);
    assert_eq!(magnitude(i64::MIN), 1 << 63);
    assert_eq!(magnitude(u64::MAX), u64::MAX);
    assert_eq!(Locales::new("en").source().tn("one", "{n}", -1), "one");
}

#[test]
fn a_broken_catalogue_is_refused_with_its_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("de.po");
    for (content, fault) in [
        ("msgid \"a\"\nmsgstr \"b\n", "line 2"),
        ("msgid \"a\"\nmsgstr \"{nmae}\"\n", "line 2"),
        (
            "msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"\n",
            "line 4",
        ),
    ] {
        fs::write(&file, content).unwrap();
        let error = Locales::new("en").folder(folder.path()).unwrap_err();
        let error = format!("{error:?}");
        assert!(error.contains("de.po") && error.contains(fault), "{error}");
    }
    let embedded = Locales::new("en").catalogue("de", "msgid a");
    let error = format!("{:?}", embedded.unwrap_err());
    assert!(
        error.contains("the catalogue of `de`") && error.contains("line 1"),
        "{error}"
    );
}

#[test]
fn a_catalogue_of_another_language_or_for_none_is_refused() {
    for language in ["", "no tag", "../de"] {
        let error = Locales::new("en").catalogue(language, GERMAN).unwrap_err();
        assert!(
            format!("{error:?}").contains("no tag of a language"),
            "{error:?}"
        );
    }
    let error = Locales::new("en").catalogue("cs", POLISH).unwrap_err();
    assert!(
        format!("{error:?}").contains("its language is `pl`"),
        "{error:?}"
    );
    // Two forms, where whole numbers have three in Polish: one, few and many.
    let two = "msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"c\"\nmsgstr[1] \"d\"\n";
    let error = Locales::new("en").catalogue("pl", two).unwrap_err();
    assert!(format!("{error:?}").contains("Plural-Forms"), "{error:?}");
}

#[test]
fn folders_are_those_of_gettext() {
    let folder = tempfile::tempdir().unwrap();
    let messages = folder.path().join("pl/LC_MESSAGES");
    fs::create_dir_all(&messages).unwrap();
    fs::write(messages.join("messages.po"), POLISH).unwrap();
    // What was made of the `.po` is passed over, whatever is in it.
    fs::write(messages.join("messages.mo"), "broken").unwrap();
    fs::write(folder.path().join("de.po"), GERMAN).unwrap();
    fs::write(folder.path().join("README"), "no catalogue").unwrap();
    let locales = Locales::new("en").folder(folder.path()).unwrap();
    let codes: Vec<_> = locales.iter().map(Locale::code).collect();
    assert_eq!(codes, ["en", "pl", "de"]);

    let empty = tempfile::tempdir().unwrap();
    let error = Locales::new("en").folder(empty.path()).unwrap_err();
    assert!(
        format!("{error:?}").contains("has no catalogue"),
        "{error:?}"
    );
    let error = Locales::new("en")
        .folder(empty.path().join("none"))
        .unwrap_err();
    assert!(format!("{error:?}").contains("none"), "{error:?}");
}

#[squall::test]
async fn the_cookie_has_any_name_or_there_is_none() {
    let code = async |locales: Locales| {
        const ROUTES: Routes = routes![Plain];
        let client = TestClient::new(Application::new(ROUTES).state(locales));
        let request = client.get("/").header("cookie", "locale=de; lang=pl");
        let answer = request.send().await;
        answer.header("content-language").map(str::to_owned)
    };
    assert_eq!(code(locales()).await.as_deref(), Some("de"));
    assert_eq!(code(locales().cookie("lang")).await.as_deref(), Some("pl"));
    assert_eq!(code(locales().no_cookie()).await.as_deref(), Some("en"));
}

#[test]
#[should_panic(expected = "`not a tag` is no tag of a language")]
fn a_source_that_is_no_tag_is_told_at_once() {
    let _ = Locales::new("not a tag");
}

#[test]
fn dates_and_numbers_are_english_where_nothing_else_is_there() {
    let english = Locales::new("en").source();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_788_000);
    let date = |style| english.date(at, style);
    assert_eq!(date(DateStyle::default()), "November 27, 2026");
    assert_eq!(
        date(DateStyle::new(Length::Full)),
        "Friday, November 27, 2026"
    );
    assert_eq!(english.number(-1234567.5), Some("-1,234,567.5".to_owned()));
    assert_eq!(english.number("seven"), None);
    assert_eq!(english.list(["A", "B", "C"]), "A, B and C");
    assert_eq!(english.list::<&str>([]), "");
}

#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"{{ at|date }} | {{ at|date(length = "short", time = true, offset = 60) }} | {{ soon|relative_date(time = false) }} | {{ number|number }} | {{ names|list }} | {{ at|date(length = "full", year = false) }} | {{ at|time(offset = -60) }}"#
)]
struct Written<'w> {
    at: SystemTime,
    soon: SystemTime,
    number: f64,
    names: &'w [&'w str],
}

#[handler]
#[route("/written")]
struct Write;

#[handler]
impl Write {
    fn get(&self) -> View<Written<'static>> {
        View(Written {
            // Friday, November 27, 2026, 14:00 UTC.
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_788_000),
            soon: SystemTime::now() - Duration::from_secs(5 * 60),
            number: 1234.5,
            names: &["<A>", "B", "C"],
        })
    }
}

/// A length that is none.
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = r#"{{ at|date(length = "huge") }}"#)]
struct Huge {
    at: i64,
}

#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = r#"{{ "<b>"|number }}"#)]
struct NoNumber;

#[handler]
#[route("/wrong/{what}")]
struct Wrong {
    what: String,
}

#[handler]
impl Wrong {
    fn get(&self, cx: &mut Context) -> squall::Result<String> {
        match self.what.as_str() {
            "length" => cx.render_string(&Huge { at: 0 }),
            _ => cx.render_string(&NoNumber),
        }
    }
}

const WRITTEN: Routes = routes![Write, Wrong];

async fn written(language: &str) -> String {
    let client = TestClient::new(Application::new(WRITTEN).state(locales()));
    let page = client.get("/written").header("accept-language", language);
    let page = page.send().await.text().await;
    // CLDR has spaces that do not break.
    page.replace(['\u{a0}', '\u{202f}'], " ")
}

#[squall::test]
async fn dates_numbers_and_lists_are_those_of_the_language() {
    for (language, expected) in [
        (
            "en",
            [
                "November 27, 2026",
                "11/27/26, 3:00 pm",
                "5 minutes ago",
                "1,234.5",
                "&#60;A&#62;, B and C",
                "Friday, November 27",
                "1:00 pm",
            ],
        ),
        (
            "de",
            [
                "27. November 2026",
                "27.11.26, 15:00",
                "vor 5 Minuten",
                "1.234,5",
                "&#60;A&#62;, B und C",
                "Freitag, 27. November",
                "13:00",
            ],
        ),
    ] {
        let page = written(language).await;
        assert_eq!(page.split(" | ").collect::<Vec<_>>(), expected);
    }
}

#[squall::test]
async fn what_cannot_be_written_names_the_filter_and_its_input() {
    let client = TestClient::new(Application::new(WRITTEN).debug(true));
    let fault = client.get("/wrong/length").send().await.text().await;
    assert!(
        fault.contains("the filter `date` of `huge`") && fault.contains("Huge"),
        "{fault}"
    );
    let fault = client.get("/wrong/number").send().await.text().await;
    assert!(
        fault.contains("the filter `number` of `&lt;b&gt;`") && fault.contains("NoNumber"),
        "{fault}"
    );
}
