//! Why a connection ends: codes of close frames (RFC 6455 §7.4), and faults of the peer.

use std::fmt;

/// Why a connection ends: the code of a close frame ([RFC 6455 §7.4](https://www.rfc-editor.org/rfc/rfc6455#section-7.4)).
///
/// One of a program's own is a constant:
///
/// ```
/// use squall::websocket::CloseCode;
///
/// const KICKED: CloseCode = CloseCode::new(4001).unwrap();
///
/// assert_eq!(KICKED.get(), 4001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: what the connection was for is done.
    pub const NORMAL: Self = Self(1000);
    /// 1001: the server ends, or the page is left.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: the peer has broken the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003: a message of a kind that is not taken here.
    pub const UNSUPPORTED: Self = Self(1003);
    /// 1005: the close frame had no code. It is never sent.
    pub const NO_CODE: Self = Self(1005);
    /// 1006: there was no close frame. It is never sent.
    pub const ABNORMAL: Self = Self(1006);
    /// 1007: the content of a message is not what it should be.
    pub const INVALID_CONTENT: Self = Self(1007);
    /// 1008: a message breaks a rule of this end.
    pub const POLICY: Self = Self(1008);
    /// 1009: a message is too long.
    pub const TOO_BIG: Self = Self(1009);
    /// 1010: the client misses an extension.
    pub const MISSING_EXTENSION: Self = Self(1010);
    /// 1011: something failed here.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1012: the server starts anew.
    pub const RESTART: Self = Self(1012);
    /// 1013: try again later.
    pub const TRY_AGAIN: Self = Self(1013);

    /// A code that may be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999, of which those from 4000 on are for programs. `None` for any other.
    #[must_use]
    pub const fn new(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the peer has done wrong: the code and the reason that it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) code: CloseCode,
    pub(crate) reason: &'static str,
}

impl Violation {
    pub(super) const fn protocol(reason: &'static str) -> Self {
        Self {
            code: CloseCode::PROTOCOL_ERROR,
            reason,
        }
    }

    pub(super) const fn content(reason: &'static str) -> Self {
        Self {
            code: CloseCode::INVALID_CONTENT,
            reason,
        }
    }

    pub(super) const TOO_BIG: Self = Self {
        code: CloseCode::TOO_BIG,
        reason: "the message is too long",
    };
}
