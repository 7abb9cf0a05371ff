//! [`WebSocket`] and [`Sender`]: a socket, as a program holds it.

use std::{
    borrow::Cow,
    fmt,
    future::{Future, poll_fn},
    ops::Deref,
    pin::Pin,
    sync::Arc,
    task::{Context as TaskContext, Poll, Waker, ready},
};

use futures_core::Stream;
use futures_sink::Sink;
use serde::Serialize;
use tokio::task::coop;

use super::{
    codec::{CloseCode, Message},
    exchange::{Exchange, Incoming},
    message::{IntoMessage, Outgoing},
    reason::{CloseReason, Closed, Full},
    settings::SlowReader,
    source::{Event, Happening, Source},
};
use crate::{
    handler::{Error, Misuse, Result},
    hub::{Cursor, Missed, Subscription, Topic},
};

/// An open WebSocket ([RFC 6455](https://www.rfc-editor.org/rfc/rfc6455)): what comes is taken from it, and what goes out is sent by it.
///
/// The hooks of a [`#[websocket]`](macro@crate::websocket) handler get one, and so do the function of
/// [`WebSocketUpgrade::on_upgrade`](super::WebSocketUpgrade::on_upgrade) and whoever [connects](super::connect). Everything that sends is of
/// its [`Sender`], of which other tasks can have [handles](Self::sender).
///
/// It is a [`Stream`] of messages, and a [`Sink`] of them.
///
/// Pings of the peer are answered by themselves, also while a program does something else. When this is dropped, the socket is closed
/// with 1000, or with what its handler has failed with.
pub struct WebSocket {
    sender: Sender,
    /// Who is woken when something comes.
    waker: Option<Waker>,
    /// What it has subscribed to.
    sources: Vec<Box<dyn Source>>,
    /// Whether these are asked first: so neither they nor the peer keep the others from being heard.
    sources_first: bool,
    /// Whether it is of interest who comes and goes there.
    wants_members: bool,
    /// What was published, and waits for room to be sent.
    unsent: Option<Event>,
}

/// What a socket hears of.
pub(super) enum Heard {
    Incoming(Incoming),
    Happening(Happening),
}

/// A handle of a WebSocket by which other tasks can send. Cloning gives another one of the same socket; dropping it closes nothing.
///
/// What several tasks send arrives in the order in which they sent it.
#[derive(Clone)]
pub struct Sender {
    exchange: Arc<Exchange>,
}

impl WebSocket {
    pub(super) fn new(exchange: Arc<Exchange>) -> Self {
        Self {
            sender: Sender { exchange },
            waker: None,
            sources: Vec::new(),
            sources_first: false,
            wants_members: false,
            unsent: None,
        }
    }

    /// The next message; `None` when the socket has ended, for which there is [`close_reason`](Sender::close_reason) then.
    ///
    /// What it gives back is whole. Dropping the future loses nothing.
    pub async fn recv(&mut self) -> Option<Message> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    fn poll_recv(&mut self, cx: &mut TaskContext<'_>) -> Poll<Option<Message>> {
        loop {
            ready!(self.poll_unsent(cx));
            match ready!(self.poll_next_heard(cx)) {
                None => return Poll::Ready(None),
                Some(Heard::Incoming(Incoming::Message(message))) => {
                    return Poll::Ready(Some(message));
                }
                Some(Heard::Happening(Happening::Event(event))) => self.unsent = Some(event),
                Some(Heard::Happening(Happening::Missed(missed))) => {
                    if let Err(reason) = still_follows(missed) {
                        self.exchange.close(reason);
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// Sends what was published.
    fn poll_unsent(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        let Some(event) = &self.unsent else {
            return Poll::Ready(());
        };
        match event.into_message() {
            Ok(message) => {
                // Where the socket has ended, its reader learns of that.
                _ = ready!(self.exchange.poll_send(&mut Some(message), cx));
            }
            Err(error) => {
                tracing::error!(target: "squall", error = ?error, "what was published cannot be sent");
            }
        }
        self.unsent = None;
        Poll::Ready(())
    }

    /// What is heard next, pings and news of topics among it; `None` at the end.
    pub(super) fn next(&mut self) -> impl Future<Output = Option<Heard>> {
        poll_fn(|cx| self.poll_next_heard(cx))
    }

    #[inline]
    fn poll_next_heard(&mut self, cx: &mut TaskContext<'_>) -> Poll<Option<Heard>> {
        if self.sources.is_empty() {
            return self
                .poll_incoming(cx)
                .map(|heard| heard.map(Heard::Incoming));
        }
        self.poll_either(cx)
    }

    #[inline(never)]
    fn poll_either(&mut self, cx: &mut TaskContext<'_>) -> Poll<Option<Heard>> {
        self.sources_first = !self.sources_first;
        if self.sources_first
            && let Poll::Ready(happening) = self.poll_sources(cx)
        {
            return Poll::Ready(Some(Heard::Happening(happening)));
        }
        if let Poll::Ready(heard) = self.poll_incoming(cx) {
            return Poll::Ready(heard.map(Heard::Incoming));
        }
        if self.sources_first {
            return Poll::Pending;
        }
        self.poll_sources(cx)
            .map(|happening| Some(Heard::Happening(happening)))
    }

    fn poll_sources(&mut self, cx: &mut TaskContext<'_>) -> Poll<Happening> {
        for at in 0..self.sources.len() {
            if let Poll::Ready(happening) = self.sources[at].poll_next(cx) {
                // The next time it is asked last: a busy topic keeps no other from being heard.
                self.sources.rotate_left(at + 1);
                return Poll::Ready(happening);
            }
        }
        Poll::Pending
    }

    #[inline]
    fn poll_incoming(&mut self, cx: &mut TaskContext<'_>) -> Poll<Option<Incoming>> {
        let is_known = matches!(&self.waker, Some(known) if known.will_wake(cx.waker()));
        if is_known && !self.exchange.has_news() {
            return Poll::Pending;
        }
        let taken = self.exchange.poll_take(cx);
        if taken.is_pending() && !is_known {
            self.waker = Some(cx.waker().clone());
        }
        taken
    }

    /// Subscribes to a topic: what is published there from now on comes to the function `event` of a [`#[websocket]`](macro@crate::websocket), who comes
    /// and goes to `joined` and `left`. Where there is no `event`, and in a loop of one's own, what is published is sent as it is, as JSON:
    /// `{"cursor":"…","value":…}`, which is made once for all who get it.
    ///
    /// Whoever publishes waits for nobody: a socket whose peer reads too slowly for what is published falls behind, and is told so by the function
    /// `missed`. Where there is none, it is closed with 1013, and the client comes again with its last [`Cursor`]
    /// ([`subscribe_since`](Self::subscribe_since)).
    ///
    /// # Errors
    ///
    /// None where the hub lives in this process.
    pub async fn subscribe<T>(&mut self, topic: Topic<T>) -> Result<()>
    where
        T: Serialize + Send + Sync + 'static,
    {
        self.listen(topic.subscribe());
        Ok(())
    }

    /// The same, beginning with what was published behind a cursor; without one, with all that is kept. Where the history does not reach back to the
    /// cursor, or it is foreign, `missed` is told so [at the start](crate::hub::Missed::at_start); without that function the socket goes on with all there is.
    ///
    /// # Errors
    ///
    /// As [`subscribe`](Self::subscribe).
    pub async fn subscribe_since<T>(
        &mut self,
        topic: Topic<T>,
        cursor: impl Into<Option<Cursor>>,
    ) -> Result<()>
    where
        T: Serialize + Send + Sync + 'static,
    {
        self.listen(topic.subscribe_since(cursor).await?);
        Ok(())
    }

    fn listen<T>(&mut self, subscription: Subscription<T>)
    where
        T: Serialize + Send + Sync + 'static,
    {
        // Who is told of nobody misses nobody either.
        self.sources.push(match self.wants_members {
            true => Box::new(subscription),
            false => Box::new(subscription.without_notices()),
        });
    }

    /// Ends all subscriptions to a topic. Nothing more of it comes.
    pub fn unsubscribe<T>(&mut self, topic: &Topic<T>) {
        let key = topic.key();
        self.sources.retain(|source| !source.is_to(key));
    }

    /// Sends a message: see [`Sender::send`].
    ///
    /// # Errors
    ///
    /// As there.
    // Here too, and not by `Deref` alone: a `SinkExt` that is in scope has functions of the same names.
    pub fn send<'m>(&self, message: impl IntoMessage<'m>) -> Sending<'_, 'm> {
        self.sender.send(message)
    }

    /// Closes the socket: see [`Sender::close`].
    pub fn close(&self, code: CloseCode, text: impl Into<Cow<'static, str>>) {
        self.sender.close(code, text);
    }

    /// A handle by which other tasks can send.
    #[must_use]
    pub fn sender(&self) -> Sender {
        self.sender.clone()
    }

    pub(super) fn want_pings(&self) {
        self.exchange.want_pings();
    }

    pub(super) fn want_members(&mut self) {
        self.wants_members = true;
    }
}

/// What becomes of a socket that is not told what it has missed: it is closed when it has fallen behind. When it has begun behind an old cursor it goes
/// on, as one that comes for the first time: to close that would not mend it.
pub(super) fn still_follows(missed: Missed) -> Result<(), CloseReason> {
    if missed.at_start {
        return Ok(());
    }
    let text = format!("read too slowly: {missed} were missed");
    Err(CloseReason::new(CloseCode::TRY_AGAIN, text))
}

impl Deref for WebSocket {
    type Target = Sender;

    fn deref(&self) -> &Sender {
        &self.sender
    }
}

impl Drop for WebSocket {
    fn drop(&mut self) {
        self.exchange.let_go();
    }
}

impl Sender {
    /// Sends a message: `&str`, `String` or [`Json`](crate::Json) as text, bytes as bytes.
    ///
    /// It waits while more than [`max_queue`](super::Settings::max_queue) bytes are on their way, unless the
    /// [settings](super::Settings::slow_reader) have another answer to a slow reader. It does not wait until the peer has the message.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the socket has ended; what a value has against being serialized.
    pub fn send<'m>(&self, message: impl IntoMessage<'m>) -> Sending<'_, 'm> {
        let (message, failed) = match message.into_message() {
            Ok(message) => (Some(message), None),
            Err(error) => (None, Some(error)),
        };
        Sending {
            exchange: &self.exchange,
            message,
            failed,
        }
    }

    /// Sends a message without waiting, from where nothing can be awaited.
    ///
    /// # Errors
    ///
    /// As of [`send`](Self::send), and [`Full`] where that would wait: [`max_queue`](super::Settings::max_queue) bytes are on their way.
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::websocket::Sender;
    ///
    /// /// Tells all but one, and forgets those who are gone.
    /// fn tell(everybody: &mut Vec<Sender>, but: &Sender, text: &str) {
    ///     everybody.retain(|sender| sender.is_same(but) || sender.try_send(text).is_ok());
    /// }
    /// ```
    pub fn try_send<'m>(&self, message: impl IntoMessage<'m>) -> Result<()> {
        let sent = self.exchange.try_send(message.into_message()?);
        Ok(sent.ok_or(Full)??)
    }

    /// Whether another handle is of the same socket.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.exchange, &other.exchange)
    }

    /// Sends a ping with up to 125 bytes. The peer answers it with a pong of the same bytes.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the socket has ended; more bytes than fit.
    pub fn ping(&self, payload: &[u8]) -> Result<()> {
        if payload.len() > 125 {
            return Err(Misuse::error(format!(
                "a ping of {} bytes: at most 125 fit (RFC 6455 §5.5)",
                payload.len()
            )));
        }
        Ok(self.exchange.ping(payload)?)
    }

    /// Closes the socket: what was sent before goes out, then a close frame with this code and text, of which 123 bytes fit. A socket that has
    /// ended stays as it is.
    ///
    /// Nothing can be sent from here on, and what still comes is thrown away. The connection ends when the peer has answered, or after the
    /// [time for that](super::Settings::close_timeout). A program that ends then waits for that first, by [`closed`](Self::closed): else what it
    /// has sent last may be lost with it.
    pub fn close(&self, code: CloseCode, text: impl Into<Cow<'static, str>>) {
        self.exchange.close(CloseReason::new(code, text));
    }

    /// Waits until the socket has ended, and gives how. Where this side has [closed](Self::close) it, that is when the peer has answered and so has
    /// read all that was sent, or after the [time for that](super::Settings::close_timeout); where the peer has, when that was answered. Who takes no
    /// messages learns at once that the peer closes it.
    pub async fn closed(&self) -> CloseReason {
        self.exchange.ended().await
    }

    /// Whether the socket has ended: nothing can be sent.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.close_reason().is_some()
    }

    /// How the socket has ended; `None` while it is open.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.exchange.end()
    }

    /// The subprotocol that was agreed on ([RFC 6455 §1.9](https://www.rfc-editor.org/rfc/rfc6455#section-1.9)).
    #[must_use]
    pub fn protocol(&self) -> Option<&str> {
        self.exchange.protocol.as_deref()
    }

    /// How many messages were thrown away, where the settings say [`SlowReader::DropOldest`].
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.exchange.dropped()
    }

    /// The bytes that the connection has taken, with what frames them.
    pub(super) fn sent(&self) -> u64 {
        self.exchange.sent()
    }
}

/// A message on its way: what [`Sender::send`] gives. Dropped before it is ready, it has sent nothing.
#[must_use = "nothing is sent until this is awaited"]
#[derive(Debug)]
pub struct Sending<'s, 'm> {
    exchange: &'s Exchange,
    message: Option<Outgoing<'m>>,
    failed: Option<Error>,
}

impl Future for Sending<'_, '_> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<()>> {
        let sending = &mut *self;
        if let Some(error) = sending.failed.take() {
            return Poll::Ready(Err(error));
        }
        // Who never waits for room would never let the connection write, nor others have their turn.
        let coop = match sending.exchange.limits.slow_reader {
            SlowReader::Wait => None,
            SlowReader::DropOldest | SlowReader::Close => Some(ready!(coop::poll_proceed(cx))),
        };
        let sent = ready!(sending.exchange.poll_send(&mut sending.message, cx));
        if let Some(coop) = coop {
            coop.made_progress();
        }
        Poll::Ready(sent.map_err(Into::into))
    }
}

impl Stream for WebSocket {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Message>> {
        self.poll_recv(cx)
    }
}

/// Implements [`Sink`] for both that can send.
macro_rules! sink {
    ($($ty:ty),+) => {$(
        impl Sink<Message> for $ty {
            type Error = Closed;

            fn poll_ready(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), Closed>> {
                self.exchange.poll_room(cx)
            }

            fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Closed> {
                self.exchange.start_send((&message).into())
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), Closed>> {
                self.exchange.poll_flushed(cx)
            }

            fn poll_close(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), Closed>> {
                self.exchange.close(CloseReason::new(CloseCode::NORMAL, ""));
                self.exchange.poll_over(cx).map(Ok)
            }
        }
    )+};
}

sink!(WebSocket, Sender);

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket")
            .field("close_reason", &self.close_reason())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("close_reason", &self.close_reason())
            .finish_non_exhaustive()
    }
}
