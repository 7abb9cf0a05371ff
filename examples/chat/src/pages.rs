//! The pages: where one chooses a name and a room, and a room.

use askama::Template;
use serde::Deserialize;
use squall::{
    Context, Form, HttpError, Redirect, Result, Routes, State, View, handler,
    handler::IntoResponse,
    http::{HeaderMap, HeaderValue, with_query},
    hub::{Cursor, Hub, Published},
    routes,
    template::filters,
};

use crate::{
    here, rooms,
    talk::{Name, RoomName, Talk},
};

pub(crate) const ROUTES: Routes = routes![Start, RoomPage];

/// What all pages share.
#[handler]
pub(crate) struct Site {}

#[handler]
impl Site {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        let policy = "default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; style-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        for (name, value) in [
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            // A page shows what is said now, to one person.
            ("cache-control", "private, no-cache"),
            ("vary", "cookie"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }

    #[write_error]
    fn error_page(&self, error: &HttpError) -> View<ErrorPage> {
        let faults = error.faults().iter().map(ToString::to_string);
        View(ErrorPage {
            status: error.status().as_u16(),
            phrase: error.phrase(),
            message: error.message().to_owned(),
            faults: faults.collect(),
        })
    }
}

#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    status: u16,
    phrase: &'static str,
    message: String,
    faults: Vec<String>,
}

#[handler(base = site)]
#[route("/")]
pub(crate) struct Start {
    site: Site,
    name: Option<Name>,
    /// The room in which somebody has no name yet.
    #[query]
    room: Option<String>,
    hub: State<Hub<Talk>>,
}

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'s> {
    name: &'s str,
    room: &'s str,
    rooms: Vec<(RoomName, usize)>,
}

#[derive(Deserialize)]
struct Choice {
    name: Name,
    room: RoomName,
}

#[handler]
impl Start {
    async fn get(&self) -> View<StartPage<'_>> {
        View(StartPage {
            name: self.name.as_deref().unwrap_or_default(),
            room: self.room.as_deref().unwrap_or_default(),
            rooms: rooms::list(&self.hub),
        })
    }

    async fn post(&self, cx: &mut Context, choice: Form<Choice>) -> Result<Redirect> {
        here::remember(cx, &choice.name)?;
        Ok(Redirect::see_other(end_of(&choice.room)))
    }
}

#[handler(base = site)]
#[route("/rooms/{room}")]
pub(crate) struct RoomPage {
    site: Site,
    room: RoomName,
    name: Option<Name>,
    hub: State<Hub<Talk>>,
}

#[derive(Template)]
#[template(path = "room.html")]
struct RoomView<'r> {
    room: &'r RoomName,
    name: &'r Name,
    /// None where nothing was said: a topic without messages goes when nobody holds it, and the next one of its name would not know its cursor.
    cursor: Option<Cursor>,
    talks: Vec<Row>,
    members: Vec<String>,
}

/// A message as it stands in the page.
struct Row {
    talk: Published<Talk>,
    is_own: bool,
    /// Whether it goes on with what the same person has just said.
    goes_on: bool,
}

#[handler]
impl RoomPage {
    async fn get(&self, cx: &mut Context) -> Result<impl IntoResponse> {
        let Some(name) = &self.name else {
            let start = with_query(&Start::url(), [("room", &*self.room)]);
            return Redirect::see_other(start).into_response(cx.request());
        };
        let topic = self.hub.topic(&self.room);
        let talks = topic.history();
        let page = View(RoomView {
            room: &self.room,
            name,
            cursor: talks.last().map(Published::cursor),
            talks: rows(talks, name),
            members: topic.members(),
        });
        page.into_response(cx.request())
    }
}

/// The end of what was said in a room.
pub(crate) fn end_of(room: &RoomName) -> String {
    format!("{}#end", RoomPage::url(room))
}

fn rows(talks: Vec<Published<Talk>>, name: &Name) -> Vec<Row> {
    let mut before: Option<Published<Talk>> = None;
    let row = |talk: Published<Talk>| {
        let before = before.replace(talk.clone());
        Row {
            is_own: talk.name == *name,
            goes_on: before.is_some_and(|before| {
                before.name == talk.name && talk.at.saturating_sub(before.at) < AT_ONCE
            }),
            talk,
        }
    };
    talks.into_iter().map(row).collect()
}

/// What somebody says within so many milliseconds goes on with what he has said before; `log.js` has it too.
const AT_ONCE: u64 = 5 * 60 * 1000;
