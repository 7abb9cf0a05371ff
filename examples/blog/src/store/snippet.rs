//! What a search shows of a post: a piece of its text, with the words that were looked for.
//!
//! Words are told apart as FTS5's `unicode61` does it, without case and without marks above or below a letter. Where the two differ a word is
//! found and not marked. The time is that of one reading.

use std::collections::VecDeque;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The words of a snippet, and those before the first that was looked for.
const WORDS: usize = 36;
const LEAD: usize = 6;

/// The longest snippet, in bytes: a word has no bounds.
const LONGEST: usize = 1000;

/// A piece of a text: a word that was looked for, or what stands between such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) is_found: bool,
}

/// The words that are looked for, folded. The last may be the beginning of one.
pub(super) struct Wanted {
    words: Vec<String>,
    beginning: Option<String>,
}

impl Wanted {
    pub(super) fn new(words: &str) -> Self {
        let mut words: Vec<_> = tokens(words).map(|(_, word)| folded(word)).collect();
        let beginning = words.pop();
        Self { words, beginning }
    }

    /// A text, cut up at the words that are looked for.
    pub(super) fn marks(&self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut end = 0;
        let mut push = |text: &str, is_found| {
            if !text.is_empty() {
                let text = text.to_owned();
                pieces.push(Piece { text, is_found });
            }
        };
        for (start, word) in tokens(text).filter(|(_, word)| self.has(word)) {
            push(&text[end..start], false);
            push(word, true);
            end = start + word.len();
        }
        push(&text[end..], false);
        pieces
    }

    /// A piece of a text with the first of these words, or its beginning.
    pub(super) fn snippet(&self, text: &str) -> Vec<Piece> {
        let start = self.start(text);
        let mut words = tokens(&text[start..]).skip(WORDS - 1);
        let end = words
            .next()
            .map_or(text.len(), |(at, word)| start + at + word.len());
        let end = text.floor_char_boundary(end.min(start + LONGEST));
        let mut pieces = self.marks(&text[start..end]);
        let more = |is_more: bool| {
            is_more.then(|| Piece {
                text: "…".to_owned(),
                is_found: false,
            })
        };
        pieces.splice(0..0, more(start > 0));
        pieces.extend(more(end < text.len()));
        pieces
    }

    /// Where a snippet begins.
    fn start(&self, text: &str) -> usize {
        let mut before = VecDeque::with_capacity(LEAD + 1);
        for (start, word) in tokens(text) {
            before.push_back(start);
            if self.has(word) {
                return before[0];
            }
            if before.len() > LEAD {
                before.pop_front();
            }
        }
        0
    }

    fn has(&self, word: &str) -> bool {
        let word = folded(word);
        let begins = |beginning: &String| word.starts_with(beginning.as_str());
        self.beginning.as_ref().is_some_and(begins) || self.words.contains(&word)
    }
}

/// The words of a text, with their places.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_border = |c: char| !c.is_alphanumeric() && !is_combining_mark(c);
    let mut at = 0;
    text.split(is_border).filter_map(move |word| {
        let start = at;
        at = start + word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((start, word))
    })
}

/// A word in small letters, without marks.
fn folded(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let letters = word.nfd().filter(|c| !is_combining_mark(*c));
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    /// Pieces as one text, with what was found in brackets.
    fn written(pieces: &[super::Piece]) -> String {
        let piece = |piece: &super::Piece| match piece.is_found {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn words_are_marked_without_case_and_marks() {
        for (words, text, expected) in [
            (
                "wind",
                "Wind, winds and a gale.",
                "[Wind], [winds] and a gale.",
            ),
            ("a wind", "A gale is a wind", "[A] gale is [a] [wind]"),
            ("kun", "Žluťoučký kůň", "Žluťoučký [kůň]"),
            (
                "zlutoucky x",
                "z\u{30c}lutouc\u{30c}ky\u{301}!",
                "[z\u{30c}lutouc\u{30c}ky\u{301}]!",
            ),
            ("الريح", "الريح قوية", "[الريح] قوية"),
            ("strong+wind", "a strong wind", "a [strong] [wind]"),
            ("", "nothing", "nothing"),
            ("x", "", ""),
        ] {
            assert_eq!(
                written(&Wanted::new(words).marks(text)),
                expected,
                "{words}"
            );
        }
    }

    #[test]
    fn a_snippet_has_the_first_word_and_some_before_it() {
        let text: String = (0..100).map(|number| format!("w{number} ")).collect();
        let snippet = |words| written(&Wanted::new(words).snippet(&text));
        assert!(snippet("w50 x").starts_with("…w44 w45 w46 w47 w48 w49 [w50] w51 "));
        assert!(snippet("w50 x").ends_with(" w79…"));
        assert!(snippet("w3 x").starts_with("w0 w1 w2 [w3] "));
        assert!(snippet("none").starts_with("w0 ") && snippet("none").ends_with(" w35…"));
        assert!(snippet("w99").starts_with("…w93 ") && snippet("w99").ends_with("[w99] "));
    }

    /// What takes a time that grows with the square of the text would not come to its end here.
    #[test]
    fn long_texts_take_no_longer_than_they_are() {
        for text in [
            "t ".repeat(1 << 20),
            "t".repeat(1 << 21),
            "é".repeat(1 << 20),
            "- ".repeat(1 << 20),
        ] {
            let snippet = Wanted::new("t").snippet(&text);
            let length: usize = snippet.iter().map(|piece| piece.text.len()).sum();
            assert!(length < 1100, "{length}");
        }
    }
}
