//! Fields marked `#[default]`: values of the handler's own, which no request has a say in.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use squall::{
    Application, Context, Result, handler, routes,
    testing::TestClient,
    websocket,
    websocket::{CloseReason, WebSocket},
};

/// What no extractor could make, and what is set in `prepare`.
#[handler]
#[route("/tasks/{id}")]
struct Task {
    id: u64,
    #[default]
    title: Option<String>,
    #[default]
    seen: HashMap<String, u32>,
    #[default = Duration::from_secs(3)]
    patience: Duration,
    #[default = "en"]
    language: String,
    #[default = Vec::with_capacity(2)]
    steps: Vec<&'static str>,
    #[cfg(any())]
    #[default]
    absent: Absent,
}

#[handler]
impl Task {
    #[prepare]
    fn look_up(&mut self, cx: &mut Context) {
        self.steps.push("prepare");
        self.title = Some(format!("task {}", self.id));
        self.seen.insert(cx.query().to_owned(), 1);
    }

    fn get(&mut self) -> String {
        self.steps.push("get");
        let (seen, patience) = (&self.seen, self.patience);
        let (title, language) = (self.title.as_deref(), &self.language);
        format!(
            "{title:?} {seen:?} {patience:?} {language} {:?}",
            self.steps
        )
    }
}

/// All of it, and nothing of the request: also in a tuple struct.
#[handler]
#[route("/own")]
struct Own(#[default] u8, #[default = 7] u8, #[default] Mutex<Vec<u8>>);

#[handler]
impl Own {
    fn get(&self) -> String {
        let list = self.2.lock().unwrap();
        format!("{} {} {list:?}", self.0, self.1)
    }
}

#[handler]
struct Site {
    #[default]
    greeting: String,
}

#[handler]
impl Site {
    #[prepare]
    async fn greet(&mut self) {
        self.greeting.push_str("Hello");
    }
}

/// Counts for itself alone, from the first message to the last.
#[websocket(base = site)]
#[route("/count")]
struct Count {
    site: Site,
    #[default = 100]
    count: u32,
    #[default]
    heard: Vec<String>,
    #[query(default = 1)]
    step: u32,
}

#[websocket]
impl Count {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.send(&*self.site.greeting).await
    }

    async fn message(&mut self, socket: &mut WebSocket, text: String) -> Result<()> {
        self.count += self.step;
        self.heard.push(text);
        let heard = self.heard.join("+");
        socket.send(format!("{} {heard}", self.count)).await
    }

    fn close(&mut self, _: CloseReason) {
        self.heard.clear();
    }
}

fn client() -> TestClient {
    TestClient::new(Application::new(routes![Task, Own, Count]))
}

#[squall::test]
async fn a_value_of_ones_own_begins_anew_for_each_request() {
    let client = client();
    for query in ["a", "b"] {
        let answer = client.get(format!("/tasks/7?{query}")).send().await;
        let expected = format!(r#"Some("task 7") {{"{query}": 1}} 3s en ["prepare", "get"]"#);
        assert_eq!(answer.text().await, expected);
    }
    assert_eq!(client.get("/own").send().await.text().await, "0 7 []");
}

#[squall::test]
async fn no_request_has_a_say_in_it() {
    let target = "/tasks/7?title=x&language=de&patience=1";
    let request = client()
        .get(target)
        .header("cookie", "language=de")
        .send()
        .await;
    assert!(
        request
            .text()
            .await
            .ends_with(r#"3s en ["prepare", "get"]"#)
    );
}

#[squall::test]
async fn a_socket_keeps_its_own_values() {
    let client = client();
    let mut one = client.websocket(format!("{}?step=2", Count::url())).await;
    let mut other = client.websocket(Count::url()).await;
    assert_eq!(one.text().await, "Hello");
    assert_eq!(other.text().await, "Hello");
    for (text, expected) in [("a", "102 a"), ("b", "104 a+b")] {
        one.send(text).await;
        assert_eq!(one.text().await, expected);
    }
    other.send("c").await;
    assert_eq!(other.text().await, "101 c");
}

/// The struct can still be built by hand.
#[test]
fn a_test_builds_it() {
    let mut task = Task {
        id: 1,
        title: None,
        seen: HashMap::new(),
        patience: Duration::ZERO,
        language: String::new(),
        steps: Vec::new(),
    };
    assert_eq!(task.get(), r#"None {} 0ns  ["get"]"#);
}
