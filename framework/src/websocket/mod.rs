//! `WebSocket`s.

pub(crate) mod client;
mod codec;
mod exchange;
pub(crate) mod handler;
mod handshake;
mod message;
mod reason;
mod session;
mod settings;
mod socket;
mod source;
pub(crate) mod upgrade;

pub use client::{Connect, ConnectError, connect};
pub use codec::{CloseCode, Compression};
pub use handler::Ended;
pub use message::{FromMessage, IntoMessage, Message, Outgoing};
pub use reason::{CloseReason, Closed};
pub use settings::{Settings, SlowReader};
pub use socket::{Sender, Sending, WebSocket};
pub use source::{Event, FromEvent};
pub use upgrade::WebSocketUpgrade;
