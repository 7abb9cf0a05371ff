//! Web addresses of a text as links, on the `linkify` crate, by the rules of Tornado's function of this name.

use std::fmt::Write as _;

use askama::filters::{Html, escape};
use linkify::{LinkFinder, LinkKind};

/// From this length on, in characters, an address is shown shortened.
const LONGEST: usize = 30;

/// The characters that are left of a path.
const PATH: usize = 8;

/// The text as markup: escaped, its web addresses as links.
pub(super) fn linkify(text: &str, shorten: bool) -> String {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
    let mut markup = String::with_capacity(text.len() + text.len() / 2);
    for span in finder.spans(text) {
        let part = span.as_str();
        match span.kind().and_then(|_| href(part)) {
            Some(scheme) => write_link(&mut markup, scheme, part, shorten),
            None => write_escaped(&mut markup, part),
        }
    }
    markup
}

/// What has to stand in front of a web address to make it absolute. `None` where it is none: other schemes than these, `javascript:` among
/// them, are no links, and neither is every word with a dot in it.
fn href(address: &str) -> Option<&'static str> {
    let begins = |with: &str| {
        address
            .get(..with.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(with))
    };
    if begins("http://") || begins("https://") {
        Some("")
    } else {
        begins("www.").then_some("http://")
    }
}

fn write_link(markup: &mut String, scheme: &str, address: &str, shorten: bool) {
    markup.push_str("<a href=\"");
    markup.push_str(scheme);
    write_escaped(markup, address);
    markup.push('"');
    let short = if shorten { shortened(address) } else { None };
    if short.is_some() {
        markup.push_str(" title=\"");
        write_escaped(markup, address);
        markup.push('"');
    }
    markup.push('>');
    write_escaped(markup, short.as_deref().unwrap_or(address));
    markup.push_str("</a>");
}

/// An address of which the host and the beginning of its path are left. `None` where that would not be shorter.
fn shortened(address: &str) -> Option<String> {
    if address.chars().count() <= LONGEST {
        return None;
    }
    let behind_scheme = address.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = address.split_at(behind_scheme);
    let short = match rest.split_once('/') {
        None => address.chars().take(LONGEST).collect(),
        Some((host, path)) => {
            let name = path.split(['/', '?', '.']).next().unwrap_or_default();
            let name: String = name.chars().take(PATH).collect();
            let whole = format!("{scheme}{host}/{name}");
            if whole.chars().count() > LONGEST + LONGEST / 2 {
                whole.chars().take(LONGEST).collect()
            } else {
                whole
            }
        }
    };
    let short: String = short + "...";
    (short.chars().count() < address.chars().count()).then_some(short)
}

fn write_escaped(markup: &mut String, text: &str) {
    let Ok(escaped) = escape(text, Html);
    // Writing into a `String` does not fail.
    _ = write!(markup, "{escaped}");
}

#[cfg(test)]
mod tests {
    use super::linkify;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(linkify(text, false), expected);
    }

    #[test]
    fn finds_what_people_write() {
        check(
            "see http://example.com/a?b=1&c=2.",
            r#"see <a href="http://example.com/a?b=1&#38;c=2">http://example.com/a?b=1&#38;c=2</a>."#,
        );
        check(
            "(www.example.com), or HTTPS://x.org",
            r#"(<a href="http://www.example.com">www.example.com</a>), or <a href="HTTPS://x.org">HTTPS://x.org</a>"#,
        );
        check(
            "https://en.wikipedia.org/wiki/Squall_(wind)",
            r#"<a href="https://en.wikipedia.org/wiki/Squall_(wind)">https://en.wikipedia.org/wiki/Squall_(wind)</a>"#,
        );
    }

    #[test]
    fn makes_no_link_of_other_schemes_and_words() {
        check(
            "javascript://x.y/%0aalert(1)",
            "javascript://x.y/%0aalert(1)",
        );
        check(
            "ftp://example.com and main.rs",
            "ftp://example.com and main.rs",
        );
        check("a@example.com", "a@example.com");
    }

    #[test]
    fn escapes_all_that_is_text() {
        check("<b>&'\"", "&#60;b&#62;&#38;&#39;&#34;");
        let hostile = linkify("http://a.b/\"onclick=x <script>", true);
        assert!(
            !hostile.contains("<script>") && !hostile.contains("\"onclick"),
            "{hostile}"
        );
    }

    #[test]
    fn shortens_what_is_long() {
        let link = linkify("http://example.com/the-long-way/home.html?x=1", true);
        assert_eq!(
            link,
            r#"<a href="http://example.com/the-long-way/home.html?x=1" title="http://example.com/the-long-way/home.html?x=1">http://example.com/the-long...</a>"#
        );
        assert!(!linkify("http://example.com/short", true).contains("title"));
    }
}
