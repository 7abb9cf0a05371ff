//! A hub: topics that some publish to and others listen to, whatever they listen with. Feature `websocket`.
//!
//! A handler publishes to a [`Topic`] of a [`Hub`], which all handlers share as a state. Sockets, [event streams](crate::sse) and long polls
//! hear of it in one order; who comes again with a [`Cursor`] gets what has come meanwhile. Who is there is known by [`Presence`].
//!
//! The hub lives in the memory of the process: when that ends, its messages are gone.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use squall::{
//!     Application, Json, Result, State, handler,
//!     hub::{Cursor, Hub, Published},
//!     routes,
//!     sse::{EventStream, LastEventId},
//! };
//!
//! #[derive(Serialize, Deserialize)]
//! struct Talk {
//!     text: String,
//! }
//!
//! /// Where one speaks, and asks for what was said.
//! #[handler]
//! #[route("/rooms/{room}/updates")]
//! struct RoomUpdates {
//!     room: String,
//!     #[query]
//!     cursor: Option<Cursor>,
//!     hub: State<Hub<Talk>>,
//! }
//!
//! #[handler]
//! impl RoomUpdates {
//!     async fn get(&self) -> Result<Json<Vec<Published<Talk>>>> {
//!         Ok(Json(self.hub.topic(&self.room).wait_since(self.cursor).await?))
//!     }
//!
//!     async fn post(&self, talk: Json<Talk>) -> Result<()> {
//!         self.hub.topic(&self.room).publish(talk.into_inner()).await
//!     }
//! }
//!
//! /// Where one listens.
//! #[handler]
//! #[route("/rooms/{room}/events")]
//! struct RoomEvents {
//!     room: String,
//!     last: LastEventId,
//!     hub: State<Hub<Talk>>,
//! }
//!
//! #[handler]
//! impl RoomEvents {
//!     async fn get(&self) -> Result<EventStream> {
//!         self.hub.topic(&self.room).events_since(self.last.cursor()).await
//!     }
//! }
//!
//! let app = Application::new(routes![RoomUpdates, RoomEvents]).state(Hub::<Talk>::new());
//! # app.check().unwrap();
//! ```

mod channel;
mod cursor;
mod grace;
mod origin;
mod presence;
mod published;
mod subscription;
mod topic;
mod topics;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

pub(crate) use self::published::AnyPublished;
pub use self::{
    cursor::{Cursor, ParseCursorError},
    presence::{Member, Presence},
    published::Published,
    subscription::{Delivery, Missed, Subscription},
    topic::Topic,
};
use self::{
    grace::Grace,
    origin::{Here, Origin},
    topics::{Hold, Topics},
};
use crate::{handler::State, sse::LastEventId};

/// Topics with messages of one type. Cloning gives a handle of the same.
///
/// Who publishes waits for nobody, and a message is kept once for all who get it: each of them has no more than a place in the history of its
/// topic.
///
/// | setting | default | |
/// |---|---|---|
/// | [`history`](Self::history) | 256 messages | of each topic |
/// | [`keep`](Self::keep) | 1 hour | of a topic that nobody uses |
/// | [`max_topics`](Self::max_topics) | 10,000 | beyond that, one goes that nobody uses |
/// | [`max_members`](Self::max_members) | 10,000 | of each topic |
/// | [`grace`](Self::grace) | none | of a member who leaves |
/// | [`patience`](Self::patience) | 25 seconds | of a long poll |
///
/// They are said where the hub is made, before it is cloned or used.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use squall::hub::Hub;
///
/// let hub = Hub::<String>::new().history(50).keep(Duration::from_secs(600));
/// # let _ = hub;
/// ```
pub struct Hub<T> {
    core: Arc<Core<T>>,
}

/// What all handles of a hub share.
struct Core<T> {
    settings: Settings,
    topics: Topics<T>,
    counts: Counts,
    origin: Box<dyn Origin<T>>,
    grace: Grace<T>,
}

#[derive(Debug)]
struct Settings {
    history: usize,
    keep: Duration,
    max_topics: usize,
    max_members: usize,
    grace: Duration,
    patience: Duration,
}

#[derive(Debug, Default)]
struct Counts {
    subscribers: AtomicUsize,
    members: AtomicUsize,
    published: AtomicU64,
    missed: AtomicU64,
}

impl<T: Send + Sync + 'static> Hub<T> {
    /// A hub in the memory of this process.
    #[must_use]
    pub fn new() -> Self {
        Self {
            core: Arc::new(Core {
                settings: Settings {
                    history: 256,
                    keep: Duration::from_secs(60 * 60),
                    max_topics: 10_000,
                    max_members: 10_000,
                    grace: Duration::ZERO,
                    patience: Duration::from_secs(25),
                },
                topics: Topics::new(),
                counts: Counts::default(),
                origin: Box::new(Here),
                grace: Grace::new(),
            }),
        }
    }
}

impl<T> Hub<T> {
    /// How many messages of each topic are kept, for who comes later or falls behind. At least 1. Default: 256.
    ///
    /// # Panics
    ///
    /// As every setting: when the hub was cloned or used before.
    #[must_use]
    #[track_caller]
    pub fn history(self, messages: usize) -> Self {
        self.with(|settings| settings.history = messages)
    }

    /// How long the history of a topic is kept that nobody uses: that has no subscriber, no member and no handle. Default: 1 hour. It
    /// is looked at when topics are used.
    ///
    /// # Panics
    ///
    /// As [`history`](Self::history).
    #[must_use]
    #[track_caller]
    pub fn keep(self, duration: Duration) -> Self {
        self.with(|settings| settings.keep = duration)
    }

    /// The most topics there are. Where one more comes, that one goes which was not used for the longest time; one that is in use never goes, so
    /// there may be more where each is in use. Default: 10,000.
    ///
    /// Names may come from clients, therefore. It is not said how large a message is: that is up to who publishes.
    ///
    /// # Panics
    ///
    /// As [`history`](Self::history).
    #[must_use]
    #[track_caller]
    pub fn max_topics(self, topics: usize) -> Self {
        self.with(|settings| settings.max_topics = topics)
    }

    /// The most [members](Topic::join) of each topic, by name. Default: 10,000.
    ///
    /// # Panics
    ///
    /// As [`history`](Self::history).
    #[must_use]
    #[track_caller]
    pub fn max_members(self, members: usize) -> Self {
        self.with(|settings| settings.max_members = members)
    }

    /// How long somebody is still there whose [`Presence`] was dropped: who is back within that time was never away. Default: zero.
    ///
    /// A page that is loaded anew leaves and joins; with a grace of a few seconds nobody hears of it. [`Presence::leave`] does without.
    ///
    /// # Panics
    ///
    /// As [`history`](Self::history).
    #[must_use]
    #[track_caller]
    pub fn grace(self, duration: Duration) -> Self {
        self.with(|settings| settings.grace = duration)
    }

    /// How long a [long poll](Topic::wait_since) waits until it is answered with nothing. Default: 25 seconds, so that it is over before
    /// what stands between client and server gives it up, and before the server does when it ends
    /// ([`drain_deadline`](crate::server::Limits::drain_deadline)).
    ///
    /// # Panics
    ///
    /// As [`history`](Self::history).
    #[must_use]
    #[track_caller]
    pub fn patience(self, duration: Duration) -> Self {
        self.with(|settings| settings.patience = duration)
    }

    #[track_caller]
    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        match Arc::get_mut(&mut self.core) {
            Some(core) => change(&mut core.settings),
            None => panic!("the settings of a hub are said before it is cloned or used"),
        }
        self
    }

    /// A handle of the topic of this name. Any text is one; a topic is there as soon as it is asked for.
    #[must_use]
    pub fn topic(&self, name: &str) -> Topic<T> {
        Topic::new(Hold::open(&self.core, name))
    }

    /// The names of the topics that there are, sorted: those that somebody uses, and those whose history is kept.
    #[must_use]
    pub fn topics(&self) -> Vec<String> {
        self.core.topics.names()
    }

    /// What there is at the moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let counts = &self.core.counts;
        Stats {
            topics: self.core.topics.len(),
            subscribers: counts.subscribers.load(Ordering::Relaxed),
            members: counts.members.load(Ordering::Relaxed),
            published: counts.published.load(Ordering::Relaxed),
            missed: counts.missed.load(Ordering::Relaxed),
        }
    }
}

impl<T> State<Hub<T>> {
    /// As [`Hub::topic`]; a [`wait_since`](Topic::wait_since) of it also ends when the server of this application does.
    #[must_use]
    pub fn topic(&self, name: &str) -> Topic<T> {
        (**self).topic(name).until(self.shutdown())
    }
}

impl LastEventId {
    /// The cursor of the last message, where the events are those of a [topic](crate::hub::Topic::events_since). `None` where there is no id, or
    /// one that is no cursor: an `EventSource` sends the last id that it has heard, whoever has made that, and would not come again after an error.
    ///
    /// A field `#[query] cursor: Option<Cursor>` answers what is no cursor with 400. It is for long polls and WebSockets, whose client is a program
    /// that is told what it does wrong; this one is for event streams.
    #[must_use]
    pub fn cursor(&self) -> Option<Cursor> {
        self.as_str()?.parse().ok()
    }
}

impl<T: Send + Sync + 'static> Default for Hub<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Hub<T> {
    fn clone(&self) -> Self {
        Self {
            core: Arc::clone(&self.core),
        }
    }
}

impl<T> fmt::Debug for Hub<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("settings", &self.core.settings)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

/// What a [`Hub`] has at the moment, and what it has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// The topics, those that nobody uses among them.
    pub topics: usize,
    /// The subscriptions: event streams and long polls under way among them.
    pub subscribers: usize,
    /// The members of all topics, each name in a topic once.
    pub members: usize,
    /// The messages that were published, ever.
    pub published: u64,
    /// What subscribers were told that they have missed, ever.
    pub missed: u64,
}
