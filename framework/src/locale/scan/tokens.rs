//! Sources cut into tokens, as far as it takes to tell strings from what stands around them.
//!
//! Code in templates has the tokens of Rust, without comments. Whatever is no valid source gives tokens too, and ends.

/// A token and the line where it begins.
pub(super) struct Token<'t> {
    pub(super) line: usize,
    pub(super) kind: Kind<'t>,
}

pub(super) enum Kind<'t> {
    /// A string, what it stands for. Line breaks are in it as in the source where it is raw.
    Text {
        value: String,
        is_raw: bool,
    },
    Word(&'t str),
    Mark(char),
    /// Numbers, characters, other strings, and the border between two tags of a template.
    Other,
}

impl Kind<'_> {
    pub(super) fn is(&self, mark: char) -> bool {
        matches!(self, Self::Mark(found) if *found == mark)
    }
}

pub(super) fn of_rust(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer::new(text, 1);
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks();
        if lexer.rest.starts_with("//") {
            lexer.skip_until("\n");
        } else if lexer.rest.starts_with("/*") {
            lexer.skip_nested("/*", "*/");
        } else if let Some(token) = lexer.token() {
            tokens.push(token);
        } else {
            return tokens;
        }
    }
}

/// The tokens of the tags of a template that begins in a line.
pub(super) fn of_template(text: &str, line: usize) -> Vec<Token<'_>> {
    let mut lexer = Lexer::new(text, line);
    let mut tokens = Vec::new();
    loop {
        lexer.skip_until("{");
        match lexer.rest.as_bytes() {
            [] => return tokens,
            [_, b'#', ..] => lexer.skip_nested("{#", "#}"),
            [_, b'{', ..] => lexer.tag("}}", &mut tokens),
            [_, b'%', ..] => {
                let start = tokens.len();
                lexer.tag("%}", &mut tokens);
                if is_raw(&tokens[start..]) {
                    lexer.skip_raw();
                }
            }
            _ => _ = lexer.skip(1),
        }
    }
}

/// Whether a tag is `{% raw %}`, with or without signs for white space.
fn is_raw(tag: &[Token<'_>]) -> bool {
    let mut words = tag.iter().filter_map(|token| match token.kind {
        Kind::Word(word) => Some(word),
        _ => None,
    });
    words.next() == Some("raw") && words.next().is_none()
}

struct Lexer<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str, line: usize) -> Self {
        Self { rest: text, line }
    }

    fn skip(&mut self, bytes: usize) -> &'t str {
        let (skipped, rest) = self.rest.split_at(bytes);
        self.line += skipped.matches('\n').count();
        self.rest = rest;
        skipped
    }

    fn skip_blanks(&mut self) {
        let blanks = self.rest.len() - self.rest.trim_start().len();
        self.skip(blanks);
    }

    /// To a text, or to the end.
    fn skip_until(&mut self, text: &str) {
        let end = self.rest.find(text).unwrap_or(self.rest.len());
        self.skip(end);
    }

    /// Skips a comment in which there can be others.
    fn skip_nested(&mut self, open: &str, close: &str) {
        let mut depth = 0;
        loop {
            if self.rest.starts_with(open) {
                depth += 1;
                self.skip(open.len());
            } else if self.rest.starts_with(close) {
                depth -= 1;
                self.skip(close.len());
            } else {
                let length = self.rest.chars().next().map_or(0, char::len_utf8);
                self.skip(length);
            }
            if depth == 0 || self.rest.is_empty() {
                return;
            }
        }
    }

    /// To the tag that ends a raw block.
    fn skip_raw(&mut self) {
        loop {
            self.skip_until("{%");
            let Some(inner) = self.rest.strip_prefix("{%") else {
                return;
            };
            let name = inner.strip_prefix(['-', '+', '~']).unwrap_or(inner);
            if name.trim_start().starts_with("endraw") {
                return;
            }
            self.skip(2);
        }
    }

    /// The tokens of a tag, which begins here.
    fn tag(&mut self, close: &str, tokens: &mut Vec<Token<'t>>) {
        self.skip(2);
        loop {
            self.skip_blanks();
            if self.rest.starts_with(close) {
                break;
            }
            match self.token() {
                Some(token) => tokens.push(token),
                None => break,
            }
        }
        tokens.push(Token {
            line: self.line,
            kind: Kind::Other,
        });
        self.skip(close.len().min(self.rest.len()));
    }

    /// The next token; `None` at the end. Blanks are behind.
    fn token(&mut self) -> Option<Token<'t>> {
        let line = self.line;
        let kind = match self.rest.chars().next()? {
            '"' => self.string(),
            '\'' => self.character(),
            c if is_word(c) => self.word(),
            mark => {
                self.skip(mark.len_utf8());
                Kind::Mark(mark)
            }
        };
        Some(Token { line, kind })
    }

    /// A name, a number, or a string with a prefix.
    fn word(&mut self) -> Kind<'t> {
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let word = self.skip(end);
        let is_raw = matches!(word, "r" | "br" | "cr");
        match self.rest.as_bytes() {
            [b'"', ..] if matches!(word, "b" | "c") => {
                self.string();
                Kind::Other
            }
            [b'\'', ..] if word == "b" => self.character(),
            [b'"' | b'#', ..] if is_raw => match self.raw_string() {
                Some(value) if word == "r" => Kind::Text {
                    value,
                    is_raw: true,
                },
                Some(_) => Kind::Other,
                None => Kind::Word(word),
            },
            _ if word.starts_with(|c: char| c.is_ascii_digit()) => Kind::Other,
            _ => Kind::Word(word),
        }
    }

    /// A character, or the mark of a lifetime.
    fn character(&mut self) -> Kind<'t> {
        let mut chars = self.rest.chars().skip(1);
        match (chars.next(), chars.next()) {
            (Some('\\'), Some(escaped)) => {
                self.skip(2 + escaped.len_utf8());
                let end = self.rest.find(['\'', '\n']);
                if let Some(end) = end {
                    self.skip(end + 1);
                }
            }
            (Some(c), Some('\'')) => _ = self.skip(2 + c.len_utf8()),
            _ => _ = self.skip(1),
        }
        Kind::Other
    }

    /// `"…"#`, behind its `r`; `None` where it is the name of `r#type`.
    fn raw_string(&mut self) -> Option<String> {
        let hashes = self.rest.len() - self.rest.trim_start_matches('#').len();
        let inner = self.rest[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", &self.rest[..hashes]);
        let length = inner.find(&close).unwrap_or(inner.len());
        let value = inner[..length].replace("\r\n", "\n");
        let whole = hashes + 1 + length + close.len();
        self.skip(whole.min(self.rest.len()));
        Some(value)
    }

    /// `"…"`. One that has no end, or an escape that is none, is no text.
    fn string(&mut self) -> Kind<'t> {
        let inner = &self.rest[1..];
        let mut is_escaped = false;
        let end = inner.find(|c| {
            let is_end = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_end
        });
        let Some(end) = end else {
            self.skip(self.rest.len());
            return Kind::Other;
        };
        self.skip(end + 2);
        match unescaped(&inner[..end]) {
            Some(value) => Kind::Text {
                value,
                is_raw: false,
            },
            None => Kind::Other,
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// What a string stands for ([The Rust Reference](https://doc.rust-lang.org/reference/tokens.html#string-literals)).
fn unescaped(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let mut value = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((plain, escape)) = rest.split_once('\\') {
        value.push_str(plain);
        let kind = escape.chars().next()?;
        rest = &escape[kind.len_utf8()..];
        match kind {
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            '0' => value.push('\0'),
            '\\' | '\'' | '"' => value.push(kind),
            '\n' => rest = rest.trim_start_matches([' ', '\t', '\n', '\r']),
            'x' => {
                let digits = rest.get(..2)?;
                value.push(char::from(u8::from_str_radix(digits, 16).ok()?));
                rest = &rest[2..];
            }
            'u' => {
                let (digits, behind) = rest.strip_prefix('{')?.split_once('}')?;
                let number = u32::from_str_radix(&digits.replace('_', ""), 16).ok()?;
                value.push(char::from_u32(number)?);
                rest = behind;
            }
            _ => return None,
        }
    }
    value.push_str(rest);
    Some(value)
}
