//! Who asks, and in which room.

use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use squall::{
    Context, Cookie, HttpError, Result, State,
    cookie::time::Duration,
    handler::{FromRequestParts, OptionalFromRequestParts, Requirements},
    http::{HeaderName, HeaderValue},
    hub::{Hub, Presence, Topic},
};

use crate::{
    rooms::{Room, Rooms},
    talk::{Name, RoomName, Said, Talk},
};

/// The cookie with the name. It is for this site alone, so no page of another one can speak for somebody.
const COOKIE: &str = "name";

const NAMELESS: HeaderName = HeaderName::from_static("nameless");

/// Lets a browser keep a name.
pub(crate) fn remember(cx: &mut Context, name: &Name) -> Result<()> {
    let value = utf8_percent_encode(name, NON_ALPHANUMERIC).to_string();
    cx.set_cookie(Cookie::build((COOKIE, value)).max_age(Duration::days(365)))
}

impl FromRequestParts for Name {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let name = Self::optional_from_request_parts(cx).await?;
        // The field tells a page whose name is gone from a proxy that lets nothing through.
        let missing = || {
            HttpError::forbidden()
                .with_message("choose a name first")
                .with_header(NAMELESS, HeaderValue::from_static("?1"))
        };
        Ok(name.ok_or_else(missing)?)
    }
}

impl OptionalFromRequestParts for Name {
    /// A cookie that is no name is none: a new one is chosen.
    async fn optional_from_request_parts(cx: &mut Context) -> Result<Option<Self>> {
        let read = |value: String| percent_decode_str(&value).decode_utf8().ok()?.parse().ok();
        Ok(cx.cookie(COOKIE).and_then(read))
    }
}

/// Somebody who may speak in the room of the path.
pub(crate) struct Speaker {
    name: Name,
    topic: Topic<Talk>,
    room: Arc<Room>,
}

impl Speaker {
    /// He is in the room until this is dropped. A handler joins when it answers and not before: others hear of it.
    pub(crate) fn join(&self) -> Result<Presence> {
        self.topic.join(&*self.name)
    }

    /// Says something. Gives whether it is new.
    pub(crate) async fn say(&self, said: Said) -> Result<bool> {
        let talk = Talk::new(said, self.name.clone())?;
        self.room.say(&self.topic, talk).await
    }
}

impl FromRequestParts for Speaker {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let name = Name::from_request_parts(cx).await?;
        let hub = State::<Hub<Talk>>::from_request_parts(cx).await?;
        let rooms = State::<Rooms>::from_request_parts(cx).await?;
        let room = cx.path_parameter("room")?.unwrap_or_default();
        let room: RoomName = room.parse().map_err(|_| HttpError::not_found())?;
        Ok(Self {
            name,
            topic: hub.topic(&room),
            room: rooms.open(&room),
        })
    }

    fn requirements(requirements: &mut Requirements) {
        <State<Hub<Talk>> as FromRequestParts>::requirements(requirements);
        <State<Rooms> as FromRequestParts>::requirements(requirements);
    }
}
