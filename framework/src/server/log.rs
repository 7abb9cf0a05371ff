//! The `tracing` subscriber that a server installs, unless the program has one.

use crate::{Options, handler::Result};

/// Installs a subscriber that prints to standard error what `--log` asks for.
///
/// # Errors
///
/// The filter of the options is none.
#[cfg(feature = "log")]
pub(super) fn install(options: &Options) -> Result<()> {
    use std::io::{IsTerminal, stderr};

    use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

    use crate::handler::Misuse;

    let filter: Targets = options.log.parse().map_err(|error| {
        Misuse::error(format!(
            "`--log {}` is no filter: {error}; try `info`, or `info,squall::access=warn`",
            options.log
        ))
    })?;
    let lines = fmt::layer()
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal());
    // An error means that the program has a subscriber of its own, which stays.
    _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
    Ok(())
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
