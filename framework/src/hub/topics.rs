//! [`Topics`]: the topics of a hub by their names, and when one goes.
//!
//! A topic is in use as long as somebody [holds](Hold) it: a handle, a subscriber, a member. One in use stays. One that is not goes at once when it
//! has no history, and otherwise when that has become too old, or when there are too many topics and none was out of use for longer. So names that clients
//! think of cost nothing when they have gone.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::Instant,
};

use super::{Core, Settings, channel::Channel};

/// The most topics that go at one time, so that no request does the work of many. It is more than come at one time.
const AT_ONCE: usize = 16;

/// The topics of a hub.
pub(super) struct Topics<T>(Mutex<Map<T>>);

struct Map<T> {
    // Sorted, not hashed: an answer of the same kind whatever names clients think of.
    entries: BTreeMap<Arc<str>, Entry<T>>,
    /// Those out of use, in the order in which they came to be.
    idle: BTreeMap<u64, Arc<str>>,
    /// The key of the next of them.
    turn: u64,
}

struct Entry<T> {
    channel: Arc<Channel<T>>,
    idle: Option<Idle>,
}

/// Since when a topic is out of use.
struct Idle {
    turn: u64,
    since: Instant,
}

/// What goes. It is dropped when nothing is locked, for messages are a program's own.
type Gone<T> = Vec<Arc<Channel<T>>>;

impl<T> Topics<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Map {
            entries: BTreeMap::new(),
            idle: BTreeMap::new(),
            turn: 0,
        }))
    }

    pub(super) fn len(&self) -> usize {
        self.lock().entries.len()
    }

    pub(super) fn names(&self) -> Vec<String> {
        let map = self.lock();
        map.entries.keys().map(ToString::to_string).collect()
    }

    /// The topic of this name, with one use more.
    fn open(&self, name: &str, settings: &Settings) -> Arc<Channel<T>> {
        let mut gone = Gone::new();
        let mut map = self.lock();
        let channel = map.open(name, settings, &mut gone);
        channel.uses.fetch_add(1, Ordering::Relaxed);
        drop(map);
        drop(gone);
        channel
    }

    /// Notes that nobody uses a topic any more.
    fn rest(&self, channel: &Arc<Channel<T>>, settings: &Settings) {
        let mut gone = Gone::new();
        let mut map = self.lock();
        map.rest(channel, settings, &mut gone);
        drop(map);
        drop(gone);
    }

    fn lock(&self) -> MutexGuard<'_, Map<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Map<T> {
    fn open(&mut self, name: &str, settings: &Settings, gone: &mut Gone<T>) -> Arc<Channel<T>> {
        if self.is_old(name, settings, Instant::now()) {
            gone.extend(self.remove(name));
        }
        if let Some(entry) = self.entries.get_mut(name) {
            if let Some(idle) = entry.idle.take() {
                self.idle.remove(&idle.turn);
            }
            return Arc::clone(&entry.channel);
        }
        let name: Arc<str> = name.into();
        let channel = Arc::new(Channel::new(Arc::clone(&name), settings.history));
        let entry = Entry {
            channel: Arc::clone(&channel),
            idle: None,
        };
        self.entries.insert(name, entry);
        self.make_room(settings, gone);
        channel
    }

    fn rest(&mut self, channel: &Arc<Channel<T>>, settings: &Settings, gone: &mut Gone<T>) {
        // Between the last use and here somebody may have come, and even gone: then it was noted already.
        let is_used = || channel.uses.load(Ordering::Acquire) > 0;
        let Some(entry) = self.entries.get_mut(channel.name()) else {
            return;
        };
        if !Arc::ptr_eq(&entry.channel, channel) || entry.idle.is_some() || is_used() {
            return;
        }
        if channel.is_empty() {
            gone.extend(self.remove(channel.name()));
            return;
        }
        let turn = self.turn;
        self.turn += 1;
        let since = Instant::now();
        entry.idle = Some(Idle { turn, since });
        self.idle.insert(turn, Arc::clone(channel.name()));
        self.make_room(settings, gone);
    }

    /// Lets those go that are too many or too old.
    fn make_room(&mut self, settings: &Settings, gone: &mut Gone<T>) {
        let now = Instant::now();
        for _ in 0..AT_ONCE {
            let Some((_, name)) = self.idle.first_key_value() else {
                return;
            };
            let name = Arc::clone(name);
            if self.entries.len() <= settings.max_topics && !self.is_old(&name, settings, now) {
                return;
            }
            gone.extend(self.remove(&name));
        }
    }

    /// Whether a topic is out of use for longer than its history is kept.
    fn is_old(&self, name: &str, settings: &Settings, now: Instant) -> bool {
        let idle = self.entries.get(name).and_then(|entry| entry.idle.as_ref());
        idle.is_some_and(|idle| now - idle.since > settings.keep)
    }

    fn remove(&mut self, name: &str) -> Option<Arc<Channel<T>>> {
        let entry = self.entries.remove(name)?;
        if let Some(idle) = entry.idle {
            self.idle.remove(&idle.turn);
        }
        Some(entry.channel)
    }
}

/// A use of a topic.
pub(super) struct Hold<T> {
    pub(super) core: Arc<Core<T>>,
    channel: Arc<Channel<T>>,
}

impl<T> Hold<T> {
    pub(super) fn open(core: &Arc<Core<T>>, name: &str) -> Self {
        Self {
            core: Arc::clone(core),
            channel: core.topics.open(name, &core.settings),
        }
    }

    /// What tells the topic from all others, as long as it is held.
    pub(super) fn key(&self) -> usize {
        std::ptr::from_ref(&*self.channel).addr()
    }
}

impl<T> Deref for Hold<T> {
    type Target = Channel<T>;

    fn deref(&self) -> &Channel<T> {
        &self.channel
    }
}

impl<T> Clone for Hold<T> {
    fn clone(&self) -> Self {
        // It is held already, so nobody is told.
        self.channel.uses.fetch_add(1, Ordering::Relaxed);
        Self {
            core: Arc::clone(&self.core),
            channel: Arc::clone(&self.channel),
        }
    }
}

impl<T> Drop for Hold<T> {
    fn drop(&mut self) {
        if self.channel.uses.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.core.topics.rest(&self.channel, &self.core.settings);
        }
    }
}

impl<T> fmt::Debug for Hold<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.channel, f)
    }
}
