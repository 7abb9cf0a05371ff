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
//! use std::time::Duration;
//!
//! use futures_util::stream;
//! use squall::{
//!     Application, Result, handler, routes,
//!     sse::{Event, EventStream},
//!     testing::TestClient,
//! };
//! use tokio::time::interval;
//!
//! #[handler]
//! #[route("/ticks")]
//! struct Clock;
//!
//! #[handler]
//! impl Clock {
//!     async fn get(&self) -> EventStream {
//!         let ticks = (interval(Duration::from_millis(20)), 0);
//!         EventStream::new(stream::try_unfold(ticks, async |(mut ticks, count)| {
//!             ticks.tick().await;
//!             let event = Event::new().json(&count)?;
//!             Ok::<_, squall::Error>(Some((event, (ticks, count + 1))))
//!         }))
//!     }
//! }
//!
//! #[squall::main]
//! async fn main() -> Result<()> {
//!     let client = TestClient::new(Application::new(routes![Clock]));
//!     let mut events = client.get("/ticks").send().await.events();
//!     assert_eq!(events.next().await.unwrap().json::<u32>(), 0);
//!     Ok(())
//! }
//! ```
//!
//! `stream` is of the crate `futures-util`; any other stream does as well.

mod event;
mod last;
mod stream;

pub use event::{Event, IntoEvent};
pub use last::LastEventId;
pub use stream::EventStream;
