//! The `tracing` subscriber that a server installs, unless the program has one.

use crate::{Options, handler::Result};

/// Installs a subscriber that prints to standard error what `--log` asks for.
///
/// # Errors
///
/// The filter of the options is none.
#[cfg(feature = "log")]
pub(super) fn install(options: &Options) -> Result<()> {
    use std::{
        fmt,
        io::{IsTerminal, stderr},
    };

    use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

    use crate::handler::Misuse;

    let refuse = |why: &dyn fmt::Display| {
        Misuse::error(format!(
            "`--log {}` is no filter: {why}; try `info`, or `info,squall::access=warn`",
            options.log
        ))
    };
    if let Some(word) = no_level(&options.log) {
        return Err(refuse(&format_args!(
            "`{word}` is no level: `off`, `error`, `warn`, `info`, `debug` or `trace`"
        )));
    }
    let filter: Targets = options.log.parse().map_err(|error| refuse(&error))?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal());
    // An error means that the program has a subscriber of its own, which stays.
    _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
    Ok(())
}

/// A word that stands where a level does and is none, such as `warning`. The filter would take it for a target, and log nothing else.
#[cfg(feature = "log")]
fn no_level(filter: &str) -> Option<&str> {
    let mut parts = filter
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.find(|part| {
        !part.contains(['=', '['])
            && part
                .parse::<tracing_subscriber::filter::LevelFilter>()
                .is_err()
    })
}

/// Without the feature `log`, the program installs its own.
///
/// # Errors
///
/// None.
#[cfg(not(feature = "log"))]
pub(super) fn install(options: &Options) -> Result<()> {
    _ = &options.log;
    Ok(())
}
