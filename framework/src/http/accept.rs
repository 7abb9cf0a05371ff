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
        let weight = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .map_or(1000, weight);
        if specificity > best.0 {
            best = (specificity, weight);
        }
    }
    best.1
}

/// A weight in thousandths; what is not one counts as zero.
fn weight(text: &str) -> u16 {
    match text.parse::<f32>() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the value is in 0..=1000"
        )]
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1000.0).round() as u16,
        _ => 0,
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
