//! [`Body`]: the content of a request or of an answer, in memory or streamed.
//!
//! One type serves both directions, so that layers and mounted services see one shape. The body of an answer may carry what
//! is left to do when the answer has been sent, the [`Ending`]: it runs when the body has been read to its end, or when it is
//! dropped before that because the client is gone.

use std::{
    fmt,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::{
    error::BoxError,
    finish::{End, Ending},
    flush::Running,
};

/// The content of a request or of an answer.
///
/// # Examples
///
/// ```
/// use squall::handler::Body;
///
/// let body = Body::from("in memory");
/// # let _ = body;
/// ```
#[derive(Default)]
pub struct Body {
    // Before the content, so that it is dropped before that of a body inside: what stands outside ends first.
    ending: Option<Box<Ending>>,
    kind: Kind,
}

#[derive(Default)]
enum Kind {
    /// Nobody has said what the content is. For an answer: what was written to the context takes its place.
    #[default]
    Unset,
    Full(Bytes),
    /// A full body that lives as long as the program.
    Static(&'static [u8]),
    Incoming(hyper::body::Incoming),
    // The mutex is never locked: it makes the box `Sync`, and so a `Context` that is borrowed across an `.await`.
    Boxed(Foreign),
    /// A handler that goes on writing after its first `flush`.
    Running(Box<Running>),
    /// A stream that has failed: its error comes one poll later, so that what was sent before can leave the buffers.
    Failed(Option<BoxError>),
}

/// Another body, its type erased.
type Foreign = Mutex<Pin<Box<dyn HttpBody<Data = Bytes, Error = BoxError> + Send>>>;

impl Body {
    /// The most content in memory that is handed on at one time: who hands it on may copy it.
    pub(crate) const PIECE: usize = 64 * 1024;

    /// No content.
    #[must_use]
    pub fn empty() -> Self {
        Self::from_static(b"")
    }

    /// Content from any other body type.
    pub fn new<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        // What already is a `Body` is not wrapped again: `Any` sees through the type parameter.
        let mut slot = Some(body);
        let any: &mut dyn std::any::Any = &mut slot;
        if let Some(same) = any.downcast_mut::<Option<Self>>() {
            return same.take().unwrap_or_default();
        }
        if let Some(incoming) = any.downcast_mut::<Option<hyper::body::Incoming>>() {
            return incoming
                .take()
                .map_or_else(Self::empty, |incoming| Self::of(Kind::Incoming(incoming)));
        }
        match slot {
            Some(body) => Self::of(Kind::Boxed(Mutex::new(Box::pin(Erased { body })))),
            None => Self::empty(),
        }
    }

    /// Content streamed as it comes: with back-pressure, and over HTTP/1.1 in chunks.
    ///
    /// An error of the stream breaks the connection off, so that the client can see that the content is not complete
    /// ([RFC 9112 §8](https://www.rfc-editor.org/rfc/rfc9112#section-8)).
    pub fn stream<S, B, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Into<Bytes> + 'static,
        E: Into<BoxError> + 'static,
    {
        Self::of(Kind::Boxed(Mutex::new(Box::pin(Streamed { stream }))))
    }

    pub(crate) fn running(running: Running) -> Self {
        Self::of(Kind::Running(Box::new(running)))
    }

    pub(crate) fn from_static(content: &'static [u8]) -> Self {
        Self::of(Kind::Static(content))
    }

    /// A body whose only frame is this error.
    pub(crate) fn failing(error: BoxError) -> Self {
        Self::stream(Once(Some(error)))
    }

    fn of(kind: Kind) -> Self {
        Self { kind, ending: None }
    }

    /// Whether nobody has said what the content is.
    pub(crate) fn is_unset(&self) -> bool {
        matches!(self.kind, Kind::Unset)
    }

    /// The whole content, when it is in memory.
    pub(crate) fn as_bytes(&self) -> Option<&[u8]> {
        match &self.kind {
            Kind::Unset => Some(&[]),
            Kind::Full(bytes) => Some(bytes),
            Kind::Static(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The whole content, when it is part of the program.
    pub(crate) fn as_static(&self) -> Option<&'static [u8]> {
        match &self.kind {
            Kind::Static(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Takes the content away and leaves none, but what is left to do at the end stays.
    pub(crate) fn clear(&mut self) {
        self.kind = Kind::Full(Bytes::new());
    }

    /// Puts what this makes of the content in its place; what is left to do at the end stays.
    #[cfg(feature = "compression")]
    pub(crate) fn change(&mut self, change: impl FnOnce(Self) -> Self) {
        let content = Self::of(std::mem::take(&mut self.kind));
        self.kind = std::mem::take(&mut change(content).kind);
    }

    /// What is left to do when the answer has been sent. It must be asked for before the body is read.
    pub(crate) fn ending(&mut self) -> &mut Ending {
        self.ending.get_or_insert_default()
    }

    /// The next piece of content in memory; `None` where there is none, or no more of it.
    #[inline]
    fn next_piece(&mut self) -> Option<Bytes> {
        match &mut self.kind {
            Kind::Full(bytes) if !bytes.is_empty() => {
                let piece = bytes.len().min(Self::PIECE);
                Some(bytes.split_to(piece))
            }
            Kind::Static(bytes) if !bytes.is_empty() => {
                let (piece, rest) = bytes.split_at(bytes.len().min(Self::PIECE));
                *bytes = rest;
                Some(Bytes::from_static(piece))
            }
            _ => None,
        }
    }

    /// The next piece of content that is streamed.
    fn poll_stream(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            let frame = match &mut self.kind {
                Kind::Unset | Kind::Full(_) | Kind::Static(_) => None,
                Kind::Incoming(incoming) => ready!(Pin::new(incoming).poll_frame(cx))
                    .map(|frame| frame.map_err(BoxError::from)),
                Kind::Boxed(body) => {
                    let body = body
                        .get_mut()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    ready!(body.as_mut().poll_frame(cx))
                }
                Kind::Running(running) => ready!(running.poll_frame(cx)),
                Kind::Failed(error) => return Poll::Ready(error.take().map(Err)),
            };
            // Trailers are passed over: nothing in the framework reads or writes them yet.
            match frame.map(|frame| frame.map(Frame::into_data)) {
                None => return Poll::Ready(None),
                Some(Ok(Ok(data))) => return Poll::Ready(Some(Ok(data))),
                Some(Ok(Err(_trailers))) => {}
                Some(Err(error)) => {
                    self.kind = Kind::Failed(Some(error));
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }

    /// Lets those who wait for the end of the answer know what has been handed over.
    fn note(&mut self, data: Option<&Result<Bytes, BoxError>>) {
        let is_end = data.is_none() || self.is_end_stream();
        let Some(ending) = &mut self.ending else {
            return;
        };
        match data {
            Some(Ok(data)) => ending.sent(data.len()),
            Some(Err(_)) => ending.end(End::Failed),
            None => {}
        }
        if is_end {
            ending.end(End::Complete);
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BoxError;

    #[inline]
    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let data = match self.next_piece() {
            Some(piece) => Some(Ok(piece)),
            None => ready!(self.poll_stream(cx)),
        };
        if self.ending.is_some() {
            self.note(data.as_ref());
        }
        Poll::Ready(data.map(|data| data.map(Frame::data)))
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Unset => true,
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Static(bytes) => bytes.is_empty(),
            Kind::Incoming(incoming) => incoming.is_end_stream(),
            Kind::Boxed(_) | Kind::Running(_) | Kind::Failed(_) => false,
        }
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Unset => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Static(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Incoming(incoming) => incoming.size_hint(),
            Kind::Boxed(body) => size_of_stream(body),
            Kind::Running(_) | Kind::Failed(_) => SizeHint::default(),
        }
    }
}

#[inline(never)]
fn size_of_stream(body: &Foreign) -> SizeHint {
    body.lock()
        .map_or_else(|_| SizeHint::default(), |body| body.size_hint())
}

impl Drop for Body {
    fn drop(&mut self) {
        if self.ending.is_some()
            && self.is_end_stream()
            && let Some(ending) = &mut self.ending
        {
            ending.end(End::Complete);
        }
    }
}

impl From<hyper::body::Incoming> for Body {
    fn from(incoming: hyper::body::Incoming) -> Self {
        Self::of(Kind::Incoming(incoming))
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::of(Kind::Full(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Self::from_static(text.as_bytes())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Unset => "unset",
            Kind::Full(_) | Kind::Static(_) => "in memory",
            Kind::Incoming(_) => "incoming",
            Kind::Boxed(_) | Kind::Running(_) | Kind::Failed(_) => "stream",
        };
        f.debug_tuple("Body").field(&kind).finish()
    }
}

pin_project_lite::pin_project! {
    /// Another body with its error type erased.
    struct Erased<B> {
        #[pin]
        body: B,
    }
}

impl<B> HttpBody for Erased<B>
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.project()
            .body
            .poll_frame(cx)
            .map(|frame| frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

pin_project_lite::pin_project! {
    /// A stream as a body.
    struct Streamed<S> {
        #[pin]
        stream: S,
    }
}

impl<S, B, E> HttpBody for Streamed<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
    E: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let item = ready!(self.project().stream.poll_next(cx));
        Poll::Ready(item.map(|item| {
            item.map(|data| Frame::data(data.into()))
                .map_err(Into::into)
        }))
    }
}

/// A stream of one error.
struct Once(Option<BoxError>);

impl Stream for Once {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Err))
    }
}
