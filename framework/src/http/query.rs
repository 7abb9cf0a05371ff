//! The query of a target URI as names and values (`application/x-www-form-urlencoded`).

use std::borrow::Cow;

use super::percent::{DecodeError, decode_form};

/// The values under one name, in order. `a=` and a bare `a` both give the empty text.
pub(crate) fn values<'q>(
    query: &'q str,
    name: &str,
) -> impl Iterator<Item = Result<Cow<'q, str>, DecodeError>> {
    query.split('&').filter_map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        is_named(key, name).then(|| decode_form(value))
    })
}

/// Whether an encoded key is this name. A key that cannot be decoded is no name at all.
fn is_named(key: &str, name: &str) -> bool {
    key == name || (key.contains(['%', '+']) && decode_form(key).is_ok_and(|key| key == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: &[&str]) {
        let found: Vec<_> = values(query, "a")
            .map(|value| value.unwrap().into_owned())
            .collect();
        assert_eq!(found, expected, "{query}");
    }

    #[test]
    fn finds_values_in_order() {
        check("", &[]);
        check("a", &[""]);
        check("a=", &[""]);
        check("a=1&b=2&a=3", &["1", "3"]);
        check("%61=x+y%26z", &["x y&z"]);
        check("aa=1&&=2", &[]);
        check("a=b=c", &["b=c"]);
    }
}
