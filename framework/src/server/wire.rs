//! [`Wire`]: the socket of a connection. What passes is noted in the [`Vitals`] of the connection.

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

use super::vitals::Vitals;

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
        }
    }

    /// Puts bytes back that were read too early. They are copied, for even none of them would hold the whole buffer that they were
    /// read into.
    pub(super) fn read_again(&mut self, bytes: &[u8]) {
        self.again = Bytes::copy_from_slice(bytes);
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
            ready!(self.poll_fill(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(false));
            }
            self.again = [&self.again, buffer.filled()].concat().into();
        }
    }

    /// Reads from the socket.
    fn poll_fill(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(each!(&mut self.socket, socket => Pin::new(socket).poll_read(cx, buf)))?;
        let count = buf.filled().len() - before;
        if count > 0 {
            self.vitals.ledger().read(count);
            self.vitals.heard(count);
        }
        Poll::Ready(Ok(()))
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
            let count = wire.again.len().min(buf.remaining());
            buf.put_slice(&wire.again[..count]);
            wire.again.advance(count);
            wire.vitals.heard(count);
            return Poll::Ready(Ok(()));
        }
        wire.poll_fill(cx, buf)
    }
}

impl Wire {
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
        let written = each!(&mut self.socket, socket => Pin::new(socket).poll_write(cx, bytes));
        self.noted(written)
    }

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
        // Nothing is kept between a write and the system.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(&mut self.socket, socket => Pin::new(socket).poll_shutdown(cx))
    }
}
