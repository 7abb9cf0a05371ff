//! [`CloseReason`]: how a WebSocket ended, or is to end.

use std::{borrow::Cow, error::Error as StdError, fmt};

use super::codec::{CloseCode, Violation};

/// How a WebSocket ended, or is to end: a code, a text, and who said so.
///
/// The hook `close` gets one. A hook that returns one as its error ends the socket with it:
///
/// ```
/// use squall::{Result, websocket::{CloseCode, CloseReason}};
///
/// fn only_small(number: u32) -> Result<u32> {
///     if number > 100 {
///         return Err(CloseReason::new(CloseCode::POLICY, "at most 100").into());
///     }
///     Ok(number)
/// }
/// # assert!(only_small(101).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseReason {
    code: CloseCode,
    text: Cow<'static, str>,
    is_of_peer: bool,
}

impl CloseReason {
    /// A reason of this end. On the wire the text has at most 123 bytes; what is longer is cut off.
    #[must_use]
    pub fn new(code: CloseCode, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            text: text.into(),
            is_of_peer: false,
        }
    }

    /// What the peer has said; without a code it is [`CloseCode::NO_CODE`].
    pub(super) fn of_peer(said: Option<(CloseCode, String)>) -> Self {
        let (code, text) = said.unwrap_or((CloseCode::NO_CODE, String::new()));
        Self {
            code,
            text: text.into(),
            is_of_peer: true,
        }
    }

    /// The connection broke off.
    pub(super) const BROKEN: Self = Self {
        code: CloseCode::ABNORMAL,
        text: Cow::Borrowed(""),
        is_of_peer: true,
    };

    /// The server ends, or the connection is older than it may be.
    pub(super) const LEAVING: Self = Self {
        code: CloseCode::GOING_AWAY,
        text: Cow::Borrowed("going away"),
        is_of_peer: false,
    };

    /// The code. [`CloseCode::NO_CODE`] where the peer named none, [`CloseCode::ABNORMAL`] where the connection broke off without a close frame.
    #[must_use]
    pub fn code(&self) -> CloseCode {
        self.code
    }

    /// The text behind the code; often empty. What a peer says is no text to be trusted.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the peer has ended it, or is gone.
    #[must_use]
    pub fn is_of_peer(&self) -> bool {
        self.is_of_peer
    }

    /// Whether there was a close frame: without one, the last messages may have been lost.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.code != CloseCode::ABNORMAL
    }
}

impl From<Violation> for CloseReason {
    fn from(violation: Violation) -> Self {
        Self::new(violation.code, violation.reason)
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the WebSocket was closed with {}", self.code)?;
        if !self.text.is_empty() {
            write!(f, " ({})", self.text.escape_debug())?;
        }
        Ok(())
    }
}

impl StdError for CloseReason {}

/// Nothing can be sent: the WebSocket has ended, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the WebSocket is closed")
    }
}

impl StdError for Closed {}

/// Nothing can be sent without waiting: the peer has not taken what was sent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too much is on its way to the peer of the WebSocket already")
    }
}

impl StdError for Full {}
