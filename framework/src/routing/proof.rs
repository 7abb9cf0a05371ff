//! The second layer of proof: a list of routes is checked for conflicts while it is compiled.
//!
//! A [`Proof`] is made in one `const` of each `routes![…]` and finds, for every route, an earlier one that it collides with;
//! [`Proof::report`] runs in one `const _` per entry of the list and turns a finding into a compile error at that entry. The proof
//! is linear in the number of segments: it hashes shapes into a table and compares only where hashes meet. Pairwise
//! comparison would trip the `long_running_const_eval` lint at a few hundred routes.

use super::{
    list::{Entry, Item, List, flatten, groups, starts},
    pattern::{Label, Place, Prefix, START, Segment, Shape, Spec},
};

/// A list of routes with what was found out about it.
///
/// Its size stands in its type, and the type is written once in an expansion: a list whose handlers have mistakes of their own has
/// no size, and two types of no size would differ, which is an error more.
#[derive(Debug)]
pub struct Proof<T: 'static, const ITEMS: usize, const ROUTES: usize> {
    starts: [usize; ITEMS],
    findings: [Finding; ROUTES],
    entries: [Entry<T>; ROUTES],
}

/// What was found for one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    /// No earlier route collides with it.
    Clear,
    /// It matches the same paths as the route at this index.
    SameShape(usize),
    /// It has another expression than the route at this index at one position, and the same rank.
    SameRank(usize),
    /// It has the name of the route at this index.
    SameName(usize),
}

/// The size of the hash tables that a proof needs: a power of two, at most half full.
#[must_use]
pub const fn slots<T>(items: &[Item<T>]) -> usize {
    let mut entries = 0;
    let mut item = 0;
    while item < items.len() {
        match &items[item] {
            Item::Handler { specs, prefix, .. } => {
                let prefixes = Prefix::len(*prefix);
                let mut index = 0;
                while index < specs.len() {
                    entries += 1 + prefixes + specs[index].shape.len();
                    index += 1;
                }
            }
            Item::List(list) => {
                let mut index = 0;
                while index < list.len() {
                    entries += 1 + list[index].place.len();
                    index += 1;
                }
            }
        }
        item += 1;
    }
    (2 * entries + 2).next_power_of_two()
}

impl<T: Copy, const ITEMS: usize, const ROUTES: usize> Proof<T, ITEMS, ROUTES> {
    /// Finds the conflicts of a list: for each route the first earlier one that it collides with.
    ///
    /// Routes that were spread from one other list are not compared: that list has reported the conflicts among them already.
    #[must_use]
    pub const fn new<const SLOTS: usize>(items: &[Item<T>; ITEMS], fill: T) -> Self {
        let entries: [Entry<T>; ROUTES] = flatten(items, fill);
        let groups: [usize; ROUTES] = groups(items);
        let mut findings = [Finding::Clear; ROUTES];
        let mut hashes = [0; ROUTES];
        let mut shapes = [0usize; SLOTS];
        let mut names = [0usize; SLOTS];
        let mut forks = [Fork::NONE; SLOTS];
        let mut route = 0;
        while route < ROUTES {
            let finding = match same_shape(&entries, &mut hashes, &mut shapes, route) {
                Some(other) => Finding::SameShape(other),
                None => match same_rank(&entries, &mut forks, route) {
                    Some(other) => Finding::SameRank(other),
                    None => match same_name(&entries, &mut names, route) {
                        Some(other) => Finding::SameName(other),
                        None => Finding::Clear,
                    },
                },
            };
            if let Finding::SameShape(other) | Finding::SameRank(other) | Finding::SameName(other) =
                finding
                && (groups[route] == 0 || groups[route] != groups[other])
            {
                findings[route] = finding;
            }
            route += 1;
        }
        Self {
            starts: starts(items),
            findings,
            entries,
        }
    }

    /// Turns what was found for one item of the list into a compile error.
    ///
    /// # Panics
    ///
    /// In a constant: that is the compile error.
    #[track_caller]
    pub const fn report(&self, items: &[Item<T>; ITEMS], item: usize) {
        if let Item::Handler {
            owner,
            specs,
            prefix,
            ..
        } = &items[item]
        {
            if specs.is_empty() {
                unreachable_handler(owner);
            }
            if prefix.is_none() {
                check_empty(specs);
            }
        }
        let mut route = self.starts[item];
        let end = route + items[item].len();
        while route < end {
            match self.findings[route] {
                Finding::Clear => {}
                Finding::SameShape(other) => conflict(self.place(other), self.place(route)),
                Finding::SameRank(other) => undecided(self.place(other), self.place(route)),
                Finding::SameName(other) => same_named(self.place(other), self.place(route)),
            }
            route += 1;
        }
    }

    const fn place(&self, route: usize) -> &Place {
        &self.entries[route].place
    }

    /// The list.
    #[must_use]
    pub const fn list(&'static self) -> List<T> {
        List(&self.entries)
    }
}

/// A handler that nothing would reach. One without a name stands for a struct that was refused, which has its error already.
#[track_caller]
const fn unreachable_handler(owner: &str) {
    if owner.is_empty() {
        return;
    }
    let mut text = Message::new();
    text.str("`");
    text.str(owner);
    text.str("` has no route, so no request would reach it\n  ");
    text.str("give it one: `#[route(\"/…\")]` above the struct; or a pattern here, if it has `Init` fields: `\"/…\" => ");
    text.str(owner);
    text.str("::init(…)`; a base does not stand in a list");
    text.panic()
}

#[track_caller]
const fn check_empty(specs: &[Spec]) {
    let mut index = 0;
    while index < specs.len() {
        assert!(
            !specs[index].text.is_empty(),
            "the empty route `\"\"` is for a handler whose base has a `#[prefix]`; write `#[route(\"/\")]`"
        );
        index += 1;
    }
}

#[track_caller]
const fn conflict(first: &Place, second: &Place) {
    if is_same_attribute(first, second) {
        return twice(first);
    }
    let mut text = Message::new();
    text.str("two handlers answer the same requests");
    text.place(first);
    text.place(second);
    if let Shape::Expression { .. } = second.spec.shape {
        text.str("\n  both have the same expression; change or remove one of them");
    } else if text.example(second) {
        text.str("; change or remove one of them");
    } else {
        text.str("\n  both match the same paths; change or remove one of them");
    }
    text.panic()
}

/// Whether two routes were written by one attribute: one handler was listed twice, itself or with a list that it stands in.
const fn is_same_attribute(first: &Place, second: &Place) -> bool {
    let (a, b) = (first.spec, second.spec);
    a.line == b.line
        && same_text(a.file, b.file)
        && same_text(a.text, b.text)
        && same_text(first.owner, second.owner)
}

#[track_caller]
const fn twice(place: &Place) {
    let mut text = Message::new();
    text.str("this list has `");
    text.str(place.owner);
    text.str("` twice");
    text.place(place);
    text.str("\n  remove one of the two entries");
    text.panic()
}

#[track_caller]
const fn undecided(first: &Place, second: &Place) {
    let mut text = Message::new();
    text.str("two handlers have different expressions at one position");
    text.place(first);
    text.place(second);
    text.str("\n  if a path can match both, say which is tried first: `rank = 1` on the one that comes second");
    text.panic()
}

#[track_caller]
const fn same_named(first: &Place, second: &Place) {
    let mut text = Message::new();
    text.str("two routes have the name `");
    if let Some(name) = second.spec.name {
        text.str(name.text);
    }
    text.str("`");
    text.place(first);
    text.place(second);
    text.str("\n  `reverse_url` finds a route by its name; rename one of them");
    text.panic()
}

/// Looks for an earlier route with the same shape, and enters this one.
const fn same_shape<T>(
    entries: &[Entry<T>],
    hashes: &mut [u64],
    table: &mut [usize],
    route: usize,
) -> Option<usize> {
    let place = &entries[route].place;
    let hash = host_hash(place) ^ place.hash();
    hashes[route] = hash;
    let mut slot = slot(hash, table.len());
    while table[slot] != 0 {
        let other = table[slot] - 1;
        if hashes[other] == hash {
            let earlier = &entries[other].place;
            if same_host(earlier, place) && same_paths(earlier, place) {
                return Some(other);
            }
        }
        slot = (slot + 1) & (table.len() - 1);
    }
    table[slot] = route + 1;
    None
}

/// A position at which a route has an expression, behind segments that other routes may share.
#[derive(Clone, Copy)]
struct Fork {
    /// The first route that has an expression there, plus one; zero is an empty slot.
    route: usize,
    position: usize,
    /// Whether a later route has a different one there.
    several: bool,
}

impl Fork {
    const NONE: Self = Self {
        route: 0,
        position: 0,
        several: false,
    };
}

/// Looks for an earlier route that is the same up to an expression, differs in that, has the same rank, and could match
/// the same path; enters the expressions of this one.
///
/// Only where expressions really differ at one place are the earlier routes gone through: tables rarely have that.
const fn same_rank<T>(entries: &[Entry<T>], forks: &mut [Fork], route: usize) -> Option<usize> {
    let place = &entries[route].place;
    if !has_expression(place.own_segments()) {
        return None;
    }
    let len = place.len();
    let mut position = 0;
    let mut hash = START;
    while position < len {
        let segment = place.segment(position);
        if let Segment::Expression { .. } = segment {
            let mut slot = slot(hash, forks.len());
            while forks[slot].route != 0 && !same_fork(entries, &forks[slot], route, position) {
                slot = (slot + 1) & (forks.len() - 1);
            }
            if forks[slot].route == 0 {
                forks[slot] = Fork {
                    route: route + 1,
                    position,
                    several: false,
                };
            } else {
                let first = entries[forks[slot].route - 1].place.segment(position);
                forks[slot].several |= !same_segment(first, segment);
                if forks[slot].several
                    && let Some(other) = rival(entries, route, position)
                {
                    return Some(other);
                }
            }
        }
        hash = segment.hash(hash);
        position += 1;
    }
    None
}

/// Whether there is an expression among the segments. Prefixes have none.
const fn has_expression(segments: &[Segment]) -> bool {
    let mut index = 0;
    while index < segments.len() {
        if let Segment::Expression { .. } = &segments[index] {
            return true;
        }
        index += 1;
    }
    false
}

const fn same_fork<T>(entries: &[Entry<T>], fork: &Fork, route: usize, position: usize) -> bool {
    let (first, place) = (&entries[fork.route - 1].place, &entries[route].place);
    fork.position == position && same_host(first, place) && same_up_to(first, place, position)
}

/// The first earlier route with another expression at this position and nothing that decides between the two.
const fn rival<T>(entries: &[Entry<T>], route: usize, position: usize) -> Option<usize> {
    let place = &entries[route].place;
    let mut other = 0;
    while other < route {
        let earlier = &entries[other].place;
        if earlier.spec.rank == place.spec.rank
            && earlier.len() > position
            && matches!(earlier.segment(position), Segment::Expression { .. })
            && !same_segment(earlier.segment(position), place.segment(position))
            && same_host(earlier, place)
            && same_up_to(earlier, place, position)
            && may_meet(earlier, place, position + 1)
        {
            return Some(other);
        }
        other += 1;
    }
    None
}

/// Looks for an earlier route with the same name, and enters this one.
const fn same_name<T>(entries: &[Entry<T>], table: &mut [usize], route: usize) -> Option<usize> {
    let spec = entries[route].place.spec;
    let Some(name) = &spec.name else {
        return None;
    };
    let mut slot = slot(name.hash, table.len());
    while table[slot] != 0 {
        let other = table[slot] - 1;
        if same_label(&entries[other].place.spec.name, &spec.name) {
            return Some(other);
        }
        slot = (slot + 1) & (table.len() - 1);
    }
    table[slot] = route + 1;
    None
}

/// Whether two routes on the same host match exactly the same paths.
const fn same_paths(a: &Place, b: &Place) -> bool {
    match (a.spec.shape, b.spec.shape) {
        (Shape::Segments(_), Shape::Segments(_)) => a.len() == b.len() && same_up_to(a, b, a.len()),
        (Shape::Expression { text: x }, Shape::Expression { text: y }) => {
            same_text(x, y) && a.len() == b.len() && same_up_to(a, b, a.len())
        }
        _ => false,
    }
}

const fn same_up_to(a: &Place, b: &Place, end: usize) -> bool {
    if a.len() < end || b.len() < end {
        return false;
    }
    let mut position = 0;
    while position < end {
        if !same_segment(a.segment(position), b.segment(position)) {
            return false;
        }
        position += 1;
    }
    true
}

/// Whether a path could match both routes from this position on. In doubt, yes.
const fn may_meet(a: &Place, b: &Place, mut position: usize) -> bool {
    while position < a.len() && position < b.len() {
        match (a.segment(position), b.segment(position)) {
            (Segment::CatchAll, _) | (_, Segment::CatchAll) => return true,
            (Segment::Literal { text: x }, Segment::Literal { text: y }) if !same_text(x, y) => {
                return false;
            }
            (Segment::Literal { text }, Segment::Parameter)
            | (Segment::Parameter, Segment::Literal { text })
                if text.is_empty() =>
            {
                return false;
            }
            _ => {}
        }
        position += 1;
    }
    a.len() == b.len()
}

const fn same_segment(a: &Segment, b: &Segment) -> bool {
    match (a, b) {
        (Segment::Literal { text: x }, Segment::Literal { text: y })
        | (Segment::Expression { text: x, .. }, Segment::Expression { text: y, .. }) => {
            same_text(x, y)
        }
        (Segment::Parameter, Segment::Parameter) | (Segment::CatchAll, Segment::CatchAll) => true,
        _ => false,
    }
}

const fn same_host(a: &Place, b: &Place) -> bool {
    match (a.spec.host, b.spec.host) {
        (None, None) => true,
        _ => same_label(&a.spec.host, &b.spec.host),
    }
}

const fn same_label(a: &Option<Label>, b: &Option<Label>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.hash == b.hash && same_text(a.text, b.text),
        _ => false,
    }
}

/// Equality of texts; `==` on `str` is not `const` yet.
const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

const fn host_hash(place: &Place) -> u64 {
    match &place.spec.host {
        Some(host) => host.hash,
        None => 0,
    }
}

/// Where the search for a hash begins in a table of this size.
const fn slot(hash: u64, size: usize) -> usize {
    (hash ^ (hash >> 32)) as usize & (size - 1)
}

/// The text of a compile error, built without the formatting that `const` code does not have.
struct Message {
    buffer: [u8; Message::SIZE],
    len: usize,
}

impl Message {
    const SIZE: usize = 4096;

    const fn new() -> Self {
        Self {
            buffer: [0; Self::SIZE],
            len: 0,
        }
    }

    /// Appends a text; what does not fit is cut at the end of a character.
    const fn str(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut take = bytes.len();
        if take > Self::SIZE - self.len {
            take = Self::SIZE - self.len;
            while !text.is_char_boundary(take) {
                take -= 1;
            }
        }
        let mut index = 0;
        while index < take {
            self.buffer[self.len] = bytes[index];
            self.len += 1;
            index += 1;
        }
    }

    const fn number(&mut self, mut number: u32) {
        let mut digits = [0u8; 10];
        let mut first = digits.len();
        loop {
            first -= 1;
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        while first < digits.len() {
            self.buffer[self.len] = digits[first];
            self.len += 1;
            first += 1;
        }
    }

    const fn prefix(&mut self, prefix: Option<&Prefix>) {
        if let Some(prefix) = prefix {
            self.prefix(prefix.parent);
            self.str(prefix.text);
        }
    }

    /// One line: the pattern, whose it is, and where it stands.
    const fn place(&mut self, place: &Place) {
        self.str("\n  `");
        self.prefix(place.prefix);
        self.str(place.spec.text);
        self.str("` of `");
        self.str(place.owner);
        self.str("`");
        if let Some(host) = place.spec.host {
            self.str(" on ");
            self.str(host.text);
        }
        self.str(", ");
        self.str(place.spec.file);
        self.str(":");
        if self.len + 10 < Self::SIZE {
            self.number(place.spec.line);
        }
    }

    /// Appends a path that the route matches; nothing, and false, when an expression has no sample.
    const fn example(&mut self, place: &Place) -> bool {
        let start = self.len;
        self.str("\n  both match `");
        let mut position = 0;
        while position < place.len() {
            self.str("/");
            match place.segment(position) {
                Segment::Literal { text } => self.str(text),
                Segment::Expression { sample, .. } if sample.is_empty() => {
                    self.len = start;
                    return false;
                }
                Segment::Expression { sample, .. } => self.str(sample),
                Segment::Parameter => self.str("1"),
                Segment::CatchAll => self.str("a/b"),
            }
            position += 1;
        }
        self.str("`");
        true
    }

    #[track_caller]
    const fn panic(&self) -> ! {
        let (text, _) = self.buffer.split_at(self.len);
        match str::from_utf8(text) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("two routes collide"),
        }
    }
}

#[cfg(test)]
mod tests;
