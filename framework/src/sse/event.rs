//! [`Event`]: what is sent to an `EventSource`, as it stands on the wire.
//!
//! An event is a text of lines, each a field, so what cannot be injected is a line break. A text of several lines becomes several fields `data`,
//! as the standard has it; where a field takes one line alone, a text of more is refused.

use std::{fmt, fmt::Write as _, time::Duration};

use bytes::Bytes;
use serde::Serialize;

use crate::handler::{Error, Misuse, Result};

/// An event for an `EventSource`: some text, and at will a name and an id.
///
/// A page hears of an event only when it has data, be it an empty text. What is called twice adds a line (`data`, `comment`) or counts as it
/// was said last (the others).
///
/// # Examples
///
/// ```
/// use squall::sse::Event;
///
/// # fn main() -> squall::Result<()> {
/// let event = Event::new().event("price")?.id("17")?.data("EUR\n1.09");
/// assert_eq!(event.to_string(), "event: price\nid: 17\ndata: EUR\ndata: 1.09\n\n");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "an event does nothing until it is sent"]
pub struct Event {
    /// The lines of its fields.
    lines: String,
}

impl Event {
    /// An event without anything in it, which no page hears of.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds text, of as many lines as it has. A page gets each line break (CR, LF or both) as a LF.
    pub fn data(mut self, text: impl AsRef<str>) -> Self {
        self.write_lines("data: ", text.as_ref());
        self
    }

    /// Adds a value as JSON.
    ///
    /// # Errors
    ///
    /// 500 when it cannot be serialized.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Result<Self> {
        Ok(self.data(serde_json::to_string(value)?))
    }

    /// Sets the id, which a client that comes again sends as `last-event-id`. An empty one makes it forget the one before.
    ///
    /// # Errors
    ///
    /// 500 when a CR, a LF or a NUL is in it: an `EventSource` would take it for two fields, or for none.
    pub fn id(self, id: impl AsRef<str>) -> Result<Self> {
        self.with_field("id", id.as_ref(), &['\r', '\n', '\0'])
    }

    /// Sets the name, under which a page listens for it. Without one, and with an empty one, it is `message`.
    ///
    /// # Errors
    ///
    /// 500 when a CR or a LF is in it.
    pub fn event(self, name: impl AsRef<str>) -> Result<Self> {
        self.with_field("event", name.as_ref(), &['\r', '\n'])
    }

    /// Sets how long the client waits before it comes again when the stream has ended, in whole milliseconds.
    pub fn retry(mut self, after: Duration) -> Self {
        // Writing into a `String` does not fail.
        _ = writeln!(self.lines, "retry: {}", after.as_millis());
        self
    }

    /// Adds a comment, of as many lines as it has: a page does not get it, but who looks at the wire does.
    pub fn comment(mut self, text: impl AsRef<str>) -> Self {
        self.write_lines(": ", text.as_ref());
        self
    }

    fn with_field(mut self, name: &str, value: &str, forbidden: &[char]) -> Result<Self> {
        if let Some(wrong) = value.chars().find(|char| forbidden.contains(char)) {
            let error = format!("`{name}` of an event has a {wrong:?} in it: {value:?}");
            return Err(Misuse::error(error));
        }
        _ = writeln!(self.lines, "{name}: {value}");
        Ok(self)
    }

    fn write_lines(&mut self, field: &str, text: &str) {
        let mut rest = text;
        loop {
            let end = rest.find(['\r', '\n']);
            let line = &rest[..end.unwrap_or(rest.len())];
            // The space is one that a client takes away; without it, it would take the first of the line.
            self.lines.extend([field, line, "\n"]);
            let Some(end) = end else { return };
            let is_pair = rest[end..].starts_with("\r\n");
            rest = &rest[end + 1 + usize::from(is_pair)..];
        }
    }

    /// What goes over the wire.
    pub(crate) fn into_bytes(mut self) -> Bytes {
        self.lines.push('\n');
        self.lines.into()
    }
}

impl fmt::Display for Event {
    /// Writes it as it goes over the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.lines)
    }
}

/// What a stream of events may give: an [`Event`], or a result of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event",
    label = "neither an `Event` nor a `Result` of one",
    note = "make an event of it: `Event::new().data(…)`, or `Event::new().json(&…)`"
)]
pub trait IntoEvent {
    /// The event.
    ///
    /// # Errors
    ///
    /// Those of the stream, which ends with it.
    fn into_event(self) -> Result<Event>;
}

impl IntoEvent for Event {
    fn into_event(self) -> Result<Event> {
        Ok(self)
    }
}

impl<E: Into<Error>> IntoEvent for Result<Event, E> {
    fn into_event(self) -> Result<Event> {
        self.map_err(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_many_lines_as_it_has() {
        for (text, wire) in [
            ("", "data: \n"),
            ("a", "data: a\n"),
            (" a", "data:  a\n"),
            ("a\nb", "data: a\ndata: b\n"),
            ("a\r\nb\rc\n", "data: a\ndata: b\ndata: c\ndata: \n"),
            ("\n\r", "data: \ndata: \ndata: \n"),
            ("a\n\nid: 7", "data: a\ndata: \ndata: id: 7\n"),
        ] {
            assert_eq!(Event::new().data(text).lines, wire, "{text:?}");
        }
    }

    #[test]
    fn what_is_one_line_is_never_two() {
        for text in ["a\n", "\r", "a\r\ndata: b"] {
            assert!(Event::new().id(text).is_err(), "{text:?}");
            assert!(Event::new().event(text).is_err(), "{text:?}");
        }
        assert!(Event::new().id("a\0").is_err());
        assert!(Event::new().event("a\0").is_ok());
        let comment = Event::new().comment("a\ndata: b");
        assert_eq!(comment.lines, ": a\n: data: b\n");
    }
}
