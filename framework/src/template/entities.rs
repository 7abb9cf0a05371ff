//! The way back from markup to text, on the `html-escape` crate.

use std::borrow::Cow;

/// The text that escaped markup stands for: `&lt;`, `&#60;` and `&#x3c;` are `<`. Tornado's `xhtml_unescape`.
///
/// It knows the names of [HTML](https://html.spec.whatwg.org/multipage/named-characters.html) with their semicolon, and numbers. What is no
/// such reference stays as it is, and so do tags: it takes nothing out. What it gives is text of whoever wrote it, and is escaped by a
/// template like any other.
///
/// # Examples
///
/// ```
/// use squall::template::unescape;
///
/// assert_eq!(unescape("Fish &amp; chips &mdash; &#163;5"), "Fish & chips \u{2014} £5");
/// assert_eq!(unescape("&amp;lt;"), "&lt;");
/// ```
#[must_use]
pub fn unescape(markup: &str) -> Cow<'_, str> {
    html_escape::decode_html_entities(markup)
}

#[cfg(test)]
mod tests {
    use askama::filters::{Html, escape};
    use proptest::prelude::*;

    use super::unescape;

    /// The cases of Tornado's `escape_test.py`.
    #[test]
    fn knows_names_and_numbers() {
        for (markup, text) in [
            ("&lt;foo&gt;", "<foo>"),
            ("&lt;&gt;&amp;&quot;&#x27;", "<>&\"'"),
            ("&amp;amp;", "&amp;"),
            ("&lt;\u{e9}&gt;", "<\u{e9}>"),
            ("foo&#32;bar", "foo bar"),
            ("foo&#x20;bar", "foo bar"),
            ("foo&#X20;bar", "foo bar"),
            ("foo&#xabc;bar", "foo\u{abc}bar"),
            ("foo&#xyz;bar", "foo&#xyz;bar"),
            ("foo&#;bar", "foo&#;bar"),
            ("foo&#x;bar", "foo&#x;bar"),
        ] {
            assert_eq!(unescape(markup), text, "{markup}");
        }
    }

    #[test]
    fn leaves_what_is_none() {
        for markup in [
            "&none;",
            "&lt",
            "& amp;",
            "&;",
            "&",
            "&#x110000;",
            "&#xd800;",
            "<b>",
        ] {
            assert_eq!(unescape(markup), markup);
        }
    }

    proptest! {
        #[test]
        fn undoes_what_a_template_does(text: String) {
            let Ok(escaped) = escape(&text, Html);
            let escaped = escaped.to_string();
            prop_assert_eq!(unescape(&escaped), text);
        }
    }
}
