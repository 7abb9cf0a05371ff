//! `Validated`: values that keep the rules of their type, and the faults of an error.

use std::{collections::BTreeMap, ops::Deref};

use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use squall::{
    Application, Context, Form, Html, HttpError, Json, Query, Result, handler,
    handler::{FromRequest, Validated},
    http::StatusCode,
    routes,
    testing::{TestClient, TestRequest, TestResponse},
};

#[derive(Debug, Deserialize, Serialize, Validate)]
struct Order {
    #[garde(length(min = 1, max = 20))]
    customer: String,
    #[serde(default)]
    #[garde(length(max = 500), dive)]
    items: Vec<Item>,
    #[serde(default)]
    #[garde(dive)]
    extras: BTreeMap<String, Item>,
}

#[derive(Debug, Deserialize, Serialize, Validate)]
struct Item {
    #[garde(range(min = 1))]
    price: i32,
    #[serde(default)]
    #[garde(custom(is_plain))]
    note: String,
}

fn is_plain(note: &str, (): &()) -> garde::Result {
    match note.contains('<') {
        true => Err(garde::Error::new(format!("`{note}` is not plain"))),
        false => Ok(()),
    }
}

#[handler]
#[route("/orders")]
struct Orders;

#[handler]
impl Orders {
    async fn post(&self, order: Validated<Json<Order>>) -> String {
        format!("{} of {}", order.items.len(), order.customer)
    }

    async fn put(&self, order: Option<Validated<Json<Order>>>) -> String {
        order.map_or_else(
            || "none".to_owned(),
            |order| order.into_inner().into_inner().customer,
        )
    }
}

#[derive(Debug, Deserialize, Validate)]
struct Filter {
    #[garde(ascii, length(min = 2))]
    words: String,
    #[serde(default, rename = "tag")]
    #[garde(inner(length(min = 1)))]
    tags: Vec<String>,
}

#[handler]
#[route("/filters")]
struct Filters;

#[handler]
impl Filters {
    async fn post(&self, filter: Validated<Form<Filter>>) -> String {
        filter.words.clone()
    }

    async fn put(&self, filter: Option<Validated<Form<Filter>>>) -> String {
        format!("{}", filter.is_some())
    }

    async fn get(&self, filter: Validated<Query<Filter>>) -> String {
        filter.tags.join(" ")
    }
}

#[handler]
#[route("/field")]
struct Field {
    filter: Option<Validated<Query<Filter>>>,
}

#[handler]
impl Field {
    fn get(&self) -> String {
        let words = self.filter.as_ref().map(|filter| filter.words.clone());
        words.unwrap_or_default()
    }
}

/// An extractor that is not of squall.
struct Number(Rating);

#[derive(Validate)]
#[garde(transparent)]
struct Rating(#[garde(range(max = 5))] u8);

impl FromRequest for Number {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        let text = String::from_request(cx).await?;
        let number = text.parse();
        let number = number.map_err(|_| HttpError::bad_request("that is no number"))?;
        Ok(Self(Rating(number)))
    }
}

impl Deref for Number {
    type Target = Rating;

    fn deref(&self) -> &Rating {
        &self.0
    }
}

#[handler]
#[route("/ratings")]
struct Ratings;

#[handler]
impl Ratings {
    async fn post(&self, number: Validated<Number>) -> String {
        number.0.0.0.to_string()
    }
}

fn client() -> TestClient {
    TestClient::new(Application::new(routes![Orders, Filters, Field, Ratings]))
}

/// The problem details of a 422.
async fn problem(request: TestRequest<'_>) -> Value {
    let answer = request.header("accept", "application/json").send().await;
    assert_eq!(answer.status(), 422);
    let content_type = answer.header("content-type");
    assert_eq!(content_type, Some("application/problem+json"));
    answer.json().await
}

/// The faults of problem details. The order of the fields of a struct is `garde`'s.
fn faults(problem: &Value) -> Vec<(&str, &str)> {
    let faults = problem["errors"].as_array().unwrap().iter();
    let pairs = faults.map(|fault| (fault["path"].as_str(), fault["detail"].as_str()));
    let pairs = pairs.map(|(path, detail)| (path.unwrap(), detail.unwrap()));
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable();
    pairs
}

async fn page(request: TestRequest<'_>) -> String {
    let answer = request.send().await;
    assert_eq!(answer.status(), 422);
    answer.text().await
}

fn broken_order() -> Value {
    json!({
        "customer": "",
        "items": [{ "price": 1 }, { "price": 0, "note": "<b>" }],
        "extras": { "salt": { "price": -1 } },
    })
}

#[squall::test]
async fn every_broken_rule_is_told_with_its_path() {
    let client = client();
    let problem = problem(client.post("/orders").json(&broken_order())).await;
    assert_eq!(problem["title"], "Unprocessable Entity");
    assert_eq!(problem["status"], 422);
    assert_eq!(problem["detail"], "4 rules are broken");
    let expected = [
        ("customer", "length is lower than 1"),
        ("extras.salt.price", "lower than 1"),
        ("items[1].note", "`<b>` is not plain"),
        ("items[1].price", "lower than 1"),
    ];
    assert_eq!(faults(&problem), expected);
}

#[squall::test]
async fn the_page_lists_broken_rules_escaped() {
    let client = client();
    let page = page(client.post("/orders").json(&broken_order())).await;
    for words in [
        "<p>4 rules are broken</p>",
        "<li>`customer`: length is lower than 1</li>",
        "<li>`items[1].price`: lower than 1</li>",
        "<li>`items[1].note`: `&lt;b&gt;` is not plain</li>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

/// As a value of another shape does, which has the same notation.
#[squall::test]
async fn one_broken_rule_is_the_message() {
    let client = client();
    let send = |price: Value| {
        let items = json!([{ "price": 1 }, { "price": price }]);
        let order = json!({ "customer": "Ada", "items": items });
        client.post("/orders").json(&order)
    };
    for (price, why) in [
        (json!(0), "lower than 1"),
        (json!("x"), "invalid type: string \"x\", expected i32"),
    ] {
        let problem = problem(send(price.clone())).await;
        let detail = problem["detail"].as_str().unwrap();
        let expected = format!("`items[1].price`: {why}");
        assert!(detail.starts_with(&expected), "{problem}");
        assert_eq!(problem["errors"][0]["path"], "items[1].price");
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1);
        let page = page(send(price)).await;
        assert_eq!(page.matches("`items[1].price`").count(), 1, "{page}");
    }
}

#[squall::test]
async fn of_many_broken_rules_the_first_hundred_are_told() {
    let items: Vec<_> = (0..101).map(|_| json!({ "price": 0 })).collect();
    let client = client();
    let send = |count| {
        let order = json!({ "customer": "Ada", "items": items[..count] });
        client.post("/orders").json(&order)
    };
    let all = problem(send(100)).await;
    assert_eq!(all["detail"], "100 rules are broken");
    assert_eq!(all["errors"].as_array().unwrap().len(), 100);
    let some = problem(send(101)).await;
    let detail = "101 rules are broken, of which these are the first 100";
    assert_eq!(some["detail"], detail);
    assert_eq!(some["errors"].as_array().unwrap().len(), 100);
    assert_eq!(some["errors"][99]["path"], "items[99].price");
}

#[squall::test]
async fn what_keeps_its_rules_comes_through() {
    let client = client();
    let order = json!({ "customer": "Ada", "items": [{ "price": 1 }] });
    let text = async |request: TestRequest<'_>| request.send().await.text().await;
    assert_eq!(text(client.post("/orders").json(&order)).await, "1 of Ada");
    assert_eq!(text(client.put("/orders").json(&order)).await, "Ada");
    assert_eq!(text(client.put("/orders")).await, "none");
    let form = [("words", "a form"), ("tag", "x")];
    assert_eq!(text(client.post("/filters").form(&form)).await, "a form");
    assert_eq!(text(client.put("/filters").form(&form)).await, "true");
    assert_eq!(text(client.put("/filters")).await, "false");
    let target = "/filters?words=two&tag=x&tag=y";
    assert_eq!(text(client.get(target)).await, "x y");
    assert_eq!(text(client.get("/field?words=two")).await, "two");
    assert_eq!(text(client.get("/field")).await, "");
    assert_eq!(text(client.post("/ratings").body("5")).await, "5");
}

#[squall::test]
async fn forms_queries_and_own_extractors_keep_rules() {
    let client = client();
    let form = [("words", "\u{fc}"), ("tag", "x"), ("tag", "")];
    let refused = [
        ("tags[1]", "length is lower than 1"),
        ("words", "not ascii"),
    ];
    for request in [
        client.post("/filters").form(&form),
        client.put("/filters").form(&form),
        client.get("/filters?words=%C3%BC&tag=x&tag="),
        client.get("/field?words=%C3%BC&tag=x&tag="),
    ] {
        assert_eq!(faults(&problem(request).await), refused);
    }
    let order = client.put("/orders").json(&broken_order());
    assert_eq!(problem(order).await["detail"], "4 rules are broken");
    let number = problem(client.post("/ratings").body("6")).await;
    assert_eq!(number["detail"], "greater than 5");
    assert_eq!(faults(&number), [("", "greater than 5")]);
}

#[squall::test]
async fn the_extractor_refuses_before_the_rules() {
    let client = client();
    let post = |kind: &'static str, content: &'static str| {
        let request = client.post("/orders").body(content);
        request.header("content-type", kind).send()
    };
    assert_eq!(post("text/plain", "{}").await.status(), 415);
    assert_eq!(post("application/json", "{").await.status(), 400);
    let missing = post("application/json", "{}").await;
    assert_eq!(missing.status(), 422);
    assert!(missing.text().await.contains("missing field `customer`"));
    assert_eq!(client.get("/field?words=%ff").send().await.status(), 400);
    let nothing = client.post("/ratings").body("x").send().await;
    assert_eq!(nothing.status(), 400);
}

/// What the client sent as a name stands in a path.
#[squall::test]
async fn a_path_is_bounded_and_of_one_line() {
    let client = client();
    let long = "n".repeat(100_000);
    let extras = json!({ "<a>\n": { "price": 0 }, long: { "price": 0 } });
    let order = json!({ "customer": "Ada", "extras": extras });
    let problem = problem(client.post("/orders").json(&order)).await;
    assert_eq!(problem["errors"][0]["path"], r"extras.<a>\n.price");
    let path = problem["errors"][1]["path"].as_str().unwrap();
    assert_eq!(path, format!("extras.{}…", "n".repeat(193)));
    let page = page(client.post("/orders").json(&order)).await;
    assert!(page.contains(r"`extras.&lt;a&gt;\n.price`"), "{page}");
}

/// How long a name may be, by the settings of the program.
#[derive(Clone, Copy)]
struct Limits {
    longest: usize,
}

#[derive(Deserialize, Validate)]
#[garde(context(Limits as limits))]
struct Named {
    #[garde(length(max = limits.longest))]
    name: String,
}

#[handler]
#[route("/named")]
struct NamedPage {
    named: Option<Validated<Query<Named>>>,
}

#[handler]
impl NamedPage {
    fn get(&self) -> String {
        let name = self.named.as_ref().map(|named| named.name.clone());
        name.unwrap_or_default()
    }

    async fn post(&self, named: Validated<Json<Named>>) -> String {
        named.into_inner().into_inner().name
    }

    async fn put(&self, named: Option<Validated<Form<Named>>>) -> String {
        named.is_some().to_string()
    }
}

#[squall::test]
async fn the_context_of_rules_is_a_state() {
    let app = Application::new(routes![NamedPage]).state(Limits { longest: 3 });
    let client = TestClient::new(app);
    let post = |name: &str| client.post("/named").json(&json!({ "name": name }));
    assert_eq!(post("abc").send().await.text().await, "abc");
    let long = problem(post("abcd")).await;
    assert_eq!(long["detail"], "`name`: length is greater than 3");
    let field = client.get("/named?name=abcd").send().await;
    assert_eq!(field.status(), 422);
}

#[test]
fn a_missing_context_of_rules_is_refused_at_start() {
    let error = Application::new(routes![NamedPage]).check().unwrap_err();
    let text = error.to_string();
    let limits = std::any::type_name::<Limits>();
    let needed = format!("has rules with the context `{limits}`, but no such state was given");
    assert!(text.contains(&needed), "{text}");
}

/// A form that says beside each field what is wrong with it.
#[handler]
#[route("/account")]
struct Account;

#[derive(Deserialize, Validate)]
struct NewAccount {
    #[garde(length(min = 3))]
    name: String,
    #[garde(length(min = 8))]
    password: String,
}

#[handler]
impl Account {
    async fn post(&self, account: Validated<Form<NewAccount>>) -> Result<&'static str> {
        if account.name == "admin" {
            let error = HttpError::new(StatusCode::UNPROCESSABLE_ENTITY);
            return Err(error.with_fault("name", "is taken").into());
        }
        assert!(account.password.len() >= 8);
        Ok("welcome")
    }

    #[write_error]
    fn page(&self, error: &HttpError) -> Html<String> {
        let faults = error.faults().iter();
        let beside = faults.map(|fault| format!("[{} {}]", fault.path(), fault.message()));
        Html(beside.collect())
    }
}

#[squall::test]
async fn a_page_of_ones_own_shows_faults_beside_fields() {
    let client = TestClient::new(Application::new(routes![Account]));
    for (name, password, expected) in [
        ("Ada", "12345678", "welcome"),
        ("admin", "12345678", "[name is taken]"),
        (
            "A",
            "",
            "[name length is lower than 3][password length is lower than 8]",
        ),
    ] {
        let form = [("name", name), ("password", password)];
        let answer = client.post("/account").form(&form).send().await;
        assert_eq!(answer.status() == 422, expected != "welcome", "{expected}");
        assert_eq!(answer.text().await, expected);
    }
}

/// Faults without a message, and with one that does not say them.
#[handler]
#[route("/faults/{case}")]
struct Faults {
    case: String,
}

#[handler]
impl Faults {
    fn get(&self) -> Result<()> {
        let error = HttpError::new(StatusCode::CONFLICT);
        let error = match self.case.as_str() {
            "bare" => error.with_fault("name", "is taken"),
            "said" => error
                .with_message("this is not possible")
                .with_fault("name", "is taken"),
            _ => (0..101).fold(error, |error, number| {
                error.with_fault(format!("names[{number}]"), "is taken")
            }),
        };
        Err(error.into())
    }
}

#[squall::test]
async fn faults_of_any_error_are_told() {
    let client = TestClient::new(Application::new(routes![Faults]));
    let get = async |case: &str, accept: &str| -> TestResponse {
        let request = client.get(format!("/faults/{case}"));
        request.header("accept", accept).send().await
    };
    let expected = json!({
        "title": "Conflict",
        "status": 409,
        "errors": [{ "path": "name", "detail": "is taken" }],
    });
    let bare: Value = get("bare", "application/json").await.json().await;
    assert_eq!(bare, expected);
    for (case, words) in [
        ("bare", &["<ul>\n<li>`name`: is taken</li>\n</ul>"][..]),
        (
            "said",
            &["<p>this is not possible</p>", "<li>`name`: is taken</li>"],
        ),
    ] {
        let page = get(case, "text/html").await.text().await;
        assert!(words.iter().all(|words| page.contains(words)), "{page}");
    }
    let many = get("many", "text/html").await.text().await;
    assert_eq!(many.matches("<li>").count(), 100);
}

#[test]
fn an_error_prints_its_faults_once() {
    let error = HttpError::bad_request("wrong").with_fault("a", "one");
    assert_eq!(error.to_string(), "400 Bad Request: wrong: `a`: one");
    let error = error.with_fault("b", "two");
    let text = "400 Bad Request: wrong: `a`: one; `b`: two";
    assert_eq!(error.to_string(), text);
    let said = HttpError::bad_request("`a`: one").with_fault("a", "one");
    assert_eq!(said.to_string(), "400 Bad Request: `a`: one");
}
