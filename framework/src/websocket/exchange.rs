//! [`Exchange`]: what the two halves of a socket share: the one that drives the connection, and the one that a program holds.
//!
//! What has come waits in the inbox until it is taken, what is to go out in the outbox until the connection takes it. Neither grows beyond its
//! bound: a full inbox stops the reading, a full outbox is dealt with as [`SlowReader`] says.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release, SeqCst},
        },
    },
    task::{Context as TaskContext, Poll, Waker},
};

use super::{
    codec::{Agreed, CloseCode, Encoder, Message, Role},
    message::Outgoing,
    reason::{CloseReason, Closed},
    settings::{Limits, SlowReader},
};
use crate::handler::wakers::Wakers;

/// So much may wait to be taken from the inbox: a message more, and nothing is read until there is room. Pings are answered up to there.
const INBOX: usize = 64 * 1024;
const INBOX_MESSAGES: usize = 64;

/// What is encoded ahead, where messages may still be thrown away. One that was compressed cannot be: the next looks back to it.
const AHEAD: usize = 64 * 1024;

/// The longest buffer of a message that is used again for another one.
const SPARE: usize = 4096;

/// A buffer that is longer is not kept.
pub(super) const KEPT: usize = 256 * 1024;

/// What has come for the program.
#[derive(Debug)]
pub(super) enum Incoming {
    Message(Message),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

impl Incoming {
    fn len(&self) -> usize {
        match self {
            Self::Message(message) => message.as_bytes().len(),
            Self::Ping(payload) | Self::Pong(payload) => payload.len(),
        }
    }
}

/// What the two halves of a socket share.
pub(super) struct Exchange {
    pub(super) limits: Limits,
    pub(super) protocol: Option<String>,
    /// Whether the program may find something new: without the lock it sees that it does not.
    has_news: AtomicBool,
    /// The bytes that the connection has taken. The driver counts them without the lock.
    sent: AtomicU64,
    /// Whether somebody waits for that.
    has_waiters: AtomicBool,
    state: Mutex<State>,
}

struct State {
    inbox: VecDeque<Incoming>,
    inbox_bytes: usize,
    /// Whether the driver was told that there is no room, and waits for it.
    is_held: bool,
    receiver: Option<Waker>,
    /// Whether nobody takes what comes.
    is_let_go: bool,
    /// Whether the program wants to know of pings and pongs.
    wants_pings: bool,
    encoder: Encoder,
    out: Vec<u8>,
    /// A buffer for the next message that comes: that of one that was sent.
    spare: Vec<u8>,
    /// The bytes that the driver has taken.
    handed: u64,
    waiting: VecDeque<Message>,
    waiting_bytes: usize,
    /// The last ping that was not answered, because there was no room.
    unanswered: Option<Vec<u8>>,
    dropped: u64,
    /// Who waits for room, for all to have gone out, or for the other side's close frame.
    waiters: Vec<Waker>,
    /// Who waits for the end, each until it waits no more: that may be long before anything is written.
    enders: Wakers<()>,
    driver: Option<Waker>,
    /// How the peer ends it, until what came before that has been taken, and answered.
    coming_end: Option<CloseReason>,
    /// How it has ended: nothing is sent any more.
    end: Option<CloseReason>,
    has_said_close: bool,
    /// Whether each side has the close frame of the other, or the connection is gone.
    is_over: bool,
}

impl Exchange {
    pub(super) fn new(
        role: Role,
        limits: Limits,
        protocol: Option<String>,
        agreed: Option<&Agreed>,
    ) -> Self {
        Self {
            limits,
            protocol,
            has_news: AtomicBool::new(true),
            sent: AtomicU64::new(0),
            has_waiters: AtomicBool::new(false),
            state: Mutex::new(State {
                inbox: VecDeque::new(),
                inbox_bytes: 0,
                is_held: false,
                receiver: None,
                is_let_go: false,
                wants_pings: false,
                encoder: Encoder::new(role, agreed),
                out: Vec::new(),
                spare: Vec::new(),
                handed: 0,
                waiting: VecDeque::new(),
                waiting_bytes: 0,
                unanswered: None,
                dropped: 0,
                waiters: Vec::new(),
                enders: Wakers::new(),
                driver: None,
                coming_end: None,
                end: None,
                has_said_close: false,
                is_over: false,
            }),
        }
    }

    #[inline]
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The half of the program.
impl Exchange {
    /// Whether there may be something new. Where it says no, whoever was told to wait before is woken when there is.
    #[inline]
    pub(super) fn has_news(&self) -> bool {
        self.has_news.load(Acquire)
    }

    /// Takes what has come next. `None` at the end.
    #[inline]
    pub(super) fn poll_take(&self, cx: &mut TaskContext<'_>) -> Poll<Option<Incoming>> {
        let mut state = self.lock();
        let Some(incoming) = state.inbox.pop_front() else {
            if state.coming_end.is_some() {
                state.settle();
                state.wake_driver(cx);
            }
            if state.end.is_some() {
                return Poll::Ready(None);
            }
            remember(&mut state.receiver, cx.waker());
            self.has_news.store(false, Release);
            return Poll::Pending;
        };
        state.inbox_bytes -= incoming.len();
        if state.is_held && state.has_room() {
            state.wake_driver(cx);
        }
        if state.inbox.is_empty() && state.coming_end.is_none() && state.end.is_none() {
            self.has_news.store(false, Release);
        }
        Poll::Ready(Some(incoming))
    }

    /// Waits until something may be sent.
    pub(super) fn poll_room(&self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Closed>> {
        self.poll_send(&mut None, cx)
    }

    /// Sends a message, where there is one, when there is room.
    #[inline(always)]
    pub(super) fn poll_send(
        &self,
        message: &mut Option<Outgoing<'_>>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Result<(), Closed>> {
        let mut state = self.lock();
        if state.end.is_some() {
            return Poll::Ready(Err(Closed));
        }
        if !self.has_space(&state) {
            self.wait(&mut state, cx.waker());
            if !self.has_space(&state) {
                return Poll::Pending;
            }
        }
        let Some(message) = message.take() else {
            return Poll::Ready(Ok(()));
        };
        let sent = self.send(&mut state, message);
        if sent.is_err() {
            self.has_news.store(true, Release);
        }
        state.wake_driver(cx);
        Poll::Ready(sent)
    }

    /// Sends a message at once. `None` where there is no room.
    pub(super) fn try_send(&self, message: Outgoing<'_>) -> Option<Result<(), Closed>> {
        let mut state = self.lock();
        let may_send = state.end.is_some() || self.has_space(&state);
        may_send.then(|| self.send_now(&mut state, message))
    }

    /// Sends a message at once, whether there is room or not: who calls has asked for it.
    pub(super) fn start_send(&self, message: Outgoing<'_>) -> Result<(), Closed> {
        self.send_now(&mut self.lock(), message)
    }

    fn send_now(&self, state: &mut State, message: Outgoing<'_>) -> Result<(), Closed> {
        if state.end.is_some() {
            return Err(Closed);
        }
        let sent = self.send(state, message);
        self.has_news.store(true, Release);
        state.wake();
        sent
    }

    /// Sends a ping. A program that sends them faster than they are read is as bound as it is with messages.
    pub(super) fn ping(&self, payload: &[u8]) -> Result<(), Closed> {
        let mut state = self.lock();
        if state.end.is_some() {
            return Err(Closed);
        }
        if self.queued(&state) < self.limits.max_queue.max(AHEAD) {
            let State { encoder, out, .. } = &mut *state;
            encoder.ping(payload, out);
            state.wake();
        }
        Ok(())
    }

    /// Ends it from this side: what was sent before goes out, then a close frame. What has come already can still be taken.
    pub(super) fn close(&self, reason: CloseReason) {
        let mut state = self.lock();
        state.close(reason);
        self.has_news.store(true, Release);
        state.wake();
    }

    /// Waits until it has ended on both sides, or the peer is about to end it.
    pub(super) fn ended(&self) -> Ending<'_> {
        Ending {
            exchange: self,
            waiting: None,
        }
    }

    /// Waits until all that was sent is with the connection.
    pub(super) fn poll_flushed(&self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Closed>> {
        let mut state = self.lock();
        if self.queued(&state) > 0 && state.end.is_none() {
            self.wait(&mut state, cx.waker());
        }
        if self.queued(&state) == 0 {
            return Poll::Ready(Ok(()));
        }
        if state.end.is_some() {
            return Poll::Ready(Err(Closed));
        }
        Poll::Pending
    }

    /// Waits until the other side has its close frame.
    pub(super) fn poll_over(&self, cx: &mut TaskContext<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.is_over {
            return Poll::Ready(());
        }
        self.wait(&mut state, cx.waker());
        Poll::Pending
    }

    pub(super) fn end(&self) -> Option<CloseReason> {
        self.lock().end.clone()
    }

    pub(super) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// The bytes that the connection has taken.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    pub(super) fn want_pings(&self) {
        self.lock().wants_pings = true;
    }

    /// Nobody takes what comes any more.
    pub(super) fn let_go(&self) {
        let mut state = self.lock();
        state.is_let_go = true;
        state.inbox = VecDeque::new();
        state.inbox_bytes = 0;
        state.settle();
        state.wake();
    }
}

/// The half of the connection.
impl Exchange {
    /// Remembers whom to wake when something is to be sent.
    pub(super) fn driven_by(&self, waker: &Waker) {
        self.lock().driver = Some(waker.clone());
    }

    /// Puts what has come into the inbox. Gives whether more may come.
    #[inline]
    pub(super) fn put(&self, incoming: Incoming, cx: &TaskContext<'_>) -> bool {
        let mut state = self.lock();
        let is_wanted = matches!(incoming, Incoming::Message(_)) || state.wants_pings;
        if !is_wanted || state.is_let_go || state.end.is_some() {
            return state.has_room();
        }
        state.inbox_bytes += incoming.len();
        state.inbox.push_back(incoming);
        self.has_news.store(true, Release);
        state.wake_receiver(cx);
        state.has_room()
    }

    /// Whether something more may come.
    pub(super) fn has_room(&self) -> bool {
        self.lock().has_room()
    }

    #[inline(never)]
    /// Answers a ping. Where the peer reads nothing, it is answered the last only (RFC 6455 §5.5.3).
    pub(super) fn pong(&self, payload: Vec<u8>) {
        let mut state = self.lock();
        if state.has_said_close {
            return;
        }
        if state.out.len() < AHEAD {
            let State { encoder, out, .. } = &mut *state;
            encoder.pong(&payload, out);
        } else {
            state.unanswered = Some(payload);
        }
    }

    #[inline(never)]
    /// Notes how it is ended: by the peer with its close frame or what it has done wrong, or by the server that ends. It ends when what came before has
    /// been taken, and the program asks for more: so its last words reach the program, and the answers to them the peer.
    pub(super) fn end_comes(&self, reason: CloseReason, cx: &TaskContext<'_>) {
        let mut state = self.lock();
        if state.end.is_none() {
            state.coming_end.get_or_insert(reason);
        }
        state.wake_waiters();
        state.enders.wake(|()| true);
        if state.is_let_go {
            state.settle();
        }
        self.has_news.store(true, Release);
        state.wake_receiver(cx);
    }

    /// Ends it as the peer wants, though the program is still busy.
    pub(super) fn settle(&self) {
        let mut state = self.lock();
        self.has_news.store(true, Release);
        state.settle();
    }

    /// Notes that there is no connection any more.
    pub(super) fn broke_off(&self) {
        let mut state = self.lock();
        let reason = state.coming_end.take().unwrap_or(CloseReason::BROKEN);
        self.has_news.store(true, Release);
        state.is_over = true;
        state.finish(reason);
    }

    /// Notes that each side has its close frame.
    pub(super) fn closed(&self) {
        let mut state = self.lock();
        state.is_over = true;
        state.wake_waiters();
        state.enders.wake(|()| true);
    }

    /// Notes that the connection has taken so much. Who waits for that and this here look in turn: first at what they have to say, then at
    /// what the other has said.
    #[inline]
    pub(super) fn written(&self, count: usize) {
        let sent = self.sent.load(Relaxed) + count as u64;
        self.sent.store(sent, SeqCst);
        if self.has_waiters.load(SeqCst) {
            let mut state = self.lock();
            self.has_waiters.store(false, SeqCst);
            state.wake_waiters();
        }
    }

    /// Puts what is to go out next into this buffer, all of which the connection has taken.
    #[inline]
    pub(super) fn go_on(&self, buffer: &mut Vec<u8>, spare: &mut Vec<u8>) -> Standing {
        let mut state = self.lock();
        buffer.clear();
        if !state.waiting.is_empty() {
            self.encode_waiting(&mut state, AHEAD);
        }
        if state.unanswered.is_some() {
            state.answer_ping();
        }
        if !state.out.is_empty() {
            mem::swap(&mut state.out, buffer);
            state.handed += buffer.len() as u64;
        }
        if state.spare.capacity() > 0 {
            mem::swap(&mut state.spare, spare);
        }
        state.standing()
    }

    pub(super) fn standing(&self) -> Standing {
        self.lock().standing()
    }

    /// Gives memory back that is not in use.
    pub(super) fn rest(&self) {
        let mut state = self.lock();
        if state.out.is_empty() {
            state.out = Vec::new();
        }
        state.spare = Vec::new();
        state.inbox.shrink_to_fit();
        state.waiting.shrink_to_fit();
        state.waiters.shrink_to_fit();
    }
}

/// What the driver has to know of a socket beside what goes out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    /// Whether a close frame was sent, or is about to be.
    pub(super) has_said_close: bool,
    /// Whether nobody takes what comes.
    pub(super) is_let_go: bool,
    /// Whether there is more to go out, behind what is in hand.
    pub(super) has_more: bool,
}

/// What goes out, and who waits for it.
impl Exchange {
    /// The bytes that the driver has taken, and the connection has not.
    fn in_hand(&self, state: &State) -> usize {
        (state.handed - self.sent.load(SeqCst)) as usize
    }

    /// The bytes that were sent, and that the connection has not taken.
    fn queued(&self, state: &State) -> usize {
        state.out.len() + self.in_hand(state) + state.waiting_bytes
    }

    /// Whether a message may be sent at once.
    fn has_space(&self, state: &State) -> bool {
        self.limits.slow_reader != SlowReader::Wait || self.queued(state) < self.limits.max_queue
    }

    /// Remembers whom to wake when something has gone out, or it ends. Who waits looks once more behind this: the driver may have gone on.
    fn wait(&self, state: &mut State, waker: &Waker) {
        if !state.waiters.iter().any(|known| known.will_wake(waker)) {
            state.waiters.push(waker.clone());
        }
        self.has_waiters.store(true, SeqCst);
    }

    #[inline(always)]
    fn send(&self, state: &mut State, message: Outgoing<'_>) -> Result<(), Closed> {
        if self.limits.slow_reader == SlowReader::Wait {
            state.encode(message);
            return Ok(());
        }
        self.send_to_slow_reader(state, message)
    }

    #[inline(never)]
    fn send_to_slow_reader(&self, state: &mut State, message: Outgoing<'_>) -> Result<(), Closed> {
        if self.limits.slow_reader == SlowReader::DropOldest {
            self.encode_waiting(state, AHEAD);
            if state.out.len() + self.in_hand(state) >= AHEAD {
                state.keep(message, self.limits.max_queue);
                return Ok(());
            }
        } else if self.queued(state) >= self.limits.max_queue {
            state.close(CloseReason::new(CloseCode::TRY_AGAIN, "read too slowly"));
            return Err(Closed);
        }
        state.encode(message);
        Ok(())
    }

    /// Encodes what waits, as long as there is less than so much encoded.
    fn encode_waiting(&self, state: &mut State, most: usize) {
        let in_hand = self.in_hand(state);
        while state.out.len() + in_hand < most && state.encode_oldest() {}
    }
}

impl State {
    /// How it has ended, for who waits until each side has what the other has sent; or how it is about to, though nobody asks for the next message.
    fn told_end(&self) -> Option<&CloseReason> {
        let end = self.end.as_ref().filter(|_| self.is_over);
        end.or(self.coming_end.as_ref())
    }

    fn standing(&self) -> Standing {
        Standing {
            has_said_close: self.has_said_close,
            is_let_go: self.is_let_go,
            has_more: !self.waiting.is_empty(),
        }
    }

    fn answer_ping(&mut self) {
        if let Some(payload) = self.unanswered.take()
            && !self.has_said_close
        {
            self.encoder.pong(&payload, &mut self.out);
        }
    }

    /// Whether something more may come. Where this side is about to end it, nothing but what has come is waited for.
    fn has_room(&mut self) -> bool {
        self.is_held = self.coming_end.is_some()
            || self.inbox_bytes >= INBOX
            || self.inbox.len() >= INBOX_MESSAGES;
        !self.is_held
    }

    /// Encodes a message, and keeps its buffer for the next one that comes.
    #[inline]
    fn encode(&mut self, message: Outgoing<'_>) {
        let (kind, content) = message.parts();
        self.encoder.message(kind, content, &mut self.out);
        if let Some(buffer) = message.into_buffer()
            && buffer.capacity() <= SPARE
        {
            self.spare = buffer;
        }
    }

    /// Keeps a message that may still be thrown away.
    fn keep(&mut self, message: Outgoing<'_>, most: usize) {
        let length = weight(message.parts().1);
        while self.waiting_bytes + length > most {
            let Some(oldest) = self.waiting.pop_front() else {
                break;
            };
            self.waiting_bytes -= weight(oldest.as_bytes());
            self.dropped += 1;
        }
        self.waiting_bytes += length;
        self.waiting.push_back(message.into_message());
    }

    /// Encodes the oldest of what waits, where something does.
    fn encode_oldest(&mut self) -> bool {
        let Some(message) = self.waiting.pop_front() else {
            return false;
        };
        self.waiting_bytes -= weight(message.as_bytes());
        self.encode(Outgoing::from(&message));
        true
    }

    fn close(&mut self, reason: CloseReason) {
        if self.end.is_some() {
            return;
        }
        self.coming_end = None;
        while self.encode_oldest() {}
        self.has_said_close = true;
        self.encoder
            .close(reason.code(), reason.text(), &mut self.out);
        self.finish(reason);
    }

    /// Carries out the end that was coming: what the peer has said is answered without a text, what it has done wrong is told.
    fn settle(&mut self) {
        let Some(reason) = self.coming_end.take() else {
            return;
        };
        if !self.has_said_close {
            while self.encode_oldest() {}
            self.has_said_close = true;
            let text = if reason.is_of_peer() {
                ""
            } else {
                reason.text()
            };
            self.encoder.close(reason.code(), text, &mut self.out);
        }
        self.finish(reason);
    }

    fn finish(&mut self, reason: CloseReason) {
        self.end.get_or_insert(reason);
        self.wake_waiters();
        self.enders.wake(|()| true);
        if let Some(receiver) = &self.receiver {
            receiver.wake_by_ref();
        }
    }

    fn wake_waiters(&mut self) {
        for waiter in self.waiters.drain(..) {
            waiter.wake();
        }
    }

    fn wake(&self) {
        if let Some(driver) = &self.driver {
            driver.wake_by_ref();
        }
    }

    /// Wakes the program. Who calls this polls it next, so there is nobody to wake but inside what polls only what was woken.
    fn wake_receiver(&self, cx: &TaskContext<'_>) {
        if let Some(receiver) = &self.receiver
            && !receiver.will_wake(cx.waker())
        {
            receiver.wake_by_ref();
        }
    }

    /// Wakes the driver, where this is not called within it: it goes on to what is to go out by itself.
    fn wake_driver(&self, cx: &TaskContext<'_>) {
        if let Some(driver) = &self.driver
            && !driver.will_wake(cx.waker())
        {
            driver.wake_by_ref();
        }
    }
}

/// The wait for the end of a socket. Dropped, it leaves nothing behind.
pub(super) struct Ending<'e> {
    exchange: &'e Exchange,
    /// The waker that was left, and where.
    waiting: Option<(usize, Waker)>,
}

impl Future for Ending<'_> {
    type Output = CloseReason;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<CloseReason> {
        let mut state = self.exchange.lock();
        if let Some(end) = state.told_end() {
            return Poll::Ready(end.clone());
        }
        let waker = || cx.waker().clone();
        let (at, former) = match &self.waiting {
            Some((_, known)) if known.will_wake(cx.waker()) => return Poll::Pending,
            Some((at, _)) => (*at, state.enders.replace(*at, waker())),
            None => (state.enders.add(waker(), ()), None),
        };
        drop(state);
        drop(former);
        self.waiting = Some((at, waker()));
        Poll::Pending
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if let Some((at, _)) = self.waiting {
            let waker = self.exchange.lock().enders.remove(at);
            drop(waker);
        }
    }
}

/// What a message that waits counts for: an empty one takes memory too.
fn weight(content: &[u8]) -> usize {
    content.len() + size_of::<Message>()
}

fn remember(slot: &mut Option<Waker>, waker: &Waker) {
    match slot {
        Some(known) if known.will_wake(waker) => {}
        _ => *slot = Some(waker.clone()),
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("limits", &self.limits)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}
