//! The blog as its readers and its author meet it.

use std::path::Path;

use scraper::{ElementRef, Html, Selector};
use squall::testing::{TestClient, TestRequest, TestResponse};
use tempfile::TempDir;

use super::{
    access::{Author, Key},
    app, locales, own_messages,
    site::About,
    store::Store,
};

mod hostile;
mod importing;
mod languages;
mod reading;
mod writing;

/// A blog of its own, in memory, asked by its author.
struct Blog {
    client: TestClient,
    store: Store,
}

/// The key of the author, and the cookie with it.
const KEY: &str = "0123456789abcdef";
const COOKIE: &str = "author=0123456789abcdef";

impl Blog {
    async fn of(about: About) -> Self {
        let (store, is_new) = Store::open(":memory:").await.unwrap();
        assert!(is_new);
        let client = TestClient::new(app(store.clone(), about, locales().unwrap()));
        Self { client, store }
    }

    async fn new() -> Self {
        Self::of(about()).await
    }

    async fn page(&self, target: &str) -> Page {
        let answer = self.get(target).send().await;
        assert_eq!(answer.status(), 200, "{target}");
        Page::of(answer).await
    }

    async fn status(&self, target: &str) -> u16 {
        self.get(target).send().await.status().as_u16()
    }

    fn get(&self, target: &str) -> TestRequest<'_> {
        self.client.get(target).header("cookie", COOKIE)
    }

    /// What a page of the blog sends.
    fn post(&self, target: &str) -> TestRequest<'_> {
        let request = self.client.post(target).header("cookie", COOKIE);
        request.header("sec-fetch-site", "same-origin")
    }

    /// Sends a form as a browser does from a page of the blog.
    async fn send(&self, target: &str, fields: &[(&str, &str)]) -> TestResponse {
        self.post(target).form(&fields).send().await
    }

    /// Writes a post, and gives the path of it.
    async fn write(&self, title: &str, text: &str) -> String {
        let answer = self
            .send("/compose", &[("title", title), ("text", text)])
            .await;
        assert_eq!(answer.status(), 303);
        answer.header("location").unwrap().to_owned()
    }
}

fn about() -> About {
    About {
        title: "Test & Co".to_owned(),
        author: Some(Author {
            name: "Ann".to_owned(),
            key: Key::read(KEY).unwrap(),
        }),
        url: None,
    }
}

/// A page, or a part of one, as a browser reads it.
struct Page(Html);

impl Page {
    async fn of(answer: TestResponse) -> Self {
        Self(Html::parse_document(&answer.text().await))
    }

    fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        self.0.select(&Selector::parse(selector).unwrap()).collect()
    }

    fn texts(&self, selector: &str) -> Vec<String> {
        self.all(selector).into_iter().map(words).collect()
    }

    fn text(&self, selector: &str) -> String {
        self.texts(selector).join("|")
    }

    fn has(&self, selector: &str) -> bool {
        !self.all(selector).is_empty()
    }
}

/// The text of an element, with single blanks.
fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes files into a folder.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path: &Path = &folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}
