//! [`Gate`]: which new connections are let in.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use super::{limits::Limits, stats::Refusal};

/// Files that are not connections: the sockets that listen, the event queues, the log, what the program opens itself.
const RESERVED: usize = 64;

/// Refused connections at one time that get the time to read why.
const REFUSED: usize = 32;

/// Which new connections are let in.
#[derive(Debug)]
pub(super) struct Gate {
    most: usize,
    most_of_one: Option<usize>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// All, those among them that are refused included.
    inside: AtomicUsize,
    refused: AtomicUsize,
    of_address: Mutex<HashMap<IpAddr, usize>>,
    left: Notify,
}

/// What becomes of a new connection.
#[derive(Debug)]
pub(super) enum Admission {
    /// It is served.
    Welcome(Pass),
    /// It is told that there is no room.
    Refused(Refusal, Pass),
    /// It is closed without a word: its address has too many, and so many are being told so that no more can be.
    TurnedAway,
}

impl Gate {
    pub(super) fn new(limits: &Limits) -> Self {
        let files = raise_file_limit();
        let room = files.saturating_sub(RESERVED + REFUSED).max(1);
        let most = limits.max_connections.map_or(room, NonZeroUsize::get);
        if most > room {
            tracing::warn!(
                target: "squall",
                "{most} connections are allowed, but the limit of open files ({files}) leaves room for {room}: raise it (`ulimit -n`)"
            );
        }
        Self {
            most: most.min(room),
            most_of_one: limits.max_connections_per_address.map(NonZeroUsize::get),
            counts: Arc::default(),
        }
    }

    /// Waits until there is room for one more, be it to be refused. Who comes meanwhile waits where connections wait to be accepted.
    pub(super) async fn room(&self) {
        loop {
            let left = self.counts.left.notified();
            if self.counts.inside.load(Ordering::Relaxed) < self.most + REFUSED {
                return;
            }
            left.await;
        }
    }

    /// Looks at a new connection.
    pub(super) fn admit(&self, remote_addr: Option<SocketAddr>) -> Admission {
        let address = self.most_of_one.and(remote_addr).map(|remote| remote.ip());
        let is_too_many = self.counts.inside.load(Ordering::Relaxed) >= self.most;
        let of_address = address.map_or(0, |address| self.counts.count(address));
        let refusal = if is_too_many {
            Some(Refusal::TooManyConnections)
        } else if self.most_of_one.is_some_and(|most| of_address >= most) {
            Some(Refusal::TooManyOfAddress)
        } else {
            None
        };
        match refusal {
            None => Admission::Welcome(self.counts.enter(address, false)),
            Some(Refusal::TooManyOfAddress) if self.counts.is_busy_refusing() => {
                Admission::TurnedAway
            }
            Some(refusal) => Admission::Refused(refusal, self.counts.enter(address, true)),
        }
    }
}

impl Counts {
    fn enter(self: &Arc<Self>, address: Option<IpAddr>, is_refused: bool) -> Pass {
        self.inside.fetch_add(1, Ordering::Relaxed);
        if is_refused {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(address) = address {
            *self.addresses().entry(address).or_default() += 1;
        }
        Pass {
            counts: Arc::clone(self),
            address,
            is_refused,
        }
    }

    fn is_busy_refusing(&self) -> bool {
        self.refused.load(Ordering::Relaxed) >= REFUSED
    }

    /// The connections of an address.
    fn count(&self, address: IpAddr) -> usize {
        self.addresses().get(&address).copied().unwrap_or_default()
    }

    fn addresses(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.of_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is inside, until this is dropped.
#[derive(Debug)]
pub(crate) struct Pass {
    counts: Arc<Counts>,
    address: Option<IpAddr>,
    is_refused: bool,
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.counts.inside.fetch_sub(1, Ordering::Relaxed);
        if self.is_refused {
            self.counts.refused.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(address) = self.address {
            let mut addresses = self.counts.addresses();
            if let Some(count) = addresses.get_mut(&address) {
                *count -= 1;
                if *count == 0 {
                    addresses.remove(&address);
                }
            }
        }
        self.counts.left.notify_waiters();
    }
}

/// Raises the soft limit of open files to the hard one. Gives the limit.
#[cfg(unix)]
fn raise_file_limit() -> usize {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) => usize::try_from(files).unwrap_or(usize::MAX),
        Err(error) => {
            tracing::warn!(target: "squall", "cannot raise the limit of open files: {error}");
            1024
        }
    }
}

/// There is no such limit.
#[cfg(not(unix))]
fn raise_file_limit() -> usize {
    usize::MAX
}
