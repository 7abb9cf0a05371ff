//! Percent-encoding of path segments and of `location` (RFC 3986 §2.1), and its undoing.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use percent_encoding::{
    AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode,
};

/// All but what is never encoded (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a path segment does not carry as it is: all but the `pchar` of RFC 3986 §3.3.
const SEGMENT: &AsciiSet = &UNRESERVED
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// A whole path: segments and the slashes between them.
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// What a URI reference must not carry as it is. A percent sign stays: the text may be encoded already.
const REFERENCE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Writes text into a URL, percent-encoded on the way, so that a value needs no text of its own.
pub(crate) struct Encoder<'a> {
    out: &'a mut String,
    set: &'static AsciiSet,
}

impl<'a> Encoder<'a> {
    /// For one path segment: a slash is encoded.
    pub(crate) fn segment(out: &'a mut String) -> Self {
        Self { out, set: SEGMENT }
    }

    /// For a name or a value of a query or a form: what stands between them, and a plus sign, is encoded.
    pub(crate) fn form(out: &'a mut String) -> Self {
        let set = UNRESERVED;
        Self { out, set }
    }

    /// For the rest of a path: slashes stay.
    pub(crate) fn path(out: &'a mut String) -> Self {
        Self { out, set: PATH }
    }
}

impl Write for Encoder<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.extend(utf8_percent_encode(text, self.set));
        Ok(())
    }
}

/// Encodes what may not stand in a URI reference as it is: spaces, controls, quotes, all that is not ASCII. What is encoded already
/// stays; a percent sign that begins nothing of the kind stands for itself.
pub(crate) fn encode_reference(text: &str) -> Cow<'_, str> {
    if check_escapes(text).is_ok() {
        return utf8_percent_encode(text, REFERENCE).into();
    }
    let mut pieces = text.split('%');
    let mut escaped = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let is_escape = begins_with_digits(piece.as_bytes());
        escaped.push_str(if is_escape { "%" } else { "%25" });
        escaped.push_str(piece);
    }
    utf8_percent_encode(&escaped, REFERENCE).to_string().into()
}

/// Decodes a part of a path. A plus sign stays one.
///
/// # Errors
///
/// A percent sign without two hexadecimal digits behind it, or bytes that are not UTF-8.
pub(crate) fn decode(text: &str) -> Result<Cow<'_, str>, DecodeError> {
    check_escapes(text)?;
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| DecodeError::Utf8)
}

/// Decodes a name or a value of a query or a form: `+` is a space there.
///
/// # Errors
///
/// As [`decode`].
pub(crate) fn decode_form(text: &str) -> Result<Cow<'_, str>, DecodeError> {
    if !text.contains('+') {
        return decode(text);
    }
    let spaced = text.replace('+', " ");
    Ok(Cow::Owned(decode(&spaced)?.into_owned()))
}

fn check_escapes(text: &str) -> Result<(), DecodeError> {
    let bytes = text.as_bytes();
    let complete = |at: usize| begins_with_digits(&bytes[at + 1..]);
    match bytes
        .iter()
        .enumerate()
        .find(|&(at, &byte)| byte == b'%' && !complete(at))
    {
        Some(_) => Err(DecodeError::Escape),
        None => Ok(()),
    }
}

/// Whether what stands behind a percent sign makes it an escape (RFC 3986 §2.1).
fn begins_with_digits(rest: &[u8]) -> bool {
    let digits = rest.get(..2);
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Why a text could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DecodeError {
    Escape,
    Utf8,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Escape => "`%` is not followed by two hexadecimal digits",
            Self::Utf8 => "the decoded bytes are not UTF-8",
        })
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_it_encodes() {
        let value = "a/b c%é?#+\u{1f980}";
        let mut encoded = String::new();
        Encoder::segment(&mut encoded).write_str(value).unwrap();
        assert_eq!(encoded, "a%2Fb%20c%25%C3%A9%3F%23+%F0%9F%A6%80");
        assert_eq!(decode(&encoded).unwrap(), value);
    }

    #[test]
    fn refuses_broken_escapes() {
        for text in ["%", "%4", "%zz", "a%4", "%C3%"] {
            assert_eq!(decode(text), Err(DecodeError::Escape), "{text}");
        }
        assert_eq!(decode("%ff"), Err(DecodeError::Utf8));
        assert_eq!(decode_form("a+b%2B").unwrap(), "a b+");
    }
}
