//! How pages are written: text into HTML, values into a query, and the frame around each page.
//!
//! Whatever comes from outside goes through [`escape`] on its way into a page. Templates will do that by themselves.

use std::borrow::Cow;

use crate::{home::ChooseTheme, site::Theme, stories::Stories};

/// Text as HTML: between tags, and in the value of a quoted attribute.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// A path with a query, in which what is `None` or empty is left out.
pub(crate) fn with_query(path: &str, values: &[(&str, Option<&str>)]) -> String {
    let given = values
        .iter()
        .filter_map(|&(name, value)| Some((name, value?)));
    squall::http::with_query(path, given.filter(|(_, value)| !value.is_empty()))
}

/// What stands around the content of a page.
pub(crate) struct Frame<'f> {
    pub(crate) title: &'f str,
    pub(crate) theme: Theme,
    /// Path and query of the page itself: the way back when the theme has been changed.
    pub(crate) here: &'f str,
}

impl Frame<'_> {
    /// The page, from content that is HTML already.
    pub(crate) fn around(&self, content: &str) -> String {
        let title = escape(self.title);
        let theme = self.theme;
        let buttons: String = Theme::ALL
            .iter()
            .map(|other| {
                let url = with_query(&ChooseTheme::url(other), &[("back", Some(self.here))]);
                let (url, pressed) = (escape(&url), *other == theme);
                format!("<button formaction=\"{url}\" aria-pressed=\"{pressed}\">{other}</button>")
            })
            .collect();
        let stories = Stories::url();
        format!(
            "<!doctype html>\n<html lang=\"en\" class=\"{theme}\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <link rel=\"icon\" href=\"data:,\">\n<title>{title} · Stories</title>\n<style>{STYLE}</style>\n\
             <header><a class=\"name\" href=\"/\">Stories</a>\n<nav><a href=\"{stories}\">All</a> <a href=\"/about\">About</a> \
             <a href=\"/admin/stats\">Numbers</a></nav></header>\n<main>\n{content}</main>\n\
             <footer><form method=\"post\" aria-label=\"Theme\">{buttons}</form></footer>\n</html>\n"
        )
    }
}

const STYLE: &str = include_str!("style.css");

#[cfg(test)]
mod tests {
    use super::{escape, with_query};

    #[test]
    fn escapes_what_could_end_a_text() {
        assert_eq!(escape("plain, ünd ✓"), "plain, ünd ✓");
        assert_eq!(
            escape("<script>alert('&' + \"x\")</script>"),
            "&lt;script&gt;alert(&#39;&amp;&#39; + &quot;x&quot;)&lt;/script&gt;"
        );
        assert_eq!(escape("&amp;"), "&amp;amp;");
    }

    #[test]
    fn encodes_values_of_a_query() {
        assert_eq!(with_query("/a", &[]), "/a");
        assert_eq!(with_query("/a", &[("q", None), ("page", Some(""))]), "/a");
        assert_eq!(
            with_query("/a", &[("q", Some("é & ?#")), ("page", Some("2"))]),
            "/a?q=%C3%A9%20%26%20%3F%23&page=2"
        );
    }
}
