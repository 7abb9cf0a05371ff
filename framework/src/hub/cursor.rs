//! [`Cursor`]: a place in the order of a topic's messages.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A place between two messages of a topic: behind the one that it was given with. Who comes again with it gets what has come since.
///
/// It is a short text for clients to keep, of letters, digits and a hyphen; what it is made of is nobody's business. It holds as long as its
/// topic: one from before the program was started anew, or from a topic that went and came again, is known to be foreign. Clients can make one
/// up; at worst it is foreign, and gets them what everybody gets who has none.
///
/// As a field it is written `#[query] cursor: Option<Cursor>`, for long polls and WebSockets; what is no cursor is a 400. Event streams take
/// [`LastEventId::cursor`](crate::sse::LastEventId::cursor), for which it is none.
///
/// # Examples
///
/// ```
/// use squall::hub::Hub;
///
/// # #[squall::main]
/// # async fn main() -> squall::Result<()> {
/// let hub = Hub::new();
/// let den = hub.topic("den");
/// den.publish("first").await?;
/// let cursor = den.cursor();
/// den.publish("second").await?;
///
/// let kept_by_a_client = cursor.to_string();
/// let news = den.wait_since(kept_by_a_client.parse::<squall::hub::Cursor>()?).await?;
/// assert_eq!(*news[0], "second");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Which life of the topic.
    pub(super) epoch: u64,
    /// The number of the message that it is behind; zero before the first.
    pub(super) number: u64,
}

/// A number that no other life of a topic has.
pub(super) fn epoch() -> u64 {
    // Each has keys of its own, random ones.
    RandomState::new().hash_one(())
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}", self.epoch, self.number)
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({self})")
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let parse = || {
            let (epoch, number) = text.split_once('-')?;
            // Both parsers would take a sign.
            let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !is_plain(epoch) || !is_plain(number) {
                return None;
            }
            Some(Self {
                epoch: u64::from_str_radix(epoch, 16).ok()?,
                number: number.parse().ok()?,
            })
        };
        parse().ok_or(ParseCursorError(()))
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = Cursor;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cursor")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Cursor, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// A text is no [`Cursor`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseCursorError(());

impl fmt::Display for ParseCursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a cursor")
    }
}

impl std::error::Error for ParseCursorError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_comes_back_as_it_was(epoch: u64, number: u64) {
            let cursor = Cursor { epoch, number };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
            let json = serde_json::to_string(&cursor).unwrap();
            prop_assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), cursor);
        }

        #[test]
        fn no_text_is_too_strange(text in "[0-9a-f+ -]{0,24}|\\PC{0,12}") {
            if let Ok(cursor) = text.parse::<Cursor>() {
                prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
            }
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "-",
            "1",
            "1-",
            "-1",
            "g-1",
            "1-a",
            "+1-1",
            "1-+1",
            "1--1",
            "1-1-1",
            " 1-1",
            "10000000000000000-1",
            "1-18446744073709551616",
        ] {
            assert_eq!(
                text.parse::<Cursor>(),
                Err(ParseCursorError(())),
                "{text:?}"
            );
        }
    }
}
