//! [`Limits`]: how long a client may take, and how much it may ask for.

use std::{num::NonZeroUsize, time::Duration};

/// How long a client may take, and how much it may ask for. Part of [`Options`](crate::Options), with an option and a variable for
/// each.
///
/// | option | default | beyond it |
/// |---|---|---|
/// | `--max-head` | 64 KiB, and 100 fields | 431, or 414 where half of it is the target, and the connection is closed; of HTTP/2 431, and the stream is reset |
/// | `--head-deadline` | 30 s from the first byte of a request to the end of its head | 408, and the connection is closed |
/// | `--idle-deadline` | 75 s without a request | the connection is closed |
/// | `--body-deadline` | 30 s without a byte of content that a handler waits for | 408, and the connection is closed |
/// | `--write-deadline` | 30 s in which the client takes nothing of an answer | the connection is closed |
/// | `--min-rate` | 240 bytes a second, over the time of a body deadline | as the deadline of what is slow |
/// | `--max-age` | none | after the answer in flight the connection is closed; an open WebSocket with 1001 |
/// | `--max-requests` | none | the last answer says `connection: close` |
/// | `--max-connections` | what the limit of open files allows | 503, and the connection is closed |
/// | `--max-connections-per-address` | none; behind a proxy all connections are of its address | 503, and the connection is closed |
/// | `--max-in-flight` | none; a WebSocket counts until it is open, an event stream for as long as it lives | 503 with `retry-after` |
/// | `--drain-deadline` | 30 s from the signal to end | what is still under way is cut off |
///
/// Deadlines are looked at twice a second, so they are kept to within half a second. Zero is none.
///
/// Durations are seconds, or carry their unit: `90`, `90s`, `2m`, `500ms`. Sizes are bytes, or carry theirs: `65536`, `64KiB`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "options", derive(clap::Args))]
#[cfg_attr(feature = "options", command(about = None, long_about = None, next_help_heading = "Limits"))]
#[non_exhaustive]
pub struct Limits {
    /// The largest head of a request
    #[cfg_attr(feature = "options", arg(long, env = "SQUALL_MAX_HEAD", value_name = "SIZE", default_value = "64KiB", value_parser = size, hide_short_help = true))]
    pub max_head: usize,
    /// The time for the head of a request
    #[cfg_attr(feature = "options", arg(long, env = "SQUALL_HEAD_DEADLINE", value_name = "TIME", default_value = "30s", value_parser = duration, hide_short_help = true))]
    pub head_deadline: Duration,
    /// The time between two requests of a connection
    #[cfg_attr(feature = "options", arg(long, env = "SQUALL_IDLE_DEADLINE", value_name = "TIME", default_value = "75s", value_parser = duration, hide_short_help = true))]
    pub idle_deadline: Duration,
    /// The time between two bytes of content that is waited for
    #[cfg_attr(feature = "options", arg(long, env = "SQUALL_BODY_DEADLINE", value_name = "TIME", default_value = "30s", value_parser = duration, hide_short_help = true))]
    pub body_deadline: Duration,
    /// The time in which a client must take something of its answer
    #[cfg_attr(feature = "options", arg(long, env = "SQUALL_WRITE_DEADLINE", value_name = "TIME", default_value = "30s", value_parser = duration, hide_short_help = true))]
    pub write_deadline: Duration,
    /// The least speed of a client in bytes a second
    #[cfg_attr(feature = "options", arg(long, env = "SQUALL_MIN_RATE", value_name = "SIZE", default_value = "240", value_parser = size, hide_short_help = true))]
    pub min_rate: usize,
    /// The longest life of a connection [default: no limit]
    #[cfg_attr(feature = "options", arg(long, env = "SQUALL_MAX_AGE", value_name = "TIME", value_parser = duration, hide_short_help = true))]
    pub max_age: Option<Duration>,
    /// The most requests of a connection [default: no limit]
    #[cfg_attr(
        feature = "options",
        arg(
            long,
            env = "SQUALL_MAX_REQUESTS",
            value_name = "COUNT",
            value_parser = count,
            hide_short_help = true
        )
    )]
    pub max_requests: Option<NonZeroUsize>,
    /// The most connections [default: what the limit of open files allows]
    #[cfg_attr(
        feature = "options",
        arg(
            long,
            env = "SQUALL_MAX_CONNECTIONS",
            value_name = "COUNT",
            value_parser = count,
            hide_short_help = true
        )
    )]
    pub max_connections: Option<NonZeroUsize>,
    /// The most connections of one address [default: no limit]
    #[cfg_attr(
        feature = "options",
        arg(
            long,
            env = "SQUALL_MAX_CONNECTIONS_PER_ADDRESS",
            value_name = "COUNT",
            value_parser = count,
            hide_short_help = true
        )
    )]
    pub max_connections_per_address: Option<NonZeroUsize>,
    /// The most requests at one time [default: no limit]
    #[cfg_attr(
        feature = "options",
        arg(
            long,
            env = "SQUALL_MAX_IN_FLIGHT",
            value_name = "COUNT",
            value_parser = count,
            hide_short_help = true
        )
    )]
    pub max_in_flight: Option<NonZeroUsize>,
    /// The time for requests in flight when the server is told to end
    #[cfg_attr(feature = "options", arg(long, env = "SQUALL_DRAIN_DEADLINE", value_name = "TIME", default_value = "30s", value_parser = duration, hide_short_help = true))]
    pub drain_deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_head: 64 * 1024,
            head_deadline: Duration::from_secs(30),
            idle_deadline: Duration::from_secs(75),
            body_deadline: Duration::from_secs(30),
            write_deadline: Duration::from_secs(30),
            min_rate: 240,
            max_age: None,
            max_requests: None,
            max_connections: None,
            max_connections_per_address: None,
            max_in_flight: None,
            drain_deadline: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// The smallest head that may be asked for: with less, hardly any request is one.
    const LEAST_HEAD: usize = 1024;

    /// Looks for limits with which nothing could be served.
    ///
    /// # Errors
    ///
    /// What is wrong, and how to mend it.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.max_head < Self::LEAST_HEAD {
            return Err(format!(
                "`--max-head {}` leaves no room for the head of a request: at least 1KiB, by default 64KiB",
                self.max_head
            ));
        }
        Ok(())
    }
}

/// Reads a time: a number of seconds, or one with its unit.
#[cfg(feature = "options")]
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let milliseconds = match unit {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => return Err(format!("`{unit}` is no unit of time: ms, s, m or h")),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| "a time is a whole number and a unit, like `30s`".to_owned())?;
    let milliseconds = number
        .checked_mul(milliseconds)
        .ok_or("the time is too long")?;
    Ok(Duration::from_millis(milliseconds))
}

/// Reads a count: a number from 1 on.
#[cfg(feature = "options")]
pub(crate) fn count(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| {
        "a count is a whole number from 1 on; leave the option out for the default".to_owned()
    })
}

/// Reads a size: a number of bytes, or one with its unit.
#[cfg(feature = "options")]
fn size(text: &str) -> Result<usize, String> {
    let (number, unit) = split(text);
    let bytes = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(format!("`{unit}` is no unit of size: KiB, MiB or GiB")),
    };
    let number: usize = number
        .parse()
        .map_err(|_| "a size is a whole number and a unit, like `64KiB`".to_owned())?;
    number
        .checked_mul(bytes)
        .ok_or_else(|| "the size is too large".to_owned())
}

/// A number and its unit.
#[cfg(feature = "options")]
fn split(text: &str) -> (&str, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}
