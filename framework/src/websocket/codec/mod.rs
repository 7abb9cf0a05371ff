//! The protocol itself, without sockets and without a clock: [RFC 6455](https://www.rfc-editor.org/rfc/rfc6455), and compression as
//! [RFC 7692](https://www.rfc-editor.org/rfc/rfc7692) has it.
//!
//! A [`Decoder`] is given the bytes that have come, and gives what they mean, as early as that is known: a text that is none is refused at its
//! first wrong byte, a message that is too long before its content comes. An [`Encoder`] writes messages. Both are of one [`Role`]. Nothing
//! here is lenient: whoever breaks the protocol is told how, and the connection ends.

mod close;
mod decoder;
mod deflate;
mod encoder;
mod frame;
mod mask;
mod message;
mod offer;
mod text;

pub use close::CloseCode;
pub(crate) use close::Violation;
pub(crate) use decoder::{Decoder, Event};
pub(crate) use encoder::{Encoder, Kind};
pub use message::Message;
pub(crate) use offer::Agreed;
pub use offer::Compression;

/// Which end of the connection this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It masks what it sends (RFC 6455 §5.3).
    Client,
    /// It masks nothing.
    Server,
}

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
#[cfg(test)]
mod tests;
