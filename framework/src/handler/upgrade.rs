//! [`Upgrade`]: what a connection becomes behind an answer of status 101 ([RFC 9110 §7.8](https://www.rfc-editor.org/rfc/rfc9110#section-7.8)).
//!
//! Who makes such an answer leaves an [`Upgrade`] in its extensions. Whoever holds the connection takes it out when the answer has been sent,
//! gives the connection as a [`Transport`], and drives what it has become, [`Upgraded`].

use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context as TaskContext, Poll, Waker, ready},
    time::Duration,
};

use ::http::{Response, StatusCode};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// A connection as bytes in both directions, with one alarm.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {
    /// Waits until there may be something to read, or the end.
    fn poll_readable(&mut self, cx: &mut TaskContext<'_>) -> Poll<()>;

    /// Sets the alarm, in place of the one that is set; `None` takes it away. It may come half a second late.
    fn set_alarm(&mut self, after: Option<Duration>);

    /// Ready once, when the alarm has come.
    fn poll_alarm(&mut self, cx: &mut TaskContext<'_>) -> Poll<()>;
}

/// What a connection has become.
pub(crate) trait Upgraded: Send {
    /// Goes on until it is over. Then the connection is closed.
    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<()>;

    /// The server ends: this shall end as its protocol has it.
    fn leave(&mut self);

    /// The connection is given up: it takes nothing, and is told nothing any more. What was made on it still comes to its end.
    fn cut(&mut self);

    /// Nothing has passed for a while: what memory can be given back is.
    fn rest(&mut self);
}

type Begin = Box<dyn FnOnce(Box<dyn Transport>, &[u8]) -> Box<dyn Upgraded> + Send>;

/// What a connection is to become. It is begun once, with what was read already.
#[derive(Clone, Default)]
pub(crate) struct Upgrade(Arc<Mutex<Option<Begin>>>);

impl Upgrade {
    /// Says what it is to become.
    pub(crate) fn set(
        &self,
        begin: impl FnOnce(Box<dyn Transport>, &[u8]) -> Box<dyn Upgraded> + Send + 'static,
    ) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(Box::new(begin));
    }

    /// Takes it out of an answer that changes the protocol.
    pub(crate) fn take<B>(response: &mut Response<B>) -> Option<Self> {
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return None;
        }
        response.extensions_mut().remove()
    }

    /// Whether an answer has one.
    pub(crate) fn is_in<B>(response: &Response<B>) -> bool {
        response.extensions().get::<Self>().is_some()
    }

    /// Begins. `None` where it has begun, or nobody has said what it is.
    pub(crate) fn begin(
        &self,
        transport: Box<dyn Transport>,
        read: &[u8],
    ) -> Option<Box<dyn Upgraded>> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = slot.take()?;
        drop(slot);
        Some(begin(transport, read))
    }
}

impl fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upgrade")
    }
}

/// A [`Transport`] that is no connection of squall's server: its alarm is a timer.
pub(crate) struct Timed<S> {
    stream: S,
    alarm: Option<Pin<Box<Sleep>>>,
    /// Who waits for it: a timer wakes nobody before it was polled.
    waker: Option<Waker>,
}

impl<S> Timed<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            alarm: None,
            waker: None,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Transport for Timed<S> {
    fn poll_readable(&mut self, _: &mut TaskContext<'_>) -> Poll<()> {
        // It can only be seen by reading.
        Poll::Ready(())
    }

    fn set_alarm(&mut self, after: Option<Duration>) {
        self.alarm = after.map(|after| Box::pin(sleep(after)));
        // It is set after it was looked at, and may be all that is waited for from then on.
        if let (Some(_), Some(waker)) = (after, &self.waker) {
            waker.wake_by_ref();
        }
    }

    fn poll_alarm(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        match &self.waker {
            Some(known) if known.will_wake(cx.waker()) => {}
            _ => self.waker = Some(cx.waker().clone()),
        }
        let Some(alarm) = &mut self.alarm else {
            return Poll::Pending;
        };
        ready!(alarm.as_mut().poll(cx));
        self.alarm = None;
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
