//! [`Vitals`]: what an event loop knows of a connection, noted as bytes and requests pass, and looked through twice a second.
//!
//! Deadlines are kept without a timer: the socket notes the tick of its last byte, the connection its phase, and the sweep of the
//! loop finds who is late and gives an [`Order`], which the connection carries out when it is polled next. Everything here is
//! written and read by the one thread of its loop; the atomics are there because handlers may carry a body elsewhere, and cost
//! what plain fields cost.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::Waker,
    time::Duration,
};

use super::{
    clock::TICK,
    limits::Limits,
    stats::{Ledger, Refusal},
};
#[cfg(feature = "websocket")]
use crate::handler::upgrade::Upgrade;

/// The ticks that an event loop has heard.
#[derive(Debug, Default)]
pub(super) struct Ticks(AtomicU32);

impl Ticks {
    pub(super) fn advance(&self) {
        self.0.store(self.now().wrapping_add(1), Relaxed);
    }

    pub(super) fn now(&self) -> u32 {
        self.0.load(Relaxed)
    }
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Nothing has come yet.
    Silent,
    /// A request has been answered, and no other has begun.
    Idle,
    /// The head of a request has begun.
    Head,
    /// A request is being answered.
    Answering,
    /// HTTP/2, and no request.
    Open,
    /// HTTP/2, and requests are being answered: each has vitals of its own.
    Carrying,
    /// All is said; what the client still sends is read and thrown away.
    Lingering,
    /// It speaks another protocol, and keeps its deadlines itself.
    Upgraded,
}

impl Phase {
    const ALL: [Self; 8] = [
        Self::Silent,
        Self::Idle,
        Self::Head,
        Self::Answering,
        Self::Open,
        Self::Carrying,
        Self::Lingering,
        Self::Upgraded,
    ];
}

/// What the sweep wants of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Order {
    /// Nothing.
    None,
    /// Give back what a connection at rest does not need.
    Rest,
    /// Close after the answer in flight; at once, where there is none.
    Last,
    /// Say 408 and close.
    TimeOut,
    /// Close, whatever is under way.
    Close,
}

impl Order {
    const ALL: [Self; 5] = [
        Self::None,
        Self::Rest,
        Self::Last,
        Self::TimeOut,
        Self::Close,
    ];
}

/// What an event loop knows of a connection.
#[derive(Debug)]
pub(super) struct Vitals {
    ledger: Arc<Ledger>,
    born: u32,
    phase: AtomicU8,
    /// The tick in which the phase began.
    since: AtomicU32,
    /// The tick of the last byte read.
    heard: AtomicU32,
    /// The tick of the last byte written, or since which nothing could be.
    told: AtomicU32,
    /// Whether there is something to write that the client does not take.
    is_stuck: AtomicBool,
    /// Whether somebody waits for content of the request.
    is_wanting: AtomicBool,
    /// Whether the wait for content has been too long.
    is_late: AtomicBool,
    /// Whether content of the request may still come.
    is_outstanding: AtomicBool,
    /// Whether an answer is under way, or not all of it on the wire.
    is_owing: AtomicBool,
    /// Why the request that has begun is to be refused.
    doubt: OnceLock<&'static str>,
    /// The tick in which the client of HTTP/2 was told that the connection ends.
    parting: OnceLock<u32>,
    /// Whether it holds no more than its socket.
    is_at_rest: AtomicBool,
    /// The ticks of this request in which the server waited for its content, and the bytes that came.
    heard_in: Tally,
    /// The ticks of this request in which the client did not take what was there, and the bytes that it took.
    told_in: Tally,
    requests: AtomicUsize,
    place: AtomicUsize,
    order: AtomicU8,
    waker: OnceLock<Waker>,
    /// What it becomes behind the answer under way.
    #[cfg(feature = "websocket")]
    upgrade: OnceLock<Upgrade>,
    /// The tick in which it wants to be polled; 0 for none.
    #[cfg(feature = "websocket")]
    alarm: AtomicU32,
}

impl Vitals {
    pub(super) fn new(ledger: Arc<Ledger>) -> Self {
        let now = ledger.ticks.now();
        Self {
            ledger,
            born: now,
            phase: AtomicU8::new(Phase::Silent as u8),
            since: AtomicU32::new(now),
            heard: AtomicU32::new(now),
            told: AtomicU32::new(now),
            is_stuck: AtomicBool::new(false),
            is_wanting: AtomicBool::new(false),
            is_late: AtomicBool::new(false),
            is_outstanding: AtomicBool::new(false),
            is_owing: AtomicBool::new(false),
            doubt: OnceLock::new(),
            parting: OnceLock::new(),
            is_at_rest: AtomicBool::new(true),
            heard_in: Tally::default(),
            told_in: Tally::default(),
            requests: AtomicUsize::new(0),
            place: AtomicUsize::new(0),
            order: AtomicU8::new(Order::None as u8),
            waker: OnceLock::new(),
            #[cfg(feature = "websocket")]
            upgrade: OnceLock::new(),
            #[cfg(feature = "websocket")]
            alarm: AtomicU32::new(0),
        }
    }

    /// What its event loop counts.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn now(&self) -> u32 {
        self.ledger.ticks.now()
    }

    /// Remembers whom to wake: the task of the connection, always the same.
    pub(super) fn wake_by(&self, waker: &Waker) {
        self.waker.get_or_init(|| waker.clone());
    }

    pub(super) fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.phase.load(Relaxed))]
    }

    pub(super) fn is_in(&self, phase: Phase) -> bool {
        self.phase.load(Relaxed) == phase as u8
    }

    pub(super) fn enter(&self, phase: Phase) {
        if matches!(phase, Phase::Answering | Phase::Carrying) {
            self.heard_in.begin();
            self.told_in.begin();
            self.is_owing.store(true, Relaxed);
        }
        self.phase.store(phase as u8, Relaxed);
        self.since.store(self.now(), Relaxed);
    }

    /// Notes bytes that came. Gives whether they are the first of a request.
    pub(super) fn heard(&self, bytes: usize) -> bool {
        self.heard.store(self.now(), Relaxed);
        if self.is_in(Phase::Upgraded) {
            return false;
        }
        let phase = self.phase();
        match phase {
            Phase::Silent | Phase::Idle => self.enter(Phase::Head),
            Phase::Answering => self.heard_in.add(bytes),
            Phase::Head | Phase::Open | Phase::Carrying | Phase::Lingering | Phase::Upgraded => {}
        }
        matches!(phase, Phase::Silent | Phase::Idle)
    }

    /// Notes bytes that the client took.
    pub(super) fn told(&self, bytes: usize) {
        self.told_in.add(bytes);
        self.told.store(self.now(), Relaxed);
        self.is_stuck.store(false, Relaxed);
    }

    /// Notes content that a stream of HTTP/2 has handed over, if it has any: the client has taken it when more is asked for.
    pub(super) fn handed(&self, bytes: Option<usize>) {
        self.told(bytes.unwrap_or_default());
        if bytes.is_some() {
            self.stuck();
        }
    }

    /// Whether the client has taken at once what a stream of HTTP/2 handed over last.
    pub(super) fn is_quick(&self) -> bool {
        let waited = self.now().wrapping_sub(self.told.load(Relaxed));
        self.is_stuck.load(Relaxed) && waited <= 1
    }

    /// Notes that the client takes no more for now.
    pub(super) fn stuck(&self) {
        if !self.is_stuck.swap(true, Relaxed) {
            self.told.store(self.now(), Relaxed);
        }
    }

    /// Notes whether somebody waits for content of the request.
    pub(super) fn wanting(&self, is_wanting: bool) {
        if is_wanting && !self.is_wanting.load(Relaxed) {
            self.heard.store(self.now(), Relaxed);
        }
        self.is_wanting.store(is_wanting, Relaxed);
    }

    /// Whether the wait for content has been too long.
    pub(super) fn is_late(&self) -> bool {
        self.is_late.load(Relaxed)
    }

    /// Notes whether content of the request may still come.
    pub(super) fn outstanding(&self, is_outstanding: bool) {
        self.is_outstanding.store(is_outstanding, Relaxed);
    }

    /// Whether what comes may be content of the request.
    pub(super) fn is_outstanding(&self) -> bool {
        self.is_outstanding.load(Relaxed)
    }

    /// Notes that all that was to be written is on the wire.
    pub(super) fn flushed(&self) {
        if !self.is_in(Phase::Answering) {
            self.is_owing.store(false, Relaxed);
        }
    }

    /// Whether an answer is under way, or not all of it on the wire.
    pub(super) fn is_owing(&self) -> bool {
        self.is_owing.load(Relaxed)
    }

    /// Notes why the request that has begun is to be refused. It is the last of its connection.
    pub(super) fn doubt(&self, why: &'static str) {
        self.doubt.get_or_init(|| why);
    }

    /// Why the request that has begun is to be refused.
    pub(super) fn doubted(&self) -> Option<&'static str> {
        self.doubt.get().copied()
    }

    /// Notes that the client of HTTP/2 is told to end the connection.
    #[cfg(feature = "http2")]
    pub(super) fn part(&self) {
        self.parting.get_or_init(|| self.now());
    }

    /// Whether the client of HTTP/2 has had its time to hear that the connection ends.
    pub(super) fn is_overdue(&self) -> bool {
        let parting = self.parting.get();
        parting.is_some_and(|&told| TICK * self.now().wrapping_sub(told) > LINGER)
    }

    pub(super) fn rest(&self, is_at_rest: bool) {
        self.is_at_rest.store(is_at_rest, Relaxed);
    }

    /// Whether it holds no more than its socket, or is about to.
    pub(super) fn is_at_rest(&self) -> bool {
        self.is_at_rest.load(Relaxed)
    }

    /// Counts a request, and gives the count.
    pub(super) fn count_request(&self) -> usize {
        let requests = self.requests.load(Relaxed) + 1;
        self.requests.store(requests, Relaxed);
        requests
    }

    /// Its place in the roster.
    pub(super) fn place(&self) -> usize {
        self.place.load(Relaxed)
    }

    pub(super) fn sit(&self, place: usize) {
        self.place.store(place, Relaxed);
    }

    /// What the sweep wanted, taken once.
    pub(super) fn take_order(&self) -> Order {
        let order = self.order.load(Relaxed);
        if order != Order::None as u8 {
            self.order.store(Order::None as u8, Relaxed);
        }
        Order::ALL[usize::from(order)]
    }

    pub(super) fn give(&self, order: Order) {
        self.order.store(order as u8, Relaxed);
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }

    /// Notes what the connection becomes behind the answer under way.
    #[cfg(feature = "websocket")]
    pub(super) fn upgrade(&self, upgrade: Upgrade) {
        self.upgrade.get_or_init(|| upgrade);
    }

    /// What the connection has become.
    #[cfg(feature = "websocket")]
    pub(super) fn upgraded(&self) -> Option<&Upgrade> {
        self.upgrade.get()
    }

    /// Wants the connection to be polled when this time has passed.
    #[cfg(feature = "websocket")]
    pub(super) fn set_alarm(&self, after: Option<Duration>) {
        let ticks = |after: Duration| after.as_millis().div_ceil(TICK.as_millis());
        let tick = after.map_or(0, |after| {
            let ticks = u32::try_from(ticks(after)).unwrap_or(u32::MAX / 2);
            self.now().wrapping_add(ticks.clamp(1, u32::MAX / 2)).max(1)
        });
        self.alarm.store(tick, Relaxed);
    }

    /// Whether that time has passed.
    #[cfg(feature = "websocket")]
    pub(super) fn is_alarm_due(&self) -> bool {
        let alarm = self.alarm.load(Relaxed);
        // As numbers on a circle.
        alarm != 0 && self.now().wrapping_sub(alarm) < u32::MAX / 2
    }

    /// Looks whether the connection keeps its deadlines.
    pub(super) fn sweep(&self, limits: &Limits) {
        let now = self.now();
        let elapsed = |tick: &AtomicU32| now.wrapping_sub(tick.load(Relaxed));
        let over = |ticks: u32, deadline: Duration| !deadline.is_zero() && TICK * ticks > deadline;
        let is_too_slow = |tally: &Tally, deadline| {
            let (ticks, bytes) = tally.tick();
            let least = (TICK * ticks)
                .as_secs()
                .saturating_mul(limits.min_rate as u64);
            over(ticks, deadline) && bytes < least
        };
        if self.is_stuck.load(Relaxed)
            && (over(elapsed(&self.told), limits.write_deadline)
                || is_too_slow(&self.told_in, limits.write_deadline))
        {
            self.ledger.refuse(Refusal::WriteDeadline);
            return self.give(Order::Close);
        }
        let in_phase = elapsed(&self.since);
        match self.phase() {
            Phase::Silent if over(in_phase, limits.head_deadline) => {
                self.ledger.refuse(Refusal::HeadDeadline);
                self.give(Order::Close);
            }
            Phase::Head if over(in_phase, limits.head_deadline) => {
                self.ledger.refuse(Refusal::HeadDeadline);
                self.give(Order::TimeOut);
            }
            Phase::Idle if over(in_phase, limits.idle_deadline) => self.give(Order::Close),
            Phase::Idle if in_phase >= 1 && !self.is_at_rest() && !self.is_stuck.load(Relaxed) => {
                self.give(Order::Rest);
            }
            // Its client has been told, and does not say that it has heard.
            Phase::Open if self.is_overdue() && over(in_phase, LINGER) => self.give(Order::Close),
            Phase::Open if over(in_phase, limits.idle_deadline) => self.ask(Order::Last),
            Phase::Lingering if over(in_phase, LINGER) => self.give(Order::Close),
            Phase::Answering
                if self.is_wanting.load(Relaxed)
                    && (over(elapsed(&self.heard), limits.body_deadline)
                        || is_too_slow(&self.heard_in, limits.body_deadline)) =>
            {
                if !self.is_late.swap(true, Relaxed) {
                    self.ledger.refuse(Refusal::BodyDeadline);
                }
                self.wake();
            }
            #[cfg(feature = "websocket")]
            Phase::Upgraded if self.is_alarm_due() => self.wake(),
            Phase::Upgraded
                if !self.is_at_rest()
                    && elapsed(&self.heard) >= 1
                    && elapsed(&self.told) >= 1
                    && !self.is_stuck.load(Relaxed) =>
            {
                self.give(Order::Rest);
            }
            _ => {}
        }
        let age = now.wrapping_sub(self.born);
        if limits.max_age.is_some_and(|longest| over(age, longest)) {
            self.ask(Order::Last);
        }
    }

    /// Lets the connection end, when the server is to: once a tick, for an order may have taken the place of another.
    pub(super) fn drain(&self) {
        let in_phase = self.now().wrapping_sub(self.since.load(Relaxed));
        match self.phase() {
            Phase::Lingering => {}
            Phase::Head if in_phase > 2 => self.ask(Order::TimeOut),
            _ => self.ask(Order::Last),
        }
    }

    /// Gives an order where none is waiting.
    fn ask(&self, order: Order) {
        let waiting = self.order.load(Relaxed);
        if waiting == Order::None as u8 || waiting == Order::Rest as u8 {
            self.give(order);
        }
    }
}

/// The ticks in which one side waited for the other, and the bytes that came or went meanwhile.
#[derive(Debug, Default)]
struct Tally {
    ticks: AtomicU32,
    bytes: AtomicU64,
}

impl Tally {
    fn begin(&self) {
        self.ticks.store(0, Relaxed);
        self.bytes.store(0, Relaxed);
    }

    fn add(&self, bytes: usize) {
        self.bytes
            .store(self.bytes.load(Relaxed) + bytes as u64, Relaxed);
    }

    /// Counts one tick more.
    fn tick(&self) -> (u32, u64) {
        let ticks = self.ticks.load(Relaxed) + 1;
        self.ticks.store(ticks, Relaxed);
        (ticks, self.bytes.load(Relaxed))
    }
}

/// How long a client has to read its last answer.
const LINGER: Duration = Duration::from_secs(2);
