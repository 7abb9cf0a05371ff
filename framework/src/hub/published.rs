//! [`Published`]: a message of a topic, one for all who get it.

use std::{
    any::Any,
    fmt,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::cursor::Cursor;
use crate::{
    handler::{Misuse, Result},
    sse::Event,
};

/// A message of a topic. Cloning gives a handle of the same.
///
/// It is read like the value itself. As JSON it is `{"cursor":"…","value":…}`: a client keeps the cursor, and comes again with it.
pub struct Published<T>(Arc<Item<T>>);

struct Item<T> {
    value: T,
    topic: Arc<str>,
    cursor: Cursor,
    /// What was made of it for the first who asked.
    json: Once<Box<str>>,
    event: Once<Bytes>,
}

/// What is made once, or why it cannot be made.
type Once<V> = OnceLock<Result<V, Box<str>>>;

impl<T> Published<T> {
    pub(super) fn new(value: T, topic: &Arc<str>, cursor: Cursor) -> Self {
        Self(Arc::new(Item {
            value,
            topic: Arc::clone(topic),
            cursor,
            json: OnceLock::new(),
            event: OnceLock::new(),
        }))
    }

    /// The name of the topic that it was published to.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.0.topic
    }

    /// The place right behind it.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.0.cursor
    }

    /// Whether it is the very next behind this cursor. Where the first of what has come [since](super::Topic::wait_since) a cursor is not, something
    /// between them was missed: the history does not reach back so far, or the cursor is a foreign one.
    #[must_use]
    pub fn follows(&self, cursor: Cursor) -> bool {
        let Cursor { epoch, number } = self.0.cursor;
        epoch == cursor.epoch && Some(number) == cursor.number.checked_add(1)
    }
}

impl<T: Serialize> Published<T> {
    /// It as JSON, `{"cursor":"…","value":…}`. It is made once, for all who ask.
    ///
    /// # Errors
    ///
    /// 500 when the value cannot be serialized.
    pub fn json(&self) -> Result<&str> {
        self.0.json()
    }

    /// It as an event of a stream: the value as data, the cursor as id.
    pub(super) fn event(&self) -> Result<Bytes> {
        let make = || {
            let event = Event::new().id(self.cursor().to_string())?;
            Ok::<_, crate::handler::Error>(event.json(&self.0.value)?.into_bytes())
        };
        once(&self.0.event, make).cloned()
    }
}

impl<T: Serialize> Item<T> {
    fn json(&self) -> Result<&str> {
        let make = || serde_json::to_string(self).map(Into::into);
        once(&self.json, make).map(|json| &**json)
    }
}

/// A message of whatever type.
pub(crate) trait AnyPublished: Send + Sync {
    fn topic(&self) -> &str;

    fn json(&self) -> Result<&str>;

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<T: Serialize + Send + Sync + 'static> AnyPublished for Item<T> {
    fn topic(&self) -> &str {
        &self.topic
    }

    fn json(&self) -> Result<&str> {
        self.json()
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl<T: Serialize + Send + Sync + 'static> Published<T> {
    /// Forgets of what type it is.
    pub(crate) fn erase(self) -> Arc<dyn AnyPublished> {
        self.0
    }
}

impl<T: Send + Sync + 'static> Published<T> {
    /// A message of this type; `None` where it is of another.
    pub(crate) fn restore(message: Arc<dyn AnyPublished>) -> Option<Self> {
        message.into_any().downcast().ok().map(Self)
    }
}

fn once<V, E: fmt::Display>(slot: &Once<V>, make: impl FnOnce() -> Result<V, E>) -> Result<&V> {
    let made = slot.get_or_init(|| make().map_err(|error| error.to_string().into()));
    made.as_ref()
        .map_err(|error| Misuse::error(error.to_string()))
}

impl<T> Clone for Published<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Published<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: Serialize> Serialize for Published<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Serialize> Serialize for Item<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Published", 2)?;
        fields.serialize_field("cursor", &self.cursor)?;
        fields.serialize_field("value", &self.value)?;
        fields.end()
    }
}

impl<T: fmt::Debug> fmt::Debug for Published<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published")
            .field("cursor", &self.0.cursor)
            .field("value", &self.0.value)
            .finish()
    }
}
