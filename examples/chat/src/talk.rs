//! What is said, by whom and where, and how long each may be. A value of one of these types keeps its rules; whoever sends another one gets a
//! 422, or on a WebSocket the close code 1007, with the rule that it breaks.

use std::{
    fmt,
    ops::Deref,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use squall::{Result, cookie::time::OffsetDateTime};

/// The most characters of a text, of a name, of the name of a room.
pub(crate) const LONGEST_TEXT: usize = 2_000;
pub(crate) const LONGEST_NAME: usize = 30;
pub(crate) const LONGEST_ROOM: usize = 30;

/// A message as it is published.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Talk {
    pub(crate) id: Id,
    pub(crate) name: Name,
    pub(crate) text: Text,
    /// When it was published, in milliseconds since 1970.
    pub(crate) at: u64,
}

impl Talk {
    pub(crate) fn new(said: Said, name: Name) -> Result<Self> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Ok(Self {
            id: said.id.map_or_else(Id::random, Ok)?,
            name,
            text: said.text,
            at: since.map_or(0, |since| since.as_millis() as u64),
        })
    }

    /// The time for a page: `2026-11-28T14:05:09Z`.
    pub(crate) fn time(&self) -> String {
        let at = OffsetDateTime::from_unix_timestamp((self.at / 1000) as i64);
        let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (date, (hour, minute, second)) = (at.date(), at.to_hms());
        format!("{date}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// The time of day of that, which a script replaces by that of the reader.
    pub(crate) fn clock(&self) -> String {
        self.time()[11..16].to_owned()
    }
}

/// What a page sends.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Said {
    /// A form without a script has none: it is sent once, or the reader decides.
    pub(crate) id: Option<Id>,
    pub(crate) text: Text,
}

/// What a message is known by: a UUID, which its page has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Id(u128);

impl Id {
    fn random() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(u128::from_be_bytes(bytes)))
    }
}

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        let hyphens = [8, 13, 18, 23];
        let fits = |(at, byte): (usize, u8)| match hyphens.contains(&at) {
            true => byte == b'-',
            false => byte.is_ascii_hexdigit(),
        };
        let digits = text.replace('-', "");
        match u128::from_str_radix(&digits, 16) {
            Ok(id) if text.len() == 36 && text.bytes().enumerate().all(fits) => Ok(Self(id)),
            _ => Err("a message is known by a UUID"),
        }
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:032x}", self.0);
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
        f.write_str(&parts.join("-"))
    }
}

/// The text of a message, without empty lines around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Text(String);

impl TryFrom<String> for Text {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        // A form sends CR and LF where a script sends LF.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim_start_matches('\n').trim_end();
        if text.trim_start().is_empty() {
            return Err("there is nothing in it".to_owned());
        }
        within(text, LONGEST_TEXT)?;
        Ok(Self(text.to_owned()))
    }
}

/// The name of a person: what one sees, on one line, with single blanks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Name(String);

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        within(&name, LONGEST_NAME)?;
        visible(&name)?;
        Ok(Self(name))
    }
}

/// The name of a room, as it stands in paths: letters and digits of any script, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct RoomName(String);

impl FromStr for RoomName {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        within(text, LONGEST_ROOM)?;
        visible(text)?;
        let is_bad =
            |c: char| c.is_whitespace() || c.is_ascii_punctuation() && c != '-' && c != '_';
        match text.contains(is_bad) {
            true => Err("a room has letters, digits, `-` and `_` in its name".to_owned()),
            false => Ok(Self(text.to_owned())),
        }
    }
}

/// As people write it who open a room.
impl TryFrom<String> for RoomName {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let words = text.trim().trim_start_matches('#').split_whitespace();
        words.collect::<Vec<_>>().join("-").parse()
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        text.parse()
    }
}

fn within(text: &str, most: usize) -> std::result::Result<(), String> {
    match text.chars().count() > most {
        true => Err(format!("at most {most} characters")),
        false => Ok(()),
    }
}

/// Refuses what one would not see, and what would turn round what stands beside it.
fn visible(name: &str) -> std::result::Result<(), String> {
    let is_hidden = |c: char| {
        let marks = ['\u{ad}', '\u{61c}', '\u{180e}', '\u{feff}'];
        let ranges = [
            '\u{200b}'..='\u{200b}',
            '\u{200e}'..='\u{200f}',
            '\u{2028}'..='\u{202e}',
            '\u{2060}'..='\u{206f}',
        ];
        c.is_control() || marks.contains(&c) || ranges.iter().any(|range| range.contains(&c))
    };
    // The joiners are part of some scripts and of some pictures, but nothing by themselves.
    let is_seen = |c: char| !c.is_whitespace() && c != '\u{200c}' && c != '\u{200d}';
    if name.contains(is_hidden) {
        return Err("there is something in it that one does not see".to_owned());
    }
    match name.contains(is_seen) {
        true => Ok(()),
        false => Err("at least one character".to_owned()),
    }
}

/// Texts are read as what they are.
macro_rules! texts {
    ($($ty:ty),+) => {$(
        impl Deref for $ty {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

texts!(Text, Name, RoomName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid() {
        let text = "0189a5b0-0000-4abc-8def-0123456789ab";
        assert_eq!(Id::try_from(text.to_owned()).unwrap().to_string(), text);
        for wrong in [
            "",
            "0189a5b000004abc8def0123456789ab",
            "0189a5b0-0000-4abc-8def-0123456789a",
            "0189a5b0-0000-4abc-8def-0123456789abc",
            "0189a5b0-0000-4abc-8def-0123456789ag",
            "0189a5b00-000-4abc-8def-0123456789ab",
            "+189a5b0-0000-4abc-8def-0123456789ab",
            "<189a5b0-0000-4abc-8def-0123456789é",
        ] {
            assert!(Id::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_is_not_empty_and_not_too_long() {
        let text = |text: &str| Text::try_from(text.to_owned()).map(|text| text.to_string());
        assert_eq!(text("\r\n a\r\nb \n").as_deref(), Ok(" a\nb"));
        assert!(text(&"é".repeat(LONGEST_TEXT)).is_ok());
        for wrong in ["", " ", "\n\t\r\n", &"é".repeat(LONGEST_TEXT + 1)] {
            assert!(text(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn names_can_be_seen() {
        for (name, expected) in [
            ("Ada", "Ada"),
            ("  Ada \t Lovelace ", "Ada Lovelace"),
            ("<b>", "<b>"),
            ("هند", "هند"),
            ("👩\u{200d}🚀", "👩\u{200d}🚀"),
        ] {
            assert_eq!(name.parse::<Name>().as_deref(), Ok(expected));
        }
        for wrong in [
            "",
            " ",
            "a\u{202e}b",
            "\u{200b}",
            "\u{200d}",
            "a\0",
            &"a".repeat(31),
        ] {
            assert!(wrong.parse::<Name>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn rooms_stand_in_paths() {
        for room in ["den", "Den-2_b", "कमरा", "部屋"] {
            assert!(room.parse::<RoomName>().is_ok(), "{room}");
        }
        for wrong in [
            "",
            ".",
            "..",
            "a b",
            "a/b",
            "a\\b",
            "a?b",
            "a#b",
            "<b>",
            "a\u{202e}",
            &"a".repeat(31),
        ] {
            assert!(wrong.parse::<RoomName>().is_err(), "{wrong:?}");
        }
        let opened = RoomName::try_from(" #my  den ".to_owned());
        assert_eq!(opened.as_deref(), Ok("my-den"));
    }
}
