//! Posts by their words, with `SQLite`'s FTS5.

use sqlx::{FromRow, Row, sqlite::SqliteRow};

use super::{Entry, Page, Result, SHOWN, Store};

/// A post that has the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) entry: Entry,
    pub(crate) title: Vec<Piece>,
    pub(crate) snippet: Vec<Piece>,
}

/// A piece of a text: a word that was looked for, or what stands between such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) is_found: bool,
}

/// These stand around what was found. No text has them in it: `clean` takes them out before it is kept.
const BEGIN: char = '\u{1}';
const END: char = '\u{2}';

/// More words are not looked for.
const WORDS: usize = 12;

impl Store {
    /// The posts with all of these words, the last of which may be the beginning of one; the best come first. `None` where there is no
    /// such page.
    pub(crate) async fn search(&self, words: &str, number: u32) -> Result<Option<Page<Hit>>> {
        let Some(expression) = expression(words) else {
            return Ok(Page::of(number, 0));
        };
        let total: u32 = sqlx::query_scalar("SELECT count(*) FROM words WHERE words MATCH ?")
            .bind(&expression)
            .fetch_one(&self.pool)
            .await?;
        let Some(page) = Page::of(number, total) else {
            return Ok(None);
        };
        // A word in the title counts as much as eight of the text.
        let items = sqlx::query_as(
            "SELECT posts.*, highlight(words, 0, char(1), char(2)) AS found_title, \
             snippet(words, 1, char(1), char(2), '…', 36) AS found_text \
             FROM words JOIN posts ON posts.id = words.rowid WHERE words MATCH ? \
             ORDER BY bm25(words, 8.0, 1.0), posts.published DESC LIMIT ? OFFSET ?",
        )
        .bind(&expression)
        .bind(SHOWN)
        .bind(page.before())
        .fetch_all(&self.pool)
        .await?;
        Ok(Some(Page { items, ..page }))
    }
}

impl FromRow<'_, SqliteRow> for Hit {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        Ok(Self {
            entry: Entry::from_row(row)?,
            title: pieces(row.try_get("found_title")?),
            snippet: pieces(row.try_get("found_text")?),
        })
    }
}

/// An expression of FTS5 that looks for these words and for nothing else: each is a string of its own, in quotes. `None` where there is
/// no word.
fn expression(words: &str) -> Option<String> {
    let words: Vec<_> = words
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| word.contains(char::is_alphanumeric))
        .take(WORDS)
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
        .collect();
    // The star is outside of the quotes: the word may be the beginning of a longer one.
    (!words.is_empty()).then(|| words.join(" ") + "*")
}

/// A text with marks, cut up at them.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut is_found = false;
    for text in text.split([BEGIN, END]) {
        if !text.is_empty() {
            pieces.push(Piece {
                text: text.to_owned(),
                is_found,
            });
        }
        is_found = !is_found;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Piece, expression, pieces};

    #[test]
    fn words_are_no_syntax() {
        for (words, expected) in [
            ("wind", Some("\"wind\"*")),
            ("  two\twords ", Some("\"two\" \"words\"*")),
            ("a OR b", Some("\"a\" \"OR\" \"b\"*")),
            ("title:x NEAR(", Some("\"title:x\" \"NEAR(\"*")),
            ("say \"hi\"", Some("\"say\" \"\"\"hi\"\"\"*")),
            ("a\0b", Some("\"a\" \"b\"*")),
            ("\" * - ^ ()", None),
            ("", None),
        ] {
            assert_eq!(expression(words).as_deref(), expected, "{words:?}");
        }
    }

    #[test]
    fn pieces_are_cut_at_the_marks() {
        let piece = |text: &str, is_found| Piece {
            text: text.to_owned(),
            is_found,
        };
        assert_eq!(
            pieces("a \u{1}b\u{2} c"),
            [piece("a ", false), piece("b", true), piece(" c", false)]
        );
        assert_eq!(pieces("\u{1}b\u{2}"), [piece("b", true)]);
        assert_eq!(pieces(""), []);
    }
}
