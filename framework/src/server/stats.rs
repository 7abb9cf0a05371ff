//! [`stats`]: what the servers of this process have counted, for those who watch over them.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use super::{roster::Roster, vitals::Ticks};

/// The event loops whose counts are shown.
static LOOPS: Mutex<Vec<Weak<Roster>>> = Mutex::new(Vec::new());

/// What the servers of this process have counted so far.
///
/// It reads a few numbers of each event loop and looks through its connections once: microseconds for a thousand of them.
///
/// # Examples
///
/// ```
/// use squall::server::{Refusal, stats};
///
/// let stats = stats();
/// let requests: u64 = stats.loops.iter().map(|event_loop| event_loop.requests).sum();
/// let busy: u64 = stats
///     .loops
///     .iter()
///     .map(|event_loop| event_loop.refusals(Refusal::TooManyRequests))
///     .sum();
/// # assert_eq!((requests, busy), (0, 0));
/// ```
#[must_use]
pub fn stats() -> Stats {
    let loops: Vec<Arc<Roster>> = registered().iter().filter_map(Weak::upgrade).collect();
    Stats {
        loops: loops.iter().map(|roster| roster.stats()).collect(),
    }
}

/// Lets an event loop be seen in [`stats`] while it runs.
pub(super) fn register(roster: &Arc<Roster>) {
    let mut loops = registered();
    loops.retain(|roster| roster.strong_count() > 0);
    loops.push(Arc::downgrade(roster));
}

fn registered() -> MutexGuard<'static, Vec<Weak<Roster>>> {
    LOOPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the servers of this process have counted, as [`stats`] gives it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Stats {
    /// One for each event loop that runs.
    pub loops: Vec<LoopStats>,
}

/// What an event loop has counted since it was started.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoopStats {
    /// The connections it holds.
    pub connections: usize,
    /// The connections it was given.
    pub accepted: u64,
    /// The requests that are being answered.
    pub in_flight: usize,
    /// The requests whose head was read.
    pub requests: u64,
    /// The bytes that were read from sockets.
    pub bytes_read: u64,
    /// The bytes that were written to sockets.
    pub bytes_written: u64,
    /// By how much it came too late to its last tick: what a connection waits until its loop looks at it. It ticks twice a second.
    pub delay: Duration,
    /// The longest such delay.
    pub longest_delay: Duration,
    refusals: [u64; Refusal::ALL.len()],
}

impl LoopStats {
    /// How often something was refused for this reason.
    #[must_use]
    pub fn refusals(&self, refusal: Refusal) -> u64 {
        self.refusals[refusal as usize]
    }
}

/// Why a server refused a connection or a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// `--max-connections`, or the limit of open files: 503.
    TooManyConnections,
    /// `--max-connections-per-address`: 503.
    TooManyOfAddress,
    /// `--max-in-flight`: 503.
    TooManyRequests,
    /// What is no request, could be read in two ways, or asks for what nobody here can do: 400, 417, 501, 505.
    Malformed,
    /// `--max-head`, or too many fields: 431; 414 where it is the target.
    HeadTooLarge,
    /// `--head-deadline`: 408, or nothing where nothing had come.
    HeadDeadline,
    /// `--body-deadline`, or `--min-rate`: 408.
    BodyDeadline,
    /// `--write-deadline`, or `--min-rate`: the connection was closed.
    WriteDeadline,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::TooManyConnections,
        Self::TooManyOfAddress,
        Self::TooManyRequests,
        Self::Malformed,
        Self::HeadTooLarge,
        Self::HeadDeadline,
        Self::BodyDeadline,
        Self::WriteDeadline,
    ];

    /// A name for it, as labels of metrics have them: `too_many_connections`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooManyConnections => "too_many_connections",
            Self::TooManyOfAddress => "too_many_of_address",
            Self::TooManyRequests => "too_many_requests",
            Self::Malformed => "malformed",
            Self::HeadTooLarge => "head_too_large",
            Self::HeadDeadline => "head_deadline",
            Self::BodyDeadline => "body_deadline",
            Self::WriteDeadline => "write_deadline",
        }
    }
}

/// What one event loop counts. Its own thread writes most of it, so that plain loads and stores do; all may read.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) ticks: Ticks,
    /// Also counted by the thread that accepts: with it the quietest loop is found.
    connections: AtomicUsize,
    accepted: AtomicU64,
    requests: AtomicU64,
    bytes_read: AtomicU64,
    bytes_written: AtomicU64,
    delay: AtomicU64,
    longest_delay: AtomicU64,
    refusals: [AtomicU64; Refusal::ALL.len()],
}

fn add(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(more), Relaxed);
}

impl Ledger {
    /// Notes a connection that comes, on the thread that accepts.
    pub(super) fn arrive(&self) {
        self.connections.fetch_add(1, Relaxed);
        add(&self.accepted, 1);
    }

    /// Notes a connection that goes.
    pub(super) fn depart(&self) {
        self.connections.fetch_sub(1, Relaxed);
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Relaxed)
    }

    pub(super) fn request(&self) {
        add(&self.requests, 1);
    }

    pub(super) fn read(&self, bytes: usize) {
        add(&self.bytes_read, bytes as u64);
    }

    pub(super) fn written(&self, bytes: usize) {
        add(&self.bytes_written, bytes as u64);
    }

    pub(super) fn refuse(&self, refusal: Refusal) {
        // Not only its own thread: connections are refused where they are accepted.
        self.refusals[refusal as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn refusals(&self, refusal: Refusal) -> u64 {
        self.refusals[refusal as usize].load(Relaxed)
    }

    /// Notes by how much a tick came too late.
    pub(super) fn delay(&self, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self.delay.store(micros, Relaxed);
        self.longest_delay.fetch_max(micros, Relaxed);
    }

    pub(super) fn stats(&self, in_flight: usize) -> LoopStats {
        LoopStats {
            connections: self.connections(),
            accepted: self.accepted.load(Relaxed),
            in_flight,
            requests: self.requests.load(Relaxed),
            bytes_read: self.bytes_read.load(Relaxed),
            bytes_written: self.bytes_written.load(Relaxed),
            delay: Duration::from_micros(self.delay.load(Relaxed)),
            longest_delay: Duration::from_micros(self.longest_delay.load(Relaxed)),
            refusals: self.refusals.each_ref().map(|count| count.load(Relaxed)),
        }
    }
}
