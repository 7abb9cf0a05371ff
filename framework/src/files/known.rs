//! What is remembered of files: their tags, which cost a reading of the whole file, and the content of small ones.
//!
//! Nothing of it is believed before the file has been looked at again: what is known holds for one state of it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{asset::Asset, root::Identity};

/// What is known of a file, in one state.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) identity: Identity,
    /// Its length, tag, dates and type; and its content, where that is small.
    pub(super) asset: Asset,
    /// Which siblings were not there, and when.
    pub(super) alone: Absence,
}

/// Which of a few names were not there when it was looked last. They are looked for again after a while.
#[derive(Debug, Default)]
pub(super) struct Absence(AtomicU64);

impl Absence {
    /// Whether a name was not there in this span of time.
    pub(super) fn is_noted(&self, index: usize, span: u64) -> bool {
        let noted = self.0.load(Ordering::Relaxed);
        noted >> 8 == span && noted & (1 << index) != 0
    }

    /// Notes that a name is not there. Who notes another one at the same time may be forgotten: it is looked for once more.
    pub(super) fn note(&self, index: usize, span: u64) {
        let noted = self.0.load(Ordering::Relaxed);
        let names = if noted >> 8 == span { noted & 0xff } else { 0 };
        let names = names | (1 << index);
        self.0.store(span << 8 | names, Ordering::Relaxed);
    }
}

/// The files that are remembered, by their paths. There are two generations: when the young one is full it becomes the old one,
/// and what is not asked for until the next is full is forgotten.
#[derive(Debug, Default)]
pub(super) struct Memory(RwLock<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: BTreeMap<Box<str>, Arc<Known>>,
    old: BTreeMap<Box<str>, Arc<Known>>,
    /// How many bytes the young one holds.
    size: usize,
}

impl Memory {
    /// The most bytes that a generation holds.
    const SIZE: usize = 16 * 1024 * 1024;

    /// What a file takes beside its path and its content.
    const OVERHEAD: usize = 512;

    pub(super) fn get(&self, path: &str) -> Option<Arc<Known>> {
        let generations = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = generations.young.get(path) {
            return Some(Arc::clone(known));
        }
        let known = generations.old.get(path).cloned();
        drop(generations);
        if let Some(known) = &known {
            self.put(path, Arc::clone(known));
        }
        known
    }

    pub(super) fn put(&self, path: &str, known: Arc<Known>) {
        let size = Self::OVERHEAD + path.len() + known.asset.in_memory().map_or(0, <[u8]>::len);
        let mut generations = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if generations.size + size > Self::SIZE {
            generations.old = std::mem::take(&mut generations.young);
            generations.size = 0;
        }
        generations.size += size;
        generations.young.insert(path.into(), known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(content: Vec<u8>) -> Arc<Known> {
        let file = tempfile::tempfile().unwrap();
        Arc::new(Known {
            identity: Identity::of_file(&file).unwrap().unwrap(),
            asset: Asset::new(content),
            alone: Absence::default(),
        })
    }

    #[test]
    fn what_is_asked_for_stays_and_memory_is_bounded() {
        let memory = Memory::default();
        memory.put("wanted", known(vec![0; 1024]));
        for round in 0..200 {
            for file in 0..10 {
                memory.put(&format!("{round}/{file}"), known(vec![0; 64 * 1024]));
            }
            assert!(memory.get("wanted").is_some(), "{round}");
        }
        assert!(memory.get("0/0").is_none());
        let generations = memory.0.read().unwrap();
        for generation in [&generations.young, &generations.old] {
            let held: usize = generation
                .values()
                .map(|known| known.asset.in_memory().unwrap().len())
                .sum();
            assert!(held <= Memory::SIZE, "{held}");
        }
    }

    #[test]
    fn absence_is_noted_for_a_span() {
        let absence = Absence::default();
        assert!(!absence.is_noted(0, 0));
        absence.note(0, 7);
        absence.note(2, 7);
        assert!(absence.is_noted(0, 7) && !absence.is_noted(1, 7) && absence.is_noted(2, 7));
        assert!(!absence.is_noted(0, 8));
        absence.note(1, 8);
        assert!(!absence.is_noted(0, 8) && absence.is_noted(1, 8));
    }
}
