//! Cookies: what is read of a request, what an answer sets.

use squall::{
    Application, Context, Cookie, HttpError, Result,
    cookie::{SameSite, time::Duration},
    handler,
    http::StatusCode,
    routes,
    testing::{TestClient, TestResponse},
};

#[handler]
#[route("/read")]
struct Read {
    #[cookie]
    a: Option<String>,
}

#[handler]
impl Read {
    fn get(&self, cx: &mut Context) -> String {
        let all: Vec<_> = cx.cookies().collect();
        format!("{:?} {:?} {all:?}", self.a, cx.cookie("a"))
    }
}

/// Sets what the test is about.
#[handler]
#[route("/set/{case}")]
struct Set {
    case: String,
}

#[handler]
impl Set {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        match self.case.as_str() {
            "plain" => cx.set_cookie(("a", "1")),
            "open" => cx.set_cookie(
                Cookie::build(("a", "1"))
                    .http_only(false)
                    .same_site(SameSite::Strict)
                    .path("/x")
                    .domain("example.com")
                    .secure(true)
                    .max_age(Duration::days(2)),
            ),
            "quoted" => cx.set_cookie(("a", "x;y")),
            "twice" => {
                cx.set_cookie(Cookie::build(("a", "1")).path("/x"))?;
                cx.set_cookie(("ab", "2"))?;
                cx.set_cookie(("a", "3"))
            }
            "cleared" => {
                cx.set_cookie(("a", "1"))?;
                cx.clear_cookie(Cookie::build("a").path("/x").domain("example.com"))
            }
            "name" => cx.set_cookie(("a b", "1")),
            "value" => cx.set_cookie(("a", "1\r\nset-cookie: evil=1")),
            "blank" => cx.set_cookie(("a", "1 2")),
            "path" => cx.set_cookie(Cookie::build(("a", "1")).path("/; domain=evil.example")),
            "flushed" => {
                cx.write("first")?;
                cx.flush().await?;
                cx.set_cookie(("a", "1"))
            }
            "refused" => {
                cx.set_cookie(("a", "1"))?;
                Err(HttpError::forbidden().into())
            }
            _ => {
                cx.set_cookie(("a", "1"))?;
                Err(HttpError::internal().into())
            }
        }
    }
}

async fn get(target: &str, cookies: &[&str]) -> TestResponse {
    let client = TestClient::new(Application::new(routes![Read, Set]));
    let mut request = client.get(target);
    for cookie in cookies {
        request = request.header("cookie", cookie);
    }
    request.send().await
}

async fn set(case: &str) -> (StatusCode, Vec<String>) {
    let response = get(&format!("/set/{case}"), &[]).await;
    let fields = response.headers().get_all("set-cookie").iter();
    let cookies = fields.map(|field| field.to_str().unwrap().to_owned());
    (response.status(), cookies.collect())
}

#[squall::test]
async fn a_cookie_is_read_as_browsers_write_it_and_the_last_of_a_name_counts() {
    for (fields, expected) in [
        (&[][..], r"None None []"),
        (&["a=1"], r#"Some("1") Some("1") [("a", "1")]"#),
        (
            &["a=1; b = x=y ;a=2"],
            r#"Some("2") Some("2") [("a", "1"), ("b", "x=y"), ("a", "2")]"#,
        ),
        // HTTP/2 sends a field for each.
        (
            &["a=1", "b=2"],
            r#"Some("1") Some("1") [("a", "1"), ("b", "2")]"#,
        ),
        (
            &[r#"a="x\073 \"y\"""#],
            r#"Some("x; \"y\"") Some("x; \"y\"") [("a", "x; \"y\"")]"#,
        ),
        // What has no name of a cookie is none.
        (&["=1; a b=2; flag; a="], r#"Some("") Some("") [("a", "")]"#),
    ] {
        let found = get("/read", fields).await.text().await;
        assert_eq!(found, expected, "{fields:?}");
    }
}

#[squall::test]
async fn a_cookie_is_set_safely_unless_it_says_otherwise() {
    let (status, cookies) = set("plain").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(cookies, ["a=1; HttpOnly; SameSite=Lax; Path=/"]);
    let (_, cookies) = set("open").await;
    assert_eq!(
        cookies,
        ["a=1; SameSite=Strict; Secure; Path=/x; Domain=example.com; Max-Age=172800"]
    );
    let (_, cookies) = set("quoted").await;
    assert_eq!(cookies, [r#"a="x\073y"; HttpOnly; SameSite=Lax; Path=/"#]);
}

#[squall::test]
async fn a_cookie_that_is_set_again_replaces_the_first_entirely() {
    let (_, cookies) = set("twice").await;
    assert_eq!(
        cookies,
        [
            "ab=2; HttpOnly; SameSite=Lax; Path=/",
            "a=3; HttpOnly; SameSite=Lax; Path=/"
        ]
    );
}

#[squall::test]
async fn a_cookie_is_cleared_with_the_attributes_it_was_set_with() {
    let (_, cookies) = set("cleared").await;
    let [cookie] = &*cookies else {
        panic!("{cookies:?}")
    };
    let start = "a=; HttpOnly; SameSite=Lax; Path=/x; Domain=example.com; Max-Age=0; Expires=";
    let expires = cookie
        .strip_prefix(start)
        .unwrap_or_else(|| panic!("{cookie}"));
    assert!(expires.ends_with(" GMT"), "{cookie}");
}

#[squall::test]
async fn a_cookie_that_would_break_the_field_is_a_500_and_not_sent() {
    for case in ["name", "value", "blank", "path"] {
        let (status, cookies) = set(case).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{case}");
        assert!(cookies.is_empty(), "{case}: {cookies:?}");
    }
    let (_, cookies) = set("flushed").await;
    assert!(cookies.is_empty(), "{cookies:?}");
}

#[squall::test]
async fn cookies_stay_with_a_refusal_and_not_with_a_failure() {
    let (status, cookies) = set("refused").await;
    assert_eq!((status, cookies.len()), (StatusCode::FORBIDDEN, 1));
    let (status, cookies) = set("failed").await;
    assert_eq!(
        (status, cookies.len()),
        (StatusCode::INTERNAL_SERVER_ERROR, 0)
    );
}
