//! The chat as its pages meet it.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use squall::{
    hub::Hub,
    testing::{TestClient, TestRequest, TestResponse, TestSocket},
    websocket::ConnectError,
};
use tokio::time::{sleep, timeout};

use super::{app, talk::Talk};

mod hostile;
mod once;
mod pages;
mod people;
mod ways;

/// A chat of its own, in memory.
struct Chat {
    client: TestClient,
}

/// A message as a page hears it.
#[derive(Debug, Deserialize)]
struct Heard {
    cursor: String,
    value: Said,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Said {
    id: String,
    name: String,
    text: String,
    at: u64,
}

impl Chat {
    fn new() -> Self {
        Self::on(Hub::new())
    }

    fn on(hub: Hub<Talk>) -> Self {
        Self {
            client: TestClient::new(app(hub)),
        }
    }

    fn get(&self, name: &str, target: &str) -> TestRequest<'_> {
        let request = self.client.get(target);
        request.header("cookie", format!("name={name}"))
    }

    async fn page(&self, name: &str, target: &str) -> String {
        let answer = self.get(name, target).send().await;
        assert_eq!(answer.status(), 200, "{target}");
        answer.text().await
    }

    /// Says something without a socket.
    async fn say(&self, name: &str, id: u32, text: &str) -> u16 {
        let said = [("id", &*uuid(id)), ("text", text)];
        self.post(name, &said).await.status().as_u16()
    }

    async fn post(&self, name: &str, fields: &[(&str, &str)]) -> TestResponse {
        let request = self.client.post("/rooms/den/talks");
        let request = request.header("cookie", format!("name={name}"));
        let request = request.header("accept", "application/json");
        request.form(&fields).send().await
    }

    /// A socket in the den that has heard who is there.
    async fn socket(&self, name: &str, query: &str) -> Socket {
        let target = format!("/rooms/den/socket{query}");
        let socket = self.client.websocket(target);
        Socket(socket.header("cookie", format!("name={name}")).await)
    }

    async fn updates(&self, name: &str, query: &str) -> Vec<Heard> {
        let target = format!("/rooms/den/updates{query}");
        self.get(name, &target).send().await.json().await
    }

    async fn members(&self) -> Vec<String> {
        let list = self.get("Eve", "/rooms/den/members").send().await;
        serde_json::from_value(list.json::<Value>().await["members"].take()).unwrap()
    }

    async fn wait_for_members(&self, expected: &[&str]) {
        let wait = async {
            while self.members().await != expected {
                sleep(Duration::from_millis(2)).await;
            }
        };
        if timeout(Duration::from_secs(4), wait).await.is_err() {
            panic!("{:?} instead of {expected:?}", self.members().await);
        }
    }
}

struct Socket(TestSocket);

impl Socket {
    async fn say(&mut self, id: u32, text: &str) {
        self.send(&json!({ "id": uuid(id), "text": text })).await;
    }

    async fn send(&mut self, value: &Value) {
        self.0.send_json(value).await;
    }

    /// What is told next.
    async fn news(&mut self) -> Value {
        self.0.json().await
    }

    /// The next message; what else there is to tell is passed over.
    async fn heard(&mut self) -> Heard {
        loop {
            let news = self.news().await;
            if news["value"].is_object() {
                return serde_json::from_value(news).unwrap();
            }
        }
    }

    async fn text(&mut self) -> String {
        self.heard().await.value.text
    }
}

fn assert_refused(connected: Result<(), ConnectError>, status: u16) {
    match connected {
        Err(ConnectError::Refused(answer)) => assert_eq!(answer.status(), status),
        other => panic!("{other:?}"),
    }
}

fn uuid(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

fn texts(heard: &[Heard]) -> Vec<&str> {
    heard.iter().map(|heard| &*heard.value.text).collect()
}
