//! Reading the `cookie` field as browsers write it (RFC 6265 §4.2), with Tornado's leniency: a value may stand in
//! double quotes, with `\"` and `\ooo` inside.

use std::borrow::Cow;

use ::http::{HeaderMap, header::COOKIE};

/// The value of the last cookie of this name.
pub(crate) fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<Cow<'h, str>> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(';'))
        .filter_map(|pair| pair.split_once('='))
        .rfind(|(key, _)| key.trim() == name)
        .map(|(_, value)| unquote(value.trim()))
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
    use super::*;

    #[track_caller]
    fn check(field: &'static str, expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, ::http::HeaderValue::from_static(field));
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
        check(r#"a=""#, Some("\""));
        check(r#"a="\"#, Some(r#""\"#));
    }
}
