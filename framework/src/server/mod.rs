//! squall's own server: listening sockets, an event loop on every core, connections, and a polite end.
//!
//! [`Application::serve`] opens the sockets, starts the event loops and accepts; each new connection goes to the loop that holds
//! the fewest. SIGINT or SIGTERM ends it: nothing new is accepted, idle connections are closed, requests in flight are
//! finished.
//!
//! What a handler spawns (`tokio::spawn`) runs on the event loop of its request, and is dropped when that ends: work that must not be lost
//! belongs to a task of the program, beside `serve` (see [`Shutdown`]).
//!
//! It speaks HTTP/1.1, and HTTP/2 with the feature `http2`, both without TLS so far: that is the work of a proxy in front of it.

pub(crate) mod address;
pub(crate) mod answers;
pub(crate) mod clock;
mod connection;
mod content;
mod event_loop;
mod farewell;
mod fault;
pub(crate) mod gate;
mod head;
#[cfg(feature = "http2")]
mod http2;
pub(crate) mod limits;
mod listener;
mod log;
mod refusals;
pub(crate) mod roster;
pub(crate) mod runtime;
mod stats;
mod vitals;
pub(crate) mod wire;

use std::{io, sync::Arc};

use tokio::time::timeout;

use self::{answers::Common, event_loop::EventLoop, gate::Gate, listener::Listeners};
pub use self::{
    limits::Limits,
    stats::{LoopStats, Refusal, Stats, stats},
};
pub use crate::handler::Shutdown;
use crate::{
    Application, Options,
    handler::{Error, Misuse, Result},
};

impl Application {
    /// Serves the application until SIGINT, SIGTERM or its [`shutdown`](Self::shutdown), and then finishes the requests in flight. A second
    /// signal ends it at once.
    ///
    /// It prints the addresses it listens on. It does not block the runtime it is awaited on: the event loops have threads of
    /// their own.
    ///
    /// # Errors
    ///
    /// The application does not pass [`check`](Self::check); a setting cannot be kept; an address cannot be bound; a thread cannot be started.
    pub async fn serve(self, options: Options) -> Result<()> {
        log::install(&options)?;
        options.limits.check().map_err(Misuse::error)?;
        let debug = options.debug || self.is_debug();
        let ready = self.debug(debug).ready()?;
        let mut listeners = Listeners::open(&options).await?;
        println!("{listeners}");
        let common = Arc::new(Common::new(ready, options.limits.clone(), options.watchdog));
        let gate = Gate::new(&common.limits);
        let loops = start_loops(options.worker_count(), &common)?;
        let signal = termination()?;
        let shutdown = common.ready.shutdown();
        tokio::select! {
            () = listeners.accept(&loops, &gate) => {}
            () = signal => {}
            () = shutdown.begun() => {}
            () = refusals::tell(&loops) => {}
        }
        drop(listeners);
        shutdown.begin();
        let again = termination()?;
        tokio::select! {
            () = drain(loops, &common) => {}
            () = again => tracing::warn!(target: "squall", "told to end once more: requests are cut off"),
        }
        Ok(())
    }
}

fn start_loops(count: usize, common: &Arc<Common>) -> Result<Vec<EventLoop>> {
    let loops = (0..count)
        .map(|index| EventLoop::start(index, common).map_err(Error::from))
        .collect::<Result<Vec<_>>>()?;
    clock::start(loops.iter().map(EventLoop::roster))?;
    Ok(loops)
}

/// Lets all connections end: those in flight have until the deadline.
async fn drain(mut loops: Vec<EventLoop>, common: &Common) {
    let deadline = common.limits.drain_deadline;
    tracing::info!(target: "squall", "stopping: requests in flight have {deadline:?} to end");
    for event_loop in &loops {
        event_loop.drain();
    }
    let ended = timeout(deadline, async {
        for event_loop in &mut loops {
            event_loop.ended().await;
        }
    });
    if ended.await.is_err() {
        let connections: usize = loops
            .iter()
            .map(|event_loop| event_loop.ledger().connections())
            .sum();
        let requests: usize = loops.iter().map(EventLoop::in_flight).sum();
        tracing::warn!(
            target: "squall",
            "cut off after {deadline:?}: requests: {requests}, connections: {connections}; `--drain-deadline` gives more time"
        );
    }
}

/// Ends when the process is asked to.
#[cfg(unix)]
fn termination() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when the process is asked to.
#[cfg(not(unix))]
fn termination() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        _ = tokio::signal::ctrl_c().await;
    })
}
