//! [`Subscription`]: a reader of a topic.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::atomic::Ordering,
    task::{Context, Poll, Waker, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use serde::Serialize;
use tokio::task::coop;

use super::{channel::Position, presence::Member, published::Published, topics::Hold};
use crate::{handler::Result, sse::Event};

/// What a [`Subscription`] gets.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delivery<T> {
    /// A message.
    Published(Published<T>),
    /// Somebody has [joined](super::Topic::join) who was not there.
    Joined(Member),
    /// Somebody is not there any more.
    Left(Member),
    /// Something was missed, and the subscription goes on with the oldest that is kept.
    Missed(Missed),
}

/// What a subscription has missed. Whoever keeps a list of members makes it anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missed {
    /// The messages; behind a foreign [`Cursor`](super::Cursor) the fewest that it can be.
    pub messages: u64,
    /// The notices of who came and went.
    pub notices: u64,
    /// Whether it is the [cursor](super::Topic::subscribe_since) behind which the subscription has begun that was too old, or foreign. Else it reads
    /// more slowly than others publish.
    pub at_start: bool,
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} messages", self.messages)?;
        match self.notices {
            0 => Ok(()),
            notices => write!(f, " and {notices} notices"),
        }
    }
}

impl<T> Clone for Delivery<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Published(message) => Self::Published(message.clone()),
            Self::Joined(member) => Self::Joined(member.clone()),
            Self::Left(member) => Self::Left(member.clone()),
            Self::Missed(missed) => Self::Missed(*missed),
        }
    }
}

/// A reader of a topic: it gets, in order, what is published and who comes and goes. Dropping it ends it.
///
/// It may take its time: nobody waits for it, and it holds nothing but its place. When it has fallen further behind than the
/// [history](super::Hub::history) reaches, it is told by [`Delivery::Missed`].
///
/// It is also a [`Stream`], which does not end.
///
/// # Examples
///
/// ```
/// use squall::hub::{Delivery, Hub};
///
/// # #[squall::main]
/// # async fn main() -> squall::Result<()> {
/// let hub = Hub::new();
/// let den = hub.topic("den");
/// let mut subscription = den.subscribe();
/// den.publish("hello").await?;
/// if let Delivery::Published(message) = subscription.recv().await {
///     assert_eq!(*message, "hello");
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a subscription ends when it is dropped"]
pub struct Subscription<T> {
    hold: Hold<T>,
    position: Position,
    /// The waker that was left, and where.
    waiting: Option<(usize, Waker)>,
}

impl<T> Subscription<T> {
    pub(super) fn new(hold: Hold<T>, position: Position) -> Self {
        hold.core.counts.subscribers.fetch_add(1, Ordering::Relaxed);
        Self {
            hold,
            position,
            waiting: None,
        }
    }

    /// Passes over who comes and goes. Only for one that nobody has waited for yet.
    pub(crate) fn without_notices(mut self) -> Self {
        self.position.pass_over_notices();
        self
    }

    /// Waits for what comes next. Dropping the future loses nothing.
    pub async fn recv(&mut self) -> Delivery<T> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// That of its [topic](super::Topic::key).
    pub(crate) fn key(&self) -> usize {
        self.hold.key()
    }

    /// As [`recv`](Self::recv), for who polls.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Delivery<T>> {
        // Who publishes faster than one reads would keep the task from ever giving way.
        let coop = ready!(coop::poll_proceed(cx));
        let delivery = ready!(self.poll_for(cx, |hold, position| hold.take(position)));
        coop.made_progress();
        if let Delivery::Missed(missed) = delivery {
            count_missed(&self.hold, missed);
        }
        Poll::Ready(delivery)
    }

    /// Waits until there are messages, and takes all of them.
    pub(super) fn poll_messages(&mut self, cx: &mut Context<'_>) -> Poll<Vec<Published<T>>> {
        self.poll_for(cx, take_messages)
    }

    /// The messages that there are; `None` where there is none.
    pub(super) fn take_messages(&mut self) -> Option<Vec<Published<T>>> {
        take_messages(&self.hold, &mut self.position)
    }

    /// Takes something as soon as it is there.
    fn poll_for<R>(
        &mut self,
        cx: &mut Context<'_>,
        take: impl Fn(&Hold<T>, &mut Position) -> Option<R>,
    ) -> Poll<R> {
        loop {
            if self.hold.has_news(&self.position)
                && let Some(taken) = take(&self.hold, &mut self.position)
            {
                return Poll::Ready(taken);
            }
            match &self.waiting {
                Some((_, waker)) if waker.will_wake(cx.waker()) => return Poll::Pending,
                // What has come before the waker was there is found in the next round.
                waiting => {
                    let at = waiting.as_ref().map(|&(at, _)| at);
                    let waker = cx.waker().clone();
                    let at = self.hold.wait(at, waker.clone(), &self.position);
                    self.waiting = Some((at, waker));
                }
            }
        }
    }
}

fn take_messages<T>(hold: &Hold<T>, position: &mut Position) -> Option<Vec<Published<T>>> {
    let (messages, missed) = hold.take_messages(position);
    count_missed(hold, missed.unwrap_or_default());
    (!messages.is_empty()).then_some(messages)
}

fn count_missed<T>(hold: &Hold<T>, missed: Missed) {
    let count = &hold.core.counts.missed;
    count.fetch_add(missed.messages + missed.notices, Ordering::Relaxed);
}

impl<T> Drop for Subscription<T> {
    fn drop(&mut self) {
        if let Some((at, _)) = self.waiting {
            self.hold.wait_no_more(at);
        }
        let subscribers = &self.hold.core.counts.subscribers;
        subscribers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T> Stream for Subscription<T> {
    type Item = Delivery<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Delivery<T>>> {
        Self::poll_next(self.get_mut(), cx).map(Some)
    }
}

impl<T> fmt::Debug for Subscription<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("topic", &self.hold.name())
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

/// The messages of a topic as events.
pub(super) struct Events<T>(pub(super) Subscription<T>);

impl<T: Serialize> Stream for Events<T> {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let event = match ready!(self.0.poll_next(cx)) {
                Delivery::Published(message) => message.event(),
                Delivery::Missed(missed) => told(missed),
                // It has not asked for who comes and goes.
                Delivery::Joined(_) | Delivery::Left(_) => continue,
            };
            return Poll::Ready(Some(event));
        }
    }
}

fn told(missed: Missed) -> Result<Bytes> {
    let event = Event::new()
        .event("missed")?
        .data(missed.messages.to_string());
    Ok(event.into_bytes())
}
