//! [`Fault`]: what is wrong with one value of a request, as a part of an [`HttpError`](super::HttpError).

use std::fmt::{self, Write as _};

/// What is wrong with one value that the client sent: where it stands, and why it is refused.
///
/// Path and message are of one line, for they may hold what the client sent: control characters are written as in Rust (`\n`), and of what is
/// longer than 200 characters, or 500 in the message, the rest is left out (`…`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    path: String,
    message: String,
}

impl Fault {
    /// The most that one error has.
    pub(crate) const MOST: usize = 100;

    pub(crate) fn new(path: &str, message: &str) -> Self {
        Self {
            path: line(path, 200),
            message: line(message, 500),
        }
    }

    /// Where the value stands: `items[3].price`. Empty for the whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it. Plain text, as the message of an [`HttpError`](super::HttpError) is.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// A text as one line of so many characters.
fn line(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(text.len().min(most));
    let mut characters = text.chars();
    for character in characters.by_ref().take(most) {
        if character.is_control() {
            // Writing into a `String` does not fail.
            _ = write!(line, "{}", character.escape_default());
        } else {
            line.push(character);
        }
    }
    if characters.next().is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_of_one_line_and_bounded() {
        let fault = Fault::new("a\r\n\u{1b}b", &"\u{fc}".repeat(501));
        assert_eq!(fault.path(), r"a\r\n\u{1b}b");
        assert_eq!(fault.message(), format!("{}…", "\u{fc}".repeat(500)));
        assert_eq!(Fault::new("", "whole").to_string(), "whole");
        assert_eq!(Fault::new("a[0]", "part").to_string(), "`a[0]`: part");
    }
}
