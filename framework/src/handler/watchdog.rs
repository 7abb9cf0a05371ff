//! The watchdog: which handler holds an event loop for so long that all other connections of the loop wait.
//!
//! A task of an event loop is wrapped in [`Watch`], which takes the time of each of its polls; dispatch [notes](note) the route that a
//! poll is about. On a thread without a watchdog neither does anything. A poll that is over names itself; one that does not come
//! to an end is found from another thread, by what stands in its loop's [`Seen`].

use std::{
    cell::{Cell, OnceCell},
    future::Future,
    pin::Pin,
    ptr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use pin_project_lite::pin_project;

use crate::routing::pattern::Place;

const TARGET: &str = "squall::watchdog";

/// The most patience: it is added to times.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

thread_local! {
    static WATCHDOG: Watchdog = const {
        Watchdog {
            patience: Cell::new(Duration::ZERO),
            place: Cell::new(None),
            since: Cell::new(None),
            is_fresh: Cell::new(false),
            seen: OnceCell::new(),
        }
    };
}

/// What is known on the thread of an event loop.
struct Watchdog {
    /// How long a poll may take; zero where nobody watches.
    patience: Cell<Duration>,
    /// The route that the poll under way is about.
    place: Cell<Option<&'static Place>>,
    /// When the poll under way began, or the request that it is about: a connection may take one request behind the other.
    since: Cell<Option<Instant>>,
    /// Whether no request has begun in it.
    is_fresh: Cell<bool>,
    seen: OnceCell<Arc<Seen>>,
}

impl Watchdog {
    /// Begins to watch a poll. Gives whether somebody watches.
    fn enter(&self, place: Option<&'static Place>) -> bool {
        if self.patience.get().is_zero() {
            return false;
        }
        self.set(place);
        self.since.set(Some(Instant::now()));
        self.is_fresh.set(true);
        true
    }

    /// The time at which a request begins: that of the poll, for the first in it.
    fn begin(&self) -> Instant {
        match self.since.get() {
            Some(since) if self.is_fresh.replace(false) => since,
            since => self.go_on(since),
        }
    }

    /// Goes on to another request in the same poll. Gives the time.
    #[inline(never)]
    fn go_on(&self, since: Option<Instant>) -> Instant {
        let now = Instant::now();
        if let Some(since) = since {
            self.judge(since, now);
            self.set(None);
            self.since.set(Some(now));
        }
        now
    }

    /// Ends it. Gives the route that it was about.
    fn leave(&self) -> Option<&'static Place> {
        if let Some(since) = self.since.take() {
            self.judge(since, Instant::now());
        }
        let place = self.place.get();
        self.set(None);
        place
    }

    #[inline]
    fn judge(&self, since: Instant, now: Instant) {
        if now > since + self.patience.get() {
            report(self.place.get(), now - since);
        }
    }

    fn set(&self, place: Option<&'static Place>) {
        self.place.set(place);
        if let Some(seen) = self.seen.get() {
            seen.0.store(place.map_or(0, address), Relaxed);
        }
    }
}

/// What another thread can see of the poll under way: the address of its route.
#[derive(Debug, Default)]
pub(crate) struct Seen(AtomicUsize);

impl Seen {
    /// Whether the poll under way is about this route.
    pub(crate) fn is(&self, place: &'static Place) -> bool {
        self.0.load(Relaxed) == address(place)
    }
}

fn address(place: &'static Place) -> usize {
    ptr::from_ref(place).addr()
}

/// Watches the polls of this thread from now on.
pub(crate) fn install(patience: Duration, seen: Arc<Seen>) {
    WATCHDOG.with(|watchdog| {
        watchdog.patience.set(patience.min(LONGEST));
        _ = watchdog.seen.set(seen);
    });
}

/// The time at which a request begins: that of the poll under way, for the first in it.
pub(crate) fn begun() -> Instant {
    WATCHDOG.with(Watchdog::begin)
}

/// Notes the route that the poll under way is about.
pub(crate) fn note(place: &'static Place) {
    WATCHDOG.with(|watchdog| {
        if !watchdog.patience.get().is_zero() {
            watchdog.set(Some(place));
        }
    });
}

pin_project! {
    /// A task of an event loop, under watch.
    pub(crate) struct Watch<F> {
        #[pin]
        task: F,
        // The route that its last poll was about.
        place: Option<&'static Place>,
    }
}

impl<F> Watch<F> {
    pub(crate) fn new(task: F) -> Self {
        Self { task, place: None }
    }

    /// A task that a request has begun, on the thread where that is polled.
    pub(crate) fn inherited(task: F) -> Self {
        let place = WATCHDOG.with(|watchdog| watchdog.place.get());
        Self { task, place }
    }
}

impl<F: Future> Future for Watch<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if !WATCHDOG.with(|watchdog| watchdog.enter(*this.place)) {
            return this.task.poll(cx);
        }
        let polled = this.task.poll(cx);
        *this.place = WATCHDOG.with(Watchdog::leave);
        polled
    }
}

/// Tells of a poll that took too long, and has ended.
#[cold]
#[inline(never)]
fn report(place: Option<&'static Place>, held: Duration) {
    match place {
        Some(place) => tracing::warn!(
            target: TARGET,
            "{} on {} held its event loop for {held:.1?}: all its other connections waited; what blocks runs elsewhere by `tokio::task::spawn_blocking`, \
             a whole method by `#[blocking]`",
            place.owner,
            place.text(),
        ),
        None => tracing::warn!(
            target: TARGET,
            "work outside of any handler held an event loop for {held:.1?}"
        ),
    }
}
