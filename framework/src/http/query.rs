//! The query of a target URI as names and values (`application/x-www-form-urlencoded`).

use std::{borrow::Cow, fmt::Write as _};

use super::percent::{DecodeError, Encoder, decode_form};

/// Adds names and values to the query of a URL, percent-encoded, behind those that it has and in front of its fragment: Tornado's
/// `url_concat`.
///
/// # Examples
///
/// ```
/// use squall::http::with_query;
///
/// assert_eq!(with_query("/search", [("q", "a & b"), ("page", "2")]), "/search?q=a%20%26%20b&page=2");
/// assert_eq!(with_query("/search?q=a#end", [("tag", "x"), ("tag", "")]), "/search?q=a&tag=x&tag=#end");
/// ```
#[must_use]
pub fn with_query<N: AsRef<str>, V: AsRef<str>>(
    url: &str,
    pairs: impl IntoIterator<Item = (N, V)>,
) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        write_encoded(&mut query, name.as_ref());
        query.push('=');
        write_encoded(&mut query, value.as_ref());
    }
    joined(url.to_owned(), &query)
}

/// Writes a name or a value down.
pub(crate) fn write_encoded(out: &mut String, text: &str) {
    // Writing into a `String` does not fail.
    _ = Encoder::form(out).write_str(text);
}

/// Adds a query that is encoded already to a URL.
pub(crate) fn joined(mut url: String, query: &str) -> String {
    if query.is_empty() {
        return url;
    }
    let end = url.find('#').unwrap_or(url.len());
    let joint = match url[..end].split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, before)) if before.ends_with('&') => "",
        Some(_) => "&",
    };
    url.insert_str(end, &format!("{joint}{query}"));
    url
}

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
