//! Four pages, each answered by a handler with `View`, and by one that calls Askama by hand and makes the same answer of the text. The
//! messages of the fourth are those of a catalogue: with the filter `t`, and with the language as a value of the page.

use std::{
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
};

use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use squall::{
    Application, Html, Result, Routes, View,
    askama::Template,
    handler,
    handler::Body,
    locale::{Locale, Locales},
    routes,
    template::filters,
};
use tower_service::Service;

#[path = "../servers/pages.rs"]
mod table;

use table::{Page as Table, ROWS};

/// Ten values.
#[derive(Clone, Copy, Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = "<!doctype html><html><head><title>{{ title }}</title></head><body><h1>{{ title }}</h1>\
        <p>{{ name }}, {{ age }}, of {{ town }}, writes: {{ text }}</p>\
        <ul><li>{{ first }}<li>{{ second }}<li>{{ third }}</ul><p>{{ count }} in all</p></body></html>"
)]
struct Small {
    title: &'static str,
    name: &'static str,
    age: u32,
    town: &'static str,
    text: &'static str,
    first: u32,
    second: u32,
    third: &'static str,
    count: usize,
}

const SMALL: Small = Small {
    title: "A page",
    name: "Ada & Grace",
    age: 36,
    town: "London",
    text: "\"Nothing\" is <b>escaped</b> by hand",
    first: 1,
    second: 2,
    third: "three",
    count: 3,
};

/// Fifty messages by the filter.
#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = "<!doctype html><html><body><ul>{% for message in MESSAGES.iter() %}<li>{{ message.as_str()|t }}</li>{% endfor %}</ul></body></html>"
)]
struct Filtered;

/// The same without it.
#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = "<!doctype html><html><body><ul>{% for message in MESSAGES.iter() %}<li>{{ locale.t(message) }}</li>{% endfor %}</ul></body></html>"
)]
struct Spoken<'l> {
    locale: &'l Locale,
}

static MESSAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let message = |number| format!("Message {number} of the \"program\", as long as they are");
    (1..=50).map(message).collect()
});

fn locales() -> Locales {
    let message = |text: &String| {
        let text = text.replace('"', "\\\"");
        format!("msgid \"{text}\"\nmsgstr \"Nachricht: {text}\"\n\n")
    };
    let german: String = MESSAGES.iter().map(message).collect();
    Locales::new("en").catalogue("de", &german).expect("a catalogue")
}

#[handler]
#[route("/view/messages")]
struct MessagesView;

#[handler]
impl MessagesView {
    fn get(&self) -> View<Filtered> {
        View(Filtered)
    }
}

#[handler]
#[route("/hand/messages")]
struct MessagesHand {
    locale: Locale,
}

#[handler]
impl MessagesHand {
    fn get(&self) -> Result<Html<String>> {
        let page = Spoken { locale: &self.locale };
        Ok(Html(page.render()?))
    }
}

/// A handler with `View` and one without.
macro_rules! pairs {
    ($($view:ident $view_path:literal $hand:ident $hand_path:literal $page:ident $value:expr;)*) => {
        $(
            #[handler]
            #[route($view_path)]
            struct $view;

            #[handler]
            impl $view {
                fn get(&self) -> View<$page> {
                    View($value)
                }
            }

            #[handler]
            #[route($hand_path)]
            struct $hand;

            #[handler]
            impl $hand {
                fn get(&self) -> Result<Html<String>> {
                    Ok(Html($value.render()?))
                }
            }
        )*

        const ROUTES: Routes = routes![MessagesView, MessagesHand, $($view, $hand),*];
    };
}

pairs! {
    SmallView "/view/small" SmallHand "/hand/small" Small SMALL;
    HundredView "/view/100" HundredHand "/hand/100" Table Table::of(100);
    ThousandView "/view/1000" ThousandHand "/hand/1000" Table Table::of(ROWS);
}

/// What the pages are called.
pub const NAMES: [&str; 4] = ["small", "100", "1000", "messages"];

/// An application in process. Without entity tags: a hash of the page is the same work on both sides, and more than the rest.
pub struct Site(Application);

impl Site {
    pub fn new() -> Self {
        Self(Application::new(ROUTES).state(locales()).entity_tags(false))
    }

    /// The length of a page that was asked for: `view` or `hand`, and a name.
    pub fn ask(&mut self, path: &str) -> usize {
        let request = Request::get(path).header("host", "localhost").header("accept-language", "de").body(Body::default());
        let answer = self.0.call(request.expect("a request"));
        let Ok(answer) = there(answer);
        assert_eq!(answer.status(), StatusCode::OK);
        there(answer.into_body().collect()).expect("content in memory").to_bytes().len()
    }
}

/// What is there without waiting.
fn there<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing of this waits"),
    }
}
