//! Dates as fields carry them ([RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)): in GMT, in whole seconds.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use ::http::HeaderValue;

/// The last second that can be written: that of the year 9999.
const LAST: u64 = 253_402_300_799;

/// Writes a date: `Sun, 06 Nov 1994 08:49:37 GMT`, as `last-modified` and `expires` have it.
///
/// A part of a second is left out. What lies before 1970 or behind 9999 is written as the first or the last second between them.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use squall::http::date;
///
/// let time = UNIX_EPOCH + Duration::from_secs(784_111_777);
/// assert_eq!(date::format(time), "Sun, 06 Nov 1994 08:49:37 GMT");
/// ```
#[must_use]
pub fn format(time: SystemTime) -> String {
    httpdate::fmt_http_date(of_seconds(to_seconds(time)))
}

/// Reads a date in any of the three forms that a field may have: `Sun, 06 Nov 1994 08:49:37 GMT`,
/// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
///
/// # Errors
///
/// What is in none of these forms, names a day that is not in the calendar or a wrong day of the week, or lies before 1970.
///
/// # Examples
///
/// ```
/// use squall::http::date;
///
/// let time = date::parse("Sunday, 06-Nov-94 08:49:37 GMT").unwrap();
/// assert_eq!(date::format(time), "Sun, 06 Nov 1994 08:49:37 GMT");
/// assert!(date::parse("1994-11-06").is_err());
/// ```
pub fn parse(text: &str) -> Result<SystemTime, InvalidDate> {
    httpdate::parse_http_date(text).map_err(|_| InvalidDate(()))
}

/// Why a text is no date of HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidDate(());

impl fmt::Display for InvalidDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a date such as `Sun, 06 Nov 1994 08:49:37 GMT`")
    }
}

impl std::error::Error for InvalidDate {}

/// The whole seconds since 1970, as far as they can be written.
pub(crate) fn to_seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().min(LAST)
}

fn of_seconds(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The value of a field for a date.
pub(crate) fn to_value(seconds: u64) -> HeaderValue {
    HeaderValue::try_from(format(of_seconds(seconds))).expect("a date is visible ASCII and blanks")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_beyond_the_calendar_are_written_as_its_ends() {
        let first = "Thu, 01 Jan 1970 00:00:00 GMT";
        let last = "Fri, 31 Dec 9999 23:59:59 GMT";
        let second = Duration::from_secs(1);
        assert_eq!(format(UNIX_EPOCH - second), first);
        assert_eq!(format(UNIX_EPOCH + second / 2), first);
        assert_eq!(format(of_seconds(LAST)), last);
        assert_eq!(format(of_seconds(LAST) + second), last);
        assert_eq!(format(of_seconds(LAST * 2)), last);
    }

    #[test]
    fn all_three_forms_are_read() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(text).map(to_seconds), Ok(784_111_777), "{text}");
        }
        for text in [
            "",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Wed, 30 Feb 1994 08:49:37 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
            "\u{fc}",
        ] {
            assert_eq!(parse(text), Err(InvalidDate(())), "{text}");
        }
    }
}
