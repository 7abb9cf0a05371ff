//! [`Signals`]: SIGINT and SIGTERM, by which a process is asked to end.

use std::io;

/// The signals that ask the process to end, heard from the moment this is made.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// # Errors
    ///
    /// The system does not let them be heard.
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next of them.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that ask the process to end.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) {
        _ = tokio::signal::ctrl_c().await;
    }
}

impl Signals {
    /// Waits for the second signal. Where the program has begun the end by itself, a supervisor that asks for it too asks for the first
    /// time.
    pub(super) async fn second(&mut self, is_told: bool) {
        if !is_told {
            self.next().await;
        }
        self.next().await;
    }
}
