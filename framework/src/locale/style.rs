//! [`DateStyle`]: how a date is written.

/// How long a date is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    /// Digits: `11/28/26`.
    Short,
    /// `Nov 28, 2026`.
    Medium,
    /// `November 28, 2026`.
    #[default]
    Long,
    /// With the day of the week: `Saturday, November 28, 2026`.
    Full,
}

impl Length {
    /// The length of this name in lower case, as templates have it.
    #[cfg(feature = "templates")]
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "short" => Self::Short,
            "medium" => Self::Medium,
            "long" => Self::Long,
            "full" => Self::Full,
            _ => return None,
        })
    }
}

/// What of a point in time is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fields {
    #[default]
    Date,
    Time,
    DateAndTime,
}

/// How a date is written: how long, with the time of day or without, and how far from UTC the reader is. By default a long date in UTC.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
///
/// use squall::locale::{DateStyle, Length, Locales};
///
/// let english = Locales::new("en").source();
/// let style = DateStyle::new(Length::Medium).and_time().offset(60);
/// assert_eq!(english.date(SystemTime::UNIX_EPOCH, style), "Jan 1, 1970, 1:00 am");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateStyle {
    pub(crate) length: Length,
    pub(crate) fields: Fields,
    pub(crate) without_year: bool,
    pub(crate) offset: i32,
}

impl DateStyle {
    /// A date of this length.
    #[must_use]
    pub fn new(length: Length) -> Self {
        Self {
            length,
            ..Self::default()
        }
    }

    /// With the time of day.
    #[must_use]
    pub fn and_time(mut self) -> Self {
        self.fields = Fields::DateAndTime;
        self
    }

    /// The time of day alone.
    #[must_use]
    pub fn time_only(mut self) -> Self {
        self.fields = Fields::Time;
        self
    }

    /// Without the year: `November 28`, and of the length [`Full`](Length::Full) `Saturday, November 28`, which is Tornado's `format_day`. With a
    /// time it is `November 28 at 3:15 pm`.
    #[must_use]
    pub fn without_year(mut self) -> Self {
        self.without_year = true;
        self
    }

    /// So many minutes east of UTC (west of it where the number is negative); Tornado's `gmt_offset` counts the other way.
    #[must_use]
    pub fn offset(mut self, minutes: i32) -> Self {
        self.offset = minutes;
        self
    }
}
