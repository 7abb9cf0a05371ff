//! The clock of a server: a thread that ticks for all event loops, and finds one that does not turn any more.
//!
//! So an event loop has no timer of its own, and a turn in which no handler waits for one never asks what time it is. The
//! [watchdog](crate::handler::watchdog) of a loop can only speak of a poll that has ended; here somebody else looks, from outside.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::roster::Roster;

/// The time between two ticks.
pub(super) const TICK: Duration = Duration::from_millis(500);

/// The ticks that a loop has not heard after which it has stalled.
const STALLED: u32 = 4;

/// Ticks for these event loops, until the last of them is gone.
///
/// # Errors
///
/// The thread cannot be started.
pub(crate) fn start<'r>(rosters: impl IntoIterator<Item = &'r Arc<Roster>>) -> io::Result<()> {
    let ticked: Vec<_> = rosters.into_iter().map(Ticked::new).collect();
    let run = move || {
        while ticked.iter().any(Ticked::is_there) {
            thread::sleep(TICK);
            for (index, event_loop) in ticked.iter().enumerate() {
                event_loop.tick(index);
            }
        }
    };
    let name = "squall-clock".to_owned();
    thread::Builder::new().name(name).spawn(run)?;
    Ok(())
}

/// An event loop that is ticked for. Its roster is not held: the application, which is behind it, would end on this thread.
struct Ticked {
    bell: Arc<Bell>,
    roster: Weak<Roster>,
}

impl Ticked {
    fn new(roster: &Arc<Roster>) -> Self {
        Self {
            bell: Arc::clone(roster.bell()),
            roster: Arc::downgrade(roster),
        }
    }

    fn is_there(&self) -> bool {
        self.roster.strong_count() > 0
    }

    fn tick(&self, index: usize) {
        if self.bell.strike() != STALLED {
            return;
        }
        if let Some(roster) = self.roster.upgrade() {
            roster.report_stall(index, TICK * STALLED);
        }
    }
}

/// What the clock strikes and an event loop hears.
#[derive(Debug, Default)]
pub(super) struct Bell {
    unheard: Mutex<Unheard>,
    rung: Notify,
}

/// The ticks that the loop has not heard.
#[derive(Debug, Default)]
struct Unheard {
    since: Option<Instant>,
    count: u32,
}

impl Bell {
    /// Ticks. Gives the ticks that were not heard before.
    fn strike(&self) -> u32 {
        let before = self.note(|unheard| {
            unheard.since.get_or_insert_with(Instant::now);
            unheard.count += 1;
            unheard.count - 1
        });
        self.rung.notify_one();
        before
    }

    /// Waits for a tick; many that have passed are one. Gives by how much it is heard too late.
    pub(super) async fn heard(&self) -> Duration {
        self.rung.notified().await;
        let since = self.note(std::mem::take).since;
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn note<T>(&self, change: impl FnOnce(&mut Unheard) -> T) -> T {
        change(&mut self.unheard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
