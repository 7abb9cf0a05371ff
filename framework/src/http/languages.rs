//! Languages: what a client wants to read (RFC 9110 §12.5.4), and which of those that there are fits best (RFC 4647 §3.4).

use ::http::{HeaderMap, header::ACCEPT_LANGUAGE};

use super::accept;

/// The most ranges that are looked at: nobody reads so many languages.
const MOST: usize = 32;

/// The language ranges of `accept-language`, those that weigh most first; of two that weigh the same, the one that stands first.
///
/// What is no range, or has a weight that is none, or a weight of zero, is passed over, as in Tornado.
pub(crate) fn accepted(headers: &HeaderMap) -> Vec<&str> {
    let fields = headers.get_all(ACCEPT_LANGUAGE).iter();
    let mut ranges: Vec<(u16, &str)> = fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','))
        .filter_map(weighed)
        .take(MOST)
        .collect();
    ranges.sort_by_key(|&(weight, _)| std::cmp::Reverse(weight));
    ranges.into_iter().map(|(_, range)| range).collect()
}

fn weighed(element: &str) -> Option<(u16, &str)> {
    let (range, parameter) = match element.split_once(';') {
        Some((range, parameter)) => (range.trim(), Some(parameter.trim())),
        None => (element.trim(), None),
    };
    let weight = match parameter {
        Some(parameter) => accept::weight(parameter)??,
        None => 1000,
    };
    (weight > 0 && is_range(range)).then_some((weight, range))
}

/// Whether a text is a language range (RFC 4647 §2.1): subtags of up to eight letters and digits, or `*`.
fn is_range(text: &str) -> bool {
    text == "*" || text.split('-').all(is_subtag)
}

fn is_subtag(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A language tag as it is written (RFC 5646 §2.1.1): `pt_br` is `pt-BR`, `ZH-hant` is `zh-Hant`. `None` for what is no tag.
pub(crate) fn tag(text: &str) -> Option<String> {
    // What a system says besides is none of the language: `de_DE.UTF-8`, `de_DE@euro`.
    let text = text.split(['.', '@']).next()?.trim().replace('_', "-");
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) || !text.split('-').all(is_subtag) {
        return None;
    }
    let mut tag = String::with_capacity(text.len());
    let mut is_extension = false;
    for subtag in text.split('-') {
        let is_alphabetic = subtag.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_first = tag.is_empty();
        if !is_first {
            tag.push('-');
        }
        match subtag.len() {
            2 if !is_first && !is_extension => tag.push_str(&subtag.to_ascii_uppercase()),
            4 if !is_first && !is_extension && is_alphabetic => {
                tag.push_str(&subtag[..1].to_ascii_uppercase());
                tag.push_str(&subtag[1..].to_ascii_lowercase());
            }
            _ => tag.push_str(&subtag.to_ascii_lowercase()),
        }
        is_extension |= subtag.len() == 1;
    }
    Some(tag)
}

/// Which of the languages that there are fits a range best: the one of this name, else the nearest that is less special (`de-AT` takes `de`),
/// else the first of the same language (`pt` takes `pt-BR`).
pub(crate) fn best<'t, T>(
    range: &str,
    available: &'t [T],
    tag_of: impl Fn(&T) -> &str,
) -> Option<&'t T> {
    let find = |name: &str| {
        let is_it = |one: &&T| tag_of(one).eq_ignore_ascii_case(name);
        available.iter().find(is_it)
    };
    let mut name = range;
    loop {
        if let Some(found) = find(name) {
            return Some(found);
        }
        let Some(cut) = name.rfind('-') else { break };
        name = &name[..cut];
        // A subtag of one letter begins an extension; without that it means nothing (RFC 4647 §3.4).
        if let Some(rest) = name.len().checked_sub(2)
            && name.as_bytes()[rest] == b'-'
        {
            name = &name[..rest];
        }
    }
    let of_language = |one: &&T| primary(tag_of(one)).eq_ignore_ascii_case(name);
    available.iter().find(of_language)
}

/// The language itself: the first subtag.
pub(crate) fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(field: &str, expected: &[&str]) {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(field).unwrap());
        assert_eq!(accepted(&headers), expected, "{field}");
    }

    #[test]
    fn weighs_what_the_client_reads() {
        check("da, en-GB;q=0.8, en;q=0.7", &["da", "en-GB", "en"]);
        check("en;q=0.5, de", &["de", "en"]);
        check("fr;q=0.5,de;q=0.5", &["fr", "de"]);
        check("de;q=0, en", &["en"]);
        check("de;q=-1, fr;q=2, it;q=x, en;q=0.1", &["en"]);
        check("*;q=0.1, de ; q=0.2", &["de", "*"]);
        check("toolongforatag, a b, en", &["en"]);
        check("", &[]);
    }

    #[test]
    fn reads_no_more_than_a_person_does() {
        let many = vec!["de"; 1000].join(",");
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(&many).unwrap());
        assert_eq!(accepted(&headers).len(), MOST);
    }

    #[test]
    fn writes_tags_as_they_are_written() {
        for (text, expected) in [
            ("de", Some("de")),
            ("DE", Some("de")),
            ("pt_br", Some("pt-BR")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("es-419", Some("es-419")),
            ("de_DE.UTF-8", Some("de-DE")),
            ("ca_ES@valencia", Some("ca-ES")),
            ("de-DE-u-co-phonebk", Some("de-DE-u-co-phonebk")),
            ("en-u-hc-h12", Some("en-u-hc-h12")),
            ("", None),
            ("../de", None),
            ("de--at", None),
            ("1de", None),
            ("toolongforatag", None),
        ] {
            assert_eq!(tag(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn finds_what_fits_best() {
        let available = ["en", "de", "pt-BR", "zh-Hans", "zh-Hant"];
        for (range, expected) in [
            ("de", Some("de")),
            ("DE-at", Some("de")),
            ("de-DE-1996", Some("de")),
            ("de-u-co-phonebk", Some("de")),
            ("pt", Some("pt-BR")),
            ("pt-PT", Some("pt-BR")),
            ("zh-Hant-TW", Some("zh-Hant")),
            ("zh", Some("zh-Hans")),
            ("fr", None),
            ("d", None),
            ("*", None),
        ] {
            let found = best(range, &available, |tag| tag).copied();
            assert_eq!(found, expected, "{range}");
        }
    }
}
