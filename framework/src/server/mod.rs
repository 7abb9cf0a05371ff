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
pub(crate) mod head;
#[cfg(feature = "http2")]
mod http2;
pub(crate) mod limits;
mod listener;
mod log;
mod refusals;
pub(crate) mod roster;
pub(crate) mod runtime;
mod signals;
mod stats;
mod vitals;
pub(crate) mod wire;

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use self::{
    answers::Common, event_loop::EventLoop, gate::Gate, listener::Listeners, signals::Signals,
};
pub use self::{
    limits::Limits,
    stats::{LoopStats, Refusal, Stats, stats},
};
pub use crate::handler::Shutdown;
use crate::{
    Application, Options,
    handler::{Misuse, Result},
};

impl Application {
    /// Serves the application until SIGINT, SIGTERM or its [`shutdown`](Self::shutdown), and then finishes the requests in flight. A second
    /// signal ends it at once.
    ///
    /// It prints the addresses it listens on. It does not block the runtime it is awaited on: the event loops have threads of
    /// their own. Where the future is dropped, all connections are cut off at once.
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
        let common = Arc::new(Common::new(ready, options.limits.clone()).with(&options));
        let gate = Gate::new(&common.limits);
        let loops = start_loops(options.worker_count(), &common)?;
        let mut signals = Signals::listen()?;
        // Whoever reads this may send a signal at once.
        println!("{listeners}");
        let shutdown = common.ready.shutdown();
        let is_told = tokio::select! {
            () = listeners.accept(&loops, &gate) => false,
            () = signals.next() => true,
            () = shutdown.begun() => false,
            () = refusals::tell(&loops) => false,
        };
        drop(listeners);
        shutdown.begin();
        tokio::select! {
            () = drain(loops, &common) => {}
            () = signals.second(is_told) => {
                tracing::warn!(target: "squall", "told to end once more: requests are cut off");
            }
        }
        Ok(())
    }
}

/// The most event loops: no machine has as many cores, and each loop takes a thread and a few files.
const MOST_LOOPS: usize = 1024;

fn start_loops(count: usize, common: &Arc<Common>) -> Result<Vec<EventLoop>> {
    if count > MOST_LOOPS {
        return Err(Misuse::error(format!(
            "`--workers {count}` is too many: at most {MOST_LOOPS}, by default one a core"
        )));
    }
    let start = |index| {
        EventLoop::start(index, common).map_err(|error| {
            Misuse::error(format!(
                "cannot start event loop {index} of {count}: {error}; `--workers` asks for fewer"
            ))
        })
    };
    let loops = (0..count).map(start).collect::<Result<Vec<_>>>()?;
    clock::start(loops.iter().map(EventLoop::roster))?;
    Ok(loops)
}

/// Lets all connections end: those in flight have until the deadline.
async fn drain(mut loops: Vec<EventLoop>, common: &Common) {
    for event_loop in &loops {
        event_loop.drain();
    }
    let deadline = common.limits.drain_deadline;
    if deadline.is_zero() {
        tracing::info!(target: "squall", "stopping: requests in flight have no deadline");
        return ended(&mut loops).await;
    }
    tracing::info!(target: "squall", "stopping: requests in flight have {deadline:?} to end");
    if timeout(deadline, ended(&mut loops)).await.is_err() {
        tell_cut_off(&loops, common);
        loops.iter_mut().for_each(EventLoop::cut_off);
        // A handler that holds its loop is not waited for.
        _ = timeout(HOOKS, ended(&mut loops)).await;
    }
}

/// How long what is cut off has for its hooks and its line in the access log.
const HOOKS: Duration = Duration::from_secs(1);

/// Waits until all event loops have ended.
async fn ended(loops: &mut [EventLoop]) {
    for event_loop in loops {
        event_loop.ended().await;
    }
}

/// Tells what is still under way at the deadline.
fn tell_cut_off(loops: &[EventLoop], common: &Common) {
    let deadline = common.limits.drain_deadline;
    let requests: usize = loops.iter().map(EventLoop::in_flight).sum();
    let connections: usize = loops
        .iter()
        .map(|event_loop| event_loop.ledger().connections())
        .sum();
    let alone = common.ready.detached();
    tracing::warn!(
        target: "squall",
        "cut off after {deadline:?}: requests: {requests}, connections: {connections}, on the blocking pool or without a client: {alone}; \
         `--drain-deadline` gives more time"
    );
}
