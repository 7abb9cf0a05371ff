//! [`TestEvents`]: the events of an event stream, for tests, read as a browser reads them
//! ([HTML, *Parsing an event stream*](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream)).

use std::{mem, time::Duration};

use ::http::header;
use serde::de::DeserializeOwned;

use super::TestResponse;

/// The events of an answer: what [`TestResponse::events`] gives. Dropping it closes the connection.
#[derive(Debug)]
pub struct TestEvents {
    response: TestResponse,
    reader: Reader,
}

/// An event, as a page gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestEvent {
    /// Its name; `message` where it has none.
    pub event: String,
    /// The id that was said last, with it or before it; empty where none was.
    pub id: String,
    /// Its text.
    pub data: String,
}

impl TestEvent {
    /// The text, read as JSON.
    ///
    /// # Panics
    ///
    /// When it is no JSON of this shape; the message shows the text.
    #[track_caller]
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error} in {}", self.data))
    }
}

impl TestEvents {
    #[track_caller]
    pub(super) fn new(response: TestResponse) -> Self {
        let content_type = response.headers().get(header::CONTENT_TYPE);
        assert!(
            content_type.is_some_and(|value| value == "text/event-stream"),
            "no event stream: the answer is {}, its type {content_type:?}",
            response.status(),
        );
        Self {
            response,
            reader: Reader::default(),
        }
    }

    /// The next event; `None` at the end of the stream. Comments are passed over, and so is what has no data.
    ///
    /// # Panics
    ///
    /// When the answer breaks off, or is not UTF-8.
    pub async fn next(&mut self) -> Option<TestEvent> {
        loop {
            if let Some(event) = self.reader.next() {
                return Some(event);
            }
            let chunk = self.response.chunk().await;
            let chunk = chunk.expect("the whole answer arrives")?;
            self.reader.unread.extend_from_slice(&chunk);
        }
    }

    /// How long a page would wait before it comes again, where the stream has said that.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.reader.retry
    }
}

/// From bytes to events.
#[derive(Debug, Default)]
struct Reader {
    unread: Vec<u8>,
    event: String,
    id: String,
    /// Each line with its end.
    data: String,
    retry: Option<Duration>,
}

impl Reader {
    /// The next event that has come whole.
    fn next(&mut self) -> Option<TestEvent> {
        while let Some(line) = self.line() {
            if !line.is_empty() {
                self.field(&line);
                continue;
            }
            let event = mem::take(&mut self.event);
            let mut data = mem::take(&mut self.data);
            if data.pop().is_some() {
                return Some(TestEvent {
                    event: match event.as_str() {
                        "" => "message".to_owned(),
                        _ => event,
                    },
                    id: self.id.clone(),
                    data,
                });
            }
        }
        None
    }

    /// The next line that has come whole, which ends with CR, LF or both.
    fn line(&mut self) -> Option<String> {
        let end = self.unread.iter().position(|byte| b"\r\n".contains(byte))?;
        let is_pair = match (self.unread[end], self.unread.get(end + 1)) {
            // A LF may follow.
            (b'\r', None) => return None,
            (b'\r', next) => next == Some(&b'\n'),
            _ => false,
        };
        let line = self.unread[..end].to_vec();
        self.unread.drain(..=end + usize::from(is_pair));
        Some(String::from_utf8(line).expect("the stream is UTF-8"))
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.event),
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "data" => self.data.extend([value, "\n"]),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                let milliseconds = value.parse().map(Duration::from_millis);
                self.retry = milliseconds.ok().or(self.retry);
            }
            // A comment has no name.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names, ids and texts of what comes in pieces of this size.
    fn read(stream: &str, size: usize) -> Vec<(String, String, String)> {
        let mut reader = Reader::default();
        let mut events = Vec::new();
        for piece in stream.as_bytes().chunks(size) {
            reader.unread.extend_from_slice(piece);
            while let Some(TestEvent { event, id, data }) = reader.next() {
                events.push((event, id, data));
            }
        }
        events
    }

    #[test]
    fn events_are_what_the_standard_makes_of_them() {
        for (stream, expected) in [
            // Those of the standard.
            (
                "data: YHOO\ndata: +2\ndata: 10\n\n",
                &[("message", "", "YHOO\n+2\n10")][..],
            ),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                &[
                    ("message", "1", "first event"),
                    ("message", "", "second event"),
                    ("message", "", " third event"),
                ],
            ),
            (
                "data\n\ndata\ndata\n\ndata:",
                &[("message", "", ""), ("message", "", "\n")],
            ),
            (
                "data:test\n\ndata: test\n\n",
                &[("message", "", "test"), ("message", "", "test")],
            ),
            // And others.
            ("event: price\r\ndata: é\r\n\r\n", &[("price", "", "é")]),
            ("id: 7\r\rdata: a\r\r\n", &[("message", "7", "a")]),
            ("event: nothing\n\ndata: a\n\n", &[("message", "", "a")]),
            ("id: a\0b\nunknown: c\ndata: d\n\n", &[("message", "", "d")]),
            ("data: cut off\n", &[]),
        ] {
            for size in [1, 2, 1000] {
                let events = read(stream, size);
                let events: Vec<_> = events
                    .iter()
                    .map(|(event, id, data)| (&**event, &**id, &**data))
                    .collect();
                assert_eq!(events, expected, "{stream:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn how_long_to_wait_is_a_number() {
        let mut reader = Reader::default();
        for (line, expected) in [
            ("retry: 1500", 1500),
            ("retry: 2s", 1500),
            ("retry", 1500),
            ("retry: 99999999999999999999", 1500),
            ("retry:7", 7),
        ] {
            reader.field(line);
            assert_eq!(
                reader.retry,
                Some(Duration::from_millis(expected)),
                "{line}"
            );
        }
    }
}
