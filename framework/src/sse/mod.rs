//! Server-sent events: a stream of texts that a page takes with `new EventSource(url)`. Feature `websocket`.
//!
//! An [`Event`] is what is sent, an [`EventStream`] the answer that it is sent in, and [`LastEventId`] says where a client that comes again
//! has left off. Where the events are the messages of a [hub](crate::hub), [`Topic::events_since`](crate::hub::Topic::events_since) makes the
//! whole answer.
//!
//! Source: [HTML, *Server-sent events*](https://html.spec.whatwg.org/multipage/server-sent-events.html).
//!
//! # Examples
//!
//! ```
//! use std::{
//!     pin::Pin,
//!     task::{Context, Poll, ready},
//!     time::Duration,
//! };
//!
//! use futures_core::Stream;
//! use squall::{
//!     handler,
//!     sse::{Event, EventStream},
//! };
//! use tokio::time::{Interval, interval};
//!
//! struct Ticks(Interval);
//!
//! impl Stream for Ticks {
//!     type Item = Event;
//!
//!     fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
//!         ready!(self.0.poll_tick(cx));
//!         Poll::Ready(Some(Event::new().data("tick")))
//!     }
//! }
//!
//! #[handler]
//! #[route("/ticks")]
//! struct Clock;
//!
//! #[handler]
//! impl Clock {
//!     async fn get(&self) -> EventStream {
//!         EventStream::new(Ticks(interval(Duration::from_secs(1))))
//!     }
//! }
//! ```

mod event;
mod last;
mod stream;

pub use event::{Event, IntoEvent};
pub use last::LastEventId;
pub use stream::EventStream;
