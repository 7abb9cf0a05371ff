//! The texts that a program's catalogue may translate, and how they are looked up.

use std::borrow::Cow;

use crate::locale::Text;

/// A catalogue, as what is written here asks it. `None` where it has no such text.
pub(crate) trait Translate {
    /// The translation of a text.
    fn text(&self, message: &str) -> Option<Cow<'_, str>>;

    /// The translation of a text that counts, in the form for this count.
    fn plural(&self, one: &str, many: &str, count: u64) -> Option<Cow<'_, str>>;
}

/// No catalogue.
impl Translate for () {
    fn text(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn plural(&self, _: &str, _: &str, _: u64) -> Option<Cow<'_, str>> {
        None
    }
}

/// A text of squall's that a catalogue may translate: one of [`PHRASES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Phrase {
    /// The English text, by which a catalogue finds it (`msgid`).
    pub text: &'static str,
    /// The text for a count other than one (`msgid_plural`), where the text counts.
    pub plural: Option<&'static str>,
}

/// The texts that squall writes itself into dates, times and lists. What a program's catalogue has of them is taken from it.
///
/// Names in braces are put in: a translation has the same, in the order of its language. `{n}` is a number; `{time}`, `{date}`,
/// `{weekday}`, `{month}` and the like are written by the rules of the language.
///
/// With the feature `icu` a language needs none of them to be written well: those that stand for a time ago, for "yesterday at", "Friday
/// at" and "July 10 at" are taken from a catalogue all the same, where it has them. Without the feature, the words of a language other
/// than English come from its catalogue alone.
pub const PHRASES: &[Phrase] = &[
    SECONDS,
    MINUTES,
    HOURS,
    text(YESTERDAY),
    text(YESTERDAY_AT),
    text(WEEKDAY_AT),
    text(DATE_AT),
    text(WEEKDAY_AND_DATE),
    text(MONTH_DAY),
    text(MONTH_DAY_YEAR),
    text(AND),
    text(OR),
    text("January"),
    text("February"),
    text("March"),
    text("April"),
    text("May"),
    text("June"),
    text("July"),
    text("August"),
    text("September"),
    text("October"),
    text("November"),
    text("December"),
    text("Monday"),
    text("Tuesday"),
    text("Wednesday"),
    text("Thursday"),
    text("Friday"),
    text("Saturday"),
    text("Sunday"),
];

pub(super) const SECONDS: Phrase = counted("{n} second ago", "{n} seconds ago");
pub(super) const MINUTES: Phrase = counted("{n} minute ago", "{n} minutes ago");
pub(super) const HOURS: Phrase = counted("{n} hour ago", "{n} hours ago");
pub(super) const YESTERDAY: &str = "yesterday";
pub(super) const YESTERDAY_AT: &str = "yesterday at {time}";
pub(super) const WEEKDAY_AT: &str = "{weekday} at {time}";
pub(super) const DATE_AT: &str = "{date} at {time}";
pub(super) const WEEKDAY_AND_DATE: &str = "{weekday}, {date}";
pub(super) const MONTH_DAY: &str = "{month} {day}";
pub(super) const MONTH_DAY_YEAR: &str = "{month} {day}, {year}";
pub(super) const AND: &str = "{items} and {last}";
pub(super) const OR: &str = "{items} or {last}";

const fn text(text: &'static str) -> Phrase {
    Phrase { text, plural: None }
}

const fn counted(one: &'static str, many: &'static str) -> Phrase {
    Phrase {
        text: one,
        plural: Some(many),
    }
}

/// The translation of a text, or the text.
pub(super) fn translated<'t>(translate: &'t dyn Translate, message: &'t str) -> Cow<'t, str> {
    translate.text(message).unwrap_or(Cow::Borrowed(message))
}

/// Puts the values in where their names stand in braces. Other braces are left as they are.
pub(super) fn fill(message: &str, values: &[(&str, &str)]) -> String {
    let text = Text::new(message);
    let filled = values
        .iter()
        .fold(text, |text, (name, value)| text.with(*name, value));
    filled.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_filled_in_once() {
        assert_eq!(
            fill("{date} um {time}", &[("date", "{time}"), ("time", "3")]),
            "{time} um 3"
        );
        assert_eq!(fill("{n}{n}", &[("n", "1")]), "11");
        assert_eq!(fill("{x} {n", &[("n", "1")]), "{x} {n");
        assert_eq!(fill("{{n}}", &[("n", "1")]), "{1}");
    }

    #[test]
    fn each_message_is_there_once() {
        for (i, message) in PHRASES.iter().enumerate() {
            assert!(
                PHRASES[..i].iter().all(|other| other.text != message.text),
                "{}",
                message.text
            );
        }
    }
}
