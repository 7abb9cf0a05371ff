//! The ways of writing of all languages, by the data of CLDR, on ICU4X. Feature `icu`.
//!
//! Digits and their groups, lists, calendars, clocks of 12 or 24 hours are those of the tag: what its extensions say (`-u-nu-latn`,
//! `-u-ca-gregory`, `-u-hc-h23`), else what CLDR has for the language and region: Thai has the Buddhist calendar, Persian the Persian one,
//! as in every browser; the Hebrew calendar is left out. Commas in lists are CLDR's too.
//!
//! ICU4X's crate for times ago is experimental and would double the cost of the build: their phrases are a table, [`Spoken`].

use icu_calendar::types::RataDie;
use icu_calendar::{Date, Iso};
use icu_datetime::DateTimeFormatter;
use icu_datetime::fieldsets::enums::{CompositeDateTimeFieldSet as FieldSet, *};
use icu_datetime::fieldsets::{E, MD, MDE, T, YMD, YMDE};
use icu_datetime::input::{DateTime, Time};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_list::ListFormatter;
use icu_locale_core::extensions::unicode::{key, value};
use icu_locale_core::{Locale, locale};
use time::OffsetDateTime;

use super::messages::Translate;
use super::plain::Plain;
use super::relative::Unit;
use super::tag::Tag;
use super::{Length, ListKind, Shape, Writing};
use crate::http::languages;

pub(super) struct Cldr {
    decimal: DecimalFormatter,
    and: ListFormatter,
    or: ListFormatter,
    /// One for each of [`SHAPES`].
    dates: Vec<DateTimeFormatter<FieldSet>>,
    spoken: Option<Spoken>,
    /// For what ICU has no place: a number of more than some ten thousand digits.
    plain: Plain,
}

impl Cldr {
    /// `None` for a tag that is none, and for a language that CLDR knows nothing of.
    pub(super) fn new(tag: &str, parts: &Tag) -> Option<Self> {
        let locale = Locale::try_from_str(&languages::tag(tag)?).ok()?;
        let locale = with_calendar_of_digits(locale);
        if !is_known(&locale) {
            return None;
        }
        Some(Self {
            decimal: DecimalFormatter::try_new((&locale).into(), <_>::default()).ok()?,
            and: ListFormatter::try_new_and((&locale).into(), <_>::default()).ok()?,
            or: ListFormatter::try_new_or((&locale).into(), <_>::default()).ok()?,
            dates: SHAPES
                .iter()
                .map(|shape| formatter(&locale, *shape))
                .collect::<Option<_>>()?,
            spoken: Spoken::of(parts),
            plain: Plain::new(parts),
        })
    }
}

/// The same without the Hebrew calendar, whose days and years are written in letters: ICU4X cannot write these, and asserts where it should.
fn with_calendar_of_digits(mut locale: Locale) -> Locale {
    let calendar = locale.extensions.unicode.keywords.get(&key!("ca"));
    if calendar.is_some_and(|calendar| *calendar == value!("hebrew")) {
        locale.extensions.unicode.keywords.remove(key!("ca"));
    }
    locale
}

impl Writing for Cldr {
    fn number(&self, decimal: &str) -> String {
        match Decimal::try_from_str(decimal) {
            Ok(decimal) => self.decimal.format(&decimal).to_string(),
            Err(_) => self.plain.number(decimal),
        }
    }

    fn list(&self, items: &[String], kind: ListKind, _: &dyn Translate) -> String {
        let formatter = match kind {
            ListKind::And => &self.and,
            ListKind::Or => &self.or,
        };
        formatter.format_to_string(items.iter())
    }

    fn date(&self, at: OffsetDateTime, shape: Shape, translate: &dyn Translate) -> String {
        let place = SHAPES.iter().position(|known| *known == shape);
        match place.and_then(|place| self.dates.get(place)) {
            Some(formatter) => formatter.format(&moment(at)).to_string(),
            None => self.plain.date(at, shape, translate),
        }
    }

    fn ago(&self, unit: Unit, form: usize) -> Option<&'static str> {
        let spoken = self.spoken.as_ref()?;
        let forms = match unit {
            Unit::Seconds => spoken.seconds,
            Unit::Minutes => spoken.minutes,
            Unit::Hours => spoken.hours,
        };
        forms.split('|').nth(form)
    }

    fn yesterday(&self, shorter: bool) -> Option<&'static str> {
        let spoken = self.spoken.as_ref()?;
        Some(if shorter {
            spoken.yesterday
        } else {
            spoken.yesterday_at
        })
    }
}

const SHAPES: [Shape; 14] = [
    Shape::Date(Length::Short),
    Shape::Date(Length::Medium),
    Shape::Date(Length::Long),
    Shape::Date(Length::Full),
    Shape::DateTime(Length::Short),
    Shape::DateTime(Length::Medium),
    Shape::DateTime(Length::Long),
    Shape::DateTime(Length::Full),
    Shape::Time,
    Shape::Weekday,
    Shape::WeekdayTime,
    Shape::WeekdayDay,
    Shape::Day,
    Shape::DayTime,
];

fn formatter(locale: &Locale, shape: Shape) -> Option<DateTimeFormatter<FieldSet>> {
    DateTimeFormatter::try_new(locale.into(), fields(shape)).ok()
}

fn fields(shape: Shape) -> FieldSet {
    match shape {
        Shape::Date(Length::Full) => FieldSet::Date(DateFieldSet::YMDE(YMDE::long())),
        Shape::Date(length) => FieldSet::Date(DateFieldSet::YMD(ymd(length))),
        Shape::DateTime(Length::Full) => {
            FieldSet::DateTime(DateAndTimeFieldSet::YMDET(YMDE::long().with_time_hm()))
        }
        Shape::DateTime(length) => {
            FieldSet::DateTime(DateAndTimeFieldSet::YMDT(ymd(length).with_time_hm()))
        }
        Shape::Time => FieldSet::Time(TimeFieldSet::T(T::hm())),
        Shape::Weekday => FieldSet::Date(DateFieldSet::E(E::long())),
        Shape::WeekdayTime => FieldSet::DateTime(DateAndTimeFieldSet::ET(E::long().with_time_hm())),
        Shape::WeekdayDay => FieldSet::Date(DateFieldSet::MDE(MDE::long())),
        Shape::Day => FieldSet::Date(DateFieldSet::MD(MD::long())),
        Shape::DayTime => FieldSet::DateTime(DateAndTimeFieldSet::MDT(MD::long().with_time_hm())),
    }
}

fn ymd(length: Length) -> YMD {
    match length {
        Length::Short => YMD::short(),
        Length::Medium => YMD::medium(),
        Length::Long | Length::Full => YMD::long(),
    }
}

/// What CLDR does not know is written as its root, without a name for a month: `2026 M07 10, Fri`.
fn is_known(locale: &Locale) -> bool {
    let full = |locale: &Locale| {
        let formatter = formatter(locale, Shape::Date(Length::Full))?;
        Some(
            formatter
                .format(&moment(OffsetDateTime::UNIX_EPOCH))
                .to_string(),
        )
    };
    let language = Locale::from(locale.id.clone());
    full(&language) != full(&locale!("und"))
}

fn moment(at: OffsetDateTime) -> DateTime<Iso> {
    let day = RataDie::new(i64::from(at.to_julian_day()) - JULIAN_DAY_OF_RATA_DIE_0);
    let (hour, minute, second) = at.to_hms();
    let time = Time::try_new(hour, minute, second, 0).unwrap_or(Time::start_of_day());
    DateTime {
        date: Date::from_rata_die(day, Iso),
        time,
    }
}

/// Day 1 is the first of January of the year 1.
const JULIAN_DAY_OF_RATA_DIE_0: i64 = 1_721_425;

/// How a language says how long ago something was. Its forms stand in the order of [`plural`](super::plural), with `|` between.
#[derive(Debug, PartialEq, Eq)]
struct Spoken {
    languages: &'static str,
    seconds: &'static str,
    minutes: &'static str,
    hours: &'static str,
    yesterday: &'static str,
    yesterday_at: &'static str,
}

impl Spoken {
    fn of(tag: &Tag) -> Option<Self> {
        tag.find(Self::all(), |row| row.languages)
    }

    fn all() -> impl Iterator<Item = Self> + Clone {
        include_str!("relative.tsv").lines().filter_map(Self::read)
    }

    /// `None` for a comment.
    fn read(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let languages = columns
            .next()
            .filter(|languages| !languages.starts_with('#'))?;
        Some(Self {
            languages,
            seconds: columns.next()?,
            minutes: columns.next()?,
            hours: columns.next()?,
            yesterday: columns.next()?,
            yesterday_at: columns.next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::format::plural::Plurals;

    #[test]
    fn each_language_has_all_its_forms() {
        let mut languages = 0;
        for spoken in Spoken::all() {
            let tag = Tag::new(spoken.languages.split(' ').next().unwrap());
            let forms = Plurals::of(&tag).unwrap().forms;
            for phrases in [spoken.seconds, spoken.minutes, spoken.hours] {
                assert_eq!(phrases.split('|').count(), forms, "{phrases}");
            }
            assert!(spoken.yesterday_at.contains("{time}"), "{spoken:?}");
            languages += 1;
        }
        let lines = include_str!("relative.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .count();
        assert_eq!(languages, lines);
    }

    #[test]
    fn the_first_day_of_the_first_year_is_its_own() {
        let first = time::Date::from_ordinal_date(1, 1)
            .unwrap()
            .midnight()
            .assume_utc();
        assert_eq!(moment(first).date, Date::try_new_iso(1, 1, 1).unwrap());
    }
}
