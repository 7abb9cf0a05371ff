//! Times as people say them: "5 minutes ago", "yesterday at 3:15 pm", "July 10".
//!
//! The steps are Tornado's: up to 50 seconds in seconds, up to 50 minutes in minutes, the rest of 24 hours in hours; then yesterday, up to
//! five days the day of the week, up to 334 days (so that no month could be last year's) the day of the year, then with the year. What
//! lies ahead is written in full, but for less than a minute, which is now: clocks differ. Halves are rounded up.
//!
//! A phrase is the one of the program's catalogue; where it has none, what the language has by CLDR (feature `icu`), else English.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;

use super::messages::{self, Phrase, Translate, fill};
use super::{Format, Length, Shape, clock};

/// What a time ago is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Minutes,
    Hours,
}

/// How far a time lies from another, as one says it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Span {
    Ago(Unit, u64),
    Yesterday,
    ThisWeek,
    ThisYear,
    Far,
}

impl Span {
    pub(super) fn between(at: SystemTime, now: SystemTime, offset: i32) -> Self {
        match now.duration_since(at) {
            Ok(ago) => Self::of(ago, || is_yesterday(at, now, offset)),
            Err(ahead) if ahead.duration() < Duration::from_secs(60) => Self::Ago(Unit::Seconds, 0),
            Err(_) => Self::Far,
        }
    }

    fn of(ago: Duration, is_yesterday: impl Fn() -> bool) -> Self {
        let seconds = ago.as_secs();
        match seconds / DAY {
            0 if seconds < 50 => Self::Ago(Unit::Seconds, seconds),
            0 if seconds < 50 * MINUTE => Self::Ago(Unit::Minutes, rounded(seconds, MINUTE)),
            0 => Self::Ago(Unit::Hours, rounded(seconds, HOUR)),
            1 if is_yesterday() => Self::Yesterday,
            1..5 => Self::ThisWeek,
            5..334 => Self::ThisYear,
            _ => Self::Far,
        }
    }
}

/// The time in words. `shorter` leaves the clock out.
pub(super) fn write(
    format: &Format,
    span: &Span,
    at: OffsetDateTime,
    shorter: bool,
    translate: &dyn Translate,
) -> String {
    let date = |shape| format.writing.date(at, shape, translate);
    let with_time = |message, name, alone: Shape, together: Shape| match translate.text(message) {
        _ if shorter => date(alone),
        Some(message) => fill(
            &message,
            &[(name, &date(alone)), ("time", &date(Shape::Time))],
        ),
        None => date(together),
    };
    match *span {
        Span::Ago(unit, count) => ago(format, unit, count, translate),
        Span::Yesterday => fill(
            &yesterday(format, shorter, translate),
            &[("time", &date(Shape::Time))],
        ),
        Span::ThisWeek => with_time(
            messages::WEEKDAY_AT,
            "weekday",
            Shape::Weekday,
            Shape::WeekdayTime,
        ),
        Span::ThisYear => with_time(messages::DATE_AT, "date", Shape::Day, Shape::DayTime),
        Span::Far => with_time(
            messages::DATE_AT,
            "date",
            Shape::Date(Length::Long),
            Shape::DateTime(Length::Long),
        ),
    }
}

fn ago(format: &Format, unit: Unit, count: u64, translate: &dyn Translate) -> String {
    let Phrase { text: one, plural } = match unit {
        Unit::Seconds => messages::SECONDS,
        Unit::Minutes => messages::MINUTES,
        Unit::Hours => messages::HOURS,
    };
    let many = plural.unwrap_or(one);
    let phrase = translate.plural(one, many, count).unwrap_or_else(|| {
        let spoken = format.writing.ago(unit, format.plural(count));
        Cow::Borrowed(spoken.unwrap_or(if count == 1 { one } else { many }))
    });
    fill(
        &phrase,
        &[("n", &format.writing.number(&count.to_string()))],
    )
}

fn yesterday<'t>(format: &Format, shorter: bool, translate: &'t dyn Translate) -> Cow<'t, str> {
    let message = if shorter {
        messages::YESTERDAY
    } else {
        messages::YESTERDAY_AT
    };
    translate
        .text(message)
        .unwrap_or_else(|| Cow::Borrowed(format.writing.yesterday(shorter).unwrap_or(message)))
}

/// Whether a time lies on the day before today, as the clocks show it there.
fn is_yesterday(at: SystemTime, now: SystemTime, offset: i32) -> bool {
    clock::local(now, offset).date().previous_day() == Some(clock::local(at, offset).date())
}

fn rounded(seconds: u64, unit: u64) -> u64 {
    (seconds + unit / 2) / unit
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
