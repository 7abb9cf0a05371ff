//! One event loop: a thread with a single-threaded runtime, and the connections that were given to it.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, thread};

use tokio::sync::{mpsc, oneshot};

use super::{
    answers::Common,
    gate::Pass,
    roster::{Roster, Seat},
    stats::{self, Ledger},
    wire::{Loose, Socket},
};
use crate::handler::watchdog;

/// The handle of an event loop, which ends with it at the latest.
pub(super) struct EventLoop {
    arrivals: mpsc::UnboundedSender<Handed>,
    roster: Arc<Roster>,
    ended: oneshot::Receiver<()>,
    /// Nothing is ever sent: when it goes, what is still under way is cut off.
    held: Option<oneshot::Sender<Infallible>>,
}

/// A new connection.
pub(super) struct Arrival {
    pub(super) socket: Socket,
    pub(super) remote_addr: Option<SocketAddr>,
    /// Whether it is served, or told that there is no room.
    pub(super) is_welcome: bool,
    pub(super) pass: Pass,
}

/// A new connection on its way to its loop.
struct Handed {
    socket: Loose,
    remote_addr: Option<SocketAddr>,
    is_welcome: bool,
    seat: Seat,
}

impl EventLoop {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The thread or its runtime cannot be made.
    pub(super) fn start(index: usize, common: &Arc<Common>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (arrivals, arriving) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        let (held, let_go) = oneshot::channel();
        let roster = Roster::new(Arc::clone(common));
        stats::register(&roster);
        let (seen, patience) = (Arc::clone(roster.seen()), common.patience);
        let run = run(arriving, Arc::clone(&roster), Arc::clone(common));
        thread::Builder::new()
            .name(format!("squall-{index}"))
            .spawn(move || {
                watchdog::install(patience, seen);
                runtime.block_on(async {
                    tokio::select! {
                        () = run => {}
                        _ = let_go => {}
                    }
                });
                // A method on the blocking pool cannot be stopped, and nobody waits for it any more.
                runtime.shutdown_background();
                _ = end.send(());
            })?;
        Ok(Self {
            arrivals,
            roster,
            ended,
            held: Some(held),
        })
    }

    /// What it counts.
    pub(super) fn ledger(&self) -> &Ledger {
        self.roster.ledger()
    }

    /// Its connections.
    pub(super) fn roster(&self) -> &Arc<Roster> {
        &self.roster
    }

    /// The number of requests that are being answered.
    pub(super) fn in_flight(&self) -> usize {
        self.roster.in_flight()
    }

    /// Takes a new connection.
    pub(super) fn take(&self, arrival: Arrival) {
        let seat = self.roster.seat(Some(arrival.pass));
        match arrival.socket.loosen() {
            Ok(socket) => {
                _ = self.arrivals.send(Handed {
                    socket,
                    remote_addr: arrival.remote_addr,
                    is_welcome: arrival.is_welcome,
                    seat,
                });
            }
            Err(error) => {
                tracing::error!(target: "squall", "cannot hand a connection over: {error}");
            }
        }
    }

    /// Lets its connections end.
    pub(super) fn drain(&self) {
        self.roster.drain();
    }

    /// Waits until it has ended: no new connection can come any more, and the last one is closed.
    pub(super) async fn ended(&mut self) {
        // Without the other end of the channel, the loop ends behind its last connection.
        self.arrivals = mpsc::unbounded_channel().0;
        if !self.ended.is_terminated() {
            _ = (&mut self.ended).await;
        }
    }

    /// Cuts off what is still under way.
    pub(super) fn cut_off(&mut self) {
        self.held = None;
    }
}

async fn run(
    mut arriving: mpsc::UnboundedReceiver<Handed>,
    roster: Arc<Roster>,
    common: Arc<Common>,
) {
    tokio::spawn(Arc::clone(&roster).sweep());
    while let Some(handed) = arriving.recv().await {
        take_over(handed, &roster);
    }
    roster.empty().await;
    // What goes on without its connection runs on this loop too.
    common.ready.idle().await;
}

fn take_over(handed: Handed, roster: &Arc<Roster>) {
    match handed.socket.settle() {
        Ok(socket) if handed.is_welcome => roster.admit(socket, handed.remote_addr, handed.seat),
        Ok(socket) => roster.refuse(socket, handed.seat),
        Err(error) => tracing::debug!(target: "squall", "cannot take a connection over: {error}"),
    }
}
