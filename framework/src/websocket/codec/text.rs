//! Text as it arrives: checked byte by byte, and never twice.

use super::Violation;

const NO_TEXT: Violation = Violation::content("the text is not UTF-8");

/// A text that has come whole. It is checked where it was copied to: a buffer is aligned, as what has come seldom is, and checked faster.
///
/// # Errors
///
/// 1007 for what is none.
#[inline]
pub(super) fn whole(content: Vec<u8>) -> Result<String, Violation> {
    String::from_utf8(content).map_err(|_| NO_TEXT)
}

/// A text of which the beginning has come.
#[derive(Debug, Default)]
pub(super) struct Text {
    whole: String,
    /// The bytes of a character whose end has not come.
    begun: [u8; 4],
    begun_length: usize,
}

impl Text {
    /// The bytes that have come.
    pub(super) fn len(&self) -> usize {
        self.whole.len() + self.begun_length
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.whole.reserve(more);
    }

    /// Adds what has come.
    ///
    /// # Errors
    ///
    /// 1007, as soon as no text can begin like this.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<(), Violation> {
        while let ([first, rest @ ..], true) = (bytes, self.begun_length > 0) {
            self.begun[self.begun_length] = *first;
            self.begun_length += 1;
            bytes = rest;
            match str::from_utf8(&self.begun[..self.begun_length]) {
                Ok(character) => {
                    self.whole.push_str(character);
                    self.begun_length = 0;
                }
                Err(error) if error.error_len().is_some() => return Err(NO_TEXT),
                Err(_) => {}
            }
        }
        match str::from_utf8(bytes) {
            Ok(text) => self.whole.push_str(text),
            Err(error) => {
                let (text, end) = bytes.split_at(error.valid_up_to());
                if error.error_len().is_some() {
                    return Err(NO_TEXT);
                }
                // It is checked once more, where a character is cut in two: the standard library gives it in no other way.
                self.whole
                    .push_str(str::from_utf8(text).map_err(|_| NO_TEXT)?);
                self.begun[..end.len()].copy_from_slice(end);
                self.begun_length = end.len();
            }
        }
        Ok(())
    }

    /// The text, where it ends here.
    ///
    /// # Errors
    ///
    /// 1007, where a character has no end.
    pub(super) fn end(self) -> Result<String, Violation> {
        if self.begun_length > 0 {
            return Err(NO_TEXT);
        }
        Ok(self.whole)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NO_TEXT, Text};

    fn pieces(bytes: &[u8], most: usize) -> Result<String, usize> {
        let mut text = Text::default();
        for (at, piece) in bytes.chunks(most).enumerate() {
            text.push(piece).map_err(|_| at * most)?;
        }
        text.end().map_err(|_| bytes.len())
    }

    proptest! {
        #[test]
        fn a_text_in_pieces_is_the_text(text: String, most in 1_usize..9) {
            prop_assert_eq!(pieces(text.as_bytes(), most), Ok(text));
        }

        #[test]
        fn what_is_no_text_is_refused_at_its_first_wrong_byte(mut bytes: Vec<u8>, good: String) {
            bytes.splice(0..0, good.bytes());
            let found = pieces(&bytes, 1);
            match str::from_utf8(&bytes) {
                Ok(text) => prop_assert_eq!(found, Ok(text.to_owned())),
                Err(_) => {
                    // The first byte behind which nothing could make a text of it.
                    let wrong = (0..bytes.len()).find(|at| str::from_utf8(&bytes[..=*at]).is_err_and(|e| e.error_len().is_some()));
                    prop_assert_eq!(found, Err(wrong.unwrap_or(bytes.len())));
                }
            }
        }
    }

    #[test]
    fn no_character_without_its_end() {
        let mut text = Text::default();
        text.push("κ\u{1f980}".as_bytes().split_last().unwrap().1)
            .unwrap();
        assert_eq!(text.len(), 5);
        assert_eq!(text.end(), Err(NO_TEXT));
    }
}
