//! [`Topic`]: what one publishes to, listens to, and is a member of.

use std::{fmt, future::poll_fn, sync::atomic::Ordering};

use serde::Serialize;
use tokio::time::sleep;

use super::{
    channel::Position,
    cursor::Cursor,
    presence::Presence,
    published::Published,
    subscription::{Events, Subscription},
    topics::Hold,
};
use crate::{
    handler::{Result, Shutdown},
    sse::EventStream,
};

/// A handle of a topic of a [`Hub`](super::Hub), cheap to make and to clone.
///
/// Its messages are in one order, which is the same for all who listen. The topic lives as long as a handle, a subscription or a member of it; how
/// long its history is kept from then on is a [setting](super::Hub::keep) of the hub.
pub struct Topic<T> {
    hold: Hold<T>,
    end: Option<Shutdown>,
}

impl<T> Topic<T> {
    pub(super) fn new(hold: Hold<T>) -> Self {
        Self { hold, end: None }
    }

    /// Lets a [`wait_since`](Self::wait_since) end when this signal is given. Who takes the topic from a `State<Hub<T>>` has that of the application;
    /// this is for a hub that is somewhere else.
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::{Context, Json, Result, State, handler, hub::{Hub, Published}};
    ///
    /// struct Site {
    ///     news: Hub<String>,
    /// }
    ///
    /// #[handler]
    /// #[route("/updates")]
    /// struct Updates {
    ///     site: State<Site>,
    /// }
    ///
    /// #[handler]
    /// impl Updates {
    ///     async fn get(&self, cx: &mut Context) -> Result<Json<Vec<Published<String>>>> {
    ///         let topic = self.site.news.topic("all").until(cx.shutdown());
    ///         Ok(Json(topic.wait_since(None).await?))
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn until(self, end: &Shutdown) -> Self {
        Self {
            end: Some(end.clone()),
            ..self
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.hold.name()
    }

    /// What tells it from all other topics that there are.
    pub(crate) fn key(&self) -> usize {
        self.hold.key()
    }

    /// The place behind the message that was published last: what comes from now on comes since then.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.hold.cursor()
    }

    /// The messages that are kept, the oldest first.
    #[must_use]
    pub fn history(&self) -> Vec<Published<T>> {
        self.hold.messages()
    }

    /// Who is there, sorted.
    #[must_use]
    pub fn members(&self) -> Vec<String> {
        self.hold.members()
    }

    /// Subscribes to what is published from now on, and to who comes and goes.
    pub fn subscribe(&self) -> Subscription<T> {
        Subscription::new(self.hold.clone(), self.hold.end())
    }
}

impl<T: Send + Sync + 'static> Topic<T> {
    /// Publishes a message: it is behind all others of the topic, and goes to all who listen. It waits for none of them.
    ///
    /// # Errors
    ///
    /// None where the hub lives in this process.
    pub async fn publish(&self, message: T) -> Result<()> {
        let core = &self.hold.core;
        core.counts.published.fetch_add(1, Ordering::Relaxed);
        match core.origin.publish(&self.hold, message) {
            None => Ok(()),
            Some(doing) => doing.await,
        }
    }

    /// Subscribes to what has been published behind a cursor and to what comes from now on, and to who comes and goes from now on. Without a cursor,
    /// that is the whole history.
    ///
    /// Where the history does not reach back to the cursor, or the cursor is foreign, the first that comes is a
    /// [`Delivery::Missed`](super::Delivery::Missed), and then all there is.
    ///
    /// # Errors
    ///
    /// None where the hub lives in this process.
    pub async fn subscribe_since(
        &self,
        cursor: impl Into<Option<Cursor>>,
    ) -> Result<Subscription<T>> {
        let cursor = cursor.into();
        Ok(self.read(self.reach(cursor).await?))
    }

    /// Waits for messages behind a cursor, for a long poll: the client comes again with the cursor of the last one.
    ///
    /// It gives at once what there is already, at most the [history](super::Hub::history), and without a cursor all of that. Where there is
    /// nothing it waits for the next message. The list is empty when none has come for as long as the hub has
    /// [patience](super::Hub::patience), and when the server ends: the client comes again with the cursor that it has. What is not the very next behind
    /// the cursor says so by [`Published::follows`].
    ///
    /// Dropping the future leaves nothing behind.
    ///
    /// # Errors
    ///
    /// None where the hub lives in this process.
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::{
    ///     Json, Result, State, handler,
    ///     hub::{Cursor, Hub, Published},
    /// };
    ///
    /// #[handler]
    /// #[route("/rooms/{room}/updates")]
    /// struct RoomUpdates {
    ///     room: String,
    ///     #[query]
    ///     cursor: Option<Cursor>,
    ///     hub: State<Hub<String>>,
    /// }
    ///
    /// #[handler]
    /// impl RoomUpdates {
    ///     async fn get(&self) -> Result<Json<Vec<Published<String>>>> {
    ///         Ok(Json(self.hub.topic(&self.room).wait_since(self.cursor).await?))
    ///     }
    /// }
    /// ```
    pub async fn wait_since(&self, cursor: impl Into<Option<Cursor>>) -> Result<Vec<Published<T>>> {
        let cursor = cursor.into();
        let position = self.reach(cursor).await?;
        let mut subscription = self.read(position.without_notices());
        if let Some(messages) = subscription.take_messages() {
            return Ok(messages);
        }
        // What waits is large, and what is there already is the rule: only who waits has it.
        Ok(Box::pin(self.wait(subscription)).await)
    }

    async fn wait(&self, mut subscription: Subscription<T>) -> Vec<Published<T>> {
        let end = async {
            match &self.end {
                Some(end) => end.begun().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            messages = poll_fn(|cx| subscription.poll_messages(cx)) => messages,
            () = end => Vec::new(),
            () = sleep(self.hold.core.settings.patience) => Vec::new(),
        }
    }

    /// Joins under a name: who is there is known to all, until the [`Presence`] is dropped.
    ///
    /// A name may join several times, a person with several windows. It counts once: [`Joined`](super::Delivery::Joined) is delivered for the first
    /// time, [`Left`](super::Delivery::Left) when the last one leaves.
    ///
    /// # Errors
    ///
    /// 400 for a name of more than 256 bytes, 503 where there are [as many as there may be](super::Hub::max_members).
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::hub::Hub;
    ///
    /// # fn main() -> squall::Result<()> {
    /// let hub = Hub::<String>::new();
    /// let den = hub.topic("den");
    /// let ada = den.join("Ada")?;
    /// let again = den.join("Ada")?;
    /// ada.leave();
    /// assert_eq!(den.members(), ["Ada"]);
    /// drop(again);
    /// assert!(den.members().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn join(&self, name: impl Into<String>) -> Result<Presence> {
        Presence::new(self.hold.clone(), name.into())
    }

    /// Where a reader begins.
    async fn reach(&self, cursor: Option<Cursor>) -> Result<Position> {
        if let Some(doing) = self.hold.core.origin.reach(&self.hold, cursor) {
            doing.await?;
        }
        Ok(self.hold.behind(cursor))
    }

    fn read(&self, position: Position) -> Subscription<T> {
        Subscription::new(self.hold.clone(), position)
    }
}

impl<T: Serialize + Send + Sync + 'static> Topic<T> {
    /// The messages behind a cursor and all that come from now on, as server-sent events: the message as JSON in the data, its cursor as the id. So a
    /// client that comes again sends the cursor as its [`LastEventId`](crate::sse::LastEventId).
    ///
    /// Without a cursor, it begins with the whole history: a page that is loaded anew shows what was said. One that has rendered the history puts the
    /// [cursor of its last message](Published::cursor) into the URL, `/rooms/den/events?last-event-id=…`, and none where there is no message: a topic without
    /// messages goes with its last handle, and its [`cursor`](Self::cursor) is foreign to the next.
    ///
    /// Who has missed something gets an event with the name `missed` and the count as data, and then goes on: a client that was away for longer than the
    /// [history](super::Hub::history) reaches, or does not read as fast as others publish. Where nobody knows how much, as behind a foreign cursor,
    /// the count is the least that it can be, which may be 0.
    ///
    /// # Errors
    ///
    /// None where the hub lives in this process. A message that cannot be serialized ends the stream, and is logged.
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::{
    ///     Result, State, handler,
    ///     hub::Hub,
    ///     sse::{EventStream, LastEventId},
    /// };
    ///
    /// #[handler]
    /// #[route("/rooms/{room}/events")]
    /// struct RoomEvents {
    ///     room: String,
    ///     last: LastEventId,
    ///     hub: State<Hub<String>>,
    /// }
    ///
    /// #[handler]
    /// impl RoomEvents {
    ///     async fn get(&self) -> Result<EventStream> {
    ///         self.hub.topic(&self.room).events_since(self.last.cursor()).await
    ///     }
    /// }
    /// ```
    pub async fn events_since(&self, cursor: impl Into<Option<Cursor>>) -> Result<EventStream> {
        let cursor = cursor.into();
        let position = self.reach(cursor).await?;
        let subscription = self.read(position.without_notices());
        Ok(EventStream::encoded(Events(subscription)))
    }
}

impl<T> Clone for Topic<T> {
    fn clone(&self) -> Self {
        Self {
            hold: self.hold.clone(),
            end: self.end.clone(),
        }
    }
}

impl<T> fmt::Debug for Topic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Topic").field(&self.name()).finish()
    }
}
