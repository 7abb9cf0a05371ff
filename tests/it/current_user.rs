//! `#[current_user]`: who asks, found once a request and only where somebody wants to know.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use squall::{
    Application, Context, HttpError, Redirect, Result, Routes, State, View,
    askama::Template,
    handler,
    handler::{CurrentUser, FromRequestParts, Requirements},
    http::{Method, StatusCode},
    routes,
    testing::{TestClient, TestResponse},
    websocket,
    websocket::WebSocket,
};

#[derive(Debug)]
struct User {
    name: String,
}

/// How often the hook was asked.
#[derive(Clone, Default)]
struct Asked(Arc<AtomicU32>);

#[handler]
struct Site {
    asked: State<Asked>,
}

#[handler]
impl Site {
    #[current_user]
    async fn user(&self, cx: &mut Context) -> Result<Option<User>> {
        self.asked.0.fetch_add(1, Ordering::Relaxed);
        match cx.cookie("name").as_deref() {
            Some("broken") => Err(HttpError::new(StatusCode::SERVICE_UNAVAILABLE).into()),
            name => Ok(name.map(|name| User {
                name: name.to_owned(),
            })),
        }
    }
}

/// A field wants to know, and so `prepare` knows too.
#[handler(base = site)]
#[route("/field")]
struct Field {
    site: Site,
    user: Option<CurrentUser<User>>,
}

#[handler]
impl Field {
    #[prepare]
    fn greet(&self, cx: &mut Context) -> Result<()> {
        let user = cx.current_user::<User>();
        cx.set_header(
            "x-user",
            user.map_or("none".to_owned(), |user| user.name.clone()),
        )
    }

    fn get(&self) -> String {
        self.user
            .as_ref()
            .map_or("nobody".to_owned(), |user| user.name.clone())
    }
}

/// An argument of one method wants to know.
#[handler(base = site)]
#[route("/argument")]
struct Argument {
    site: Site,
}

#[handler]
impl Argument {
    fn get(&self, user: CurrentUser<User>, again: Option<CurrentUser<User>>) -> String {
        format!("{} {}", user.name, again.is_some())
    }

    fn post(&self, cx: &mut Context) -> String {
        format!("{:?}", cx.current_user::<User>().is_some())
    }
}

/// A nearer hook speaks in the place of the base's.
#[handler(base = site)]
#[route("/nearer")]
struct Nearer {
    site: Site,
}

#[handler]
impl Nearer {
    #[current_user]
    fn user(&self) -> Option<User> {
        Some(User {
            name: "near".to_owned(),
        })
    }

    fn get(&self, user: CurrentUser<User>) -> String {
        user.name.clone()
    }
}

/// An extractor of one's own.
struct Name(String);

impl FromRequestParts for Name {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let user = CurrentUser::<User>::from_request_parts(cx).await?;
        Ok(Self(user.name.clone()))
    }

    fn requirements(requirements: &mut Requirements) {
        <CurrentUser<User> as FromRequestParts>::requirements(requirements);
    }
}

#[handler(base = site)]
#[route("/own")]
struct Own {
    site: Site,
    name: Name,
}

#[handler]
impl Own {
    fn get(&self) -> String {
        self.name.0.clone()
    }
}

#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = r#"{% if let Ok(user) = "current_user"|value::<User> %}{{ user.name }}{% else %}nobody{% endif %}"#
)]
struct Page;

#[handler(base = site)]
#[route("/page")]
struct Pages {
    site: Site,
    _user: Option<CurrentUser<User>>,
}

#[handler]
impl Pages {
    fn get(&self) -> View<Page> {
        View(Page)
    }
}

/// Nobody asks.
#[handler(base = site)]
#[route("/silent")]
struct Silent {
    site: Site,
}

#[handler]
impl Silent {
    fn get(&self) -> View<Page> {
        View(Page)
    }
}

const ROUTES: Routes = routes![Field, Argument, Nearer, Own, Pages, Silent];

async fn send(method: &str, target: &str, cookie: &str) -> (TestResponse, u32) {
    let asked = Asked::default();
    let client = TestClient::new(Application::new(ROUTES).state(asked.clone()));
    let method = method.parse().unwrap();
    let request = client.request(method, target).header("cookie", cookie);
    let response = request.send().await;
    (response, asked.0.load(Ordering::Relaxed))
}

async fn check((response, asked): (TestResponse, u32), expected: &str, times: u32) {
    assert_eq!(response.text().await, expected);
    assert_eq!(
        asked, times,
        "times that the hook was asked before {expected}"
    );
}

#[squall::test]
async fn a_field_is_the_user_and_prepare_knows_too() {
    let (response, asked) = send("GET", "/field", "name=ada").await;
    assert_eq!(response.header("x-user"), Some("ada"));
    check((response, asked), "ada", 1).await;
    check(send("GET", "/field", "").await, "nobody", 1).await;
}

#[squall::test]
async fn the_hook_is_asked_once_and_only_where_a_method_wants_to_know() {
    check(send("GET", "/argument", "name=ada").await, "ada true", 1).await;
    check(send("POST", "/argument", "name=ada").await, "false", 0).await;
    check(send("GET", "/silent", "name=ada").await, "nobody", 0).await;
}

#[squall::test]
async fn nobody_is_a_403_where_somebody_is_wanted() {
    let (response, _) = send("GET", "/argument", "").await;
    assert_eq!(response.status(), 403);
    let (response, _) = send("GET", "/own", "").await;
    assert_eq!(response.status(), 403);
}

#[squall::test]
async fn an_error_of_the_hook_ends_the_request() {
    let (response, _) = send("GET", "/field", "name=broken").await;
    assert_eq!(response.status(), 503);
    let (response, _) = send("GET", "/argument", "name=broken").await;
    assert_eq!(response.status(), 503);
}

#[squall::test]
async fn a_nearer_hook_speaks_in_the_place_of_the_base() {
    check(send("GET", "/nearer", "name=ada").await, "near", 0).await;
}

#[squall::test]
async fn an_extractor_of_ones_own_passes_its_requirements_on() {
    check(send("GET", "/own", "name=ada").await, "ada", 1).await;
}

#[squall::test]
async fn a_page_has_the_user_where_the_handler_asked_for_it() {
    check(send("GET", "/page", "name=<ada>").await, "&#60;ada&#62;", 1).await;
    check(send("GET", "/page", "").await, "nobody", 1).await;
}

/// Neither it nor a base of it has the hook.
#[handler]
#[route("/lost")]
struct Lost;

#[handler]
impl Lost {
    fn get(&self, user: CurrentUser<User>) -> String {
        user.name.clone()
    }
}

/// The hook finds another type.
#[handler(base = site)]
#[route("/other")]
struct Other {
    site: Site,
    _user: Option<CurrentUser<String>>,
}

#[handler]
impl Other {
    fn get(&self) {}
}

#[squall::test]
async fn a_user_that_nobody_finds_is_refused_at_the_start() {
    const ROUTES: Routes = routes![Lost, Other];
    let app = Application::new(ROUTES).state(Asked::default());
    let error = app.check().unwrap_err().to_string();
    assert!(
        error.contains("`Lost` extracts `CurrentUser<it::current_user::User>`, but neither it nor a base of it has the hook `#[current_user]`"),
        "{error}"
    );
    assert!(
        error.contains("`Other` extracts `CurrentUser<alloc::string::String>`, but its hook `#[current_user]` finds `it::current_user::User`"),
        "{error}"
    );
}

/// The base of an application, which knows the user by a base of its own.
#[handler(base = site)]
struct Known {
    site: Site,
    user: Option<CurrentUser<User>>,
}

#[handler]
impl Known {
    #[write_error]
    fn page(&self, error: &HttpError) -> (StatusCode, String) {
        let user = self.user.as_ref().map_or("nobody", |user| &user.name);
        (error.status(), format!("not for {user}"))
    }
}

#[squall::test]
async fn the_base_of_an_application_has_the_user_where_no_handler_is_reached() {
    const ROUTES: Routes = routes![Silent, "/old" => Redirect::permanent("/silent")];
    let asked = Asked::default();
    let app = Application::new(ROUTES)
        .base::<Known>()
        .state(asked.clone());
    let client = TestClient::new(app);
    let lost = client
        .get("/lost")
        .header("cookie", "name=ada")
        .send()
        .await;
    assert_eq!(lost.status(), 404);
    check((lost, asked.0.load(Ordering::Relaxed)), "not for ada", 1).await;
    let moved = client.get("/old").send().await;
    assert_eq!(moved.header("location"), Some("/silent"));
    let options = client.request(Method::OPTIONS, "/silent").send().await;
    assert_eq!(options.status(), 204);
}

/// Its hook finds what a field of its base needs before.
#[handler(base = known)]
#[route("/late")]
struct Late {
    known: Known,
}

#[handler]
impl Late {
    #[current_user]
    fn user(&self) -> Option<User> {
        None
    }

    fn get(&self) {}
}

/// So does this one, for its own field.
#[handler]
#[route("/self")]
struct OfItself {
    _user: Option<CurrentUser<User>>,
}

#[handler]
impl OfItself {
    #[current_user]
    fn user(&self) -> Option<User> {
        None
    }

    fn get(&self) {}
}

#[squall::test]
async fn a_field_that_is_taken_before_the_hook_is_refused_at_the_start() {
    const ROUTES: Routes = routes![Late, OfItself, Field, Nearer];
    let app = Application::new(ROUTES).state(Asked::default());
    let error = app.check().unwrap_err().to_string();
    for handler in ["Late", "OfItself"] {
        let fault = format!("`{handler}` takes `CurrentUser<");
        assert!(error.contains(&fault), "{error}");
    }
    for handler in ["Field", "Nearer"] {
        assert!(!error.contains(handler), "{error}");
    }
}

/// A socket has no method to take its user as an argument: the hook stands in a base.
#[websocket]
#[route("/lonely")]
struct Lonely {
    _user: Option<CurrentUser<User>>,
}

#[websocket]
impl Lonely {
    #[current_user]
    fn user(&self) -> Option<User> {
        None
    }
}

#[websocket(base = site)]
#[route("/feed")]
struct Feed {
    site: Site,
    user: CurrentUser<User>,
}

#[websocket]
impl Feed {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.send(&*self.user.name).await
    }
}

#[squall::test]
async fn a_socket_is_told_to_put_the_hook_into_a_base() {
    const ROUTES: Routes = routes![Lonely, Feed];
    let app = Application::new(ROUTES).state(Asked::default());
    let error = app.check().unwrap_err().to_string();
    assert!(!error.contains("Feed"), "{error}");
    let advice = "`#[current_user]` has run: put the hook into a base (`#[handler] struct Site`), and the field into the struct that builds on it \
                  (`#[websocket(base = site)]`)";
    assert!(error.contains("`Lonely` takes `CurrentUser<"), "{error}");
    assert!(error.contains(advice), "{error}");
}
