//! [`Origin`]: where the messages of a hub come from.
//!
//! The rings of this process are how messages reach those who wait here; that is the same for every origin. An origin decides what
//! is put into them. The one that there is, [`Here`], puts in what is published in this process.

use std::{future::Future, pin::Pin};

use super::{channel::Channel, cursor::Cursor, presence::Member};
use crate::handler::Result;

/// What is not done at once.
pub(super) type Doing<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Where the messages of a hub come from.
///
/// One that is shared by several processes (a stream of a Redis for each topic) would
///
/// * take a message in [`publish`](Self::publish) by adding it to its stream, where it gets its number; the message comes back to all processes, this
///   one among them, by the one connection that listens, and is put into the channel then. A channel takes its epoch from the stream.
/// * put into a channel what is there already in [`reach`](Self::reach), when somebody here wants it for the first time, or has a cursor from before
///   what is kept here.
/// * tell the other processes in [`joined`](Self::joined) and [`left`](Self::left) who is there, with a deadline that it keeps putting off, and let
///   those in who are there elsewhere by the same functions as those who are here. Neither can wait or fail, for one of them is called
///   when a guard is dropped: what is to be sent goes into a queue.
pub(super) trait Origin<T>: Send + Sync {
    /// Takes a message. `None` where that is done.
    fn publish<'a>(&'a self, channel: &'a Channel<T>, value: T) -> Option<Doing<'a>>;

    /// Sees to it that what there is behind this cursor (without one: all there is) is in the channel, as far as it can be. `None` where it is.
    fn reach<'a>(&'a self, channel: &'a Channel<T>, cursor: Option<Cursor>) -> Option<Doing<'a>>;

    /// Hears that somebody is there who was not there before.
    fn joined(&self, channel: &Channel<T>, member: &Member);

    /// Hears that somebody is not there any more.
    fn left(&self, channel: &Channel<T>, member: &Member);
}

/// This process alone: what is published is in the ring at once, and nothing is anywhere else.
pub(super) struct Here;

impl<T: Send + Sync> Origin<T> for Here {
    fn publish<'a>(&'a self, channel: &'a Channel<T>, value: T) -> Option<Doing<'a>> {
        channel.append(value);
        None
    }

    fn reach<'a>(&'a self, _: &'a Channel<T>, _: Option<Cursor>) -> Option<Doing<'a>> {
        None
    }

    fn joined(&self, _: &Channel<T>, _: &Member) {}

    fn left(&self, _: &Channel<T>, _: &Member) {}
}
