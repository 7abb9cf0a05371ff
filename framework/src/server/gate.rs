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

use super::{limits::Limits, stats::Refusal};

/// Files that are not connections: the sockets that listen, the event queues, the log, what the program opens itself.
const RESERVED: usize = 64;

/// Refused connections at one time that get the time to read why.
const REFUSED: usize = 32;

/// The connections of each address.
type Addresses = Mutex<HashMap<IpAddr, usize>>;

/// Which new connections are let in.
#[derive(Debug)]
pub(super) struct Gate {
    most: usize,
    most_of_one: Option<usize>,
    inside: Arc<AtomicUsize>,
    addresses: Arc<Addresses>,
}

/// What becomes of a new connection.
#[derive(Debug)]
pub(super) enum Admission {
    /// It is served.
    Welcome(Pass),
    /// It is told that there is no room.
    Refused(Refusal, Pass),
    /// Not even that.
    Dropped,
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
            inside: Arc::default(),
            addresses: Arc::default(),
        }
    }

    /// Looks at a new connection.
    pub(super) fn admit(&self, remote_addr: Option<SocketAddr>) -> Admission {
        let inside = self.inside.fetch_add(1, Ordering::Relaxed);
        let address = match (self.most_of_one, remote_addr) {
            (Some(_), Some(remote_addr)) => Some(remote_addr.ip()),
            _ => None,
        };
        let pass = Pass {
            inside: Arc::clone(&self.inside),
            address: address.map(|address| (address, Arc::clone(&self.addresses))),
        };
        let of_one = address.map_or(0, |address| {
            let mut addresses = lock(&self.addresses);
            let count = addresses.entry(address).or_default();
            *count += 1;
            *count
        });
        if inside >= self.most + REFUSED {
            Admission::Dropped
        } else if inside >= self.most {
            Admission::Refused(Refusal::TooManyConnections, pass)
        } else if self.most_of_one.is_some_and(|most| of_one > most) {
            Admission::Refused(Refusal::TooManyOfAddress, pass)
        } else {
            Admission::Welcome(pass)
        }
    }
}

/// A connection that is inside, until this is dropped.
#[derive(Debug)]
pub(crate) struct Pass {
    inside: Arc<AtomicUsize>,
    address: Option<(IpAddr, Arc<Addresses>)>,
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.inside.fetch_sub(1, Ordering::Relaxed);
        let Some((address, addresses)) = &self.address else {
            return;
        };
        let mut addresses = lock(addresses);
        if let Some(count) = addresses.get_mut(address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(address);
            }
        }
    }
}

fn lock(addresses: &Addresses) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
    addresses.lock().unwrap_or_else(PoisonError::into_inner)
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
