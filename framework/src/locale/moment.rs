//! [`Moment`]: what can be written as a date.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;

/// A point in time that can be written as a date: a `SystemTime`, seconds since 1970 as `i64`, an `OffsetDateTime` of the crate `time`, and
/// references to these. The types of `chrono` and `jiff` turn into a `SystemTime` by `into()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no point in time that a date can be written of",
    label = "not a point in time",
    note = "it is a `SystemTime`, or seconds since 1970 as `i64`; the types of `chrono` and `jiff` turn into a `SystemTime` by `into()`"
)]
pub trait Moment {
    /// The point in time.
    fn system_time(&self) -> SystemTime;
}

impl Moment for SystemTime {
    fn system_time(&self) -> SystemTime {
        *self
    }
}

impl Moment for OffsetDateTime {
    fn system_time(&self) -> SystemTime {
        (*self).into()
    }
}

impl Moment for i64 {
    fn system_time(&self) -> SystemTime {
        let since = Duration::from_secs(self.unsigned_abs());
        let moment = if *self < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(since)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(since)
        };
        moment.unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

impl<T: Moment + ?Sized> Moment for &T {
    fn system_time(&self) -> SystemTime {
        (**self).system_time()
    }
}
