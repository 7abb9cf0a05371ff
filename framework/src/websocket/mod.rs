//! WebSockets ([RFC 6455](https://www.rfc-editor.org/rfc/rfc6455)), at both ends. Feature `websocket`.
//!
//! A [`#[websocket]`](macro@crate::websocket) is a handler whose struct lives on in its socket. [`WebSocketUpgrade`] is for a handler that writes the loop
//! itself, [`connect`] for a client. All of them hold a [`WebSocket`]; what is sent goes by its [`Sender`], of which other tasks can have handles. Where
//! many are to hear of something, they [subscribe](WebSocket::subscribe) to a topic of a [`Hub`](crate::hub::Hub). What there is to choose is in
//! [`Settings`].
//!
//! Whoever breaks the protocol is told how, and the socket ends: 1002 for frames that are none (a client that does not mask them among it), 1007 for
//! text that is not UTF-8, as soon as its first wrong byte comes, 1009 for a message that is too long, before it has come. A close frame is answered when what
//! came before it has been taken. HTTP/2 has no WebSockets here: browsers open them by HTTP/1.1.
//!
//! # Compression
//!
//! permessage-deflate ([RFC 7692](https://www.rfc-editor.org/rfc/rfc7692)) is off unless the settings have a [`Compression`]: it takes some 15 µs to compress a
//! message of a hundred bytes and 3 to inflate one, and with context take-over memory as long as the socket lives. A message and what it is compressed
//! with should not be a secret and a client's own words: the length tells of both.
//!
//! # Tests
//!
//! [`TestClient::websocket`](crate::testing::TestClient::websocket) opens one.

pub(crate) mod client;
mod codec;
mod exchange;
pub(crate) mod handler;
mod handshake;
mod message;
mod origin;
mod reason;
mod session;
mod settings;
mod socket;
mod source;
pub(crate) mod upgrade;

pub use client::{Connect, ConnectError, connect};
#[cfg(any(test, fuzzing))]
pub(crate) use codec::fuzz;
pub use codec::{CloseCode, Compression, Message};
pub use handler::Ended;
pub use message::{FromMessage, IntoMessage, Outgoing};
pub use reason::{CloseReason, Closed, Full};
pub use settings::{Settings, SlowReader};
pub use socket::{Sender, Sending, WebSocket};
pub use source::{Event, FromEvent};
pub use upgrade::WebSocketUpgrade;
