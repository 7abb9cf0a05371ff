//! [`Wakers`]: who is to be woken when there is something new.
//!
//! A waker stays where it is when it was used: who waits again has nothing to do then.

use std::task::Waker;

/// The wakers of those who wait, each at a place of its own, and what each waits for.
#[derive(Debug)]
pub(crate) struct Wakers<I> {
    places: Vec<Place<I>>,
    /// The first of the free places, each of which knows the next.
    free: Option<usize>,
    taken: usize,
}

#[derive(Debug)]
enum Place<I> {
    Free(Option<usize>),
    Taken(Waker, I),
}

impl<I> Wakers<I> {
    pub(crate) const fn new() -> Self {
        Self {
            places: Vec::new(),
            free: None,
            taken: 0,
        }
    }

    /// Takes a place.
    pub(crate) fn add(&mut self, waker: Waker, interest: I) -> usize {
        self.taken += 1;
        let taken = Place::Taken(waker, interest);
        let Some(at) = self.free else {
            self.places.push(taken);
            return self.places.len() - 1;
        };
        if let Place::Free(next) = std::mem::replace(&mut self.places[at], taken) {
            self.free = next;
        }
        at
    }

    /// Puts another waker in the place. Gives the former, which is to be dropped when nothing is locked: that may end a task.
    pub(crate) fn replace(&mut self, at: usize, waker: Waker) -> Option<Waker> {
        match &mut self.places[at] {
            Place::Taken(former, _) => Some(std::mem::replace(former, waker)),
            Place::Free(_) => None,
        }
    }

    /// Gives the place back, and its waker, for which the same holds.
    pub(crate) fn remove(&mut self, at: usize) -> Option<Waker> {
        let free = Place::Free(self.free);
        let Place::Taken(waker, _) = std::mem::replace(&mut self.places[at], free) else {
            return None;
        };
        self.free = Some(at);
        self.taken -= 1;
        if self.taken == 0 {
            *self = Self::new();
        }
        Some(waker)
    }

    /// Wakes those whose interest this is.
    pub(crate) fn wake(&self, is_meant: impl Fn(&I) -> bool) {
        for place in &self.places {
            if let Place::Taken(waker, interest) = place
                && is_meant(interest)
            {
                waker.wake_by_ref();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::Wake,
    };

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn places_are_taken_again() {
        let mut wakers = Wakers::new();
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let at: Vec<_> = (0..5).map(|_| wakers.add(waker.clone(), "few")).collect();
        assert_eq!(at, [0, 1, 2, 3, 4]);
        assert!(wakers.remove(1).is_some() && wakers.remove(3).is_some());
        assert_eq!(wakers.add(waker.clone(), "all"), 3);
        assert_eq!(wakers.add(waker.clone(), "all"), 1);
        assert_eq!(wakers.add(waker.clone(), "all"), 5);
        wakers.wake(|_| true);
        assert_eq!(count.0.swap(0, Ordering::Relaxed), 6);
        wakers.wake(|interest| *interest == "all");
        assert_eq!(count.0.load(Ordering::Relaxed), 3);
        for at in 0..6 {
            drop(wakers.remove(at));
        }
        assert!(wakers.places.is_empty() && wakers.free.is_none());
    }
}
