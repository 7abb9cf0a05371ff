//! The header of a catalogue: the translation of the empty message, a line for each field.

use super::rule::Rule;

#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) rule: Option<Rule>,
    pub(super) language: Option<Box<str>>,
}

impl Header {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        check_charset(text)?;
        let rule = field(text, "Plural-Forms").filter(|rule| !rule.contains("EXPRESSION"));
        Ok(Self {
            rule: rule.map(Rule::parse).transpose()?,
            language: field(text, "Language").map(Into::into),
        })
    }
}

/// Refuses what is written in another coding than UTF-8. The words of a template, `CHARSET` here and `EXPRESSION` above, say nothing yet.
pub(super) fn check_charset(text: &str) -> Result<(), String> {
    let content_type = field(text, "Content-Type").unwrap_or_default();
    let Some((_, charset)) = content_type.split_once("charset=") else {
        return Ok(());
    };
    let charset = charset.trim_matches([' ', '"', ';']);
    let known = ["UTF-8", "UTF8", "ASCII", "US-ASCII", "CHARSET", ""];
    match known
        .iter()
        .any(|known| known.eq_ignore_ascii_case(charset))
    {
        true => Ok(()),
        false => Err(format!(
            "the catalogue is written in {}, and not in UTF-8: `msgconv --to-code=UTF-8` converts it",
            charset.escape_debug()
        )),
    }
}

/// The value of a field; `None` where it is empty.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    let mut values = fields.filter(|(found, _)| found.trim().eq_ignore_ascii_case(name));
    let value = values.next()?.1.trim();
    (!value.is_empty()).then_some(value)
}
