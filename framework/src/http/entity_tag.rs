//! Entity tags (RFC 9110 §8.8.3): strong ones from the SHA-1 of the content, as Tornado makes them, and `if-none-match`.

use std::sync::OnceLock;

use ::http::{HeaderMap, HeaderValue, header::IF_NONE_MATCH};
use bytes::Bytes;
use sha1::{Digest, Sha1};

/// The strong tag of this content.
pub(crate) fn strong(content: &[u8]) -> HeaderValue {
    HeaderValue::from_maybe_shared(Bytes::from(strong_text(content)))
        .expect("hexadecimal digits and quotes are a valid field value")
}

/// The lower-case hexadecimal SHA-1 of this content, in quotes.
fn strong_text(content: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(42);
    text.push('"');
    for byte in Sha1::digest(content) {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text.push('"');
    text
}

/// The strong tag of a text that lives as long as the program: made once.
///
/// The address and the length name the text, since it can neither move nor change.
pub(crate) fn strong_static(content: &'static [u8]) -> HeaderValue {
    /// Texts remembered. Programs have few; what leaks memory to make more of them pays for the hash each time.
    const REMEMBERED: usize = 128;
    static TAGS: [OnceLock<Remembered>; REMEMBERED] = [const { OnceLock::new() }; REMEMBERED];

    let (address, len) = (content.as_ptr().addr(), content.len());
    // The address says where to begin, and what is there is nearly always it.
    for step in 0..REMEMBERED {
        let slot = &TAGS[(address / 8 + step) % REMEMBERED];
        let remembered = slot.get_or_init(|| Remembered::new(content));
        if (remembered.address, remembered.len) == (address, len) {
            return remembered.tag.clone();
        }
    }
    strong(content)
}

/// The tag of a text, which lives as long as that.
struct Remembered {
    address: usize,
    len: usize,
    tag: HeaderValue,
}

impl Remembered {
    fn new(content: &'static [u8]) -> Self {
        Self {
            address: content.as_ptr().addr(),
            len: content.len(),
            tag: HeaderValue::from_static(strong_text(content).leak()),
        }
    }
}

/// Whether `if-none-match` names this tag, by weak comparison (RFC 9110 §13.1.2).
pub(crate) fn none_match_fails(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let mut fields = headers.get_all(IF_NONE_MATCH).iter().peekable();
    if fields.peek().is_none() {
        return false;
    }
    let Ok(tag) = tag.to_str() else { return false };
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let tag = opaque(tag);
    fields.filter_map(|field| field.to_str().ok()).any(|field| {
        field.trim() == "*"
            || tags(field).any(|candidate| candidate.strip_prefix("W/").unwrap_or(candidate) == tag)
    })
}

/// The tags of a list. A comma may stand inside the quotes.
fn tags(mut list: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        list = list.trim_start_matches([' ', '\t', ',']);
        let open = list.find('"')?;
        let close = open + 1 + list.get(open + 1..)?.find('"')?;
        let tag = list.get(..=close)?;
        list = list.get(close + 1..)?;
        Some(tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_the_tag_of_hello() {
        assert_eq!(
            strong(b"Hello, world"),
            "\"e02aa1b106d5c7c6a98def2b13005d5b84fd8dc8\""
        );
        assert_eq!(strong_static(b"Hello, world"), strong(b"Hello, world"));
        assert_eq!(strong_static(b"Hello, world"), strong(b"Hello, world"));
    }

    #[track_caller]
    fn check(field: &'static str, fails: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static(field));
        assert_eq!(
            none_match_fails(&headers, &HeaderValue::from_static("\"a,b\"")),
            fails,
            "{field}"
        );
    }

    #[test]
    fn compares_weakly() {
        check("\"a,b\"", true);
        check("W/\"a,b\"", true);
        check("\"x\", W/\"y\",\"a,b\"", true);
        check("*", true);
        check("\"x\", *", false);
        check("\"a\"", false);
        check("a,b", false);
        check("\"a,b", false);
        assert!(!none_match_fails(
            &HeaderMap::new(),
            &HeaderValue::from_static("\"a\"")
        ));
    }
}
