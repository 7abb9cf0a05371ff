//! [`Farewell`]: the end of a connection, so that the client can read what was said last.
//!
//! A socket that is closed with unread bytes in it takes the last answer from the client (RFC 9112 §9.6). So what is written ends
//! first, and what the client still sends is read and thrown away, within bounds.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::SystemTime,
};

use ::http::HeaderValue;
use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::wire::Wire;
use crate::http::date;

/// The bytes that are read and thrown away while a client reads its last answer.
const LINGERED: usize = 1 << 20;

/// What is said where there is no request that an application could answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum LastWord {
    /// All has been said.
    Nothing,
    /// The request did not come to its end.
    TimedOut,
    /// There is no room for the connection.
    NoRoom,
    /// What came is no request.
    Malformed,
    /// The target is longer than any here.
    TargetTooLong,
    /// The head is longer than it may be, or has too many fields.
    HeadTooLarge,
    /// It is of a protocol that nobody here speaks.
    UnknownVersion,
}

impl LastWord {
    /// The answer on the wire.
    fn spell(self, server: Option<&HeaderValue>) -> Bytes {
        let (status, fields, text) = match self {
            Self::Nothing => return Bytes::new(),
            Self::TimedOut => (
                "408 Request Timeout",
                "",
                "The request did not come to its end in time.\n",
            ),
            Self::NoRoom => (
                "503 Service Unavailable",
                "retry-after: 1\r\n",
                "There are too many connections.\n",
            ),
            // No text for these: it may be a HEAD that could not be read.
            Self::Malformed => ("400 Bad Request", "", ""),
            Self::TargetTooLong => ("414 URI Too Long", "", ""),
            Self::HeadTooLarge => ("431 Request Header Fields Too Large", "", ""),
            Self::UnknownVersion => ("505 HTTP Version Not Supported", "", ""),
        };
        let server = server.and_then(|server| server.to_str().ok());
        let server = server.map_or_else(String::new, |server| format!("server: {server}\r\n"));
        format!(
            "HTTP/1.1 {status}\r\ndate: {}\r\n{server}{fields}connection: close\r\n\
             content-type: text/plain; charset=UTF-8\r\ncontent-length: {}\r\n\r\n{text}",
            date::format(SystemTime::now()),
            text.len()
        )
        .into()
    }
}

/// The end of a connection: a last word, the end of what is written, and what the client still sends, thrown away.
pub(super) struct Farewell {
    wire: Wire,
    last_word: Bytes,
    /// The bytes that may still come.
    left: usize,
}

impl Farewell {
    pub(super) fn new(wire: Wire, last_word: LastWord, server: Option<&HeaderValue>) -> Self {
        Self {
            wire,
            last_word: last_word.spell(server),
            left: LINGERED,
        }
    }

    /// Goes on until the client has closed its side, or has sent too much.
    // Not a part of `Connection::poll`: no other stage shall take what it takes of the stack.
    #[inline(never)]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut wire = Pin::new(&mut self.wire);
        while !self.last_word.is_empty() {
            let written = ready!(wire.as_mut().poll_write(cx, &self.last_word))?;
            self.last_word.advance(written);
        }
        ready!(wire.as_mut().poll_shutdown(cx))?;
        let mut space = [0; 4096];
        while self.left > 0 {
            let mut buffer = ReadBuf::new(&mut space);
            ready!(wire.as_mut().poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            self.left = self.left.saturating_sub(buffer.filled().len());
        }
        Poll::Ready(Ok(()))
    }
}
