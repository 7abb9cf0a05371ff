//! Who is there: [`Member`]s of a topic, each as long as a [`Presence`] of it lives.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use ::http::StatusCode;
use serde::{Serialize, Serializer};

use super::topics::Hold;
use crate::handler::{HttpError, Result};

/// The longest name, in bytes.
const LONGEST: usize = 256;

/// Somebody who is there, by name. As JSON it is the name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(Arc<str>);

impl Member {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Member").field(&self.0).finish()
    }
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// That somebody is there, until it is dropped. See [`Topic::join`](super::Topic::join).
#[must_use = "who has joined leaves when this is dropped"]
pub struct Presence {
    member: Member,
    // Of which topic does not matter to who holds it.
    seat: Box<dyn Held>,
}

impl Presence {
    pub(super) fn new<T: Send + Sync + 'static>(hold: Hold<T>, name: String) -> Result<Self> {
        if name.len() > LONGEST {
            let error = format!("the name of a member has at most {LONGEST} bytes");
            return Err(HttpError::bad_request(error).into());
        }
        let member = Member(name.into());
        let core = &hold.core;
        let Some(is_first) = hold.enter(&member, core.settings.max_members) else {
            let error = HttpError::new(StatusCode::SERVICE_UNAVAILABLE);
            return Err(error.with_message("there are too many here already").into());
        };
        if is_first {
            core.counts.members.fetch_add(1, Ordering::Relaxed);
            core.origin.joined(&hold, &member);
        }
        let seat = Box::new(Seat {
            hold,
            member: member.clone(),
        });
        Ok(Self { member, seat })
    }

    /// Who is there.
    #[must_use]
    pub fn member(&self) -> &Member {
        &self.member
    }

    /// Leaves: the same as dropping it.
    pub fn leave(self) {
        drop(self.seat);
    }
}

impl fmt::Debug for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Presence").field(&self.member).finish()
    }
}

/// What is held until it is dropped.
trait Held: Send + Sync {}

struct Seat<T: Send + Sync + 'static> {
    hold: Hold<T>,
    member: Member,
}

impl<T: Send + Sync + 'static> Held for Seat<T> {}

impl<T: Send + Sync + 'static> Drop for Seat<T> {
    fn drop(&mut self) {
        if self.hold.leave(&self.member) {
            let core = &self.hold.core;
            core.counts.members.fetch_sub(1, Ordering::Relaxed);
            core.origin.left(&self.hold, &self.member);
        }
    }
}
