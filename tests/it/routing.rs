//! Precedence, hosts, whole-path expressions, targets with values.

use squall::{
    Application, Context, Redirect, Result, Routes, handler, handler::Init, routes,
    testing::TestClient,
};

macro_rules! echo {
    ($name:ident, $($route:tt)*) => {
        #[handler]
        #[route($($route)*)]
        struct $name;

        #[handler]
        impl $name {
            fn get(&self) -> &'static str {
                stringify!($name)
            }
        }
    };
}

macro_rules! echo_one {
    ($name:ident, $field:ident: $ty:ty, $($route:tt)*) => {
        #[handler]
        #[route($($route)*)]
        struct $name {
            $field: $ty,
        }

        #[handler]
        impl $name {
            fn get(&self) -> String {
                format!("{} {}", stringify!($name), self.$field)
            }
        }
    };
}

echo!(Home, "/");
echo!(New, "/stories/new");
echo_one!(Story, id: u32, "/stories/{id:[0-9]+}");
echo_one!(Slug, slug: String, "/stories/{slug}");
echo_one!(Rest, path: String, "/stories/{*path}");
echo_one!(Tail, x: String, "/{x}/tail");
echo_one!(Head, x: String, "/head/{x}");
echo_one!(Year, year: u16, "/by/{year:[0-9]{4}}", rank = 1);
echo_one!(Month, month: String, "/by/{month:[0-9a-z]{4}}", rank = 2);
echo!(Cafe, "/caf\u{e9}/a b");
echo!(Api, "/", host = "api.example.com");
echo!(Any, "/", host = "*.example.com");
echo_one!(Old, id: u32, regex = r"^/old-(?<id>[0-9]+)(?:\.html)?$");
echo_one!(Simple, name: String, regex = r"/simple/(?P<name>[^/]+)$");
echo!(Slash, "/slash/");

const STORIES: Routes = routes![New, Story, Slug, Rest];

const ALL: Routes = routes![
    Home,
    ..STORIES,
    Tail,
    Head,
    Year,
    Month,
    Cafe,
    Api,
    Any,
    Old,
    Simple,
    Slash,
    #[cfg(any())]
    NotThere,
    "/about" => Page::init("About", 3),
    "/imprint" => Page::init("Imprint", 4),
    "/moved/{id}" => Redirect::permanent("/stories/{id}"),
    "/asked/{id}" => Redirect::permanent("/stories?id={id}"),
    "/found/{*path}" => Redirect::found("/{path}"),
    "/away" => Redirect::temporary("https://example.org/?a=1"),
];

/// A handler that comes with values.
#[handler]
struct Page {
    text: Init<&'static str>,
    number: Init<u8>,
}

#[handler]
impl Page {
    fn get(&self) -> String {
        format!("{} {}", *self.text, *self.number)
    }
}

async fn check(target: &str, expected: &str) {
    let client = TestClient::new(Application::new(ALL));
    assert_eq!(
        client.get(target).send().await.text().await,
        expected,
        "{target}"
    );
}

async fn missing(target: &str) {
    let client = TestClient::new(Application::new(ALL));
    assert_eq!(client.get(target).send().await.status(), 404, "{target}");
}

#[squall::test]
async fn the_most_specific_route_answers() {
    check("/", "Home").await;
    check("/stories/new", "New").await;
    check("/stories/12", "Story 12").await;
    check("/stories/12a", "Slug 12a").await;
    check("/stories/a/b", "Rest a/b").await;
    check("/stories/", "Rest ").await;
    check("/stories/new/", "Rest new/").await;
    check("/slash/", "Slash").await;
    missing("/slash").await;
    missing("/stories").await;
    missing("//").await;
}

#[squall::test]
async fn a_dead_end_is_left_again() {
    check("/head/x", "Head x").await;
    check("/head/tail", "Head tail").await;
    check("/other/tail", "Tail other").await;
    check("/stories/tail", "Slug tail").await;
}

#[squall::test]
async fn a_parameter_that_does_not_parse_is_404() {
    // It is digits, and so the expression's; that it is too large for the type leads nowhere else.
    missing("/stories/99999999999").await;
}

#[squall::test]
async fn the_lower_rank_is_tried_first() {
    check("/by/2026", "Year 2026").await;
    check("/by/june", "Month june").await;
    missing("/by/June").await;
}

#[squall::test]
async fn literals_match_in_their_encoded_form() {
    check("/caf%C3%A9/a%20b", "Cafe").await;
    assert_eq!(Cafe::url(), "/caf%C3%A9/a%20b");
}

#[squall::test]
async fn a_host_comes_before_none() {
    let client = TestClient::new(Application::new(ALL));
    for (host, expected) in [
        ("api.example.com", "Api"),
        ("API.example.com:8888", "Api"),
        ("x.y.example.com", "Any"),
        ("example.com", "Home"),
        ("localhost:80", "Home"),
    ] {
        assert_eq!(
            client
                .get("/")
                .header("host", host)
                .send()
                .await
                .text()
                .await,
            expected,
            "{host}"
        );
    }
    // What the host does not have is looked for without it.
    assert_eq!(
        client
            .get("/slash/")
            .header("host", "api.example.com")
            .send()
            .await
            .text()
            .await,
        "Slash"
    );
}

#[squall::test]
async fn expressions_over_the_whole_path_come_last() {
    check("/old-7", "Old 7").await;
    check("/old-7.html", "Old 7").await;
    missing("/old-7.htm").await;
    check("/simple/a%2Fb", "Simple a/b").await;
    assert_eq!(Simple::url("a/b"), "/simple/a%2Fb");
}

#[squall::test]
async fn targets_come_with_values() {
    check("/about", "About 3").await;
    check("/imprint", "Imprint 4").await;
}

#[squall::test]
async fn redirects_fill_in_parameters() {
    let client = TestClient::new(Application::new(ALL));
    for (target, status, location) in [
        ("/moved/7", 308, "/stories/7"),
        ("/moved/a%2Fb?x=1", 308, "/stories/a%2Fb?x=1"),
        ("/asked/7?x=1", 308, "/stories?id=7&x=1"),
        // One value in a path is one value in a query.
        ("/asked/1&role=admin", 308, "/stories?id=1%26role%3Dadmin"),
        ("/asked/1+1", 308, "/stories?id=1%2B1"),
        ("/asked/%C3%BC%26", 308, "/stories?id=%C3%BC%26"),
        ("/found/a/b", 302, "/a/b"),
        ("/found//evil.example/x", 302, "/evil.example/x"),
        ("/found///evil.example", 302, "/evil.example"),
        ("/found/%2Fevil.example", 302, "/%2Fevil.example"),
        ("/away?b=2", 307, "https://example.org/?a=1&b=2"),
    ] {
        let answer = client.get(target).send().await;
        assert_eq!(answer.status(), status, "{target}");
        assert_eq!(answer.header("location"), Some(location), "{target}");
    }
    assert_eq!(client.post("/moved/7").send().await.status(), 308);
    let post = client.post("/found/x").send().await;
    assert_eq!(post.status(), 405);
    assert_eq!(post.header("allow"), Some("GET, HEAD, OPTIONS"));
}

#[squall::test]
async fn a_raw_name_is_a_name() {
    #[handler]
    #[route("/raw/{type}")]
    struct Raw {
        r#type: String,
        #[query]
        r#match: Option<String>,
    }

    #[handler]
    impl Raw {
        fn get(&self, cx: &mut Context) -> Result<String> {
            assert_eq!(
                cx.path_parameter("type")?.as_deref(),
                Some(self.r#type.as_str())
            );
            Ok(format!("{} {:?}", self.r#type, self.r#match))
        }
    }

    let client = TestClient::new(Application::new(routes![Raw]));
    assert_eq!(
        client
            .get(format!("{}?match=x", Raw::url("a")))
            .send()
            .await
            .text()
            .await,
        "a Some(\"x\")"
    );
}
