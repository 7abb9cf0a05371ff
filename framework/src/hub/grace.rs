//! [`Grace`]: seats that nobody sits on any more and that are not given up yet.
//!
//! Somebody whose page is loaded anew leaves and is back within a second. So the seat that was left is kept for a while and given up then; whoever
//! has come back sits on another one, and nobody has noticed. All seats of a hub wait equally long, so they wait in a queue, and one task looks
//! after it, which is there only while there is something in it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    time::{Instant, sleep_until},
};

use super::{Core, presence::Seat};

/// The longest time of grace: it is added to times.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The seats that wait.
pub(super) struct Grace<T>(Mutex<Queue<T>>);

struct Queue<T> {
    seats: VecDeque<(Instant, Seat<T>)>,
    /// Whether a task looks after them.
    is_watched: bool,
}

impl<T> Grace<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Queue {
            seats: VecDeque::new(),
            is_watched: false,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives a seat up when the time of grace is over.
pub(super) fn give_up<T: Send + Sync + 'static>(seat: Seat<T>) {
    let core = Arc::clone(seat.core());
    // What has no runtime cannot wait.
    let handle = Handle::try_current();
    let (Ok(handle), false) = (handle, core.settings.grace.is_zero()) else {
        return;
    };
    let due = Instant::now() + core.settings.grace.min(LONGEST);
    let mut queue = core.grace.lock();
    queue.seats.push_back((due, seat));
    let was_watched = std::mem::replace(&mut queue.is_watched, true);
    drop(queue);
    if !was_watched {
        let mut watch = Watch(Some(core));
        handle.spawn(async move {
            while let Some(due) = watch.next() {
                sleep_until(due).await;
            }
        });
    }
}

/// The task that looks after the queue. When its runtime ends, all seats are given up.
struct Watch<T>(Option<Arc<Core<T>>>);

impl<T> Watch<T> {
    /// Gives up what is due. Gives when to look again; never, where nothing is left.
    fn next(&mut self) -> Option<Instant> {
        let core = self.0.as_ref()?;
        let now = Instant::now();
        let mut queue = core.grace.lock();
        let count = queue.seats.partition_point(|&(due, _)| due <= now);
        let over: Vec<_> = queue.seats.drain(..count).collect();
        let next = queue.seats.front().map(|&(due, _)| due);
        queue.is_watched = next.is_some();
        drop(queue);
        drop(over);
        if next.is_none() {
            self.0 = None;
        }
        next
    }
}

impl<T> Drop for Watch<T> {
    fn drop(&mut self) {
        if let Some(core) = self.0.take() {
            let mut queue = core.grace.lock();
            queue.is_watched = false;
            let seats = std::mem::take(&mut queue.seats);
            drop(queue);
            drop(seats);
        }
    }
}
