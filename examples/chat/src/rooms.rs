//! [`Rooms`]: what was said in them already.
//!
//! A hub does not look into messages. So the ids of the last messages of each room are kept here: a page that has not heard its message back sends
//! it again, maybe by another way, and maybe two windows of one person send it at once.
//!
//! The rooms and their ids are bounded, for both come from anybody. A room in which somebody is stays.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use squall::{
    Result,
    hub::{Hub, Topic},
};

use crate::talk::{Id, RoomName, Talk};

/// Beyond so many rooms, those are forgotten in which nobody is.
const MOST_ROOMS: usize = 1_000;

/// So many ids are known of each room, at least: many more than messages are kept, for what is not in the history any more is not heard back.
const IDS: usize = 2_000;

/// The rooms.
#[derive(Default)]
pub(crate) struct Rooms(Mutex<BTreeMap<RoomName, Arc<Room>>>);

/// A room: what was said there already.
#[derive(Default)]
pub(crate) struct Room(tokio::sync::Mutex<Recent>);

impl Rooms {
    pub(crate) fn open(&self, name: &RoomName) -> Arc<Room> {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rooms.len() >= MOST_ROOMS && !rooms.contains_key(name) {
            rooms.retain(|_, room| Arc::strong_count(room) > 1);
        }
        Arc::clone(rooms.entry(name.clone()).or_default())
    }
}

impl Room {
    /// Publishes a message unless it was published before. Gives whether it is new.
    ///
    /// The lock is held until it is published: whoever is told that a message is known can rely on that, and a message that could not be
    /// published is not known.
    pub(crate) async fn say(&self, topic: &Topic<Talk>, talk: Talk) -> Result<bool> {
        let mut recent = self.0.lock().await;
        let id = talk.id;
        if recent.contains(id) {
            return Ok(false);
        }
        topic.publish(talk).await?;
        recent.insert(id);
        Ok(true)
    }
}

/// The last ids, in two halves: when one is full the older one goes.
#[derive(Default)]
struct Recent {
    newer: HashSet<Id>,
    older: HashSet<Id>,
}

impl Recent {
    fn contains(&self, id: Id) -> bool {
        self.newer.contains(&id) || self.older.contains(&id)
    }

    fn insert(&mut self, id: Id) {
        if self.newer.len() == IDS {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(id);
    }
}

/// The rooms in which there are people, and how many, the fullest first.
pub(crate) fn list(hub: &Hub<Talk>) -> Vec<(RoomName, usize)> {
    let count = |name: String| {
        let people = hub.topic(&name).members().len();
        Some((name.parse().ok()?, people)).filter(|_| people > 0)
    };
    let mut rooms: Vec<_> = hub.topics().into_iter().filter_map(count).collect();
    rooms.sort_by_key(|&(_, people)| std::cmp::Reverse(people));
    rooms
}
