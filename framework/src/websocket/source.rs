//! What a socket has subscribed to: topics of any type, their types erased.

use std::{
    any::type_name,
    fmt,
    sync::Arc,
    task::{Context as TaskContext, Poll},
};

use serde::Serialize;

use crate::{
    handler::{Misuse, Result},
    hub::{AnyPublished, Delivery, Member, Missed, Published, Subscription},
};

/// What has happened on a topic.
pub(super) enum Happening {
    Event(Event),
    Joined(Member),
    Left(Member),
    Missed(Missed),
}

/// A subscription to a topic of some type.
pub(super) trait Source: Send + Sync {
    fn poll_next(&mut self, cx: &mut TaskContext<'_>) -> Poll<Happening>;

    /// Whether it is to the topic of this [key](crate::hub::Topic::key).
    fn is_to(&self, key: usize) -> bool;
}

impl<T: Serialize + Send + Sync + 'static> Source for Subscription<T> {
    fn poll_next(&mut self, cx: &mut TaskContext<'_>) -> Poll<Happening> {
        Subscription::poll_next(self, cx).map(|delivery| match delivery {
            Delivery::Published(message) => Happening::Event(Event(message.erase())),
            Delivery::Joined(member) => Happening::Joined(member),
            Delivery::Left(member) => Happening::Left(member),
            Delivery::Missed(missed) => Happening::Missed(missed),
        })
    }

    fn is_to(&self, key: usize) -> bool {
        self.key() == key
    }
}

/// Something that was published where a socket has subscribed: a [`Published<T>`](Published) of one type or another.
#[derive(Clone)]
pub struct Event(Arc<dyn AnyPublished>);

impl Event {
    /// The name of the topic that it was published to.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.0.topic()
    }

    /// It as JSON, `{"cursor":"…","value":…}`, made once for all who ask.
    ///
    /// # Errors
    ///
    /// 500 when the value cannot be serialized.
    pub fn json(&self) -> Result<&str> {
        self.0.json()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Event").field(&self.json()).finish()
    }
}

/// What the function `event` of a socket can take: a [`Published<T>`](Published), or an [`Event`] where it has subscribed to topics of several types.
#[diagnostic::on_unimplemented(
    message = "what was published cannot be taken as `{Self}`",
    label = "not an event",
    note = "take a `Published<T>`, with the type of the hub"
)]
pub trait FromEvent: Sized + Send {
    /// Takes it.
    ///
    /// # Errors
    ///
    /// It is of another type: the socket has subscribed to a topic of another hub. That ends the socket with 1011.
    fn from_event(event: Event) -> Result<Self>;
}

impl FromEvent for Event {
    fn from_event(event: Event) -> Result<Self> {
        Ok(event)
    }
}

impl<T: Send + Sync + 'static> FromEvent for Published<T> {
    fn from_event(event: Event) -> Result<Self> {
        Self::restore(event.0).ok_or_else(|| {
            Misuse::error(format!(
                "`event` takes a `Published<{}>`, and its socket has subscribed to a topic of another type: take an `Event`",
                type_name::<T>()
            ))
        })
    }
}
