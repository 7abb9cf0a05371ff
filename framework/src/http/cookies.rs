//! Cookies on the wire (RFC 6265 §4). They are read as browsers write them, with Tornado's leniency: a value may stand in double
//! quotes, with `\"` and `\ooo` inside. They are written as Tornado does: quoted where they must be.

use std::{borrow::Cow, fmt::Write};

use ::cookie::Cookie;
use ::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, HeaderName},
};

/// The value of the last cookie of this name.
pub(crate) fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<Cow<'h, str>> {
    let last = pairs(headers).filter(|(key, _)| *key == name).last();
    last.map(|(_, value)| unquote(value))
}

/// The names and values, in order. What has no name of a cookie is none.
pub(crate) fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    pairs(headers)
        .filter(|(name, _)| is_name(name))
        .map(|(name, value)| (name, unquote(value)))
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|field| field.as_bytes().split(|&byte| byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
}

/// The value of `set-cookie` for a cookie.
///
/// # Errors
///
/// Why it cannot be sent.
pub(crate) fn field(cookie: &Cookie<'_>) -> Result<String, &'static str> {
    if !is_name(cookie.name()) {
        return Err("its name is no token");
    }
    let is_wrong = |text: &str, also: &[char]| {
        text.contains(|char: char| char.is_ascii_control() || also.contains(&char))
    };
    if is_wrong(cookie.value(), &[' ']) {
        return Err("there is a blank or a control character in its value; encode it");
    }
    let attributes = [cookie.path(), cookie.domain()];
    if attributes
        .into_iter()
        .flatten()
        .any(|text| is_wrong(text, &[' ', ';']))
    {
        return Err("there is a blank, a semicolon or a control character in its path or domain");
    }
    let mut written = cookie.clone();
    if let Some(quoted) = quoted(cookie.value()) {
        written.set_value(quoted);
    }
    Ok(written.to_string())
}

/// The name of the cookie that a value of `set-cookie` sets.
pub(crate) fn name_of(field: &HeaderValue) -> &[u8] {
    let name = field.as_bytes().split(|&byte| byte == b'=').next();
    name.unwrap_or_default()
}

/// Whether this is a token (RFC 9110 §5.6.2), as is the name of a field.
fn is_name(name: &str) -> bool {
    HeaderName::try_from(name).is_ok()
}

/// A value in quotes, where it cannot stand without (RFC 6265 §4.1.1).
fn quoted(value: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    if value.bytes().all(is_plain) {
        return None;
    }
    let mut text = String::with_capacity(value.len() + 8);
    text.push('"');
    for byte in value.bytes() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            _ if is_plain(byte) => text.push(char::from(byte)),
            _ => _ = write!(text, "\\{byte:03o}"),
        }
    }
    text.push('"');
    Some(text)
}

/// Undoes quoting, in one pass over the text.
fn unquote(value: &str) -> Cow<'_, str> {
    let Some(inner) = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return Cow::Borrowed(value);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        match (first, behind) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', tail @ ..]) => {
                bytes.push(((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'));
                rest = tail;
            }
            (b'\\', [escaped, tail @ ..]) => {
                bytes.push(*escaped);
                rest = tail;
            }
            _ => bytes.push(first),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(field: &'static str, expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_bytes(field.as_bytes()).unwrap());
        assert_eq!(value(&headers, "a").as_deref(), expected, "{field}");
    }

    #[test]
    fn reads_like_tornado() {
        check("a=1", Some("1"));
        check("b=2; a = 1 ", Some("1"));
        check("a=1; a=2", Some("2"));
        check("a=x=y", Some("x=y"));
        check("b=1", None);
        check("a", None);
        check(r#"a="quoted""#, Some("quoted"));
        check(
            r#"a="semi\073 quote\" back\\""#,
            Some(r#"semi; quote" back\"#),
        );
        check("a=\u{fc}; b=\u{fc}", Some("\u{fc}"));
        check(r#"a=""#, Some("\""));
        check(r#"a="\"#, Some(r#""\"#));
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (value, written) in [
            ("", "a="),
            ("plain=%20", "a=plain=%20"),
            ("a;b", r#"a="a\073b""#),
            ("a,b", r#"a="a\054b""#),
            (r#""\"#, r#"a="\"\\""#),
            ("\u{fc}", r#"a="\303\274""#),
        ] {
            let field = field(&Cookie::new("a", value)).unwrap();
            assert_eq!(field, written);
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, field.parse().unwrap());
            assert_eq!(super::value(&headers, "a").as_deref(), Some(value));
        }
    }

    proptest! {
        /// Any value that may be sent is read again, and nothing in the field can be taken for another attribute.
        #[test]
        fn any_value_that_is_written_is_read_again(value in "[^\\x00-\\x20\\x7f]{0,40}") {
            let written = field(&Cookie::new("a", value.clone())).unwrap();
            prop_assert!(!written.contains(|char: char| char.is_ascii_control() || char == ';' || !char.is_ascii()));
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, written.parse().unwrap());
            let read = super::value(&headers, "a");
            prop_assert_eq!(read.as_deref(), Some(&*value));
        }

        /// What would break the field, or add to it, is refused.
        #[test]
        fn what_breaks_the_field_is_never_written(name in any::<String>(), value in any::<String>(), path in any::<String>()) {
            let cookie = Cookie::build((name, value)).path(path.clone()).build();
            if let Ok(written) = field(&cookie) {
                prop_assert!(HeaderValue::from_str(&written).is_ok() || !path.is_ascii());
                prop_assert_eq!(written.matches(';').count(), 1);
            }
        }

        #[test]
        fn no_field_makes_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(sent) = HeaderValue::from_bytes(&bytes) {
                let headers = HeaderMap::from_iter([(COOKIE, sent)]);
                for (name, _) in all(&headers) {
                    prop_assert!(value(&headers, name).is_some());
                }
            }
        }
    }
}
