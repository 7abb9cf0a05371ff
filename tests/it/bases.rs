//! Base handlers: hooks of several levels, prefixes, and what reaches no handler.

use squall::{
    Application, Context, HttpError, Result, State, handler, http::HeaderMap, routes,
    testing::TestClient,
};

use crate::support::Events;

#[handler]
#[prefix("/admin")]
struct Outer {
    events: State<Events>,
}

#[handler]
impl Outer {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        headers.insert("x-level", "outer".parse().unwrap());
        headers.insert("x-outer", "yes".parse().unwrap());
    }

    #[prepare]
    fn prepare(&mut self, cx: &mut Context) -> Result<()> {
        self.events.note(format!("outer {}", cx.path()));
        Ok(())
    }

    #[write_error]
    fn page(&self, error: &HttpError) -> String {
        format!("outer page {}", error.status().as_u16())
    }
}

#[handler(base = outer)]
#[prefix("/users")]
struct Inner {
    outer: Outer,
}

#[handler]
impl Inner {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        headers.insert("x-level", "inner".parse().unwrap());
    }

    #[prepare]
    fn prepare(&mut self) {
        self.outer.events.note("inner");
    }
}

#[handler(base = inner)]
#[route("/{id}", name = "user")]
#[route("")]
struct User {
    inner: Inner,
    id: Option<u32>,
}

#[handler]
impl User {
    fn get(&self) -> Result<String> {
        self.inner.outer.events.note("get");
        self.id
            .map(|id| id.to_string())
            .ok_or_else(|| HttpError::forbidden().into())
    }
}

#[squall::test]
async fn hooks_run_from_the_outside_in() {
    let events = Events::default();
    let client = TestClient::new(Application::new(routes![User]).state(events.clone()));
    let answer = client.get("/admin/users/7").send().await;
    assert_eq!(answer.header("x-level"), Some("inner"));
    assert_eq!(answer.header("x-outer"), Some("yes"));
    assert_eq!(answer.text().await, "7");
    assert_eq!(events.list(), ["outer /admin/users/7", "inner", "get"]);
}

#[squall::test]
async fn the_nearest_page_answers() {
    let client = TestClient::new(Application::new(routes![User]).state(Events::default()));
    let answer = client.get("/admin/users").send().await;
    assert_eq!(answer.status(), 403);
    assert_eq!(answer.header("x-level"), Some("inner"));
    assert_eq!(answer.text().await, "outer page 403");
}

#[test]
fn prefixes_stand_in_urls() {
    assert_eq!(User::url(7), "/admin/users/7");
}

#[squall::test]
async fn a_base_serves_what_reaches_no_handler() {
    let events = Events::default();
    let client = TestClient::new(
        Application::new(routes![User])
            .state(events.clone())
            .base::<Outer>(),
    );
    for (method, path, status) in [("GET", "/nowhere", 404), ("POST", "/admin/users/7", 405)] {
        let answer = client.request(method.parse().unwrap(), path).send().await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.header("x-outer"), Some("yes"));
        assert_eq!(answer.text().await, format!("outer page {status}"));
    }
    let options = client.options("/admin/users/7").send().await;
    assert_eq!(
        (options.status().as_u16(), options.header("x-outer")),
        (204, Some("yes"))
    );
    assert_eq!(options.header("allow"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(
        events.list(),
        Vec::<String>::new(),
        "`prepare` does not run there"
    );
}

#[handler(base = outer)]
#[route("/plain")]
struct Plain {
    outer: Outer,
}

#[handler]
impl Plain {
    fn get(&self) -> Result<String> {
        self.outer.events.note("get");
        Err(HttpError::forbidden().into())
    }

    #[cfg(any())]
    #[write_error]
    fn page(&self, _: &HttpError) -> &'static str {
        "its own page"
    }

    #[cfg(any())]
    #[prepare]
    async fn load(&mut self) {}

    #[cfg(not(any()))]
    #[prepare]
    fn load(&mut self) {
        self.outer.events.note("load");
    }
}

#[squall::test]
async fn a_hook_that_is_not_compiled_hides_nothing() {
    let events = Events::default();
    let client = TestClient::new(Application::new(routes![Plain]).state(events.clone()));
    let answer = client.get("/admin/plain").send().await;
    assert_eq!(answer.text().await, "outer page 403");
    assert_eq!(events.list(), ["outer /admin/plain", "load", "get"]);
}
