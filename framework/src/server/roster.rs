//! [`Roster`]: the connections of one event loop, and the sweep that goes through them.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

use super::{
    answers::Common,
    clock::Bell,
    connection::Connection,
    gate::Pass,
    stats::{Ledger, LoopStats},
    vitals::{Order, Phase, Vitals},
    wire::Socket,
};
use crate::handler::watchdog::{Seen, Watch};

/// The connections of one event loop.
#[derive(Debug)]
pub(crate) struct Roster {
    common: Arc<Common>,
    ledger: Arc<Ledger>,
    bell: Arc<Bell>,
    seen: Arc<Seen>,
    /// Only its own loop locks it; another thread does when a server ends.
    members: Mutex<Vec<Arc<Vitals>>>,
    is_draining: AtomicBool,
    emptied: Notify,
}

impl Roster {
    pub(crate) fn new(common: Arc<Common>) -> Arc<Self> {
        Arc::new(Self {
            common,
            ledger: Arc::default(),
            bell: Arc::default(),
            seen: Arc::default(),
            members: Mutex::default(),
            is_draining: AtomicBool::new(false),
            emptied: Notify::new(),
        })
    }

    /// What the connections of the server have in common.
    pub(super) fn common(&self) -> &Arc<Common> {
        &self.common
    }

    /// What it is ticked by.
    pub(super) fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    /// What another thread sees of the poll under way.
    pub(super) fn seen(&self) -> &Arc<Seen> {
        &self.seen
    }

    /// Counts a connection that is on its way here. No gate has let it in where there is no pass.
    pub(crate) fn seat(&self, pass: Option<Pass>) -> Seat {
        self.ledger.arrive();
        Seat {
            ledger: Arc::clone(&self.ledger),
            _pass: pass,
        }
    }

    /// Serves a connection, as a task of the runtime it is called on.
    pub(crate) fn admit(
        self: &Arc<Self>,
        socket: Socket,
        remote_addr: Option<SocketAddr>,
        seat: Seat,
    ) {
        let member = self.join(Some(seat));
        if self.is_draining.load(Ordering::Relaxed) {
            member.vitals.give(Order::Last);
        }
        let connection = Connection::new(socket, remote_addr, member);
        tokio::spawn(Watch::new(connection));
    }

    /// Tells a connection that there is no room.
    pub(crate) fn refuse(self: &Arc<Self>, socket: Socket, seat: Seat) {
        let member = self.join(Some(seat));
        tokio::spawn(Watch::new(Connection::refused(socket, member)));
    }

    /// Takes a connection in, or a stream, which has no seat of its own.
    pub(super) fn join(self: &Arc<Self>, seat: Option<Seat>) -> Member {
        let vitals = Arc::new(Vitals::new(Arc::clone(&self.ledger)));
        let mut members = self.lock();
        vitals.sit(members.len());
        members.push(Arc::clone(&vitals));
        drop(members);
        Member {
            roster: Arc::clone(self),
            vitals,
            _seat: seat,
        }
    }

    /// Keeps the deadlines, tick by tick, for ever.
    pub(crate) async fn sweep(self: Arc<Self>) {
        loop {
            let delay = self.bell.heard().await;
            self.ledger.delay(delay);
            self.ledger.ticks.advance();
            for vitals in self.lock().iter() {
                vitals.sweep(&self.common.limits);
                if self.is_draining.load(Ordering::Relaxed) {
                    vitals.drain();
                }
            }
        }
    }

    /// Tells that the loop does not turn any more, if somebody wants to know.
    pub(super) fn report_stall(&self, index: usize, stalled: Duration) {
        if self.common.patience.is_zero() {
            return;
        }
        let mut places = self.common.ready.places();
        let culprit = places.find(|place| self.seen.is(place)).map_or_else(
            || "work outside of any handler of this application".to_owned(),
            |place| format!("{} on {}", place.owner, place.text()),
        );
        let waiting = self.ledger.connections();
        tracing::error!(
            target: "squall::watchdog",
            "event loop {index} has stood still for {stalled:?}, held by {culprit}, which is not over yet; connections waiting: {waiting}",
        );
    }

    /// Lets all connections end: what is at rest at once, the others behind their answer.
    pub(crate) fn drain(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
        for vitals in self.lock().iter() {
            vitals.give(Order::Last);
        }
    }

    /// Waits until there is no connection.
    pub(crate) async fn empty(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.lock().is_empty() {
                return;
            }
            emptied.await;
        }
    }

    /// What its event loop counts.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn stats(&self) -> LoopStats {
        self.ledger.stats(self.in_flight())
    }

    /// The number of requests that are being answered.
    pub(super) fn in_flight(&self) -> usize {
        let answering = |vitals: &&Arc<Vitals>| vitals.phase() == Phase::Answering;
        self.lock().iter().filter(answering).count()
    }

    fn leave(&self, vitals: &Vitals) {
        let mut members = self.lock();
        let place = vitals.place();
        members.swap_remove(place);
        if let Some(moved) = members.get(place) {
            moved.sit(place);
        }
        if members.is_empty() {
            self.emptied.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Vitals>>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in the roster of its loop, or a stream of one.
pub(super) struct Member {
    roster: Arc<Roster>,
    vitals: Arc<Vitals>,
    _seat: Option<Seat>,
}

impl Member {
    pub(super) fn roster(&self) -> &Arc<Roster> {
        &self.roster
    }

    pub(super) fn vitals(&self) -> &Arc<Vitals> {
        &self.vitals
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.roster.leave(&self.vitals);
    }
}

/// A connection in the counts of its loop and of the gate.
#[derive(Debug)]
pub(crate) struct Seat {
    ledger: Arc<Ledger>,
    _pass: Option<Pass>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.ledger.depart();
    }
}
