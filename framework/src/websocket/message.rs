//! What can be sent and taken as a [`Message`].

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    codec::{CloseCode, Kind, Message},
    reason::CloseReason,
    source::Event,
};
use crate::{
    handler::{Json, Result, parse_json},
    hub::Published,
};

/// A message to be sent, borrowed where it can be: it is copied into the buffer of the connection once, and not before.
#[derive(Clone, Debug)]
pub enum Outgoing<'m> {
    /// Text.
    Text(Cow<'m, str>),
    /// Bytes.
    Binary(Cow<'m, [u8]>),
}

impl Outgoing<'_> {
    pub(super) fn parts(&self) -> (Kind, &[u8]) {
        match self {
            Self::Text(text) => (Kind::Text, text.as_bytes()),
            Self::Binary(bytes) => (Kind::Binary, bytes),
        }
    }

    /// The buffer that it owns, to be used again.
    pub(super) fn into_buffer(self) -> Option<Vec<u8>> {
        match self {
            Self::Text(Cow::Owned(text)) => Some(text.into_bytes()),
            Self::Binary(Cow::Owned(bytes)) => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn into_message(self) -> Message {
        match self {
            Self::Text(text) => Message::Text(text.into_owned()),
            Self::Binary(bytes) => Message::Binary(bytes.into_owned()),
        }
    }
}

/// What can be sent as a message: `&str`, `String`, [`Json`] and a reference to what was [`Published`] as text, `&[u8]`, `Vec<u8>` and `Bytes` as
/// bytes, and a [`Message`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a message",
    label = "not a message",
    note = "send a text, bytes, a `Message`, or `Json(…)` of a value that serializes"
)]
pub trait IntoMessage<'m> {
    /// The message.
    ///
    /// # Errors
    ///
    /// The value cannot be serialized.
    fn into_message(self) -> Result<Outgoing<'m>>;
}

impl<'m> IntoMessage<'m> for Outgoing<'m> {
    fn into_message(self) -> Result<Self> {
        Ok(self)
    }
}

impl IntoMessage<'static> for Message {
    fn into_message(self) -> Result<Outgoing<'static>> {
        Ok(match self {
            Self::Text(text) => Outgoing::Text(text.into()),
            Self::Binary(bytes) => Outgoing::Binary(bytes.into()),
        })
    }
}

impl<'m> From<&'m Message> for Outgoing<'m> {
    fn from(message: &'m Message) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.into()),
            Message::Binary(bytes) => Self::Binary(bytes.into()),
        }
    }
}

impl<'m> IntoMessage<'m> for &'m Message {
    fn into_message(self) -> Result<Outgoing<'m>> {
        Ok(self.into())
    }
}

/// Implements [`IntoMessage`] for what becomes the content of one kind by `into`.
macro_rules! into_message {
    ($($kind:ident: $($ty:ty),+;)+) => {$($(
        impl<'m> IntoMessage<'m> for $ty {
            fn into_message(self) -> Result<Outgoing<'m>> {
                Ok(Outgoing::$kind(self.into()))
            }
        }
    )+)+};
}

into_message! {
    Text: &'m str, String, &'m String, Cow<'m, str>;
    Binary: &'m [u8], Vec<u8>, &'m Vec<u8>, Cow<'m, [u8]>;
}

impl<'m, const N: usize> IntoMessage<'m> for &'m [u8; N] {
    fn into_message(self) -> Result<Outgoing<'m>> {
        Ok(Outgoing::Binary(self.as_slice().into()))
    }
}

impl<'m> IntoMessage<'m> for &'m Bytes {
    fn into_message(self) -> Result<Outgoing<'m>> {
        Ok(Outgoing::Binary(self.as_ref().into()))
    }
}

impl IntoMessage<'static> for Bytes {
    fn into_message(self) -> Result<Outgoing<'static>> {
        Ok(Outgoing::Binary(Cow::Owned(self.into())))
    }
}

impl<'m, T: Serialize> IntoMessage<'m> for &'m Published<T> {
    /// As JSON, which is made once for all who get it.
    fn into_message(self) -> Result<Outgoing<'m>> {
        Ok(Outgoing::Text(self.json()?.into()))
    }
}

impl<'m> IntoMessage<'m> for &'m Event {
    fn into_message(self) -> Result<Outgoing<'m>> {
        Ok(Outgoing::Text(self.json()?.into()))
    }
}

impl<T: Serialize> IntoMessage<'static> for Json<T> {
    fn into_message(self) -> Result<Outgoing<'static>> {
        Ok(Outgoing::Text(serde_json::to_string(&self.0)?.into()))
    }
}

/// What the hook `message` can take: `String` and [`Json`] take text, `Vec<u8>` and `Bytes` take bytes, a [`Message`] takes both.
///
/// A message of the other kind ends the socket with 1003; text that is no JSON, or JSON of another shape, with 1007 and the path of the value
/// that does not fit ([RFC 6455 §7.4.1](https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1)).
#[diagnostic::on_unimplemented(
    message = "a message cannot be taken as `{Self}`",
    label = "not a message",
    note = "take a `String`, a `Vec<u8>`, a `Message`, or `Json<T>` of a type that implements `serde::Deserialize`"
)]
pub trait FromMessage: Sized + Send {
    /// Takes it.
    ///
    /// # Errors
    ///
    /// What the socket is closed with, where the message is none of these.
    fn from_message(message: Message) -> Result<Self, CloseReason>;
}

impl FromMessage for Message {
    fn from_message(message: Message) -> Result<Self, CloseReason> {
        Ok(message)
    }
}

impl FromMessage for String {
    fn from_message(message: Message) -> Result<Self, CloseReason> {
        match message {
            Message::Text(text) => Ok(text),
            Message::Binary(_) => Err(unsupported("only text is taken here")),
        }
    }
}

impl FromMessage for Vec<u8> {
    fn from_message(message: Message) -> Result<Self, CloseReason> {
        match message {
            Message::Binary(bytes) => Ok(bytes),
            Message::Text(_) => Err(unsupported("only bytes are taken here")),
        }
    }
}

impl FromMessage for Bytes {
    fn from_message(message: Message) -> Result<Self, CloseReason> {
        Vec::from_message(message).map(Self::from)
    }
}

impl<T: DeserializeOwned + Send> FromMessage for Json<T> {
    fn from_message(message: Message) -> Result<Self, CloseReason> {
        let text = String::from_message(message)?;
        parse_json(text.as_bytes()).map(Self).map_err(|error| {
            let error = error.into_http_error();
            let told = match error.faults() {
                [fault, ..] => fault.to_string(),
                [] => error.message().replacen("the content", "the message", 1),
            };
            CloseReason::new(CloseCode::INVALID_CONTENT, told)
        })
    }
}

fn unsupported(text: &'static str) -> CloseReason {
    CloseReason::new(CloseCode::UNSUPPORTED, text)
}
