//! [`List`]: a list of routes, proven when it was compiled.

use std::fmt;

use super::pattern::{Place, Prefix, Spec};

/// One route of a list: where it stands, and what answers it. `T` is what the room above keeps for the answering.
#[derive(Clone, Copy, Debug)]
pub struct Entry<T: 'static> {
    /// Where it stands.
    pub place: Place,
    /// What answers.
    pub target: T,
}

/// One line of a `routes![…]` before it is flattened.
#[derive(Clone, Copy, Debug)]
pub enum Item<T: 'static> {
    /// A handler, with all its routes.
    Handler {
        /// Its name.
        owner: &'static str,
        /// Its routes.
        specs: &'static [Spec],
        /// What stands in front of them.
        prefix: Option<&'static Prefix>,
        /// What answers.
        target: T,
    },
    /// Another list, spread into this one.
    List(&'static [Entry<T>]),
}

impl<T> Item<T> {
    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Handler { specs, .. } => specs.len(),
            Self::List(entries) => entries.len(),
        }
    }
}

/// The number of routes in a list.
#[must_use]
pub const fn count<T>(items: &[Item<T>]) -> usize {
    let mut count = 0;
    let mut index = 0;
    while index < items.len() {
        count += items[index].len();
        index += 1;
    }
    count
}

/// Where the routes of each item begin.
pub(super) const fn starts<T, const ITEMS: usize>(items: &[Item<T>; ITEMS]) -> [usize; ITEMS] {
    let mut starts = [0; ITEMS];
    let mut index = 1;
    while index < ITEMS {
        starts[index] = starts[index - 1] + items[index - 1].len();
        index += 1;
    }
    starts
}

/// All routes of a list, one after the other.
pub(super) const fn flatten<T: Copy, const ROUTES: usize>(
    items: &[Item<T>],
    fill: T,
) -> [Entry<T>; ROUTES] {
    let mut entries = [Entry {
        place: Place::NONE,
        target: fill,
    }; ROUTES];
    let mut next = 0;
    let mut item = 0;
    while item < items.len() {
        let mut index = 0;
        let len = items[item].len();
        while index < len {
            entries[next] = match &items[item] {
                Item::Handler {
                    owner,
                    specs,
                    prefix,
                    target,
                } => Entry {
                    place: Place {
                        spec: &specs[index],
                        owner,
                        prefix: *prefix,
                    },
                    target: *target,
                },
                Item::List(list) => list[index],
            };
            next += 1;
            index += 1;
        }
        item += 1;
    }
    entries
}

/// Which list each route was spread from: its item plus one, or zero.
pub(super) const fn groups<T, const ROUTES: usize>(items: &[Item<T>]) -> [usize; ROUTES] {
    let mut groups = [0; ROUTES];
    let mut next = 0;
    let mut item = 0;
    while item < items.len() {
        let group = match items[item] {
            Item::Handler { .. } => 0,
            Item::List(_) => item + 1,
        };
        let end = next + items[item].len();
        while next < end {
            groups[next] = group;
            next += 1;
        }
        item += 1;
    }
    groups
}

/// A list of routes, made by [`routes!`](crate::routes) and proven when it was compiled: no two of them answer the same request,
/// but for expressions over the whole path, of which the first in the list answers.
///
/// A list is a constant, so that a module can offer its routes to another: `pub const ROUTES: Routes = routes![…]`.
pub struct List<T: 'static>(pub(super) &'static [Entry<T>]);

impl<T> List<T> {
    /// No routes.
    pub(crate) const EMPTY: Self = Self(&[]);

    /// The routes.
    #[must_use]
    pub const fn entries(&self) -> &'static [Entry<T>] {
        self.0
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|entry| entry.place.text()))
            .finish()
    }
}
