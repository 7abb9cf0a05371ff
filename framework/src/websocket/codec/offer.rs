//! Agreeing on compression: the extension `permessage-deflate` in `sec-websocket-extensions`
//! ([RFC 7692 §7.1](https://www.rfc-editor.org/rfc/rfc7692#section-7.1), [RFC 6455 §9.1](https://www.rfc-editor.org/rfc/rfc6455#section-9.1)).

use std::fmt::Write as _;

use ::http::{HeaderMap, HeaderValue, header::SEC_WEBSOCKET_EXTENSIONS};

const NAME: &str = "permessage-deflate";
const SERVER_BITS: &str = "server_max_window_bits";
const CLIENT_BITS: &str = "client_max_window_bits";
const SERVER_ALONE: &str = "server_no_context_takeover";
const CLIENT_ALONE: &str = "client_no_context_takeover";

/// The largest window, in bits, and the smallest that can be compressed with here.
const MOST: u8 = 15;
pub(super) const LEAST: u8 = 9;

/// The most offers that are looked at: no client makes so many.
const OFFERS: usize = 16;

/// How messages are compressed: what this end wants of `permessage-deflate` ([RFC 7692](https://www.rfc-editor.org/rfc/rfc7692)). What is agreed on
/// is the less of what both ends want.
///
/// | choice | default | memory a socket |
/// |---|---|---|
/// | no take-over | yes | none: a state is borrowed for as long as a message takes |
/// | take-over by the server | no | what it sends: 371 KiB at 15 bits, 259 at 12, 245 at 9 |
/// | take-over by the client | no | what it gets: 46 KiB, whatever the bits |
///
/// The memory is what the states of `flate2` with `zlib-rs` allocate, counted; it is taken with the first message.
///
/// With take-over a message is compressed by what was said before it, which makes short messages that are alike much shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compression {
    pub(crate) server: Way,
    pub(crate) client: Way,
    pub(crate) level: u32,
    pub(crate) min_size: usize,
}

/// One direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// The window, 9 to 15.
    pub(crate) bits: u8,
    /// Whether what was sent before is looked back to.
    pub(crate) takes_over: bool,
}

/// What both ends have agreed on, as one of them has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub(crate) outgoing: Way,
    pub(crate) incoming: Way,
    pub(crate) level: u32,
    pub(crate) min_size: usize,
}

impl Default for Compression {
    fn default() -> Self {
        let alone = Way {
            bits: MOST,
            takes_over: false,
        };
        Self {
            server: alone,
            client: alone,
            level: 6,
            min_size: 64,
        }
    }
}

impl Compression {
    /// Whether a server may look back to the messages that it has sent before. Default: `false`.
    #[must_use]
    pub fn server_takes_over(mut self, takes_over: bool) -> Self {
        self.server.takes_over = takes_over;
        self
    }

    /// Whether a client may look back to the messages that it has sent before. Default: `false`.
    #[must_use]
    pub fn client_takes_over(mut self, takes_over: bool) -> Self {
        self.client.takes_over = takes_over;
        self
    }

    /// The largest window of what a server sends, as a power of two: 9 to 15. Default: 15, which is 32 KiB.
    #[must_use]
    pub fn server_bits(mut self, bits: u8) -> Self {
        self.server.bits = bits;
        self
    }

    /// The largest window of what a client sends, as a power of two: 9 to 15. A client that does not let itself be told one takes 15. Default: 15.
    #[must_use]
    pub fn client_bits(mut self, bits: u8) -> Self {
        self.client.bits = bits;
        self
    }

    /// How much work is put in, from 0, which compresses nothing, to 9. Default: 6.
    #[must_use]
    pub fn level(mut self, level: u32) -> Self {
        self.level = level;
        self
    }

    /// What is shorter is sent as it is, in bytes. Default: 64.
    #[must_use]
    pub fn min_size(mut self, bytes: usize) -> Self {
        self.min_size = bytes;
        self
    }

    /// Looks whether this can be done.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (name, way) in [("server_bits", self.server), ("client_bits", self.client)] {
            if !(LEAST..=MOST).contains(&way.bits) {
                return Err(format!(
                    "`{name}({})` is no window: {LEAST} to {MOST}",
                    way.bits
                ));
            }
        }
        if self.level > 9 {
            return Err(format!("`level({})` is none: 0 to 9", self.level));
        }
        Ok(())
    }

    /// A server's answer to what a client offers: it meets the first offer that can be met. `None` where none can, or none is made.
    pub(crate) fn accept(&self, headers: &HeaderMap) -> Option<(Agreed, HeaderValue)> {
        let offers = extensions(headers).take(OFFERS);
        offers
            .filter_map(|offer| Parameters::read(offer)?.ok())
            .find_map(|offer| self.meet(offer))
    }

    fn meet(&self, offer: Parameters) -> Option<(Agreed, HeaderValue)> {
        let server = Way {
            bits: self.server.bits.min(offer.server_bits.unwrap_or(MOST)),
            takes_over: self.server.takes_over && !offer.server_alone,
        };
        let client = Way {
            // A client that does not offer a limit cannot be told one.
            bits: match offer.client_bits {
                Some(most) => self.client.bits.min(most.unwrap_or(MOST)),
                None => MOST,
            },
            takes_over: self.client.takes_over && !offer.client_alone,
        };
        if server.bits < LEAST {
            return None;
        }
        let answer = Parameters {
            server_alone: !server.takes_over,
            client_alone: !client.takes_over,
            server_bits: (offer.server_bits.is_some() || server.bits < MOST).then_some(server.bits),
            client_bits: (client.bits < MOST).then_some(Some(client.bits)),
        };
        Some((self.agreed(server, client), answer.field()))
    }

    /// What a client offers.
    pub(crate) fn offer(&self) -> HeaderValue {
        let limit = |way: Way| (way.bits < MOST).then_some(way.bits);
        let offer = Parameters {
            server_alone: !self.server.takes_over,
            client_alone: !self.client.takes_over,
            server_bits: limit(self.server),
            client_bits: Some(limit(self.client)),
        };
        offer.field()
    }

    /// What a server has made of that: `None` where it compresses nothing.
    ///
    /// # Errors
    ///
    /// It has answered with what was not offered.
    pub(crate) fn accepted(&self, headers: &HeaderMap) -> Result<Option<Agreed>, &'static str> {
        let mut fields = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter();
        if fields.any(|field| field.to_str().is_err()) {
            return Err("the server uses an extension that was not offered");
        }
        let mut answers = extensions(headers);
        let Some(answer) = answers.next() else {
            return Ok(None);
        };
        let answer =
            Parameters::read(answer).ok_or("the server uses an extension that was not offered")?;
        if answers.next().is_some() {
            return Err("the server uses more extensions than were offered");
        }
        let answer = answer.map_err(
            |()| "the server answers with parameters of permessage-deflate that are none",
        )?;
        let server = Way {
            bits: answer.server_bits.unwrap_or(MOST),
            takes_over: !answer.server_alone,
        };
        let client = Way {
            bits: self
                .client
                .bits
                .min(answer.client_bits.flatten().unwrap_or(MOST)),
            takes_over: self.client.takes_over && !answer.client_alone,
        };
        if server.bits > self.server.bits || server.takes_over && !self.server.takes_over {
            return Err(
                "the server takes a larger window, or looks further back, than was offered",
            );
        }
        if answer.client_bits == Some(None) || client.bits < LEAST {
            return Err("the server wants a window of this client that it cannot have");
        }
        Ok(Some(self.agreed(client, server)))
    }

    fn agreed(&self, outgoing: Way, incoming: Way) -> Agreed {
        Agreed {
            outgoing,
            incoming,
            level: self.level,
            min_size: self.min_size,
        }
    }
}

/// What stands behind `permessage-deflate`, in an offer or in an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Parameters {
    server_alone: bool,
    client_alone: bool,
    server_bits: Option<u8>,
    /// A client offers it with a value or without.
    client_bits: Option<Option<u8>>,
}

impl Parameters {
    /// `None` for another extension; an error where a parameter is unknown, stands there twice, or has a value that is none.
    fn read(extension: &str) -> Option<Result<Self, ()>> {
        let mut parts = split(extension, ';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(NAME) {
            return None;
        }
        let mut parameters = Self::default();
        Some(
            parts
                .try_for_each(|part| parameters.add(part))
                .map(|()| parameters),
        )
    }

    fn add(&mut self, part: &str) -> Result<(), ()> {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), Some(bits(value.trim()).ok_or(())?)),
            None => (part, None),
        };
        let is_new = match (&*name.to_ascii_lowercase(), value) {
            (SERVER_ALONE, None) => !std::mem::replace(&mut self.server_alone, true),
            (CLIENT_ALONE, None) => !std::mem::replace(&mut self.client_alone, true),
            (SERVER_BITS, Some(bits)) => self.server_bits.replace(bits).is_none(),
            (CLIENT_BITS, bits) => self.client_bits.replace(bits).is_none(),
            _ => false,
        };
        is_new.then_some(()).ok_or(())
    }

    fn field(self) -> HeaderValue {
        let mut field = NAME.to_owned();
        for (is_there, name, bits) in [
            (self.server_alone, SERVER_ALONE, None),
            (self.client_alone, CLIENT_ALONE, None),
            (self.server_bits.is_some(), SERVER_BITS, self.server_bits),
            (
                self.client_bits.is_some(),
                CLIENT_BITS,
                self.client_bits.flatten(),
            ),
        ] {
            if is_there {
                field.push_str("; ");
                field.push_str(name);
            }
            if let Some(bits) = bits {
                // Writing into a `String` does not fail.
                _ = write!(field, "={bits}");
            }
        }
        HeaderValue::from_str(&field).expect("names and numbers")
    }
}

/// A number of bits, as a token or in quotes: 8 to 15, without a zero in front.
fn bits(value: &str) -> Option<u8> {
    let value = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value);
    match value.as_bytes() {
        [digit @ b'8'..=b'9'] => Some(digit - b'0'),
        [b'1', digit @ b'0'..=b'5'] => Some(10 + digit - b'0'),
        _ => None,
    }
}

/// All extensions that are named.
fn extensions(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let fields = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter();
    let fields = fields.filter_map(|field| field.to_str().ok());
    fields
        .flat_map(|field| split(field, ','))
        .map(str::trim)
        .filter(|extension| !extension.is_empty())
}

/// The parts of a text between separators that do not stand in quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    text.split(move |c| {
        let is_plain = !std::mem::take(&mut is_escaped);
        match c {
            '\\' if is_quoted && is_plain => is_escaped = true,
            '"' if is_plain => is_quoted = !is_quoted,
            _ => {}
        }
        c == separator && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(field: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(SEC_WEBSOCKET_EXTENSIONS, field.parse().unwrap());
        headers
    }

    /// The answer to an offer, without the name.
    #[track_caller]
    fn check(own: Compression, offer: &str, expected: Option<&str>) {
        let answer = own
            .accept(&headers(offer))
            .map(|(_, field)| field.to_str().unwrap().to_owned());
        let expected = expected.map(|parameters| format!("permessage-deflate{parameters}"));
        assert_eq!(answer, expected, "{offer}");
    }

    fn taking_over(server: u8, client: u8) -> Compression {
        let way = |bits| Way {
            bits,
            takes_over: true,
        };
        Compression {
            server: way(server),
            client: way(client),
            ..Compression::default()
        }
    }

    #[test]
    fn offers_are_met_or_declined() {
        let whole = taking_over(15, 15);
        for (offer, answer) in [
            ("permessage-deflate", Some("")),
            ("Permessage-Deflate ;  Client_Max_Window_Bits", Some("")),
            (
                "permessage-deflate; client_max_window_bits=10",
                Some("; client_max_window_bits=10"),
            ),
            (
                "permessage-deflate; client_max_window_bits=\"8\"",
                Some("; client_max_window_bits=8"),
            ),
            (
                "permessage-deflate; server_max_window_bits=12",
                Some("; server_max_window_bits=12"),
            ),
            (
                "permessage-deflate; server_max_window_bits=15",
                Some("; server_max_window_bits=15"),
            ),
            (
                "permessage-deflate; server_no_context_takeover",
                Some("; server_no_context_takeover"),
            ),
            (
                "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
                Some("; server_no_context_takeover; client_no_context_takeover"),
            ),
            ("x-webkit-deflate-frame, permessage-deflate", Some("")),
            ("x; a=\"permessage-deflate, permessage-deflate\"", None),
            // zlib has no window of 8 bits; the next offer is met.
            ("permessage-deflate; server_max_window_bits=8", None),
            (
                "permessage-deflate; server_max_window_bits=8, permessage-deflate",
                Some(""),
            ),
            ("permessage-deflate; server_max_window_bits=16", None),
            ("permessage-deflate; server_max_window_bits=08", None),
            ("permessage-deflate; server_max_window_bits", None),
            ("permessage-deflate; server_max_window_bits=", None),
            ("permessage-deflate; server_no_context_takeover=1", None),
            (
                "permessage-deflate; client_max_window_bits; client_max_window_bits",
                None,
            ),
            ("permessage-deflate; unknown", None),
            ("permessage-deflate;", None),
            ("", None),
        ] {
            check(whole, offer, answer);
        }
    }

    #[test]
    fn this_end_has_limits_of_its_own() {
        let small = taking_over(10, 11);
        check(
            small,
            "permessage-deflate",
            Some("; server_max_window_bits=10"),
        );
        check(
            small,
            "permessage-deflate; client_max_window_bits",
            Some("; server_max_window_bits=10; client_max_window_bits=11"),
        );
        let agreed = small.accept(&headers("permessage-deflate")).unwrap().0;
        assert_eq!(agreed.incoming.bits, 15, "it could not be told");
        check(
            Compression::default(),
            "permessage-deflate",
            Some("; server_no_context_takeover; client_no_context_takeover"),
        );
    }

    #[test]
    fn both_ends_come_to_the_same() {
        for own in [
            Compression::default(),
            taking_over(15, 15),
            taking_over(9, 12),
        ] {
            for peer in [
                Compression::default(),
                taking_over(15, 15),
                taking_over(11, 10),
            ] {
                let (server, answer) = peer
                    .accept(&headers(own.offer().to_str().unwrap()))
                    .unwrap();
                let client = own
                    .accepted(&headers(answer.to_str().unwrap()))
                    .unwrap()
                    .unwrap();
                assert_eq!(
                    (client.outgoing, client.incoming),
                    (server.incoming, server.outgoing),
                    "{own:?} {peer:?}"
                );
            }
        }
    }

    #[test]
    fn answers_that_nobody_offered_are_refused() {
        let own = Compression::default();
        assert_eq!(own.accepted(&HeaderMap::new()), Ok(None));
        for answer in [
            "x",
            "permessage-deflate, permessage-deflate",
            "permessage-deflate",
            "permessage-deflate; server_no_context_takeover; unknown",
            "permessage-deflate; server_no_context_takeover; client_max_window_bits",
            "permessage-deflate; server_no_context_takeover; client_max_window_bits=8",
        ] {
            assert!(own.accepted(&headers(answer)).is_err(), "{answer}");
        }
        let limited = taking_over(10, 15);
        assert!(
            limited
                .accepted(&headers("permessage-deflate; server_max_window_bits=11"))
                .is_err()
        );
        assert!(
            limited
                .accepted(&headers("permessage-deflate; server_max_window_bits=9"))
                .is_ok()
        );
    }
}
