//! Posts by their words, with `SQLite`'s FTS5.

use sqlx::{FromRow, Row, sqlite::SqliteRow};

use super::{
    Entry, Page, Result, SHOWN, Store,
    snippet::{Piece, Wanted},
};

/// A post that has the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) entry: Entry,
    pub(crate) title: Vec<Piece>,
    pub(crate) snippet: Vec<Piece>,
}

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
        // A word in the title counts as much as eight of the text. Only of those that are shown is the text read: `snippet` and `highlight` of
        // FTS5 take a time that grows with the square of it.
        let rows: Vec<(Entry, String)> = sqlx::query(
            "SELECT entries.*, (SELECT text FROM words WHERE rowid = entries.id) AS text FROM ( \
                 SELECT posts.id, published, bm25(words, 8.0, 1.0) AS weight \
                 FROM words JOIN posts ON posts.id = words.rowid WHERE words MATCH ? \
                 ORDER BY weight, published DESC LIMIT ? OFFSET ? \
             ) AS best JOIN entries USING (id) ORDER BY weight, best.published DESC",
        )
        .bind(&expression)
        .bind(SHOWN)
        .bind(page.before())
        .try_map(|row: SqliteRow| Ok((Entry::from_row(&row)?, row.try_get("text")?)))
        .fetch_all(&self.pool)
        .await?;
        let wanted = Wanted::new(words);
        let hit = |(entry, text): (Entry, String)| Hit {
            title: wanted.marks(&entry.title),
            snippet: wanted.snippet(&text),
            entry,
        };
        let items = rows.into_iter().map(hit).collect();
        Ok(Some(Page { items, ..page }))
    }
}

/// An expression of FTS5 that looks for these words and for nothing else: each is a string of its own, in quotes. `None` where there is
/// no word.
fn expression(words: &str) -> Option<String> {
    let mut quoted: Vec<String> = Vec::new();
    for word in words.split(|c: char| c.is_whitespace() || c.is_control()) {
        let word = format!("\"{}\"", word.replace('"', "\"\""));
        if word.contains(char::is_alphanumeric) && !quoted.contains(&word) && quoted.len() < WORDS {
            quoted.push(word);
        }
    }
    // The star is outside of the quotes: the word may be the beginning of a longer one.
    (!quoted.is_empty()).then(|| quoted.join(" ") + "*")
}

#[cfg(test)]
mod tests {
    use super::expression;

    #[test]
    fn words_are_no_syntax() {
        for (words, expected) in [
            ("wind", Some("\"wind\"*")),
            ("  two\twords ", Some("\"two\" \"words\"*")),
            ("the the wind the", Some("\"the\" \"wind\"*")),
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
}
