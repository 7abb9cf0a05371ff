//! The head of a request in its bytes: what hyper does not tell of one that it has read, and why it could not read another.
//!
//! hyper parses. Here is only a look at what came, and at little of it: each byte that is looked at costs.

use super::{farewell::LastWord, fault::MOST_FIELDS};

/// Looks at the first bytes of a request, and tells why it is to be refused.
///
/// A head that comes in pieces, or behind another request in one piece, is taken as hyper reads it, which is safe: it leaves a
/// fragment out, and closes the connection behind a length beside a coding.
#[inline]
pub(crate) fn doubt(bytes: &[u8]) -> Option<&'static str> {
    let Some(target) = bytes.strip_prefix(b"GET ") else {
        return doubt_of_other(bytes);
    };
    match behind(target, b' ', b'#') {
        [b'#', ..] => fragment(target),
        _ => None,
    }
}

/// The same for what is no plain GET. Only that is likely to have no content.
#[inline(never)]
fn doubt_of_other(bytes: &[u8]) -> Option<&'static str> {
    let bytes = without_blank(bytes);
    let [b' ', target @ ..] = behind(bytes, b' ', b'\n') else {
        return None;
    };
    let fragment = fragment(target);
    match bytes.starts_with(b"GET ") || bytes.starts_with(b"HEAD ") {
        true => fragment,
        false => fragment.or_else(|| two_lengths(target)),
    }
}

/// RFC 9112 §3.2: a fragment is of no target. What stands behind must be a version: this may be the rest of a head that came in
/// pieces.
#[cold]
fn fragment(target: &[u8]) -> Option<&'static str> {
    let version = behind(target, b' ', b'\n');
    let target = &target[..target.len() - version.len()];
    let is_fragment = target.contains(&b'#') && version.starts_with(b" HTTP/");
    is_fragment.then_some("the target has a fragment")
}

/// RFC 9112 §6.3: somebody in front may have read the content by its length, of which hyper tells nothing.
fn two_lengths(mut fields: &[u8]) -> Option<&'static str> {
    let (mut has_length, mut has_coding) = (false, false);
    while let [_, line @ ..] = behind(fields, b'\n', b'\n') {
        fields = line;
        match fields.first() {
            Some(b'C' | b'c') => has_length |= has_name(fields, b"content-length:"),
            Some(b'T' | b't') => has_coding |= has_name(fields, b"transfer-encoding:"),
            Some(b'\r' | b'\n') => break,
            _ => {}
        }
    }
    (has_length && has_coding).then_some("there is a length beside a transfer coding")
}

fn has_name(field: &[u8], name: &[u8]) -> bool {
    let begin = field.get(..name.len());
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(name))
}

/// What begins with the first of two bytes; nothing where there is none. Eight are looked at in one step.
#[inline]
fn behind(mut bytes: &[u8], one: u8, other: u8) -> &[u8] {
    while let Some((word, rest)) = bytes.split_first_chunk() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ each(one)) | zeros(word ^ each(other));
        if found != 0 {
            return &bytes[found.trailing_zeros() as usize / 8..];
        }
        bytes = rest;
    }
    let is_other = |byte: &&u8| **byte != one && **byte != other;
    &bytes[bytes.iter().take_while(is_other).count()..]
}

/// This byte, eight times.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Sets the highest bit of the lowest byte that is zero; those of higher bytes mean nothing then.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(each(0x01)) & !word & each(0x80)
}

/// The bytes behind blank lines, which may stand in front of a request (RFC 9112 §2.2).
fn without_blank(bytes: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let blank = bytes.iter().take_while(|byte| is_blank(byte)).count();
    &bytes[blank..]
}

/// What becomes of a request that hyper could not read.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is refused.
    Refused(LastWord),
    /// It is of a later version of HTTP/1, and to be read once more, as one of HTTP/1.1 (RFC 9110 §2.5).
    Later(Vec<u8>),
}

/// Judges the request of which these are the bytes that came.
pub(super) fn judge(error: &hyper::Error, bytes: &[u8], max_head: usize) -> Verdict {
    if error.is_parse_too_large() {
        return Verdict::Refused(too_large(bytes, max_head));
    }
    // hyper has no other word for it. What else is wrong may have been found when the head had been taken out of the bytes, and what
    // is left is content: not to be read as a request.
    if error.to_string() == "invalid HTTP version parsed" {
        return version(bytes);
    }
    Verdict::Refused(LastWord::Malformed)
}

/// RFC 9110 §15.6.6.
fn version(bytes: &[u8]) -> Verdict {
    let line = line(bytes);
    let Some(place) = line.windows(5).rposition(|part| part == b"HTTP/") else {
        return Verdict::Refused(LastWord::Malformed);
    };
    match line[place + 5..] {
        [b'1', b'.', b'2'..=b'9'] => {
            let mut bytes = bytes.to_vec();
            bytes[place + 7] = b'1';
            Verdict::Later(bytes)
        }
        [b'0' | b'2'..=b'9', b'.', b'0'..=b'9'] => Verdict::Refused(LastWord::UnknownVersion),
        _ => Verdict::Refused(LastWord::Malformed),
    }
}

/// The longest target that hyper reads.
const LONGEST_TARGET: usize = u16::MAX as usize - 1;

/// Whether it is the target (RFC 9112 §3) or the fields. hyper says the same of a length that no content has, with the head taken
/// out of the bytes.
fn too_large(bytes: &[u8], max_head: usize) -> LastWord {
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
    if line(bytes).len() > LONGEST_TARGET.min(max_head / 2) {
        LastWord::TargetTooLong
    } else if bytes.len() >= max_head || lines > MOST_FIELDS {
        LastWord::HeadTooLarge
    } else {
        LastWord::Malformed
    }
}

/// The first line, or what has come of it. hyper has taken out the blank ones before it.
fn line(bytes: &[u8]) -> &[u8] {
    let line = &bytes[..bytes.len() - behind(bytes, b'\n', b'\n').len()];
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_of_two_bytes() {
        for length in 0..40 {
            for place in 0..length {
                let mut bytes = vec![b'\x0b'; length];
                bytes[place] = b'\n';
                bytes[place + 1..].fill(b'#');
                assert_eq!(behind(&bytes, b'\n', b'#'), &bytes[place..], "{length}");
                assert_eq!(behind(&bytes, b'#', b'\n'), &bytes[place..], "{length}");
                assert_eq!(behind(&bytes, b'\r', b'\x8a'), b"", "{length}");
            }
        }
    }

    #[test]
    fn doubts_only_what_is_a_request() {
        let fragment = Some("the target has a fragment");
        for (bytes, expected) in [
            ("GET /#a HTTP/1.1\r\n\r\n", fragment),
            ("\r\nPOST http://a/?b#c HTTP/1.1\r\n\r\n", fragment),
            ("!#$ / HTTP/1.1\r\n\r\n", None),
            ("GET / HTTP/1.1\r\na: #\r\n\r\n", None),
            ("see issue #5 of it\n", None),
            ("GET /#a", None),
        ] {
            assert_eq!(doubt(bytes.as_bytes()), expected, "{bytes}");
        }
    }

    #[test]
    fn finds_a_length_beside_a_coding() {
        for (fields, expected) in [
            ("content-length: 3\r\nTRANSFER-ENCODING: chunked\r\n", true),
            (
                "transfer-encoding:chunked\r\nx: y\r\nContent-Length:3\r\n",
                true,
            ),
            (
                "transfer-encoding: chunked\r\ncontent-lengths: 3\r\n",
                false,
            ),
            (
                "content-length: 3\r\n\r\ntransfer-encoding: chunked\r\n",
                false,
            ),
            (
                "content-length: 3\r\nx: transfer-encoding: chunked\r\n",
                false,
            ),
        ] {
            let head = format!("POST / HTTP/1.1\r\n{fields}\r\n");
            assert_eq!(doubt(head.as_bytes()).is_some(), expected, "{fields}");
        }
    }
}
