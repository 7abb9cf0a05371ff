//! How numbers, lists, dates and plurals are written in a language.
//!
//! [`Format`] is made once for a language and keeps one of two ways of writing: [`plain`] has the rules of English, and takes the words of
//! another language from its catalogue; [`cldr`] (feature `icu`) has those of every language. English as the United States write it is
//! always plain, so that the feature changes nothing for it: "a, b and c", "July 10, 2026 at 3:15 pm".
//!
//! Plurals, [directions](Direction) and [names](native_name) are tables, whatever the features. Nothing here looks at a clock, and nothing
//! panics, whatever the text or time.

#[cfg(feature = "icu")]
mod cldr;
mod clock;
mod direction;
mod messages;
mod names;
mod plain;
mod plural;
mod relative;
mod tag;

use std::time::SystemTime;

use time::OffsetDateTime;

pub use direction::Direction;
pub(crate) use messages::Translate;
pub use messages::{PHRASES, Phrase};
pub use names::native_name;
use plain::Plain;
use plural::Plurals;
use relative::Unit;
use tag::Tag;

use super::{DateStyle, Length, style::Fields};

/// How numbers, lists and dates are written in one language. Made once, when the languages are loaded.
pub(crate) struct Format {
    writing: Box<dyn Writing>,
    plurals: &'static Plurals,
}

/// What a list is of: all, or one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListKind {
    And,
    Or,
}

impl Format {
    /// The ways of the language with this tag of BCP 47 (`de`, `pt-BR`, `ar`, `fa-u-ca-gregory`). A language that is not known is written
    /// as English.
    pub(crate) fn new(tag: &str) -> Self {
        let parts = Tag::new(tag);
        Self {
            writing: writing(tag, &parts),
            plurals: Plurals::of(&parts).unwrap_or(Plurals::ENGLISH),
        }
    }

    /// A decimal number (`-1234567.50`) as the language writes it (`-1,234,567.50`), with all the digits that it has. `None` where the text
    /// is none: a sign `-` or none, digits, and behind a point more of them, or what a float is that has none.
    pub(crate) fn number(&self, decimal: &str) -> Option<String> {
        let without_digits = match decimal {
            "NaN" => "NaN",
            "inf" => "∞",
            "-inf" => "-∞",
            _ => return plain::is_decimal(decimal).then(|| self.writing.number(decimal)),
        };
        Some(without_digits.to_owned())
    }

    /// "a, b and c", "a, b or c".
    pub(crate) fn list(
        &self,
        items: &[String],
        kind: ListKind,
        translate: &dyn Translate,
    ) -> String {
        self.writing.list(items, kind, translate)
    }

    /// A time as clocks show it where the reader is.
    pub(crate) fn date(
        &self,
        at: SystemTime,
        style: DateStyle,
        translate: &dyn Translate,
    ) -> String {
        let at = clock::local(at, style.offset);
        self.writing.date(at, Shape::of(style), translate)
    }

    /// A time as seen from another: "5 minutes ago", "yesterday at 3:15 pm"; a style without a time leaves the clock out. See [`relative`].
    pub(crate) fn relative(
        &self,
        at: SystemTime,
        now: SystemTime,
        style: DateStyle,
        translate: &dyn Translate,
    ) -> String {
        let span = relative::Span::between(at, now, style.offset);
        let shorter = style.fields == Fields::Date;
        relative::write(
            self,
            &span,
            clock::local(at, style.offset),
            shorter,
            translate,
        )
    }

    /// The form of a plural that belongs to a count: an index below [`plural_forms`](Self::plural_forms). See [`plural`].
    pub(crate) fn plural(&self, count: u64) -> usize {
        (self.plurals.form)(count)
    }

    /// How many forms of a plural the language has for whole numbers.
    pub(crate) fn plural_forms(&self) -> usize {
        self.plurals.forms
    }
}

#[cfg(feature = "icu")]
fn writing(tag: &str, parts: &Tag) -> Box<dyn Writing> {
    if plain::is_american(parts) && !tag.contains("-u-") {
        return Box::new(Plain::new(parts));
    }
    match cldr::Cldr::new(tag, parts) {
        Some(cldr) => Box::new(cldr),
        None => Box::new(Plain::new(parts)),
    }
}

#[cfg(not(feature = "icu"))]
fn writing(_: &str, parts: &Tag) -> Box<dyn Writing> {
    Box::new(Plain::new(parts))
}

/// A way of writing. Words that it does not have itself come from the catalogue.
trait Writing: Send + Sync {
    /// Of a text that is a decimal number.
    fn number(&self, decimal: &str) -> String;

    fn list(&self, items: &[String], kind: ListKind, translate: &dyn Translate) -> String;

    fn date(&self, at: OffsetDateTime, shape: Shape, translate: &dyn Translate) -> String;

    /// "{n} minutes ago", of which the form is the one of the plural.
    fn ago(&self, unit: Unit, form: usize) -> Option<&'static str>;

    /// "yesterday", or "yesterday at {time}".
    fn yesterday(&self, shorter: bool) -> Option<&'static str>;
}

/// What is written of a date. [`relative`] needs more than [`Fields`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Date(Length),
    DateTime(Length),
    Time,
    /// Friday
    Weekday,
    /// Friday at 3:15 pm
    WeekdayTime,
    /// Friday, July 10
    WeekdayDay,
    /// July 10
    Day,
    /// July 10 at 3:15 pm
    DayTime,
}

impl Shape {
    fn of(style: DateStyle) -> Self {
        match (style.fields, style.without_year, style.length) {
            (Fields::Time, _, _) => Self::Time,
            (Fields::Date, false, length) => Self::Date(length),
            (Fields::Date, true, Length::Full) => Self::WeekdayDay,
            (Fields::Date, true, _) => Self::Day,
            (Fields::DateAndTime, false, length) => Self::DateTime(length),
            (Fields::DateAndTime, true, _) => Self::DayTime,
        }
    }
}

#[cfg(test)]
mod tests;
