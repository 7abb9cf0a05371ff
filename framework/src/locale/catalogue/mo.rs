//! Catalogues as `msgfmt` compiles them, `.mo`: [their format](https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html).
//!
//! Two tables of strings, each with the length and the place of all of them. Every place is checked, and what all strings have together
//! can be no more than the file. The hash table is not needed, and neither are strings that differ from system to system: they are for
//! `printf`.

use super::{Entry, Fault, Form, header};

const MAGIC: u32 = 0x9504_12de;

/// Between context and message; between the forms of a plural it is a NUL.
const CONTEXT: char = '\u{4}';

pub(super) fn is_one(bytes: &[u8]) -> bool {
    [MAGIC.to_le_bytes(), MAGIC.to_be_bytes()]
        .iter()
        .any(|magic| bytes.starts_with(magic))
}

/// The entries of a file that begins as one.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let mut file = File {
        bytes,
        is_big: bytes.starts_with(&MAGIC.to_be_bytes()),
        left: bytes.len(),
    };
    let major = file.number(4)? >> 16;
    if major > 1 {
        return Err(Fault::new(
            None,
            format!("the format of the catalogue is version {major}, and known are 0 and 1"),
        ));
    }
    let (count, messages, translations) = (file.number(8)?, file.number(12)?, file.number(16)?);
    let mut pairs = Vec::new();
    for index in 0..count {
        let message = file.string(messages, index)?;
        pairs.push((message, file.string(translations, index)?));
    }
    if let Some((_, text)) = pairs.iter().find(|(message, _)| message.is_empty()) {
        header::check_charset(&String::from_utf8_lossy(text))
            .map_err(|fault| Fault::new(None, fault))?;
    }
    pairs
        .into_iter()
        .map(|(message, translation)| entry(message, translation))
        .collect()
}

struct File<'b> {
    bytes: &'b [u8],
    is_big: bool,
    /// How long the strings that were not read yet can be together.
    left: usize,
}

impl<'b> File<'b> {
    fn number(&self, at: usize) -> Result<usize, Fault> {
        let bytes = self.bytes.get(at..).and_then(<[u8]>::first_chunk);
        let bytes = *bytes.ok_or_else(cut)?;
        let number = match self.is_big {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        };
        usize::try_from(number).map_err(|_| cut())
    }

    /// A string by its place in a table.
    fn string(&mut self, table: usize, index: usize) -> Result<&'b [u8], Fault> {
        let place = index
            .checked_mul(8)
            .and_then(|place| place.checked_add(table));
        let place = place
            .filter(|place| place.checked_add(4).is_some())
            .ok_or_else(cut)?;
        let (length, start) = (self.number(place)?, self.number(place + 4)?);
        self.left = self.left.checked_sub(length).ok_or_else(cut)?;
        let behind = self.bytes.get(start..).ok_or_else(cut)?;
        match behind.split_at_checked(length) {
            Some((string, [0, ..])) => Ok(string),
            _ => Err(cut()),
        }
    }
}

fn cut() -> Fault {
    Fault::new(
        None,
        "the catalogue is damaged: it names places that are not in it",
    )
}

fn entry(message: &[u8], translation: &[u8]) -> Result<Entry, Fault> {
    let name = || String::from_utf8_lossy(message).into_owned();
    let of = |text, what| {
        str::from_utf8(text)
            .map_err(|_| Fault::new(None, format!("{what} {:?} is not in UTF-8", name())))
    };
    let whole = of(message, "the message")?;
    let (context, message) = match whole.split_once(CONTEXT) {
        Some((context, message)) => (Some(context), message),
        None => (None, whole),
    };
    let (message, plural) = match message.split_once('\0') {
        Some((message, plural)) => (message, Some(plural)),
        None => (message, None),
    };
    let translation = of(translation, "the translation of")?;
    let forms: Vec<_> = match plural {
        Some(_) => translation.split('\0').collect(),
        None => vec![translation],
    };
    let is_odd = |text: &str| text.contains('\0');
    if [context.unwrap_or_default(), plural.unwrap_or_default()]
        .iter()
        .chain(&forms)
        .any(|text| is_odd(text))
    {
        let fault = format!("the message {whole:?} has more parts than it can");
        return Err(Fault::new(None, fault));
    }
    Ok(Entry {
        line: None,
        is_fuzzy: false,
        context: context.map(Into::into),
        message: message.into(),
        plural: plural.map(Into::into),
        forms: forms
            .into_iter()
            .map(|text| Form {
                line: None,
                text: text.into(),
            })
            .collect(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::locale::catalogue::Catalogue;

    /// A file with these strings, as msgfmt writes them, without a hash table.
    pub(in super::super) fn write(
        pairs: &[(String, String)],
        number: fn(u32) -> [u8; 4],
    ) -> Vec<u8> {
        let count = pairs.len();
        let mut tables = Vec::new();
        let mut strings = Vec::new();
        let messages = pairs.iter().map(|(message, _)| message);
        for string in messages.chain(pairs.iter().map(|(_, translation)| translation)) {
            let place = 28 + count * 16 + strings.len();
            tables.extend([string.len(), place].map(|value| value as u32));
            strings.extend(string.bytes().chain([0]));
        }
        let head = [MAGIC, 0, count as u32, 28, 28 + count as u32 * 8, 0, 0];
        let numbers = head.into_iter().chain(tables).flat_map(number);
        numbers.chain(strings).collect()
    }

    /// One message and its translation.
    fn one(message: &str, translation: &str) -> Vec<u8> {
        write(&[(message.into(), translation.into())], u32::to_le_bytes)
    }

    #[track_caller]
    fn check_fault(bytes: &[u8], expected: &str) {
        let fault = Catalogue::read(bytes).unwrap_err().to_string();
        assert!(fault.contains(expected), "{fault}");
    }

    #[test]
    fn both_orders_of_bytes_are_read() {
        let pairs = [("a", "b"), ("c\u{4}a", "d"), ("e\0f", "g\0h")];
        let pairs = pairs.map(|(message, translation)| (message.into(), translation.into()));
        for number in [u32::to_le_bytes, u32::to_be_bytes] {
            let catalogue = Catalogue::read(&write(&pairs, number)).unwrap();
            let find = |context, message| catalogue.find(context, message).unwrap().join("|");
            assert_eq!(find(None, "a"), "b");
            assert_eq!(find(Some("c"), "a"), "d");
            assert_eq!(find(None, "e"), "g|h");
            assert_eq!(catalogue.iter().count(), 3);
        }
    }

    #[test]
    fn every_place_is_checked() {
        let whole = one("a", "b");
        assert!(Catalogue::read(&whole).is_ok());
        for length in 4..whole.len() {
            check_fault(&whole[..length], "damaged");
        }
        // The count, both tables, and length and place of both strings.
        for at in [8, 12, 16, 28, 32, 36, 40] {
            for value in [u32::MAX, u32::MAX - 3, 0x7fff_ffff, whole.len() as u32] {
                let mut damaged = whole.clone();
                damaged[at..at + 4].copy_from_slice(&value.to_le_bytes());
                check_fault(&damaged, "damaged");
            }
        }
    }

    #[test]
    fn strings_that_overlap_are_not_copied_without_end() {
        let mut pairs = vec![("a".repeat(1000), "b".repeat(1000))];
        pairs.extend((0..100).map(|_| (String::new(), String::new())));
        let mut bytes = write(&pairs, u32::to_le_bytes);
        let place = bytes[32..36].to_vec();
        for index in 1..=100_u32 {
            let at = 28 + index as usize * 8;
            bytes[at..at + 4].copy_from_slice(&(1000 - index).to_le_bytes());
            let place = u32::from_le_bytes(place[..].try_into().unwrap()) + index;
            bytes[at + 4..at + 8].copy_from_slice(&place.to_le_bytes());
        }
        check_fault(&bytes, "damaged");
    }

    #[test]
    fn faults_name_the_message() {
        check_fault(
            &one("a {b}", "{c}"),
            "the translation of \"a {b}\" has `{c}`",
        );
        check_fault(&one("a", "b\0c"), "the message \"a\" has more parts");
        check_fault(&one("a\0b\0c", "d"), "has more parts");
        let mut bytes = one("a", "b");
        let last = bytes.len() - 2;
        bytes[last] = 0xff;
        check_fault(&bytes, "the translation of \"a\" is not in UTF-8");
        let latin = "Content-Type: text/plain; charset=KOI8-R\n";
        check_fault(&one("", latin), "written in KOI8-R");
        let mut future = one("a", "b");
        future[6] = 2;
        check_fault(&future, "version 2");
        let twins = [("a".into(), "b".into()), ("a".into(), "c".into())];
        check_fault(&write(&twins, u32::to_le_bytes), "\"a\" is there twice");
    }
}
