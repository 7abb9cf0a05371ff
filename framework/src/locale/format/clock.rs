//! From a moment to what a calendar and a clock show.

use std::time::{SystemTime, UNIX_EPOCH};

use time::{OffsetDateTime, PrimitiveDateTime};

/// The date and time so many minutes east of UTC. A moment before the year -9999 or after the year 9999 becomes the nearest in them.
pub(super) fn local(at: SystemTime, offset: i32) -> OffsetDateTime {
    let seconds = unix_seconds(at).saturating_add(i64::from(offset) * 60);
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or_else(|_| nearest(seconds))
}

fn nearest(seconds: i64) -> OffsetDateTime {
    let end = if seconds < 0 {
        PrimitiveDateTime::MIN
    } else {
        PrimitiveDateTime::MAX
    };
    end.assume_utc()
}

/// Whole seconds, rounded down.
fn unix_seconds(at: SystemTime) -> i64 {
    match at.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(e) => {
            let before = e.duration();
            let seconds = before
                .as_secs()
                .saturating_add(u64::from(before.subsec_nanos() > 0));
            i64::try_from(seconds).map_or(i64::MIN, |seconds| -seconds)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn shown(at: SystemTime, offset: i32) -> String {
        let local = local(at, offset);
        format!("{} {}", local.date(), local.time())
    }

    #[test]
    fn the_offset_is_added() {
        assert_eq!(shown(UNIX_EPOCH, 0), "1970-01-01 0:00:00.0");
        assert_eq!(shown(UNIX_EPOCH, 330), "1970-01-01 5:30:00.0");
        assert_eq!(shown(UNIX_EPOCH, -480), "1969-12-31 16:00:00.0");
    }

    #[test]
    fn parts_of_a_second_are_rounded_down() {
        let half = Duration::from_millis(500);
        assert_eq!(shown(UNIX_EPOCH + half, 0), "1970-01-01 0:00:00.0");
        assert_eq!(shown(UNIX_EPOCH - half, 0), "1969-12-31 23:59:59.0");
    }

    #[test]
    fn what_no_calendar_shows_is_the_nearest() {
        let far = Duration::from_secs(1 << 60);
        assert_eq!(
            local(UNIX_EPOCH + far, i32::MAX).year(),
            PrimitiveDateTime::MAX.year()
        );
        assert_eq!(
            local(UNIX_EPOCH - far, i32::MIN).year(),
            PrimitiveDateTime::MIN.year()
        );
    }
}
