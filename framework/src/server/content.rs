//! [`Heard`]: the content of a request, as it comes; and [`Leftover`]: what a handler has left of it.
//!
//! Content that nobody has read stands on the wire in front of the next request. What has come already is read and thrown away,
//! within bounds, so that the connection can go on; where there is more, the answer says that it is the last (RFC 9112 §9.3, §9.6).

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use ::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

use super::vitals::Vitals;
use crate::handler::{BoxError, HttpError};

/// The content of a request, as it comes.
pub(super) struct Heard {
    /// `None` when nothing more can be read of it.
    content: Option<Incoming>,
    vitals: Arc<Vitals>,
    /// Of a request in HTTP/1.1; a stream of HTTP/2 stands in nobody's way.
    leftover: Option<Leftover>,
}

impl Heard {
    pub(super) fn new(content: Incoming, vitals: &Arc<Vitals>, leftover: Option<Leftover>) -> Self {
        vitals.outstanding(leftover.is_some());
        Self {
            content: Some(content),
            vitals: Arc::clone(vitals),
            leftover,
        }
    }

    /// Nothing more can be read; what comes behind it is no request.
    fn lose(&mut self) {
        self.content = None;
        if let Some(leftover) = &self.leftover {
            *leftover.lock() = Left::Lost;
        }
    }
}

impl http_body::Body for Heard {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(content) = &mut self.content else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(content).poll_frame(cx);
        if polled.is_pending() && self.vitals.is_late() {
            let late = HttpError::new(StatusCode::REQUEST_TIMEOUT)
                .with_message("the content did not come in time");
            return Poll::Ready(Some(Err(late.into())));
        }
        self.vitals.wanting(polled.is_pending());
        Poll::Ready(match ready!(polled) {
            Some(Ok(frame)) if is_broken(&frame) => {
                self.lose();
                Some(Err(HttpError::bad_request("the chunks have no end").into()))
            }
            Some(Ok(frame)) => {
                if let (None, Some(data)) = (&self.leftover, frame.data_ref()) {
                    self.vitals.heard(data.len());
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                self.lose();
                Some(Err(error.into()))
            }
            None => {
                self.content = None;
                self.vitals.outstanding(false);
                None
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.content.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.content.as_ref().map(Incoming::size_hint);
        left.unwrap_or_else(|| SizeHint::with_exact(0))
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        self.vitals.wanting(false);
        if let (Some(content), Some(leftover)) = (self.content.take(), &self.leftover) {
            leftover.leave(content, &self.vitals);
        }
    }
}

/// Whether these are the trailers of chunks that have no end: hyper takes a line feed alone for one, and all that stands behind it
/// for a part of them (RFC 9112 §7.1.2).
fn is_broken(frame: &Frame<Bytes>) -> bool {
    frame.trailers_ref().is_some_and(HeaderMap::is_empty)
}

/// What a handler has left of the content of its request: where the content puts it, and the answer finds it.
#[derive(Clone)]
pub(super) struct Leftover(Arc<Mutex<Left>>);

enum Left {
    /// Nothing so far.
    Nothing,
    /// Nothing so far, and the client sends what it is asked for: to read would be to ask.
    Awaited,
    /// What nobody will read.
    Unread(Unread),
    /// What nobody can read.
    Lost,
}

impl Leftover {
    pub(super) fn new(is_awaited: bool) -> Self {
        let left = if is_awaited {
            Left::Awaited
        } else {
            Left::Nothing
        };
        Self(Arc::new(Mutex::new(left)))
    }

    /// Takes what has been dropped.
    fn leave(&self, content: Incoming, vitals: &Vitals) {
        if content.is_end_stream() {
            return vitals.outstanding(false);
        }
        let mut left = self.lock();
        *left = match &*left {
            Left::Nothing => Left::Unread(Unread::new(content)),
            _ => Left::Lost,
        };
    }

    /// Reads and throws away what has come of it. Gives whether the connection can go on.
    pub(super) fn poll_drain(&self, cx: &mut Context<'_>, vitals: &Vitals) -> Poll<bool> {
        let mut left = self.lock();
        let Left::Unread(unread) = &mut *left else {
            return Poll::Ready(!matches!(*left, Left::Lost));
        };
        let is_drained = ready!(unread.poll_drain(cx));
        vitals.outstanding(!is_drained);
        *left = Left::Nothing;
        Poll::Ready(is_drained)
    }

    fn lock(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The most content that is read for nobody.
const DRAINED: usize = 64 * 1024;

/// Content that nobody will read.
struct Unread {
    content: Incoming,
    /// The bytes that were thrown away.
    drained: usize,
    has_waited: bool,
}

impl Unread {
    fn new(content: Incoming) -> Self {
        Self {
            content,
            drained: 0,
            has_waited: false,
        }
    }

    /// Gives whether its end has been reached.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        while self.drained <= DRAINED {
            match Pin::new(&mut self.content).poll_frame(cx) {
                Poll::Ready(None) => return Poll::Ready(true),
                Poll::Ready(Some(Ok(frame))) if !is_broken(&frame) => {
                    self.drained += frame.data_ref().map_or(0, Bytes::len);
                    self.has_waited = false;
                }
                Poll::Ready(Some(_)) => break,
                // hyper reads what is there when it is polled next, because it has been asked now.
                Poll::Pending if !self.has_waited => {
                    self.has_waited = true;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Pending => break,
            }
        }
        Poll::Ready(false)
    }
}
