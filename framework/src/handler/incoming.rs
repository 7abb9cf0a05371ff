//! The content of a request on its way in: how much of it is taken and for how long, read into memory or as a stream.
//!
//! Whoever reads content reads it through [`Intake`], which keeps the limits of the request; there is no other way to it. Nothing is
//! read before it is asked for, so `prepare` runs when the head has come, and a client that expects `100 (Continue)` is told to go on
//! by the first read (RFC 9110 §10.1.1).

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context as TaskContext, Poll, ready},
    time::Duration,
};

use ::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::Body as _;
use tokio::time::Sleep;

use super::{
    body::Body,
    context::Context,
    error::{BoxError, Error, HttpError, Result},
    extract::FromRequest,
};

/// How much content of a request is taken, and how long that may last. What is `None` is left to the base, and then to the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BodyLimits {
    /// The most content, in bytes. Default: [`DEFAULT`](Self::DEFAULT).
    pub max_body: Option<u64>,
    /// The most content that is held in memory, in bytes. Default: [`DEFAULT`](Self::DEFAULT), and never more than `max_body`.
    pub max_in_memory: Option<usize>,
    /// The longest time from the first read to the end. Default: none; the server watches over the progress.
    pub deadline: Option<Duration>,
    /// The most parts of a form with files. Default: 100.
    pub max_parts: Option<usize>,
}

impl BodyLimits {
    /// The longest content where nothing is said: 2 MiB.
    pub const DEFAULT: usize = 2 * 1024 * 1024;

    /// Nothing is said.
    pub const UNSAID: Self = Self {
        max_body: None,
        max_in_memory: None,
        deadline: None,
        max_parts: None,
    };

    /// What a handler says beside what its base says.
    pub(crate) const fn over(self, base: Self) -> Self {
        const fn first<T: Copy>(own: Option<T>, base: Option<T>) -> Option<T> {
            match own {
                Some(own) => Some(own),
                None => base,
            }
        }
        Self {
            max_body: first(self.max_body, base.max_body),
            max_in_memory: first(self.max_in_memory, base.max_in_memory),
            deadline: first(self.deadline, base.deadline),
            max_parts: first(self.max_parts, base.max_parts),
        }
    }

    /// Whether anything is said.
    pub(crate) const fn is_said(&self) -> bool {
        self.max_body.is_some()
            || self.max_in_memory.is_some()
            || self.deadline.is_some()
            || self.max_parts.is_some()
    }

    /// The most parts of a form with files.
    #[cfg(feature = "multipart")]
    pub(crate) fn parts(&self) -> usize {
        self.max_parts.unwrap_or(100)
    }

    fn body(&self) -> u64 {
        self.max_body.unwrap_or(Self::DEFAULT as u64)
    }

    /// The most content that is held in memory.
    pub(crate) fn memory(&self) -> usize {
        let memory = self.max_in_memory.unwrap_or(Self::DEFAULT);
        usize::try_from(self.body()).map_or(memory, |body| memory.min(body))
    }
}

/// The content of a request as a stream: the last argument of a method. Tornado's `@stream_request_body`.
///
/// It gives the content as it comes, in pieces of any size, and asks the client for more only when it is asked itself: that is the
/// back-pressure. `prepare` runs before, when the head has come, and can refuse the request without a byte of its content read.
///
/// It takes at most 2 MiB, or what the handler says, `#[handler(max_body = "1 GiB")]`, or `prepare` with
/// [`cx.set_max_body`](Context::set_max_body); nothing is held in memory but the piece at hand. Compressed content
/// (`content-encoding`) is decoded, and the limit is that of the decoded.
///
/// # Errors
///
/// 413 when the content is too long, before anything is read where its length is known; 400 when it breaks off; 408 when it does not come
/// in time.
///
/// # Examples
///
/// ```
/// use squall::{Result, handler, handler::BodyStream};
///
/// #[handler(max_body = "1 GiB")]
/// #[route("/sum")]
/// struct Sum;
///
/// #[handler]
/// impl Sum {
///     async fn put(&self, mut content: BodyStream) -> Result<String> {
///         let mut sum = 0_u64;
///         while let Some(chunk) = content.chunk().await? {
///             sum += chunk.iter().copied().map(u64::from).sum::<u64>();
///         }
///         Ok(sum.to_string())
///     }
/// }
/// ```
///
/// It is a [`Stream`] too, for what takes one: `tokio_util::io::StreamReader`, or an answer, `Body::stream(content)`.
pub struct BodyStream(Intake);

impl BodyStream {
    /// The next piece of the content; `None` at its end.
    ///
    /// # Errors
    ///
    /// 400, 408 or 413; see [above](Self).
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        self.0.chunk().await
    }

    pub(crate) fn of(cx: &mut Context) -> Result<Self> {
        cx.take_content().map(Self)
    }

    /// The bytes that are still to come, where that is known: by `content-length`, and not for compressed content.
    #[must_use]
    pub fn remaining(&self) -> Option<u64> {
        self.0.body.size_hint().exact()
    }
}

impl Stream for BodyStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_chunk(cx)
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyStream")
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}

impl FromRequest for BodyStream {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        Self::of(cx)
    }
}

/// Content that is read within its limits.
pub(crate) struct Intake {
    body: Body,
    /// The most content, and what of it has come.
    most: u64,
    read: u64,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Intake {
    /// # Errors
    ///
    /// 413 when the content is known to be too long.
    pub(crate) fn new(body: Body, limits: &BodyLimits) -> Result<Self> {
        let most = limits.body();
        if body.size_hint().lower() > most {
            return Err(too_long(most).into());
        }
        let deadline = limits
            .deadline
            .map(|deadline| Box::pin(tokio::time::sleep(deadline)));
        Ok(Self {
            body,
            most,
            read: 0,
            deadline,
        })
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        poll_fn(|cx| self.poll_chunk(cx)).await.transpose()
    }

    fn poll_chunk(&mut self, cx: &mut TaskContext<'_>) -> Poll<Option<Result<Bytes>>> {
        loop {
            let polled = Pin::new(&mut self.body).poll_frame(cx);
            if let Some(deadline) = &mut self.deadline
                && deadline.as_mut().poll(cx).is_ready()
            {
                return Poll::Ready(Some(Err(self.fail(too_late()))));
            }
            match ready!(polled).map(|frame| frame.map(http_body::Frame::into_data)) {
                None => return Poll::Ready(None),
                Some(Ok(Ok(data))) if data.is_empty() => {}
                Some(Ok(Ok(data))) => {
                    self.read += data.len() as u64;
                    return Poll::Ready(Some(if self.read > self.most {
                        Err(self.fail(too_long(self.most)))
                    } else {
                        Ok(data)
                    }));
                }
                Some(Ok(Err(_trailers))) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(self.fail(broken_off(error))))),
            }
        }
    }

    /// Behind an error nothing more comes.
    fn fail(&mut self, error: HttpError) -> Error {
        self.body = Body::empty();
        self.deadline = None;
        error.into()
    }

    /// Reads all of it into memory.
    ///
    /// # Errors
    ///
    /// 413 when it is longer than this, at once where its length is known.
    pub(crate) async fn read_to_end(mut self, most: usize) -> Result<Bytes> {
        if self.body.size_hint().lower() > most as u64 {
            return Err(too_long(most as u64).into());
        }
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(data) = self.chunk().await? {
            if first.len() + rest.len() + data.len() > most {
                return Err(too_long(most as u64).into());
            }
            if first.is_empty() && rest.is_empty() {
                // Most content comes in one piece, which is kept as it is.
                first = data;
            } else {
                if !first.is_empty() {
                    rest.extend_from_slice(&std::mem::take(&mut first));
                }
                rest.extend_from_slice(&data);
            }
        }
        Ok(if rest.is_empty() {
            first
        } else {
            rest.freeze()
        })
    }
}

fn broken_off(error: BoxError) -> HttpError {
    match error.downcast::<HttpError>() {
        Ok(error) => *error,
        Err(error) => HttpError::bad_request("the content breaks off").with_cause(error),
    }
}

pub(crate) fn too_long(most: u64) -> HttpError {
    let error = HttpError::new(StatusCode::PAYLOAD_TOO_LARGE);
    error.with_message(format!("the content is longer than {most} bytes"))
}

fn too_late() -> HttpError {
    let error = HttpError::new(StatusCode::REQUEST_TIMEOUT);
    error.with_message("the content did not come in time")
}
