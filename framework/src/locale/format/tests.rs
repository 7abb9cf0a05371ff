//! English, the languages of CLDR, and the steps of relative times. Expected texts are reasoned from Tornado's `locale.py` and from CLDR 48.

use std::borrow::Cow;
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use time::{Date, Month};

use super::*;

/// Friday, July 10, 2026, 15:15 UTC.
fn friday() -> SystemTime {
    moment(2026, 7, 10, 15, 15)
}

fn moment(year: i32, month: u8, day: u8, hour: u8, minute: u8) -> SystemTime {
    let date = Date::from_calendar_date(year, Month::try_from(month).unwrap(), day).unwrap();
    date.with_hms(hour, minute, 0).unwrap().assume_utc().into()
}

/// The rules that a language has without the feature `icu`.
fn plain(tag: &str) -> Format {
    let tag = Tag::new(tag);
    Format {
        writing: Box::new(Plain::new(&tag)),
        plurals: Plurals::of(&tag).unwrap_or(Plurals::ENGLISH),
    }
}

fn style(offset: i32, length: Length, fields: Fields) -> DateStyle {
    let without_year = false;
    DateStyle {
        length,
        fields,
        without_year,
        offset,
    }
}

/// A style for relative dates.
fn seen_from(offset: i32, shorter: bool) -> DateStyle {
    let fields = if shorter {
        Fields::Date
    } else {
        Fields::DateAndTime
    };
    style(offset, Length::Long, fields)
}

fn items(items: &[&str]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

/// A catalogue with these texts. A text that counts has its forms, with `|` between, in the order of the rule `n != 1`.
struct Catalogue(&'static [(&'static str, &'static str)]);

impl Translate for Catalogue {
    fn text(&self, message: &str) -> Option<Cow<'_, str>> {
        let (_, text) = self.0.iter().find(|(id, _)| *id == message)?;
        Some(Cow::Borrowed(text))
    }

    fn plural(&self, one: &str, _: &str, count: u64) -> Option<Cow<'_, str>> {
        let (_, forms) = self.0.iter().find(|(id, _)| *id == one)?;
        forms
            .split('|')
            .nth(usize::from(count != 1))
            .map(Cow::Borrowed)
    }
}

const GERMAN: Catalogue = Catalogue(&[
    ("{n} second ago", "vor {n} Sekunde|vor {n} Sekunden"),
    ("{n} minute ago", "vor {n} Minute|vor {n} Minuten"),
    ("yesterday", "gestern"),
    ("yesterday at {time}", "gestern gegen {time}"),
    ("{weekday} at {time}", "{weekday} gegen {time}"),
    ("{date} at {time}", "{date} gegen {time}"),
    ("{month} {day}", "{day}. {month}"),
    ("{month} {day}, {year}", "{day}. {month} {year}"),
    ("{items} and {last}", "{items} und {last}"),
    ("July", "Juli"),
    ("Friday", "Freitag"),
    ("Wednesday", "Mittwoch"),
]);

#[test]
fn english_numbers_have_commas() {
    let english = Format::new("en");
    for (decimal, written) in [
        ("0", "0"),
        ("-1", "-1"),
        ("999", "999"),
        ("1000", "1,000"),
        ("-123456", "-123,456"),
        ("-1234567.50", "-1,234,567.50"),
        ("0.0001", "0.0001"),
        ("18446744073709551615", "18,446,744,073,709,551,615"),
    ] {
        assert_eq!(english.number(decimal).as_deref(), Some(written));
    }
}

#[test]
fn what_is_no_decimal_number_is_none() {
    for text in [
        "", "-", ".5", "5.", "1.2.3", "1e6", "+1", "--1", "nan", "infinity", "1,000", " 1", "١",
    ] {
        assert_eq!(Format::new("en").number(text), None, "{text}");
        assert_eq!(Format::new("de").number(text), None, "{text}");
    }
}

#[test]
fn a_float_without_digits_is_written_in_all_languages() {
    for (float, written) in [
        (f64::NAN, "NaN"),
        (f64::INFINITY, "∞"),
        (f64::NEG_INFINITY, "-∞"),
    ] {
        for tag in ["en", "de", "ar"] {
            let number = Format::new(tag).number(&float.to_string());
            assert_eq!(number.as_deref(), Some(written), "{tag}");
        }
    }
}

#[test]
fn english_lists_have_no_comma_before_and() {
    let list = |words: &[&str], kind| Format::new("en-US").list(&items(words), kind, &());
    assert_eq!(list(&[], ListKind::And), "");
    assert_eq!(list(&["a"], ListKind::And), "a");
    assert_eq!(list(&["a", "b"], ListKind::Or), "a or b");
    assert_eq!(
        list(&["a", "b", "{last}"], ListKind::And),
        "a, b and {last}"
    );
}

#[test]
fn english_dates_have_four_lengths() {
    let english = Format::new("en");
    let date = |length, fields| english.date(friday(), style(0, length, fields), &());
    assert_eq!(date(Length::Short, Fields::Date), "7/10/26");
    assert_eq!(date(Length::Medium, Fields::Date), "Jul 10, 2026");
    assert_eq!(date(Length::Long, Fields::Date), "July 10, 2026");
    assert_eq!(date(Length::Full, Fields::Date), "Friday, July 10, 2026");
    assert_eq!(date(Length::Short, Fields::DateAndTime), "7/10/26, 3:15 pm");
    assert_eq!(
        date(Length::Medium, Fields::DateAndTime),
        "Jul 10, 2026, 3:15 pm"
    );
    assert_eq!(
        date(Length::Long, Fields::DateAndTime),
        "July 10, 2026 at 3:15 pm"
    );
    assert_eq!(
        date(Length::Full, Fields::DateAndTime),
        "Friday, July 10, 2026 at 3:15 pm"
    );
    assert_eq!(date(Length::Full, Fields::Time), "3:15 pm");
}

#[test]
fn english_clocks_have_twelve_hours() {
    let clock = |hour, minute| {
        let at = moment(2026, 7, 10, hour, minute);
        Format::new("en").date(at, style(0, Length::Short, Fields::Time), &())
    };
    assert_eq!(clock(0, 5), "12:05 am");
    assert_eq!(clock(11, 59), "11:59 am");
    assert_eq!(clock(12, 0), "12:00 pm");
    assert_eq!(clock(23, 59), "11:59 pm");
}

#[test]
fn the_offset_can_change_the_day() {
    let date = |offset| {
        Format::new("en").date(
            friday(),
            style(offset, Length::Long, Fields::DateAndTime),
            &(),
        )
    };
    assert_eq!(date(9 * 60), "July 11, 2026 at 12:15 am");
    assert_eq!(date(-210), "July 10, 2026 at 11:45 am");
}

#[test]
fn unknown_languages_are_written_as_english() {
    for tag in ["", "tlh", "not a tag", "x-y", "-"] {
        let unknown = Format::new(tag);
        assert_eq!(
            unknown.number("1234.5").as_deref(),
            Some("1,234.5"),
            "{tag}"
        );
        assert_eq!(
            unknown.date(friday(), style(0, Length::Short, Fields::DateAndTime), &()),
            "7/10/26, 3:15 pm",
            "{tag}"
        );
        assert_eq!((unknown.plural(1), unknown.plural(0)), (0, 1), "{tag}");
    }
}

#[test]
fn without_cldr_a_language_is_written_as_all_can_read_it() {
    let german = plain("de");
    assert_eq!(german.number("-1234567.5").as_deref(), Some("-1234567.5"));
    assert_eq!(
        german.list(&items(&["a", "b", "c"]), ListKind::And, &GERMAN),
        "a, b und c"
    );
    let date = |length, fields| german.date(friday(), style(0, length, fields), &GERMAN);
    assert_eq!(
        date(Length::Short, Fields::DateAndTime),
        "2026-07-10, 15:15"
    );
    assert_eq!(date(Length::Medium, Fields::Date), "10. Juli 2026");
    assert_eq!(
        date(Length::Long, Fields::DateAndTime),
        "10. Juli 2026 gegen 15:15"
    );
    assert_eq!(date(Length::Full, Fields::Date), "Freitag, 10. Juli 2026");
}

#[test]
fn british_english_is_not_american_without_cldr() {
    let british = plain("en-GB");
    assert_eq!(british.number("1234").as_deref(), Some("1,234"));
    assert_eq!(
        british.date(friday(), style(0, Length::Short, Fields::DateAndTime), &()),
        "2026-07-10, 15:15"
    );
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A time so many seconds before Friday, 15:15: in full, and shorter.
fn check_ago(format: &Format, translate: &dyn Translate, seconds: u64, long: &str, short: &str) {
    let at = friday() - Duration::from_secs(seconds);
    assert_eq!(
        format.relative(at, friday(), seen_from(0, false), translate),
        long
    );
    assert_eq!(
        format.relative(at, friday(), seen_from(0, true), translate),
        short
    );
}

#[test]
fn times_ago_have_the_steps_of_tornado() {
    let check = |seconds, long, short| check_ago(&Format::new("en"), &(), seconds, long, short);
    check(0, "0 seconds ago", "0 seconds ago");
    check(1, "1 second ago", "1 second ago");
    check(49, "49 seconds ago", "49 seconds ago");
    check(50, "1 minute ago", "1 minute ago");
    check(89, "1 minute ago", "1 minute ago");
    check(90, "2 minutes ago", "2 minutes ago");
    check(50 * MINUTE - 1, "50 minutes ago", "50 minutes ago");
    check(50 * MINUTE, "1 hour ago", "1 hour ago");
    check(DAY - 1, "24 hours ago", "24 hours ago");
    check(DAY, "yesterday at 3:15 pm", "yesterday");
    // 15 hours and 15 minutes later the day before yesterday begins.
    check(
        DAY + 15 * HOUR + 15 * MINUTE,
        "yesterday at 12:00 am",
        "yesterday",
    );
    check(
        DAY + 15 * HOUR + 16 * MINUTE,
        "Wednesday at 11:59 pm",
        "Wednesday",
    );
    check(2 * DAY, "Wednesday at 3:15 pm", "Wednesday");
    check(5 * DAY - 1, "Sunday at 3:15 pm", "Sunday");
    check(5 * DAY, "July 5 at 3:15 pm", "July 5");
    check(334 * DAY - MINUTE, "August 10 at 3:16 pm", "August 10");
    check(334 * DAY, "August 10, 2025 at 3:15 pm", "August 10, 2025");
}

#[test]
fn the_near_future_is_now() {
    let ahead = |seconds| {
        Format::new("en").relative(
            friday() + Duration::from_secs(seconds),
            friday(),
            seen_from(0, false),
            &(),
        )
    };
    assert_eq!(ahead(59), "0 seconds ago");
    assert_eq!(ahead(60), "July 10, 2026 at 3:16 pm");
    assert_eq!(ahead(DAY), "July 11, 2026 at 3:15 pm");
}

#[test]
fn yesterday_is_where_the_reader_is() {
    let at = friday() - Duration::from_secs(DAY + 14 * HOUR);
    let seen = |offset| Format::new("en").relative(at, friday(), seen_from(offset, true), &());
    assert_eq!(seen(0), "yesterday");
    assert_eq!(seen(-120), "Wednesday");
}

#[test]
fn a_catalogue_has_the_first_word() {
    for german in [Format::new("de"), plain("de")] {
        let check = |seconds, long, short| check_ago(&german, &GERMAN, seconds, long, short);
        check(1, "vor 1 Sekunde", "vor 1 Sekunde");
        check(50, "vor 1 Minute", "vor 1 Minute");
        check(600, "vor 10 Minuten", "vor 10 Minuten");
        check(DAY, "gestern gegen 15:15", "gestern");
        check(2 * DAY, "Mittwoch gegen 15:15", "Mittwoch");
        check(9 * DAY, "1. Juli gegen 15:15", "1. Juli");
        check(374 * DAY, "1. Juli 2025 gegen 15:15", "1. Juli 2025");
    }
}

#[test]
fn what_a_catalogue_has_not_is_english() {
    check_ago(
        &plain("de"),
        &GERMAN,
        2 * HOUR,
        "2 hours ago",
        "2 hours ago",
    );
    check_ago(&plain("de"), &(), DAY, "yesterday at 15:15", "yesterday");
}

#[test]
fn plural_forms_are_those_of_the_chart() {
    /// The counts of 0..=100 in each form, by the chart of plural rules.
    fn check(tag: &str, forms: &[&dyn Fn(u64) -> bool]) {
        let format = Format::new(tag);
        assert_eq!(format.plural_forms(), forms.len(), "{tag}");
        for count in 0..=100 {
            let expected = forms.iter().position(|is| is(count)).unwrap();
            assert_eq!(format.plural(count), expected, "{tag} {count}");
        }
    }
    let slavic_few = |n: u64| [2, 3, 4].contains(&(n % 10)) && ![12, 13, 14].contains(&n);
    let rest = |_| true;
    check(
        "ru",
        &[
            &|n| [1, 21, 31, 41, 51, 61, 71, 81, 91].contains(&n),
            &slavic_few,
            &rest,
        ],
    );
    check("pl", &[&|n| n == 1, &slavic_few, &rest]);
    check("cs", &[&|n| n == 1, &|n| [2, 3, 4].contains(&n), &rest]);
    check(
        "ar-EG",
        &[
            &|n| n == 0,
            &|n| n == 1,
            &|n| n == 2,
            &|n| (3..=10).contains(&n),
            &|n| (11..=99).contains(&n),
            &rest,
        ],
    );
    check(
        "cy",
        &[
            &|n| n == 0,
            &|n| n == 1,
            &|n| n == 2,
            &|n| n == 3,
            &|n| n == 6,
            &rest,
        ],
    );
    check(
        "lv",
        &[
            &|n| n % 10 == 0 || (11..=19).contains(&n),
            &|n| n % 10 == 1,
            &rest,
        ],
    );
    check("fr", &[&|n| n < 2, &rest]);
    check("pt", &[&|n| n < 2, &rest]);
    check("pt-PT", &[&|n| n == 1, &rest]);
    check("ja", &[&rest]);
}

#[test]
fn a_day_of_this_year_needs_no_year() {
    let of = |format: &Format, style: DateStyle| format.date(friday(), style.without_year(), &());
    let english = Format::new("en");
    assert_eq!(
        of(&english, DateStyle::new(Length::Full)),
        "Friday, July 10"
    );
    assert_eq!(of(&english, DateStyle::new(Length::Long)), "July 10");
    assert_eq!(
        of(&english, DateStyle::new(Length::Full).and_time()),
        "July 10 at 3:15 pm"
    );
    assert_eq!(of(&english, DateStyle::default().time_only()), "3:15 pm");
    #[cfg(feature = "icu")]
    assert_eq!(
        of(&Format::new("de"), DateStyle::new(Length::Full)),
        "Freitag, 10. Juli"
    );
}

proptest! {
    #[test]
    fn no_input_panics(tag in "\\PC{0,12}", text in "\\PC{0,20}", seconds: i64, ahead: i64, offset: i32, count: u64) {
        all_of(&Format::new(&tag), &text, seconds, ahead, offset, count);
        let _ = (Direction::of(&tag), native_name(&tag));
    }

    #[test]
    fn no_time_panics(tag in "(ar|fa|th|he|ja|zh|de|en|am)(-u-ca-(hebrew|chinese|dangi|islamic|japanese|roc|coptic|persian))?",
                      seconds: i64, ahead in -100_000_i64..100_000, number in "-?[0-9]{1,40}(\\.[0-9]{1,40})?") {
        all_of(&Format::new(&tag), &number, seconds, ahead, 0, 0);
    }
}

fn all_of(format: &Format, text: &str, seconds: i64, ahead: i64, offset: i32, count: u64) {
    let at = from_unix(seconds);
    let now = from_unix(seconds.saturating_add(ahead));
    for length in [Length::Short, Length::Medium, Length::Long, Length::Full] {
        for fields in [Fields::Date, Fields::Time, Fields::DateAndTime] {
            assert!(
                !format
                    .date(at, style(offset, length, fields), &())
                    .is_empty()
            );
        }
    }
    assert!(
        !format
            .relative(at, now, seen_from(offset, false), &())
            .is_empty()
    );
    assert!(
        !format
            .relative(at, now, seen_from(offset, true), &())
            .is_empty()
    );
    assert!(format.plural(count) < format.plural_forms());
    assert!(format.number(text).is_none_or(|number| !number.is_empty()));
    assert!(
        format
            .list(&items(&[text, text, text]), ListKind::Or, &())
            .contains(text)
    );
}

fn from_unix(seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    };
    time.unwrap_or(UNIX_EPOCH)
}

#[test]
fn years_without_four_digits_are_written_too() {
    let year = |year| {
        Format::new("en").date(
            moment(year, 1, 2, 0, 0),
            style(0, Length::Long, Fields::Date),
            &(),
        )
    };
    assert_eq!(year(-1), "January 2, -1");
    assert_eq!(year(800), "January 2, 800");
    assert_eq!(year(9999), "January 2, 9999");
    let far = from_unix(i64::MAX / 2);
    assert_eq!(
        Format::new("en").date(far, style(0, Length::Long, Fields::Date), &()),
        "December 31, 9999"
    );
}

#[test]
fn a_format_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Format>();
}

#[cfg(feature = "icu")]
mod cldr {
    use super::*;

    fn number(tag: &str) -> String {
        Format::new(tag).number("-1234567.50").unwrap()
    }

    #[test]
    fn digits_and_separators_are_those_of_the_language() {
        assert_eq!(number("de"), "-1.234.567,50");
        assert_eq!(number("fr"), "-1\u{202f}234\u{202f}567,50");
        assert_eq!(number("ru"), "-1\u{a0}234\u{a0}567,50");
        assert_eq!(number("pl"), "-1\u{a0}234\u{a0}567,50");
        assert_eq!(number("de-CH"), "-1'234'567.50");
        assert_eq!(number("hi"), "-12,34,567.50");
        assert_eq!(number("ja"), "-1,234,567.50");
        assert_eq!(number("zh"), "-1,234,567.50");
        assert_eq!(number("ar-EG"), "\u{61c}-١٬٢٣٤٬٥٦٧٫٥٠");
        assert_eq!(number("fa"), "\u{200e}\u{2212}۱٬۲۳۴٬۵۶۷٫۵۰");
        assert_eq!(number("hi-u-nu-deva"), "-१२,३४,५६७.५०");
    }

    #[test]
    fn four_digits_are_not_grouped_in_polish() {
        assert_eq!(Format::new("pl").number("1234").as_deref(), Some("1234"));
        assert_eq!(
            Format::new("pl").number("12345").as_deref(),
            Some("12\u{a0}345")
        );
    }

    #[test]
    fn a_number_can_be_longer_than_icu_takes() {
        let digits = "1".repeat(100_000);
        assert_eq!(Format::new("de").number(&digits), Some(digits));
    }

    #[test]
    fn lists_have_the_words_of_the_language() {
        let list = |tag, kind| Format::new(tag).list(&items(&["a", "b", "c"]), kind, &());
        assert_eq!(list("de", ListKind::And), "a, b und c");
        assert_eq!(list("de", ListKind::Or), "a, b oder c");
        assert_eq!(list("fr", ListKind::And), "a, b et c");
        assert_eq!(list("ru", ListKind::And), "a, b и c");
        assert_eq!(list("pl", ListKind::Or), "a, b lub c");
        assert_eq!(list("ar", ListKind::And), "a وb وc");
        assert_eq!(list("fa", ListKind::And), "a،\u{200f} b، و c");
        assert_eq!(
            Format::new("hi").list(&items(&["a", "b"]), ListKind::And, &()),
            "a और b"
        );
        assert_eq!(list("zh", ListKind::And), "a、b和c");
        assert_eq!(list("ja", ListKind::And), "a、b、c");
        assert_eq!(list("en-GB", ListKind::And), "a, b and c");
    }

    fn long(tag: &str) -> String {
        Format::new(tag).date(friday(), style(0, Length::Long, Fields::Date), &())
    }

    #[test]
    fn dates_have_names_and_order_of_the_language() {
        assert_eq!(long("de"), "10. Juli 2026");
        assert_eq!(long("fr"), "10 juillet 2026");
        assert_eq!(long("ru"), "10 июля 2026\u{202f}г.");
        assert_eq!(long("pl"), "10 lipca 2026");
        assert_eq!(long("hi"), "10 जुलाई, 2026");
        assert_eq!(long("zh"), "2026年7月10日");
        assert_eq!(long("ja"), "2026年7月10日");
        assert_eq!(long("ar-EG"), "١٠ يوليو ٢٠٢٦");
        assert_eq!(long("en-GB"), "10 July 2026");
    }

    #[test]
    fn calendars_are_those_of_the_region_or_of_the_tag() {
        assert_eq!(long("th"), "10 กรกฎาคม 2569");
        assert_eq!(long("fa"), "۱۹ تیر ۱۴۰۵");
        let persian = Format::new("fa-u-ca-gregory-nu-latn");
        assert_eq!(
            persian.date(friday(), style(0, Length::Short, Fields::Date), &()),
            "2026/7/10"
        );
        assert_eq!(long("en-US-u-ca-buddhist"), "July 10, 2569 BE");
    }

    #[test]
    fn clocks_have_the_hours_of_the_region_or_of_the_tag() {
        let clock =
            |tag| Format::new(tag).date(friday(), style(0, Length::Short, Fields::Time), &());
        assert_eq!(clock("de"), "15:15");
        assert_eq!(clock("en-GB"), "15:15");
        assert_eq!(clock("en-AU"), "3:15\u{202f}pm");
        assert_eq!(clock("zh-TW"), "下午3:15");
        assert_eq!(clock("en-u-hc-h23"), "15:15");
    }

    #[test]
    fn times_ago_are_told_in_the_language() {
        let ago = |tag, seconds| {
            Format::new(tag).relative(
                friday() - Duration::from_secs(seconds),
                friday(),
                seen_from(0, false),
                &(),
            )
        };
        assert_eq!(ago("de", 300), "vor 5 Minuten");
        assert_eq!(ago("de-AT", DAY), "gestern um 15:15");
        assert_eq!(ago("fr", 3 * HOUR), "il y a 3 heures");
        assert_eq!(ago("ru", 21), "21 секунду назад");
        assert_eq!(ago("ru", 22 * MINUTE), "22 минуты назад");
        assert_eq!(ago("pl", 5 * HOUR), "5 godzin temu");
        assert_eq!(ago("ar", 120), "قبل دقيقتين");
        assert_eq!(ago("ar-EG", 15), "قبل ١٥ ثانية");
        assert_eq!(ago("fa", 300), "۵ دقیقه پیش");
        assert_eq!(ago("ja", 300), "5 分前");
        assert_eq!(ago("zh-TW", 300), "5 分鐘前");
        assert_eq!(ago("hi", 300), "5 मिनट पहले");
        assert_eq!(ago("de", 2 * DAY), "Mittwoch, 15:15");
        assert_eq!(ago("de", 9 * DAY), "1. Juli um 15:15");
    }

    #[test]
    fn a_language_without_data_is_written_plainly() {
        // CLDR has plurals of Dhivehi, but no months.
        assert_eq!(
            Format::new("dv").date(friday(), style(0, Length::Short, Fields::DateAndTime), &()),
            "2026-07-10, 15:15"
        );
    }

    #[test]
    fn plurals_are_those_of_icu() {
        let compared = plural::languages()
            .filter(|tag| *tag != "vi" && is_as_icu_has_it(tag))
            .count();
        assert!(compared > 130, "{compared}");
    }

    /// `false` where ICU has no rule: it has those of the better known languages.
    fn is_as_icu_has_it(tag: &str) -> bool {
        use icu_plurals::PluralCategory::{Few, Many, One, Other, Two, Zero};
        use icu_plurals::PluralRules;

        let rules =
            PluralRules::try_new_cardinal(tag.parse::<icu_locale_core::Locale>().unwrap().into())
                .unwrap();
        let of_millions = [
            "ca", "es", "fr", "gl", "it", "lld", "pt", "pt-PT", "scn", "vec",
        ]
        .contains(&tag);
        let category = |count: u64| match rules.category_for(count) {
            Many if of_millions => Other,
            category => category,
        };
        let large = [
            10_000,
            20_000,
            40_000,
            100_000,
            100_001,
            1_000_000,
            1_100_000,
            2_000_002,
            u64::MAX,
        ];
        let counts = (0..=2_000).chain(large);
        let mut taken = vec![Zero, One, Two, Few, Many, Other];
        taken.retain(|one| counts.clone().any(|count| category(count) == *one));
        let format = Format::new(tag);
        if taken == [Other] && format.plural_forms() > 1 {
            return false;
        }
        assert_eq!(format.plural_forms(), taken.len(), "{tag}");
        for count in counts {
            assert_eq!(
                taken[format.plural(count)],
                category(count),
                "{tag} {count}"
            );
        }
        true
    }
}
