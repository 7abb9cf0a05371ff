//! Who may write: the author, who has the key.
//!
//! There are no accounts yet. A blog with an author has a key, made when it starts unless `--key` gives one, and printed there. Whoever sends it
//! from the page `/key` gets a cookie with it, until the browser is closed. Where a request comes from counts for nothing: behind a proxy
//! everybody comes from the same machine.
//!
//! Besides, what changes a post, and `/leave`, takes only a form that a page of this origin has sent: by `sec-fetch-site`, or by `origin`
//! where a browser does not know that. `/key` needs no such check, for its form has the key; `/language` changes nothing but a cookie.

use std::fmt;

use squall::{
    Context, Cookie, Result,
    handler::{FromRequestParts, RequestHandle},
};

use crate::site::About;

/// The cookie with the key.
const COOKIE: &str = "author";

/// The shortest key that is taken, in bytes.
const SHORTEST: usize = 16;

/// Who writes here, and what he is known by.
#[derive(Clone, Debug)]
pub(crate) struct Author {
    pub(crate) name: String,
    pub(crate) key: Key,
}

/// What the author is known by. It is not shown in debug output.
#[derive(Clone)]
pub(crate) struct Key(String);

impl Key {
    /// A key that nobody guesses: 128 bits of the system's randomness.
    pub(crate) fn random() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(
            bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        ))
    }

    /// Reads the option `--key`: what stands in a cookie as it is.
    pub(crate) fn read(text: &str) -> std::result::Result<Self, String> {
        if text.len() < SHORTEST || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!("expected at least {SHORTEST} letters and digits"));
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether a text is the key. How long that takes says nothing of where they differ.
    pub(crate) fn is(&self, text: &str) -> bool {
        let pairs = self.0.bytes().zip(text.bytes());
        let difference = pairs.fold(0, |all, (one, other)| all | (one ^ other));
        self.0.len() == text.len() && difference == 0
    }

    /// The cookie by which its browser is known. It goes no other way than over TLS where that is how the blog was found at this origin.
    pub(crate) fn cookie(&self, origin: &str) -> Cookie<'static> {
        let cookie = Cookie::build((COOKIE, self.0.clone()));
        cookie.secure(origin.starts_with("https:")).build()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// Lets a browser forget the key.
pub(crate) fn forget(cx: &mut Context) -> Result<()> {
    cx.clear_cookie(COOKIE)
}

/// Whether this request may write, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It may, as this author.
    Author(String),
    /// Nobody may: the blog was started without an author.
    ReadOnly,
    /// The author may, and this is not known to be him.
    Stranger,
}

impl Access {
    pub(crate) fn is_author(&self) -> bool {
        matches!(self, Self::Author(_))
    }

    pub(crate) fn is_read_only(&self) -> bool {
        *self == Self::ReadOnly
    }
}

impl FromRequestParts for Access {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let about = cx.state::<About>();
        let Some(author) = about.as_ref().and_then(|about| about.author.as_ref()) else {
            return Ok(Self::ReadOnly);
        };
        // What is shown to the author is for nobody else.
        cx.add_header("vary", "cookie")?;
        let is_author = cx.cookie(COOKIE).is_some_and(|key| author.key.is(&key));
        Ok(if is_author {
            Self::Author(author.name.clone())
        } else {
            Self::Stranger
        })
    }
}

/// Whether a form was sent by a page of this origin.
pub(crate) fn is_same_origin(request: &RequestHandle) -> bool {
    let field = |name| {
        let value = request.headers().get(name)?;
        Some(value.to_str().unwrap_or_default())
    };
    match field("sec-fetch-site") {
        Some(site) => site == "same-origin",
        // Older browsers send `origin` with every form; where neither is there, it is no browser that somebody else's page could use.
        None => field("origin").is_none_or(|origin| {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == request.host()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_key_is_itself_alone() {
        let key = Key::read("0123456789abcdef").unwrap();
        assert!(key.is("0123456789abcdef"));
        for other in [
            "",
            "0123456789abcde",
            "0123456789abcdeF",
            "0123456789abcdef0",
        ] {
            assert!(!key.is(other), "{other}");
        }
    }

    #[test]
    fn keys_are_long_and_stand_in_a_cookie() {
        for text in ["", "short", "0123456789abcde;", "0123456789 abcdef"] {
            assert!(Key::read(text).is_err(), "{text}");
        }
        let (one, other) = (Key::random().unwrap(), Key::random().unwrap());
        assert!(Key::read(&one.to_string()).is_ok());
        assert!(!one.is(&other.to_string()));
        assert_eq!(format!("{one:?}"), "Key");
    }
}
