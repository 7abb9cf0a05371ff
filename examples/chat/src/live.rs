//! What a page that is open talks to: a WebSocket, or an event stream, or long polls, of which the latter two say what is typed by `POST`.
//!
//! All begin behind a cursor, and what comes is in the order of the room.

use std::{
    hash::{DefaultHasher, Hash, Hasher as _},
    time::Duration,
};

use serde::Serialize;
use squall::{
    Context, Form, Json, Redirect, Result, Routes, State, handler,
    handler::IntoResponse,
    http::StatusCode,
    hub::{Cursor, Delivery, Hub, Member, Missed, Presence, Published, Subscription, Topic},
    routes,
    sse::{EventStream, LastEventId},
    websocket,
    websocket::{CloseCode, CloseReason, Settings, WebSocket},
};

use crate::{
    here::Speaker,
    pages,
    talk::{Id, Name, RoomName, Said, Talk},
};

pub(crate) const ROUTES: Routes =
    routes![RoomSocket, RoomEvents, RoomUpdates, RoomMembers, RoomTalks];

/// So long a list of people waits for somebody to come or go.
const PATIENCE: Duration = Duration::from_secs(25);

#[websocket]
#[route("/rooms/{room}/socket")]
pub(crate) struct RoomSocket {
    room: RoomName,
    #[query]
    cursor: Option<Cursor>,
    speaker: Speaker,
    #[default]
    _presence: Option<Presence>,
    hub: State<Hub<Talk>>,
}

/// What a socket says beside what was said.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum News {
    Members(Vec<String>),
    Joined(Member),
    Left(Member),
    /// At the beginning, that the history does not reach back to where the page was. Later on, that the page reads too slowly: notices of who
    /// came and went are among it, and the page begins anew.
    Missed(u64),
    /// This was published before.
    Known(Id),
    Alive {},
}

#[websocket]
impl RoomSocket {
    /// A browser answers pings, and lets no page know of them. So the page is told when an answer has come, and gives up a socket from which it
    /// has heard nothing for much longer.
    fn settings(&self) -> Settings {
        let pause = Duration::from_secs(20);
        Settings::default()
            .max_message(16 * 1024)
            .ping_interval(pause)
            .ping_timeout(pause)
    }

    /// Only here it is sure that this becomes a socket, and that no page of another site has asked for it.
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        let topic = self.hub.topic(&self.room);
        let full = |_| CloseReason::new(CloseCode::TRY_AGAIN, "the room is full");
        self._presence = Some(self.speaker.join().map_err(full)?);
        socket.subscribe_since(topic.clone(), self.cursor).await?;
        // Who comes and goes from here on is told behind that.
        let members = topic.members();
        socket.send(Json(News::Members(members))).await
    }

    async fn message(&mut self, socket: &mut WebSocket, said: Json<Said>) -> Result<()> {
        let said = said.into_inner();
        let id = said.id;
        match (self.speaker.say(said).await?, id) {
            (false, Some(id)) => socket.send(Json(News::Known(id))).await,
            _ => Ok(()),
        }
    }

    async fn event(&mut self, socket: &mut WebSocket, talk: Published<Talk>) -> Result<()> {
        socket.send(&talk).await
    }

    async fn joined(&mut self, socket: &mut WebSocket, member: Member) -> Result<()> {
        socket.send(Json(News::Joined(member))).await
    }

    async fn left(&mut self, socket: &mut WebSocket, member: Member) -> Result<()> {
        socket.send(Json(News::Left(member))).await
    }

    async fn missed(&mut self, socket: &mut WebSocket, missed: Missed) -> Result<()> {
        socket.send(Json(News::Missed(missed.messages))).await
    }

    async fn pong(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.send(Json(News::Alive {})).await
    }
}

#[handler]
#[route("/rooms/{room}/events")]
pub(crate) struct RoomEvents {
    room: RoomName,
    last: LastEventId,
    speaker: Speaker,
    #[default]
    _presence: Option<Presence>,
    hub: State<Hub<Talk>>,
}

#[handler]
impl RoomEvents {
    async fn get(&mut self) -> Result<EventStream> {
        self._presence = Some(self.speaker.join()?);
        self.hub
            .topic(&self.room)
            .events_since(self.last.cursor())
            .await
    }

    /// A handler lives until the end of its answer where it is told of that. Without this, one would be there until the stream begins.
    #[on_connection_close]
    fn gone(&self) {}
}

#[handler]
#[route("/rooms/{room}/updates")]
pub(crate) struct RoomUpdates {
    room: RoomName,
    #[query]
    cursor: Option<Cursor>,
    speaker: Speaker,
    hub: State<Hub<Talk>>,
}

#[handler]
impl RoomUpdates {
    /// The field `missed` says that something is missing before the first message, which a page cannot tell by cursors.
    async fn get(&self, cx: &mut Context) -> Result<Json<Vec<Published<Talk>>>> {
        let _presence = self.speaker.join()?;
        let topic = self.hub.topic(&self.room);
        let talks = topic.wait_since(self.cursor).await?;
        if let (Some(cursor), Some(first)) = (self.cursor, talks.first())
            && !first.follows(cursor)
        {
            cx.set_header("missed", "?1")?;
        }
        Ok(Json(talks))
    }
}

/// Who is there, for those whom no socket tells. With the version of the list that a page has, it waits until there is another one.
#[handler]
#[route("/rooms/{room}/members")]
pub(crate) struct RoomMembers {
    room: RoomName,
    #[query]
    version: Option<String>,
    _name: Name,
    hub: State<Hub<Talk>>,
}

#[derive(Serialize)]
struct Members {
    members: Vec<String>,
    version: String,
}

#[handler]
impl RoomMembers {
    async fn get(&self, cx: &mut Context) -> Json<Members> {
        // First this, then a look: so nobody who comes in between is overlooked.
        let topic = self.hub.topic(&self.room);
        let mut changes = topic.subscribe();
        let now = Members::of(&topic);
        if self.version.as_ref() == Some(&now.version) {
            tokio::select! {
                () = change(&mut changes) => {}
                () = tokio::time::sleep(PATIENCE) => {}
                () = cx.shutdown().begun() => {}
            }
        }
        Json(Members::of(&topic))
    }
}

impl Members {
    fn of(topic: &Topic<Talk>) -> Self {
        let members = topic.members();
        let mut hasher = DefaultHasher::new();
        members.hash(&mut hasher);
        let version = format!("{:x}", hasher.finish());
        Self { members, version }
    }
}

async fn change(changes: &mut Subscription<Talk>) {
    while let Delivery::Published(_) = changes.recv().await {}
}

/// Saying something without a socket.
#[handler(max_body = "32 KiB")]
#[route("/rooms/{room}/talks")]
pub(crate) struct RoomTalks {
    room: RoomName,
    speaker: Speaker,
}

#[handler]
impl RoomTalks {
    /// 201 for what is new, 200 for what is known. A form without a script leads back to the room.
    async fn post(&self, cx: &mut Context, said: Form<Said>) -> Result<impl IntoResponse> {
        let is_new = self.speaker.say(said.into_inner()).await?;
        let status = match is_new {
            true => StatusCode::CREATED,
            false => StatusCode::OK,
        };
        let back = Redirect::see_other(pages::end_of(&self.room));
        Ok(match cx.request().prefers_json() {
            true => status.into_response(cx.request())?,
            false => back.into_response(cx.request())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::News;

    #[test]
    fn all_news_are_objects() {
        for news in [News::Members(Vec::new()), News::Missed(0), News::Alive {}] {
            let json = serde_json::to_value(&news).unwrap();
            assert!(json.is_object(), "{json}");
        }
    }
}
