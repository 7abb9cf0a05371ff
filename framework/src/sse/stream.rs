//! [`EventStream`]: an answer that goes on for as long as there are events.
//!
//! It waits for three things at once: an event, silence that has lasted too long, the end of the server. What it holds while it waits is a few
//! small boxes, for most streams wait most of the time, and there are many of them.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use ::http::{HeaderName, HeaderValue, header};
use bytes::Bytes;
use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::{
    task::coop,
    time::{Instant, Sleep, sleep_until},
};

use super::event::{Event, IntoEvent};
use crate::handler::{Body, IntoResponse, RequestHandle, Response, Result, Shutdown};

/// The events of a stream as they go over the wire.
type Events = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// An answer of server-sent events, which ends with its stream.
///
/// The head goes out at once, each event as soon as it is there. The answer is 200 with `content-type: text/event-stream`,
/// `cache-control: no-store, no-transform` and `x-accel-buffering: no`; it has no entity tag. It is not compressed, for a stream that waits would
/// hold the memory of its encoder; where a handler sets a `cache-control` of its own without `no-transform`, it is, and each event is
/// still sent at once. A proxy that buffers answers is to leave these alone, which is what `x-accel-buffering` tells nginx.
///
/// It ends
///
/// * when the stream does. An `EventSource` comes again then, after some seconds; for good it stays away after a
///   [204](crate::http::StatusCode::NO_CONTENT).
/// * when the stream gives an error, which is logged.
/// * when the server ends ([`Shutdown`]): what is ready then is still sent, up to 256 events.
///
/// When the client goes away, the stream is dropped. `HEAD` is answered without running it.
///
/// # Examples
///
/// See [the module](crate::sse).
#[must_use = "a stream of events does nothing until it is the answer"]
pub struct EventStream {
    events: Events,
    keep_alive: Duration,
    retry: Option<Duration>,
}

impl EventStream {
    /// An answer with the events of this stream: [`Event`]s, or results of them.
    pub fn new<S>(events: S) -> Self
    where
        S: Stream<Item: IntoEvent> + Send + 'static,
    {
        Self::encoded(Encoded { events })
    }

    /// An answer with events that were made ready for the wire.
    pub(crate) fn encoded(events: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self {
            events: Box::pin(events),
            keep_alive: Duration::from_secs(15),
            retry: None,
        }
    }

    /// Sends a comment after so long without an event, so that nothing on the way takes the connection for dead, and a client that is gone is
    /// found out. Default: 15 seconds. Zero is never.
    pub fn keep_alive(mut self, after: Duration) -> Self {
        self.keep_alive = after;
        self
    }

    /// Tells the client first of all how long it waits before it comes again, in whole milliseconds. Default: that of the client, some seconds.
    pub fn retry(mut self, after: Duration) -> Self {
        self.retry = Some(after);
        self
    }
}

impl IntoResponse for EventStream {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        let shutdown = request.shutdown();
        let sending = Sending {
            events: self.events,
            first: self
                .retry
                .map(|after| Event::new().retry(after).into_bytes()),
            silence: (!self.keep_alive.is_zero()).then(|| Silence::new(self.keep_alive)),
            end: Box::pin(shutdown.begun()),
            shutdown: shutdown.clone(),
            last_words: LAST_WORDS,
        };
        let mut response = Response::new(Body::stream(sending));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, EVENT_STREAM);
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        headers.insert(X_ACCEL_BUFFERING, NO);
        Ok(response)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("keep_alive", &self.keep_alive)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// A stream of events, made ready for the wire.
    struct Encoded<S> {
        #[pin]
        events: S,
    }
}

impl<S: Stream<Item: IntoEvent>> Stream for Encoded<S> {
    type Item = Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let event = ready!(self.project().events.poll_next(cx));
        Poll::Ready(event.map(|event| event.into_event().map(Event::into_bytes)))
    }
}

/// The content of the answer.
struct Sending {
    events: Events,
    /// What is sent before any event.
    first: Option<Bytes>,
    silence: Option<Silence>,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
    shutdown: Shutdown,
    /// How many events may still follow when the server ends.
    last_words: usize,
}

impl Sending {
    /// The next event; `None` where there will be none.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        // A stream that always has something ready would keep the server from ending.
        let has_begun = self.shutdown.has_begun();
        if has_begun && self.last_words == 0 {
            return Poll::Ready(None);
        }
        match self.events.as_mut().poll_next(cx) {
            Poll::Ready(Some(Ok(event))) => {
                self.last_words -= usize::from(has_begun);
                Poll::Ready(Some(event))
            }
            Poll::Ready(Some(Err(error))) => {
                tracing::error!(target: "squall", error = ?error, "a stream of events failed");
                Poll::Ready(None)
            }
            Poll::Ready(None) => Poll::Ready(None),
            // It may only have given way to other tasks, with more at hand.
            Poll::Pending if has_begun && !coop::has_budget_remaining() => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => self.end.as_mut().poll(cx).map(|()| None),
        }
    }
}

impl Stream for Sending {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        match self.poll_event(cx) {
            Poll::Ready(event) => {
                if let Some(silence) = &mut self.silence {
                    silence.is_broken();
                }
                Poll::Ready(event.map(Ok))
            }
            Poll::Pending => {
                let Some(silence) = &mut self.silence else {
                    return Poll::Pending;
                };
                ready!(silence.poll_too_long(cx));
                Poll::Ready(Some(Ok(Bytes::from_static(COMMENT))))
            }
        }
    }
}

/// How long nothing was sent.
///
/// The timer is not set anew for each event: when it rings, it is set for what is left. So a busy stream does not touch it.
struct Silence {
    most: Duration,
    since: Instant,
    /// None before the first wait.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Silence {
    fn new(most: Duration) -> Self {
        Self {
            most: most.min(LONGEST),
            since: Instant::now(),
            timer: None,
        }
    }

    /// Something is sent.
    fn is_broken(&mut self) {
        self.since = Instant::now();
    }

    /// Waits until it has lasted too long, after which it begins anew.
    fn poll_too_long(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let due = self.since + self.most;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        loop {
            ready!(timer.as_mut().poll(cx));
            let now = Instant::now();
            let is_too_long = self.since + self.most <= now;
            if is_too_long {
                self.since = now;
            }
            timer.as_mut().reset(self.since + self.most);
            if is_too_long {
                return Poll::Ready(());
            }
        }
    }
}

/// The longest silence: it is added to times.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How many events are sent at most when the server ends.
const LAST_WORDS: usize = 256;

/// An empty comment.
const COMMENT: &[u8] = b":\n\n";

/// Its charset is always UTF-8, so none is said.
const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store, no-transform");
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const NO: HeaderValue = HeaderValue::from_static("no");
