//! [`Channel`]: what a topic is made of, and how its messages reach those who wait.
//!
//! A message is put into a ring once. Each reader has only a [`Position`] in it, and takes what is there when it has the time; so who publishes
//! never waits for a reader, and does not copy for one. Who has fallen behind the ring is told how much was missed.
//!
//! Who comes and goes is told in a ring of its own, so that many who do so push no message out of the history. A notice knows how many messages came
//! before it, and that makes one order of both.
//!
//! The numbers of what comes next are outside the lock too: who looks for something new and finds nothing takes no lock. They are raised
//! before anybody is woken, and who waits looks at them once more behind having left a waker; so nothing is overlooked.
//!
//! There are two locks, and neither is taken inside the other: that of the ring, and that of the wakers, so that readers who are awake already
//! read while the others are woken.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::Waker,
};

use super::{
    cursor::{self, Cursor},
    presence::Member,
    published::Published,
    subscription::{Delivery, Missed},
};
use crate::handler::wakers::Wakers;

/// The most notices that are kept.
const NOTICES: usize = 256;

/// What a topic is made of.
pub(super) struct Channel<T> {
    name: Arc<str>,
    epoch: u64,
    /// The most messages that are kept, at least one.
    history: usize,
    /// The numbers of the next message and the next notice.
    next: AtomicU64,
    next_notice: AtomicU64,
    ring: Mutex<Ring<T>>,
    wakers: Mutex<Wakers<Interest>>,
    /// How many hold it: see [`Hold`](super::topics::Hold).
    pub(super) uses: AtomicUsize,
}

struct Ring<T> {
    messages: VecDeque<Published<T>>,
    /// The number of the first of them, or of the next where there is none. The very first is 1: 0 is the place before it.
    first: u64,
    notices: VecDeque<Notice>,
    first_notice: u64,
    /// Who is there, and how many times.
    members: BTreeMap<Member, usize>,
}

/// That somebody has come or gone.
struct Notice {
    /// The number of the message that comes next.
    before: u64,
    member: Member,
    is_there: bool,
}

/// How far a reader has come.
#[derive(Debug)]
pub(super) struct Position {
    /// The number of the message it reads next.
    message: u64,
    /// That of the notice; beyond all of them where it wants none.
    notice: u64,
    /// What it is still to be told that it has missed before it began.
    missed: Option<u64>,
}

/// What a reader wants to be woken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interest {
    Messages,
    /// And who comes and goes.
    All,
}

/// The notice of whom no notice is of interest to.
const NONE: u64 = u64::MAX;

impl Position {
    /// Passes over who comes and goes.
    pub(super) fn without_notices(mut self) -> Self {
        self.pass_over_notices();
        self
    }

    pub(super) fn pass_over_notices(&mut self) {
        self.notice = NONE;
    }

    fn interest(&self) -> Interest {
        match self.notice {
            NONE => Interest::Messages,
            _ => Interest::All,
        }
    }
}

impl<T> Channel<T> {
    pub(super) fn new(name: Arc<str>, history: usize) -> Self {
        Self {
            name,
            epoch: cursor::epoch(),
            history: history.max(1),
            next: AtomicU64::new(1),
            next_notice: AtomicU64::new(0),
            ring: Mutex::new(Ring {
                messages: VecDeque::new(),
                first: 1,
                notices: VecDeque::new(),
                first_notice: 0,
                members: BTreeMap::new(),
            }),
            wakers: Mutex::new(Wakers::new()),
            uses: AtomicUsize::new(0),
        }
    }

    pub(super) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Whether there is no history to keep.
    pub(super) fn is_empty(&self) -> bool {
        self.ring().messages.is_empty()
    }

    /// The place behind all messages.
    pub(super) fn cursor(&self) -> Cursor {
        self.cursor_at(self.ring().next() - 1)
    }

    /// The messages that are kept.
    pub(super) fn messages(&self) -> Vec<Published<T>> {
        self.ring().messages.iter().cloned().collect()
    }

    /// Who is there, sorted.
    pub(super) fn members(&self) -> Vec<String> {
        let ring = self.ring();
        ring.members.keys().map(ToString::to_string).collect()
    }

    /// Puts a message behind all others.
    pub(super) fn append(&self, value: T) {
        let mut ring = self.ring();
        let number = ring.next();
        let message = Published::new(value, &self.name, self.cursor_at(number));
        ring.messages.push_back(message);
        let oldest = (ring.messages.len() > self.history)
            .then(|| ring.messages.pop_front())
            .flatten();
        ring.first += u64::from(oldest.is_some());
        self.next.store(number + 1, Ordering::Release);
        drop(ring);
        self.wakers().wake(|_| true);
        // What is dropped here is a program's own: it is not to find anything locked.
        drop(oldest);
    }

    /// Lets somebody be there, once more. Gives whether it is the first time; `None` where nobody new is let in.
    pub(super) fn enter(&self, member: &Member, most: usize) -> Option<bool> {
        let mut ring = self.ring();
        if let Some(times) = ring.members.get_mut(member) {
            *times += 1;
            return Some(false);
        }
        if ring.members.len() >= most {
            return None;
        }
        ring.members.insert(member.clone(), 1);
        self.announce(ring, member, true);
        Some(true)
    }

    /// Lets somebody be there once less. Gives whether it was the last time.
    pub(super) fn leave(&self, member: &Member) -> bool {
        let mut ring = self.ring();
        match ring.members.get_mut(member) {
            Some(times) if *times > 1 => {
                *times -= 1;
                false
            }
            None => false,
            Some(_) => {
                ring.members.remove(member);
                self.announce(ring, member, false);
                true
            }
        }
    }

    fn announce(&self, mut ring: MutexGuard<'_, Ring<T>>, member: &Member, is_there: bool) {
        let notice = Notice {
            before: ring.next(),
            member: member.clone(),
            is_there,
        };
        ring.notices.push_back(notice);
        if ring.notices.len() > NOTICES {
            ring.notices.pop_front();
            ring.first_notice += 1;
        }
        self.next_notice
            .store(ring.next_notice(), Ordering::Release);
        drop(ring);
        self.wakers().wake(|interest| *interest == Interest::All);
    }

    /// Behind all there is.
    pub(super) fn end(&self) -> Position {
        let ring = self.ring();
        Position {
            message: ring.next(),
            notice: ring.next_notice(),
            missed: None,
        }
    }

    /// Behind a cursor; without one before all messages. Who is there is known to who begins: notices are those from now on.
    pub(super) fn behind(&self, cursor: Option<Cursor>) -> Position {
        let ring = self.ring();
        let (message, missed) = match cursor {
            None => (ring.first, None),
            Some(cursor) if cursor.epoch == self.epoch && cursor.number < ring.next() => {
                let next = cursor.number + 1;
                let missed = ring.first.saturating_sub(next);
                (next.max(ring.first), (missed > 0).then_some(missed))
            }
            // It is of another life of the topic, or of none. How much has come since nobody knows, only how much of this one has gone.
            Some(_) => (ring.first, Some(ring.first - 1)),
        };
        Position {
            message,
            notice: ring.next_notice(),
            missed,
        }
    }

    /// Whether a reader may find something.
    pub(super) fn has_news(&self, position: &Position) -> bool {
        position.missed.is_some()
            || self.next.load(Ordering::Acquire) > position.message
            || self.next_notice.load(Ordering::Acquire) > position.notice
    }

    /// What comes next for a reader.
    pub(super) fn take(&self, position: &mut Position) -> Option<Delivery<T>> {
        let ring = self.ring();
        if let Some(missed) = ring.catch_up(position) {
            return Some(Delivery::Missed(missed));
        }
        if let Some(notice) = ring.notice(position.notice)
            && notice.before <= position.message
        {
            position.notice += 1;
            let member = notice.member.clone();
            return Some(match notice.is_there {
                true => Delivery::Joined(member),
                false => Delivery::Left(member),
            });
        }
        let message = ring.message(position.message)?;
        position.message += 1;
        Some(Delivery::Published(message.clone()))
    }

    /// All messages that there are for a reader, and how many were missed before them.
    pub(super) fn take_messages(
        &self,
        position: &mut Position,
    ) -> (Vec<Published<T>>, Option<Missed>) {
        let ring = self.ring();
        let missed = ring.catch_up(position);
        // Between the first and the next there are as many as the ring has.
        let read = (position.message - ring.first) as usize;
        position.message = ring.next();
        (ring.messages.iter().skip(read).cloned().collect(), missed)
    }

    /// Leaves a waker, which is woken for all that is new from then on. Gives its place.
    pub(super) fn wait(&self, at: Option<usize>, waker: Waker, position: &Position) -> usize {
        let mut wakers = self.wakers();
        let Some(at) = at else {
            return wakers.add(waker, position.interest());
        };
        let former = wakers.replace(at, waker);
        drop(wakers);
        drop(former);
        at
    }

    /// Takes the waker from its place.
    pub(super) fn wait_no_more(&self, at: usize) {
        let waker = self.wakers().remove(at);
        drop(waker);
    }

    fn cursor_at(&self, number: u64) -> Cursor {
        Cursor {
            epoch: self.epoch,
            number,
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring<T>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wakers(&self) -> MutexGuard<'_, Wakers<Interest>> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Ring<T> {
    /// The number of the next message.
    fn next(&self) -> u64 {
        self.first + self.messages.len() as u64
    }

    fn next_notice(&self) -> u64 {
        self.first_notice + self.notices.len() as u64
    }

    fn message(&self, number: u64) -> Option<&Published<T>> {
        let at = number.checked_sub(self.first)?;
        self.messages.get(usize::try_from(at).ok()?)
    }

    fn notice(&self, number: u64) -> Option<&Notice> {
        let at = number.checked_sub(self.first_notice)?;
        self.notices.get(usize::try_from(at).ok()?)
    }

    /// Brings a position to where the ring begins, if it was before that. Gives how much was missed by that, or is still to be told.
    fn catch_up(&self, position: &mut Position) -> Option<Missed> {
        let messages = self.first.saturating_sub(position.message);
        let notices = self.first_notice.saturating_sub(position.notice);
        position.message += messages;
        position.notice += notices;
        let at_start = position.missed.take();
        let missed = Missed {
            messages: messages + at_start.unwrap_or(0),
            notices,
            at_start: at_start.is_some(),
        };
        (missed != Missed::default()).then_some(missed)
    }
}

impl<T> fmt::Debug for Channel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("name", &self.name)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Publish(usize),
        /// Comes and goes so many times.
        Visit(usize),
        Subscribe {
            with_notices: bool,
            from_start: bool,
        },
        /// A reader takes so much.
        Take(usize, usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (1..6_usize).prop_map(Step::Publish),
            2 => prop_oneof![1..4_usize, 120..140_usize].prop_map(Step::Visit),
            1 => any::<(bool, bool)>().prop_map(|(with_notices, from_start)| Step::Subscribe {
                with_notices,
                from_start,
            }),
            4 => (0..4_usize, 1..8_usize).prop_map(|(reader, count)| Step::Take(reader, count)),
        ]
    }

    /// What has happened: a message or a notice, with its number among its kind.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Event {
        Message(u64),
        Notice(u64, bool),
    }

    /// A reader, and all that it was not given yet, however long ago.
    struct Reader {
        position: Position,
        with_notices: bool,
        owed: VecDeque<Event>,
    }

    struct Model {
        channel: Channel<u64>,
        readers: Vec<Reader>,
        messages: u64,
        notices: u64,
    }

    impl Model {
        fn happen(&mut self, event: Event) {
            for reader in &mut self.readers {
                if reader.with_notices || matches!(event, Event::Message(_)) {
                    reader.owed.push_back(event);
                }
            }
        }

        fn publish(&mut self) {
            self.messages += 1;
            self.channel.append(self.messages);
            self.happen(Event::Message(self.messages));
        }

        fn visit(&mut self) {
            let member = Member::new("Ada", self.channel.name());
            assert_eq!(self.channel.enter(&member, 1), Some(true));
            self.happen(Event::Notice(self.notices, true));
            assert!(self.channel.leave(&member));
            self.happen(Event::Notice(self.notices + 1, false));
            self.notices += 2;
        }

        fn subscribe(&mut self, with_notices: bool, from_start: bool) {
            let mut owed = VecDeque::new();
            let mut position = self.channel.end();
            if from_start {
                position = self.channel.behind(None);
                owed.extend(
                    (1..=self.messages)
                        .map(Event::Message)
                        .filter(|&event| self.is_kept(event)),
                );
            }
            if !with_notices {
                position = position.without_notices();
            }
            self.readers.push(Reader {
                position,
                with_notices,
                owed,
            });
        }

        fn is_kept(&self, event: Event) -> bool {
            let history = self.channel.history as u64;
            match event {
                Event::Message(number) => number + history > self.messages,
                Event::Notice(number, _) => number + NOTICES as u64 >= self.notices,
            }
        }

        fn take(&mut self, reader: usize) {
            let Some(mut reader) =
                (reader < self.readers.len()).then(|| self.readers.remove(reader))
            else {
                return;
            };
            let before = reader.owed.len();
            reader.owed.retain(|&event| self.is_kept(event));
            let missed = (before - reader.owed.len()) as u64;
            let news = self.channel.has_news(&reader.position);
            let taken = self.channel.take(&mut reader.position);
            if missed > 0 {
                assert!(
                    matches!(taken, Some(Delivery::Missed(told)) if told.messages + told.notices == missed)
                );
            } else {
                let expected = reader.owed.pop_front();
                let taken = taken.map(|delivery| match delivery {
                    Delivery::Published(message) => Some(Event::Message(*message)),
                    Delivery::Joined(_) | Delivery::Left(_) => None,
                    Delivery::Missed(missed) => panic!("{missed} were not missed"),
                });
                match (expected, taken) {
                    (Some(Event::Notice(..)), Some(None)) | (None, None) => {}
                    (expected, taken) => assert_eq!(expected, taken.flatten()),
                }
                assert_eq!(news, expected.is_some());
            }
            self.readers.push(reader);
        }
    }

    proptest! {
        #[test]
        fn each_reader_gets_all_in_order_or_is_told(
            history in 1..12_usize,
            steps in proptest::collection::vec(step(), 1..60),
        ) {
            let mut model = Model {
                channel: Channel::new("den".into(), history),
                readers: Vec::new(),
                messages: 0,
                notices: 0,
            };
            for step in steps {
                match step {
                    Step::Publish(count) => (0..count).for_each(|_| model.publish()),
                    Step::Visit(count) => (0..count).for_each(|_| model.visit()),
                    Step::Subscribe { with_notices, from_start } => {
                        model.subscribe(with_notices, from_start);
                    }
                    Step::Take(reader, count) => (0..count).for_each(|_| model.take(reader)),
                }
            }
        }
    }

    #[test]
    fn no_cursor_leads_beyond_the_ring() {
        let channel = Channel::new("den".into(), 2);
        (0..5).for_each(|number| channel.append(number));
        let epoch = channel.epoch;
        for (epoch, number, missed, first) in [
            (epoch, 5, None, None),
            (epoch, 4, None, Some(4)),
            (epoch, 3, None, Some(3)),
            (epoch, 0, Some(3), Some(3)),
            (epoch, 6, Some(3), Some(3)),
            (epoch, u64::MAX, Some(3), Some(3)),
            (epoch ^ 1, 4, Some(3), Some(3)),
            (!epoch, u64::MAX, Some(3), Some(3)),
        ] {
            let mut position = channel.behind(Some(Cursor { epoch, number }));
            if missed.is_some() {
                let told = channel.take(&mut position);
                let expected = Missed {
                    messages: missed.unwrap_or(0),
                    notices: 0,
                    at_start: true,
                };
                assert!(matches!(told, Some(Delivery::Missed(told)) if told == expected));
            }
            let taken = channel.take(&mut position).map(|delivery| match delivery {
                Delivery::Published(message) => *message,
                other => panic!("{other:?}"),
            });
            assert_eq!(taken, first, "{epoch:x}-{number}");
        }
    }
}
