//! [`Options`]: what a server is told by its command line or its environment.

use std::time::Duration;

use crate::server::Limits;

/// What a server is told when it starts: by command line (`--port 80`) or environment (`SQUALL_PORT=80`), the first winning.
///
/// | option | variable | default |
/// |---|---|---|
/// | `--address` | `SQUALL_ADDRESS` | `127.0.0.1`; several are given one by one, or with commas between them |
/// | `--port` | `SQUALL_PORT` | `8888`; 0 picks a free one and prints it |
/// | `--socket-mode` | `SQUALL_SOCKET_MODE` | `600`; who may connect to a Unix socket, as `chmod` has it: `660` lets the group too |
/// | `--workers` | `SQUALL_WORKERS` | one event loop a core |
/// | `--debug` | `SQUALL_DEBUG=1` | off; shows the causes of errors on their pages |
/// | `--log` | `SQUALL_LOG` | `info`; `off`, `error`, `warn`, `info`, `debug` or `trace`, also by target: `info,squall::access=warn`, `info,squall=debug` |
/// | `--half-close` | `SQUALL_HALF_CLOSE=1` | off: a client that closes its side of a connection of HTTP/1 while it waits is taken for gone; with it, it gets its answer, and who is gone is found when that is written |
/// | `--watchdog` | `SQUALL_WATCHDOG` | `100ms`; a handler that holds an event loop for longer is logged; `0` is no watchdog |
///
/// The options of [`Limits`] stand beside them.
///
/// An address is one of these:
///
/// * a name or an address, with its own port or that of `--port`: `localhost`, `0.0.0.0`, `::`, `[::1]:8080`. A name is listened on
///   at each of its addresses. `::` is all of IPv6 and no more: `0.0.0.0` beside it is the rest.
/// * a Unix socket, `unix:/run/app.sock`. Its file is for its owner only, unless `--socket-mode` lets others, and is removed at the end;
///   one that was left behind is replaced, any other file is refused.
/// * an abstract name of Linux, `unix:@app`.
///
/// In code, a program begins with the defaults and changes fields: `let mut options = Options::default(); options.port = 80;`.
///
/// It is a `clap::Args`, so a program can put it beside options of its own:
///
/// ```
/// # #[cfg(feature = "options")] {
/// #[derive(clap::Parser)]
/// struct Cli {
///     #[command(flatten)]
///     server: squall::Options,
///     /// Where the stories are kept.
///     #[arg(long, default_value = "stories.json")]
///     stories: String,
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "options", derive(clap::Args))]
// The text above is for the reference, not for `--help`.
#[cfg_attr(feature = "options", command(about = None, long_about = None))]
#[non_exhaustive]
pub struct Options {
    /// Where to listen: names, addresses, `unix:PATH`; several with commas between them
    #[cfg_attr(
        feature = "options",
        arg(
            long = "address",
            env = "SQUALL_ADDRESS",
            default_value = "127.0.0.1",
            value_delimiter = ',',
            value_name = "ADDRESS"
        )
    )]
    pub addresses: Vec<String>,
    /// The port to listen on; 0 picks a free one
    #[cfg_attr(
        feature = "options",
        arg(long, env = "SQUALL_PORT", default_value_t = 8888, value_parser = port)
    )]
    pub port: u16,
    /// Who may connect to a Unix socket, as octal digits
    #[cfg_attr(
        feature = "options",
        arg(long, env = "SQUALL_SOCKET_MODE", value_name = "MODE", default_value = "600", value_parser = mode, hide_short_help = true)
    )]
    pub socket_mode: u32,
    /// The number of event loops [default: one a core]
    #[cfg_attr(
        feature = "options",
        arg(long, env = "SQUALL_WORKERS", value_name = "COUNT", value_parser = crate::server::limits::count)
    )]
    pub workers: Option<std::num::NonZeroUsize>,
    /// Show the causes of errors on their pages
    #[cfg_attr(
        feature = "options",
        arg(long, env = "SQUALL_DEBUG", value_parser = clap::builder::BoolishValueParser::new())
    )]
    pub debug: bool,
    /// Answer clients that have closed their side while they wait
    #[cfg_attr(
        feature = "options",
        arg(long, env = "SQUALL_HALF_CLOSE", value_parser = clap::builder::BoolishValueParser::new(), hide_short_help = true)
    )]
    pub half_close: bool,
    /// What to log: a level, or levels by target
    #[cfg_attr(
        feature = "options",
        arg(
            long,
            env = "SQUALL_LOG",
            default_value = "info",
            value_name = "FILTER"
        )
    )]
    pub log: String,
    /// How long a handler may hold its event loop before a line is logged; 0 is no watchdog
    #[cfg_attr(
        feature = "options",
        arg(long, env = "SQUALL_WATCHDOG", value_name = "TIME", default_value = "100ms", value_parser = crate::server::limits::duration)
    )]
    pub watchdog: Duration,
    /// How long a client may take, and how much it may ask for
    #[cfg_attr(feature = "options", command(flatten))]
    pub limits: Limits,
}

impl Options {
    /// Reads the command line and the environment. On a wrong option, and for `--help`, it prints and ends the program.
    #[cfg(feature = "options")]
    #[must_use]
    pub fn parse() -> Self {
        use clap::{Args, Command, FromArgMatches};

        let command = Self::augment_args(Command::new(env!("CARGO_PKG_NAME"))).after_help(
            "TIME is seconds, or carries its unit: 90, 500ms, 2m, 1h; 0 is none.\n\
             SIZE is bytes, or carries its unit: 65536, 64KiB, 1MiB.",
        );
        let matches = command
            .clone()
            .try_get_matches()
            .unwrap_or_else(|error| of_variable(error, &command).exit());
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    pub(crate) fn worker_count(&self) -> usize {
        self.workers
            .or_else(|| std::thread::available_parallelism().ok())
            .map_or(1, std::num::NonZeroUsize::get)
    }
}

/// Reads a port.
#[cfg(feature = "options")]
fn port(text: &str) -> Result<u16, String> {
    text.parse()
        .map_err(|_| "a port is a number from 0 to 65535".to_owned())
}

/// Reads the mode of a file.
#[cfg(feature = "options")]
fn mode(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text, 8)
        .ok()
        .filter(|mode| *mode <= 0o777);
    mode.ok_or_else(|| "a mode is three octal digits: 600, 660, 666".to_owned())
}

/// Names the variable that a wrong value comes from, where it is not from the command line: clap speaks of the option alone.
#[cfg(feature = "options")]
fn of_variable(mut error: clap::Error, command: &clap::Command) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};

    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let long = shown
        .split([' ', '='])
        .next()
        .unwrap_or_default()
        .trim_start_matches("--");
    let option = command
        .get_arguments()
        .find(|option| option.get_long() == Some(long));
    let variable = option.and_then(|option| option.get_env()?.to_str());
    if let Some(variable) = variable
        && std::env::var_os(variable).is_some()
        && !std::env::args_os().any(|argument| is_option(&argument, long))
    {
        let tip = format!("the value is that of the variable `{variable}`").into();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

/// Whether an argument is `--long` or `--long=…`.
#[cfg(feature = "options")]
fn is_option(argument: &std::ffi::OsStr, long: &str) -> bool {
    let name = argument.to_string_lossy();
    let name = name.split('=').next().unwrap_or_default();
    name.strip_prefix("--") == Some(long)
}

impl Default for Options {
    fn default() -> Self {
        Self {
            addresses: vec!["127.0.0.1".to_owned()],
            port: 8888,
            socket_mode: 0o600,
            workers: None,
            debug: false,
            half_close: false,
            log: "info".to_owned(),
            watchdog: Duration::from_millis(100),
            limits: Limits::default(),
        }
    }
}
