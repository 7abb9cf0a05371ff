//! Who is there: [`Member`]s of a topic, each as long as a [`Presence`] of it lives.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use ::http::StatusCode;
use serde::{Serialize, Serializer};

use super::{Core, grace, topics::Hold};
use crate::handler::{HttpError, Result};

/// The longest name, in bytes.
const LONGEST: usize = 256;

/// Somebody who is at a topic, by name. As JSON it is the name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member {
    name: Arc<str>,
    topic: Arc<str>,
}

impl Member {
    pub(super) fn new(name: impl Into<Arc<str>>, topic: &Arc<str>) -> Self {
        Self {
            name: name.into(),
            topic: Arc::clone(topic),
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the topic.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("name", &self.name)
            .field("topic", &self.topic)
            .finish()
    }
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

/// That somebody is there, until it is dropped. See [`Topic::join`](super::Topic::join).
///
/// In a field of a handler it lives until the answer has been sent only where the handler has an `#[on_finish]` or an `#[on_connection_close]`: of an
/// event stream or a long poll, write one of them, even an empty one.
#[must_use = "who has joined leaves when this is dropped"]
pub struct Presence {
    member: Member,
    // Of which topic does not matter to who holds it. `None` when it was left.
    seat: Option<Box<dyn Held>>,
}

impl Presence {
    pub(super) fn new<T: Send + Sync + 'static>(hold: Hold<T>, name: String) -> Result<Self> {
        if name.len() > LONGEST {
            let error = format!("the name of a member has at most {LONGEST} bytes");
            return Err(HttpError::bad_request(error).into());
        }
        let member = Member::new(name, hold.name());
        let seat = Seat::take(hold, member.clone())?;
        Ok(Self {
            member,
            seat: Some(Box::new(seat)),
        })
    }

    /// Who is there.
    #[must_use]
    pub fn member(&self) -> &Member {
        &self.member
    }

    /// Leaves at once, without [grace](super::Hub::grace).
    pub fn leave(mut self) {
        drop(self.seat.take());
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if let Some(seat) = self.seat.take() {
            seat.give_up();
        }
    }
}

impl fmt::Debug for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Presence").field(&self.member).finish()
    }
}

/// A seat at a topic of any type.
trait Held: Send + Sync {
    /// Leaves it, with grace.
    fn give_up(self: Box<Self>);
}

impl<T: Send + Sync + 'static> Held for Seat<T> {
    fn give_up(self: Box<Self>) {
        grace::give_up(*self);
    }
}

/// A seat at a topic, which is free when it is dropped.
pub(super) struct Seat<T> {
    hold: Hold<T>,
    member: Member,
}

impl<T> Seat<T> {
    fn take(hold: Hold<T>, member: Member) -> Result<Self> {
        let core = &hold.core;
        let Some(is_first) = hold.enter(&member, core.settings.max_members) else {
            let error = HttpError::new(StatusCode::SERVICE_UNAVAILABLE);
            return Err(error.with_message("there are too many here already").into());
        };
        if is_first {
            core.counts.members.fetch_add(1, Ordering::Relaxed);
            core.origin.joined(&hold, &member);
        }
        Ok(Self { hold, member })
    }

    pub(super) fn core(&self) -> &Arc<Core<T>> {
        &self.hold.core
    }
}

impl<T> Drop for Seat<T> {
    fn drop(&mut self) {
        if self.hold.leave(&self.member) {
            let core = &self.hold.core;
            core.counts.members.fetch_sub(1, Ordering::Relaxed);
            core.origin.left(&self.hold, &self.member);
        }
    }
}
