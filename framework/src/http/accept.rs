//! What the client would rather have: the `accept` field (RFC 9110 §12.5.1), as far as an error page needs it.

use ::http::{HeaderMap, header::ACCEPT};

/// Whether the client prefers JSON to HTML. No field, or an equal preference, means HTML.
pub(crate) fn prefers_json(headers: &HeaderMap) -> bool {
    if !headers.contains_key(ACCEPT) {
        return false;
    }
    let json = quality(headers, "application", "json").max(quality(
        headers,
        "application",
        "problem+json",
    ));
    json > quality(headers, "text", "html")
}

/// The quality given to a media type, in thousandths: by the most specific range that matches it.
fn quality(headers: &HeaderMap, kind: &str, subtype: &str) -> u16 {
    let mut best = (0, 0);
    for range in headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','))
    {
        let mut parts = range.split(';').map(str::trim);
        let Some((range_kind, range_subtype)) =
            parts.next().and_then(|range| range.split_once('/'))
        else {
            continue;
        };
        let specificity = match (range_kind, range_subtype) {
            ("*", "*") => 1,
            (range_kind, "*") if range_kind.eq_ignore_ascii_case(kind) => 2,
            (range_kind, range_subtype)
                if range_kind.eq_ignore_ascii_case(kind)
                    && range_subtype.eq_ignore_ascii_case(subtype) =>
            {
                3
            }
            _ => continue,
        };
        // A weight that is none counts as zero.
        let weight = parts
            .find_map(weight)
            .map_or(1000, Option::unwrap_or_default);
        if specificity > best.0 {
            best = (specificity, weight);
        }
    }
    best.1
}

/// The weight that a parameter gives, in thousandths (RFC 9110 §12.4.2): of `q=0.5`, `Some(Some(500))`. `None` where the parameter is
/// another one, `Some(None)` where its weight is none.
pub(crate) fn weight(parameter: &str) -> Option<Option<u16>> {
    let text = parameter
        .strip_prefix("q=")
        .or_else(|| parameter.strip_prefix("Q="))?;
    Some(thousandths(text))
}

/// `0` or `1`, with up to three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.as_bytes();
    if decimals.len() > 3 || !decimals.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |at: usize| decimals.get(at).map_or(0, |digit| u16::from(digit - b'0'));
    match (whole, digit(0) * 100 + digit(1) * 10 + digit(2)) {
        ("0", decimals) => Some(decimals),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &'static str, json: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, ::http::HeaderValue::from_static(field));
        assert_eq!(prefers_json(&headers), json, "{field}");
    }

    #[test]
    fn reads_weights() {
        for (parameter, expected) in [
            ("q=0", Some(Some(0))),
            ("q=1", Some(Some(1000))),
            ("Q=0.5", Some(Some(500))),
            ("q=0.25", Some(Some(250))),
            ("q=0.001", Some(Some(1))),
            ("q=0.", Some(Some(0))),
            ("q=1.000", Some(Some(1000))),
            ("q=1.001", Some(None)),
            ("q=0.0001", Some(None)),
            ("q=.5", Some(None)),
            ("q=2", Some(None)),
            ("q=-0", Some(None)),
            ("q=0.5e", Some(None)),
            ("q=", Some(None)),
            ("q", None),
            ("level=1", None),
        ] {
            assert_eq!(weight(parameter), expected, "{parameter}");
        }
    }

    #[test]
    fn weighs_json_against_html() {
        assert!(!prefers_json(&HeaderMap::new()));
        check("*/*", false);
        check("application/json", true);
        check("application/problem+json", true);
        check("application/json, text/html", false);
        check("text/html;q=0.5, application/json", true);
        check(
            "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
            false,
        );
        check("application/*, text/html;q=0.1", true);
        check("application/json;q=0", false);
        check("application/json;q=2, text/html;q=0.1", false);
        check("nonsense", false);
    }
}
