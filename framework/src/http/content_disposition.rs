//! [`ContentDisposition`]: under which name an answer is kept (RFC 6266), written so that every client reads the same name and
//! that no name can write a field.

use std::fmt;

use ::http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands as it is in an extended value: the `attr-char` of RFC 8187 §3.2.1.
const EXTENDED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The longest name, in characters: what file systems take.
const LONGEST: usize = 255;

/// Says whether an answer is shown or kept as a file, and under which name: the value of `content-disposition`
/// ([RFC 6266](https://www.rfc-editor.org/rfc/rfc6266)).
///
/// The name may be any text: of a path its last part is taken, control characters become `_`, and what is not plain ASCII is also
/// written as `filename*` in UTF-8 ([RFC 8187](https://www.rfc-editor.org/rfc/rfc8187)), which browsers prefer. So a name that a
/// client has sent is safe here.
///
/// # Examples
///
/// ```
/// use squall::{handler, handler::IntoResponse, http::{ContentDisposition, header}};
///
/// #[handler]
/// #[route("/report")]
/// struct Report;
///
/// #[handler]
/// impl Report {
///     fn get(&self) -> impl IntoResponse {
///         let name = ContentDisposition::attachment("Übersicht.csv");
///         ([(header::CONTENT_DISPOSITION, name)], "a;b\n1;2\n".to_owned())
///     }
/// }
///
/// assert_eq!(
///     ContentDisposition::attachment("Übersicht.csv").to_string(),
///     "attachment; filename=\"_bersicht.csv\"; filename*=UTF-8''%C3%9Cbersicht.csv"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentDisposition {
    kind: &'static str,
    name: String,
}

impl ContentDisposition {
    /// To be kept as a file of this name. An empty name leaves it to the client.
    #[must_use]
    pub fn attachment(name: impl AsRef<str>) -> Self {
        Self::new("attachment", name.as_ref())
    }

    /// To be shown, and kept under this name by who wants to.
    #[must_use]
    pub fn inline(name: impl AsRef<str>) -> Self {
        Self::new("inline", name.as_ref())
    }

    fn new(kind: &'static str, name: &str) -> Self {
        // A client must not follow a path (RFC 6266 §4.3), so none is sent.
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = last
            .chars()
            .take(LONGEST)
            .map(|char| if char.is_control() { '_' } else { char })
            .collect();
        Self { kind, name }
    }
}

impl fmt::Display for ContentDisposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name } = self;
        if name.is_empty() {
            return f.write_str(kind);
        }
        // What clients read in more than one way inside of quotes: escapes, and percent signs that some of them decode.
        let is_plain = |char: char| matches!(char, ' '..='~') && !"\"\\%".contains(char);
        let plain: String = name
            .chars()
            .map(|char| if is_plain(char) { char } else { '_' })
            .collect();
        write!(f, "{kind}; filename=\"{plain}\"")?;
        if plain == *name {
            return Ok(());
        }
        let extended = utf8_percent_encode(name, EXTENDED);
        write!(f, "; filename*=UTF-8''{extended}")
    }
}

impl From<ContentDisposition> for HeaderValue {
    fn from(disposition: ContentDisposition) -> Self {
        Self::try_from(disposition.to_string()).expect("only visible ASCII and spaces were written")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let value = HeaderValue::from(ContentDisposition::attachment(name));
        assert_eq!(value.to_str().unwrap(), expected, "{name:?}");
    }

    #[test]
    fn names_are_written_for_every_client() {
        check("", "attachment");
        check("report.pdf", "attachment; filename=\"report.pdf\"");
        check("a b;c.txt", "attachment; filename=\"a b;c.txt\"");
        check(
            "€ rates.csv",
            "attachment; filename=\"_ rates.csv\"; filename*=UTF-8''%E2%82%AC%20rates.csv",
        );
        check(
            "50%.txt",
            "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt",
        );
    }

    #[test]
    fn no_name_writes_more_than_a_name() {
        check("../../etc/passwd", "attachment; filename=\"passwd\"");
        check("C:\\temp\\x.txt", "attachment; filename=\"x.txt\"");
        check(
            "a\"; filename=\"b",
            "attachment; filename=\"a_; filename=_b\"; filename*=UTF-8''a%22%3B%20filename%3D%22b",
        );
        check(
            "a\r\nset-cookie: x",
            "attachment; filename=\"a__set-cookie: x\"",
        );
        assert_eq!(
            ContentDisposition::inline("a.png").to_string(),
            "inline; filename=\"a.png\""
        );
    }
}
