//! The rules of English, with words from a catalogue: what Tornado does.
//!
//! English as the United States write it: `1,234.5`, `7/10/26`, `3:15 pm`, `a, b and c`. Where another language, or another region, could
//! read that wrong, it is written as all can read it: `1234.5`, `2026-07-10`, `15:15`. Its names of months and days and the order of a date
//! come from its catalogue; where that has none they are English.

use std::borrow::Cow;

use time::{OffsetDateTime, Time};

use super::messages::{self, Translate, fill, translated};
use super::plural::Plurals;
use super::relative::Unit;
use super::tag::Tag;
use super::{Length, ListKind, Shape, Writing};

pub(super) struct Plain {
    /// Digits in groups of three.
    grouped: bool,
    american: bool,
}

/// English without a region, or that of the United States.
pub(super) fn is_american(tag: &Tag) -> bool {
    tag.is("en") || tag.is("en-US")
}

/// A sign or none, digits, and behind a point more of them.
pub(super) fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (_, whole, fraction) = parts(text);
    digits(whole) && fraction.is_none_or(digits)
}

impl Plain {
    pub(super) fn new(tag: &Tag) -> Self {
        let unknown = Plurals::of(tag).is_none();
        Self {
            grouped: unknown || tag.language() == "en",
            american: unknown || is_american(tag),
        }
    }

    fn calendar(&self, at: OffsetDateTime, length: Length, translate: &dyn Translate) -> String {
        let long = || day(at, messages::MONTH_DAY_YEAR, translate);
        match length {
            Length::Short if self.american => short(at),
            Length::Short => at.date().to_string(),
            Length::Medium if self.american => format!(
                "{} {}, {}",
                &at.month().to_string()[..3],
                at.day(),
                at.year()
            ),
            Length::Medium | Length::Long => long(),
            Length::Full => with_weekday(at, &long(), translate),
        }
    }

    fn clock(&self, time: Time) -> String {
        let (hour, minute) = (time.hour(), time.minute());
        if !self.american {
            return format!("{hour}:{minute:02}");
        }
        let half = if hour < 12 { "am" } else { "pm" };
        let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
        format!("{hour}:{minute:02} {half}")
    }
}

impl Writing for Plain {
    fn number(&self, decimal: &str) -> String {
        let (sign, whole, fraction) = parts(decimal);
        let whole = if self.grouped {
            grouped(whole)
        } else {
            Cow::Borrowed(whole)
        };
        match fraction {
            Some(fraction) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{whole}"),
        }
    }

    fn list(&self, items: &[String], kind: ListKind, translate: &dyn Translate) -> String {
        let message = match kind {
            ListKind::And => messages::AND,
            ListKind::Or => messages::OR,
        };
        match items {
            [] => String::new(),
            [item] => item.clone(),
            [items @ .., last] => fill(
                &translated(translate, message),
                &[("items", &items.join(", ")), ("last", last)],
            ),
        }
    }

    fn date(&self, at: OffsetDateTime, shape: Shape, translate: &dyn Translate) -> String {
        let weekday = || weekday(at, translate);
        let with_time = |message, name, value: String| {
            let values = [(name, value.as_str()), ("time", &self.clock(at.time()))];
            fill(&translated(translate, message), &values)
        };
        match shape {
            Shape::Date(length) => self.calendar(at, length, translate),
            Shape::DateTime(length @ (Length::Short | Length::Medium)) => {
                format!(
                    "{}, {}",
                    self.calendar(at, length, translate),
                    self.clock(at.time())
                )
            }
            Shape::DateTime(length) => with_time(
                messages::DATE_AT,
                "date",
                self.calendar(at, length, translate),
            ),
            Shape::Time => self.clock(at.time()),
            Shape::Weekday => weekday(),
            Shape::WeekdayTime => with_time(messages::WEEKDAY_AT, "weekday", weekday()),
            Shape::WeekdayDay => {
                let day = day(at, messages::MONTH_DAY, translate);
                with_weekday(at, &day, translate)
            }
            Shape::Day => day(at, messages::MONTH_DAY, translate),
            Shape::DayTime => with_time(
                messages::DATE_AT,
                "date",
                day(at, messages::MONTH_DAY, translate),
            ),
        }
    }

    fn ago(&self, _: Unit, _: usize) -> Option<&'static str> {
        None
    }

    fn yesterday(&self, _: bool) -> Option<&'static str> {
        None
    }
}

fn weekday(at: OffsetDateTime, translate: &dyn Translate) -> String {
    translated(translate, &at.weekday().to_string()).into_owned()
}

fn with_weekday(at: OffsetDateTime, date: &str, translate: &dyn Translate) -> String {
    let message = translated(translate, messages::WEEKDAY_AND_DATE);
    let weekday = weekday(at, translate);
    fill(&message, &[("weekday", &weekday), ("date", date)])
}

/// The day in words: `message` says which of them, and their order.
fn day(at: OffsetDateTime, message: &str, translate: &dyn Translate) -> String {
    let month = at.month().to_string();
    let (day, year) = (at.day().to_string(), at.year().to_string());
    let month = translated(translate, &month);
    fill(
        &translated(translate, message),
        &[("month", &month), ("day", &day), ("year", &year)],
    )
}

/// 7/10/26
fn short(at: OffsetDateTime) -> String {
    format!(
        "{}/{}/{:02}",
        u8::from(at.month()),
        at.day(),
        at.year().rem_euclid(100)
    )
}

/// The sign, what stands before the point, and what behind.
fn parts(decimal: &str) -> (&str, &str, Option<&str>) {
    let whole = decimal.strip_prefix('-').unwrap_or(decimal);
    let sign = &decimal[..decimal.len() - whole.len()];
    match whole.split_once('.') {
        Some((whole, fraction)) => (sign, whole, Some(fraction)),
        None => (sign, whole, None),
    }
}

/// With a comma between each three digits.
fn grouped(digits: &str) -> Cow<'_, str> {
    if digits.len() <= 3 {
        return Cow::Borrowed(digits);
    }
    let (first, rest) = digits.split_at(digits.len() % 3);
    let mut text = first.to_owned();
    for (i, digit) in rest.char_indices() {
        if i % 3 == 0 && !text.is_empty() {
            text.push(',');
        }
        text.push(digit);
    }
    Cow::Owned(text)
}
