//! Catalogues as text, `.po`: [their format](https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html), read as `msgfmt` does.
//!
//! Entries are a sequence of words and strings; lines matter only for comments, and strings end where they begin. A byte order mark is
//! taken, which `msgfmt` refuses, and `domain` is not.

use std::fmt::Write;

use super::{Entry, Fault, Form, header};

/// The entries of a file, the fuzzy ones too. Obsolete ones are comments.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let text = text_of(bytes)?;
    let mut reader = Reader::new(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    let mut entries = Vec::new();
    while let Some(entry) = reader.entry()? {
        entries.push(entry);
    }
    Ok(entries)
}

fn text_of(bytes: &[u8]) -> Result<&str, Fault> {
    str::from_utf8(bytes).map_err(|error| {
        // What the file says of its coding helps more than where that shows.
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let line = String::from_utf8_lossy(line);
            let field = line.trim().trim_matches('"').trim_end_matches("\\n");
            if let Err(fault) = header::check_charset(field) {
                return Fault::new(index + 1, fault);
            }
        }
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Fault::new(line, "the file is not in UTF-8 here")
    })
}

/// Writes a keyword and its string, each line of the text on one of its own.
pub(crate) fn write(out: &mut String, keyword: &str, text: &str) {
    out.push_str(keyword);
    let lines = text.split_inclusive('\n');
    match lines.clone().count() {
        1 => out.push(' '),
        _ => out.push_str(" \"\"\n"),
    }
    for line in lines {
        out.push('"');
        for c in line.chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\0'..' ' | '\x7f' => _ = write!(out, "\\{:03o}", u32::from(c)),
                _ => out.push(c),
            }
        }
        out.push_str("\"\n");
    }
}

/// Reads entries, one token ahead.
struct Reader<'t> {
    lexer: Lexer<'t>,
    next: Option<Token<'t>>,
    /// The line of that token.
    line: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Result<Self, Fault> {
        let mut reader = Self {
            lexer: Lexer {
                rest: text,
                line: 1,
            },
            next: None,
            line: 1,
        };
        reader.advance()?;
        Ok(reader)
    }

    fn advance(&mut self) -> Result<Option<Token<'t>>, Fault> {
        self.lexer.skip_blanks();
        self.line = self.lexer.line;
        let next = self.lexer.token()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn entry(&mut self) -> Result<Option<Entry>, Fault> {
        let is_fuzzy = self.comments()?;
        if self.next.is_none() {
            return Ok(None);
        }
        let context = match self.eat("msgctxt")? {
            true => Some(self.text()?),
            false => None,
        };
        let line = self.line;
        if !self.eat("msgid")? {
            return Err(self.expected("`msgid`"));
        }
        let message = self.text()?;
        let (plural, forms) = match self.eat("msgid_plural")? {
            true => (Some(self.text()?), self.forms(line, &message)?),
            false => (None, vec![self.single_form(line, &message)?]),
        };
        Ok(Some(Entry {
            line: Some(line),
            is_fuzzy,
            context,
            message,
            plural,
            forms,
        }))
    }

    /// Skips comments, and tells whether one of them marks what follows as fuzzy.
    fn comments(&mut self) -> Result<bool, Fault> {
        let mut is_fuzzy = false;
        while let Some(Token::Comment(comment)) = self.next {
            if let Some(flags) = comment.strip_prefix(',') {
                is_fuzzy |= flags.split(',').any(|flag| flag.trim() == "fuzzy");
            } else if comment.starts_with('~') {
                // The mark belongs to an obsolete entry.
                is_fuzzy = false;
            }
            self.advance()?;
        }
        Ok(is_fuzzy)
    }

    fn single_form(&mut self, entry: usize, message: &str) -> Result<Form, Fault> {
        let line = self.line;
        if !self.eat("msgstr")? {
            return Err(missing(entry, message));
        }
        if let Some(Token::Index(index)) = self.next {
            return Err(Fault::new(
                line,
                format!("`msgstr[{index}]` is there, and no `msgid_plural`"),
            ));
        }
        Ok(Form {
            line: Some(line),
            text: self.text()?,
        })
    }

    fn forms(&mut self, entry: usize, message: &str) -> Result<Vec<Form>, Fault> {
        let mut forms = Vec::new();
        loop {
            let line = self.line;
            if !self.eat("msgstr")? {
                break;
            }
            let next = forms.len();
            match self.next {
                Some(Token::Index(index)) if index == next => self.advance()?,
                Some(Token::Index(index)) => {
                    let fault = format!("`msgstr[{next}]` is expected before `msgstr[{index}]`");
                    return Err(Fault::new(line, fault));
                }
                _ => return Err(self.expected(&format!("`[{next}]`"))),
            };
            forms.push(Form {
                line: Some(line),
                text: self.text()?,
            });
        }
        match forms.is_empty() {
            true => Err(missing(entry, message)),
            false => Ok(forms),
        }
    }

    fn eat(&mut self, keyword: &str) -> Result<bool, Fault> {
        let is_next = matches!(self.next, Some(Token::Word(word)) if word == keyword);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    /// One string or more, which are one text.
    fn text(&mut self) -> Result<String, Fault> {
        let line = self.line;
        if !matches!(self.next, Some(Token::String(_))) {
            return Err(self.expected("a string"));
        }
        let mut text = Vec::new();
        while let Some(Token::String(_)) = self.next {
            if let Some(Token::String(part)) = self.advance()? {
                text.extend(part);
            }
        }
        if text.contains(&0) {
            return Err(Fault::new(line, "the text has a NUL in it"));
        }
        String::from_utf8(text)
            .map_err(|_| Fault::new(line, "the escapes in the text give no UTF-8"))
    }

    fn expected(&self, what: &str) -> Fault {
        let found = match &self.next {
            Some(Token::Comment(_)) => "a comment".to_owned(),
            Some(Token::Word(word)) => format!("`{word}`"),
            Some(Token::Index(index)) => format!("`[{index}]`"),
            Some(Token::String(_)) => "a string".to_owned(),
            None => "the end".to_owned(),
        };
        Fault::new(
            self.line,
            format!("{what} is expected, and {found} stands here"),
        )
    }
}

fn missing(line: usize, message: &str) -> Fault {
    Fault::new(line, format!("the message {message:?} has no `msgstr`"))
}

enum Token<'t> {
    /// What stands behind the `#`.
    Comment(&'t str),
    Word(&'t str),
    Index(usize),
    /// Bytes: an escape may stand for a part of a character.
    String(Vec<u8>),
}

struct Lexer<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Lexer<'t> {
    fn skip_blanks(&mut self) {
        let blanks = self.take(|c| c.is_ascii_whitespace() || c == '\x0b');
        self.line += blanks.matches('\n').count();
    }

    /// The next token; `None` at the end. Blanks are behind.
    fn token(&mut self) -> Result<Option<Token<'t>>, Fault> {
        let Some(first) = self.rest.chars().next() else {
            return Ok(None);
        };
        Ok(Some(match first {
            '#' => Token::Comment(&self.take(|c| c != '\n')[1..]),
            '"' => Token::String(self.string()?),
            '[' => Token::Index(self.index()?),
            'a'..='z' | 'A'..='Z' | '_' => {
                Token::Word(self.take(|c| c.is_ascii_alphanumeric() || c == '_'))
            }
            other => {
                let fault = format!("`{}` is not expected here", other.escape_debug());
                return Err(self.fault(fault));
            }
        }))
    }

    fn index(&mut self) -> Result<usize, Fault> {
        let inner = self.take(|c| c != ']' && c != '\n');
        let index = inner[1..].trim().parse();
        match (index, self.rest.strip_prefix(']')) {
            (Ok(index), Some(rest)) => {
                self.rest = rest;
                Ok(index)
            }
            _ => Err(self.fault(format!("`{inner}]` is not the index of a plural form"))),
        }
    }

    fn string(&mut self) -> Result<Vec<u8>, Fault> {
        self.skip(1);
        let mut bytes = Vec::new();
        loop {
            let plain = self.take(|c| !matches!(c, '"' | '\\' | '\n'));
            bytes.extend(plain.as_bytes());
            match self.rest.as_bytes() {
                [b'"', ..] => {
                    self.skip(1);
                    return Ok(bytes);
                }
                [b'\\', ..] => bytes.push(self.escape()?),
                _ => return Err(self.fault("the string has no end in its line")),
            }
        }
    }

    fn escape(&mut self) -> Result<u8, Fault> {
        self.skip(1);
        let Some(kind) = self.rest.chars().next().filter(|&c| c != '\n') else {
            return Err(self.fault("the string has no end in its line"));
        };
        let byte = match kind {
            'n' => b'\n',
            't' => b'\t',
            'r' => b'\r',
            'a' => 0x07,
            'b' => 0x08,
            'v' => 0x0b,
            'f' => 0x0c,
            '"' | '\\' => kind as u8,
            '0'..='7' => return self.octal(),
            'x' => return self.hexadecimal(),
            _ => {
                return Err(self.fault(format!("`\\{}` is no escape", kind.escape_debug())));
            }
        };
        self.skip(1);
        Ok(byte)
    }

    /// Up to three digits.
    fn octal(&mut self) -> Result<u8, Fault> {
        let is_octal = |byte: &u8| (b'0'..=b'7').contains(byte);
        let count = self.rest.bytes().take(3).take_while(is_octal).count();
        let digits = &self.rest[..count];
        self.skip(count);
        u8::from_str_radix(digits, 8).map_err(|_| self.fault(format!("`\\{digits}` is no byte")))
    }

    /// All digits that follow, as in C. What is more than a byte is no escape, so that `"\x41b"` means nothing else than to `msgfmt`.
    fn hexadecimal(&mut self) -> Result<u8, Fault> {
        self.skip(1);
        let digits = self.take(|c| c.is_ascii_hexdigit());
        u8::from_str_radix(digits, 16).map_err(|_| self.fault(format!("`\\x{digits}` is no byte")))
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.line, message)
    }
}
