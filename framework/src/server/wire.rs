//! [`Wire`]: the socket of a connection. What passes is noted in the [`Vitals`] of the connection.

#[cfg(feature = "websocket")]
use std::time::Duration;
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf},
    net::TcpStream,
};

use super::{
    head,
    vitals::{Phase, Vitals},
};
#[cfg(feature = "websocket")]
use crate::handler::upgrade::Transport;

/// A connected socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    /// The other end of a test.
    Memory(DuplexStream),
}

/// A socket that no event loop looks at: on its way from one to another.
#[derive(Debug)]
pub(super) enum Loose {
    Tcp(std::net::TcpStream),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixStream),
}

impl Socket {
    /// Takes it from the event loop it was opened on.
    pub(super) fn loosen(self) -> io::Result<Loose> {
        match self {
            Self::Tcp(stream) => stream.into_std().map(Loose::Tcp),
            #[cfg(unix)]
            Self::Unix(stream) => stream.into_std().map(Loose::Unix),
            Self::Memory(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl Loose {
    /// Gives it to the event loop that this is called on.
    pub(super) fn settle(self) -> io::Result<Socket> {
        match self {
            Self::Tcp(stream) => {
                stream.set_nodelay(true)?;
                TcpStream::from_std(stream).map(Socket::Tcp)
            }
            #[cfg(unix)]
            Self::Unix(stream) => UnixStream::from_std(stream).map(Socket::Unix),
        }
    }
}

/// The socket of a connection, with the bytes that were read before and must be read again.
#[derive(Debug)]
pub(super) struct Wire {
    socket: Socket,
    again: Bytes,
    vitals: Arc<Vitals>,
    /// Whether a request of HTTP/1.1 begins with what is read again.
    is_beginning: bool,
    /// Whether the end of what comes has been held back.
    has_held_end: bool,
    /// Whether an answer of hyper's own has been held back.
    has_held_answer: bool,
}

/// Calls a method of the socket inside, whichever it is.
macro_rules! each {
    ($socket:expr, $inner:ident => $call:expr) => {
        match $socket {
            Socket::Tcp($inner) => $call,
            #[cfg(unix)]
            Socket::Unix($inner) => $call,
            Socket::Memory($inner) => $call,
        }
    };
}

impl Wire {
    pub(super) fn new(socket: Socket, vitals: Arc<Vitals>) -> Self {
        Self {
            socket,
            again: Bytes::new(),
            vitals,
            is_beginning: false,
            has_held_end: false,
            has_held_answer: false,
        }
    }

    /// Puts bytes back that were read too early. They are copied, for even none of them would hold the whole buffer that they were
    /// read into. All that were put back before must have been read.
    pub(super) fn read_again(&mut self, bytes: &[u8]) {
        self.again = Bytes::copy_from_slice(bytes);
    }

    /// Whether there are bytes that were put back and have not been read.
    pub(super) fn has_again(&self) -> bool {
        !self.again.is_empty()
    }

    /// From here on requests of HTTP/1.1 are read, and the first of them begins.
    pub(super) fn begin(&mut self) {
        self.is_beginning = true;
        self.has_held_answer = false;
    }

    /// Whether hyper has refused a request, and the client has not heard of it.
    pub(super) fn has_held_answer(&self) -> bool {
        self.has_held_answer
    }

    /// Reads until it is clear whether these are the first bytes; all that was read can be read again.
    #[cfg(feature = "http2")]
    pub(super) fn poll_starts_with(
        &mut self,
        cx: &mut Context<'_>,
        expected: &[u8],
    ) -> Poll<io::Result<bool>> {
        loop {
            let known = self.again.len().min(expected.len());
            if self.again[..known] != expected[..known] {
                return Poll::Ready(Ok(false));
            }
            if known == expected.len() {
                return Poll::Ready(Ok(true));
            }
            let mut space = [0; 1024];
            let mut buffer = ReadBuf::new(&mut space);
            let count = ready!(self.poll_fill(cx, &mut buffer))?;
            if count == 0 {
                return Poll::Ready(Ok(false));
            }
            self.vitals.heard(count);
            self.again = [&self.again, buffer.filled()].concat().into();
        }
    }

    /// Reads from the socket. Gives how much has come.
    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        let room = buf.remaining();
        ready!(each!(&mut self.socket, socket => Pin::new(socket).poll_read(cx, buf)))?;
        let count = room - buf.remaining();
        self.vitals.ledger().read(count);
        Poll::Ready(Ok(count))
    }

    /// Waits until there is something to read, or the end.
    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.again.is_empty() {
            return Poll::Ready(Ok(()));
        }
        match &self.socket {
            Socket::Tcp(socket) => socket.poll_read_ready(cx),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.poll_read_ready(cx),
            Socket::Memory(_) => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        if !wire.again.is_empty() {
            wire.fill_again(buf);
            return Poll::Ready(Ok(()));
        }
        let count = ready!(wire.poll_fill(cx, buf))?;
        if count == 0 {
            return wire.poll_end(cx);
        }
        if wire.vitals.heard(count) {
            wire.look(buf.filled(), count);
        }
        Poll::Ready(Ok(()))
    }
}

impl Wire {
    /// Gives bytes that were read before.
    fn fill_again(&mut self, buf: &mut ReadBuf<'_>) {
        let count = self.again.len().min(buf.remaining());
        buf.put_slice(&self.again[..count]);
        self.again.advance(count);
        self.vitals.heard(count);
        if std::mem::take(&mut self.is_beginning) {
            self.look(buf.filled(), count);
        }
    }

    /// The end of what comes; while a request is being answered, one poll later. hyper looks for it before it asks for the answer,
    /// and drops that when it has found it: a client that has sent all it has to say gets what can be answered at once.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.vitals.is_in(Phase::Answering) && !self.has_held_end {
            self.has_held_end = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    /// Looks at the last of these bytes, with which a request begins.
    #[inline(never)]
    fn look(&self, bytes: &[u8], count: usize) {
        if !self.vitals.is_outstanding()
            && let Some(doubt) = head::doubt(&bytes[bytes.len() - count..])
        {
            self.vitals.doubt(doubt);
        }
    }

    /// Whether what hyper writes now is an answer of its own, which it gives to what it cannot read: none of the application is
    /// under way. hyper knows few statuses, so [`head`] looks for a better one.
    fn is_refusal(&self) -> bool {
        !self.vitals.is_owing() && matches!(self.vitals.phase(), Phase::Idle | Phase::Head)
    }

    /// Notes what became of a write.
    fn noted(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => {
                self.vitals.ledger().written(*bytes);
                self.vitals.told(*bytes);
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.vitals.stuck(),
        }
        written
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_refusal() {
            self.has_held_answer = true;
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = each!(&mut self.socket, socket => Pin::new(socket).poll_write(cx, bytes));
        self.noted(written)
    }

    /// For HTTP/2; hyper writes HTTP/1.1 out of one buffer.
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written =
            each!(&mut self.socket, socket => Pin::new(socket).poll_write_vectored(cx, parts));
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Nothing is kept between a write and the system. hyper comes here when it has written all it has.
        self.vitals.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(&mut self.socket, socket => Pin::new(socket).poll_shutdown(cx))
    }
}

#[cfg(feature = "websocket")]
impl Transport for Wire {
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // What is wrong with the socket is found by reading too.
        Wire::poll_readable(self, cx).map(|_| ())
    }

    fn set_alarm(&mut self, after: Option<Duration>) {
        self.vitals.set_alarm(after);
    }

    fn poll_alarm(&mut self, _: &mut Context<'_>) -> Poll<()> {
        if !self.vitals.is_alarm_due() {
            return Poll::Pending;
        }
        self.vitals.set_alarm(None);
        Poll::Ready(())
    }
}
