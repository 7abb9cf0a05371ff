//! [`Session`]: a socket as the connection drives it, with the program that it is for.
//!
//! One future does all of it: it reads and decodes, lets the program go on, and writes what that has sent. So a message costs no task and no
//! channel, and a program that is busy keeps nobody from being answered: pings and close frames are dealt with here.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as TaskContext, Poll, Waker},
    time::Duration,
};

use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};

use super::{
    codec::{CloseCode, Decoder, Event, Role, Violation},
    exchange::{Exchange, Incoming, KEPT, Standing},
    reason::CloseReason,
};
use crate::handler::upgrade::{Transport, Upgraded};

/// What a program does with its socket, and what it ends it with.
pub(super) type Program = Pin<Box<dyn Future<Output = CloseReason> + Send>>;

/// How long a peer has for its last bytes, where nothing of them is of interest.
const LINGER: Duration = Duration::from_secs(2);

thread_local! {
    /// What is read into. It belongs to the thread: a socket that waits needs none.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// So much is read at one time: a message of 64 KiB with its head, and some more. What is copied out of it stands often right behind it in memory, and at a
/// distance of a power of two and a little a copy takes twenty times as long on some processors (glibc's bug 30994).
const READ: usize = 65 * 1024;

/// A socket, as the connection drives it.
pub(super) struct Session {
    role: Role,
    exchange: Arc<Exchange>,
    decoder: Decoder,
    program: Option<Program>,
    /// Until nothing is to be read or written any more.
    transport: Option<Box<dyn Transport>>,
    /// What has come and was not decoded: a head that is not whole, or what a full inbox has no room for.
    unread: Vec<u8>,
    /// Whether nothing is read because there is no room for it.
    is_held: bool,
    /// What is being written, and how much of it was.
    writing: Vec<u8>,
    written: usize,
    standing: Standing,
    stage: Stage,
    /// Whether something has come since the last alarm.
    has_heard: bool,
    has_pinged: bool,
    leave: Leave,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    /// This end has said that it closes, and the peer has not.
    Closing,
    /// All is said but what is still to be written; what comes is thrown away.
    Ending,
    /// So is that, and the peer is told that nothing more comes.
    Ended,
}

/// How far the server has come with ending this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leave {
    Not,
    /// The program has not been told yet.
    Wanted,
    Told,
}

impl Session {
    pub(super) fn new(
        role: Role,
        exchange: Arc<Exchange>,
        decoder: Decoder,
        program: Option<Program>,
        transport: Box<dyn Transport>,
        read: &[u8],
    ) -> Self {
        let mut session = Self {
            role,
            exchange,
            decoder,
            program,
            transport: Some(transport),
            unread: read.to_vec(),
            is_held: !read.is_empty(),
            writing: Vec::new(),
            written: 0,
            standing: Standing::default(),
            stage: Stage::Open,
            has_heard: false,
            has_pinged: false,
            leave: Leave::Not,
            waker: None,
        };
        session.set_alarm(session.exchange.limits.ping_interval);
        session
    }

    /// Sets the alarm; zero is none.
    fn set_alarm(&mut self, after: Duration) {
        if let Some(transport) = &mut self.transport {
            transport.set_alarm(Some(after).filter(|after| !after.is_zero()));
        }
    }

    /// Looks whether the peer is still there; in the end, does not wait for it any longer.
    fn poll_alarm(&mut self, cx: &mut TaskContext<'_>) {
        let Some(transport) = &mut self.transport else {
            return;
        };
        if transport.poll_alarm(cx).is_pending() {
            return;
        }
        if self.stage != Stage::Open {
            self.exchange.settle();
            self.write(cx);
            return self.hang_up();
        }
        if self.leave == Leave::Told {
            return self.exchange.settle();
        }
        let limits = self.exchange.limits;
        // While nothing is read, nothing can be heard.
        let is_deaf = !self.exchange.has_room();
        if std::mem::take(&mut self.has_heard) || is_deaf {
            self.has_pinged = false;
            if is_deaf {
                // But writing to a peer that is gone fails.
                _ = self.exchange.ping(b"");
            }
            self.set_alarm(limits.ping_interval);
        } else if !self.has_pinged {
            _ = self.exchange.ping(b"");
            self.has_pinged = !limits.ping_timeout.is_zero();
            self.set_alarm(if self.has_pinged {
                limits.ping_timeout
            } else {
                limits.ping_interval
            });
        } else {
            let reason = CloseReason::new(CloseCode::INTERNAL_ERROR, "ping timed out");
            self.exchange.close(reason);
            self.write(cx);
            self.hang_up();
        }
    }

    /// Lets go of the connection.
    fn hang_up(&mut self) {
        self.transport = None;
        self.exchange.broke_off();
    }

    fn leave_open(&mut self, stage: Stage) {
        if self.stage == Stage::Open {
            self.set_close_alarm();
        }
        self.stage = stage;
    }

    fn set_close_alarm(&mut self) {
        // Zero would be no alarm.
        let least = Duration::from_millis(1);
        self.set_alarm(self.exchange.limits.close_timeout.max(least));
    }

    /// Reads as long as there is something to read, and room for it.
    fn read(&mut self, cx: &mut TaskContext<'_>) {
        if self.is_held {
            if !self.exchange.has_room() {
                return;
            }
            self.is_held = false;
            let mut unread = std::mem::take(&mut self.unread);
            let taken = self.decode(&mut unread, cx);
            unread.drain(..taken);
            self.unread = unread;
        }
        BUFFER.with_borrow_mut(|buffer| {
            if buffer.is_empty() {
                buffer.resize(READ, 0);
            }
            while !self.is_held && self.read_once(buffer, cx) {}
        });
    }

    /// Reads what has come, and gives whether there is more.
    fn read_once(&mut self, buffer: &mut [u8], cx: &mut TaskContext<'_>) -> bool {
        let Some(transport) = &mut self.transport else {
            return false;
        };
        // The beginning of a head, at most.
        let kept = self.unread.len();
        if kept > 0 {
            buffer[..kept].copy_from_slice(&self.unread);
        }
        let room = buffer.len() - kept;
        let mut space = ReadBuf::new(&mut buffer[kept..]);
        let count = match Pin::new(transport).poll_read(cx, &mut space) {
            Poll::Pending => return false,
            Poll::Ready(Err(_)) => 0,
            // Who has said that it closes has nothing to add, and may still read the answers to what came before.
            Poll::Ready(Ok(())) if space.filled().is_empty() && self.stage == Stage::Ending => {
                return false;
            }
            Poll::Ready(Ok(())) => space.filled().len(),
        };
        if count == 0 {
            self.hang_up();
            return false;
        }
        self.has_heard = true;
        if matches!(self.stage, Stage::Open | Stage::Closing) {
            let bytes = &mut buffer[..kept + count];
            let taken = self.decode(bytes, cx);
            self.unread.clear();
            if taken < bytes.len() {
                self.unread.extend_from_slice(&bytes[taken..]);
            }
        }
        count == room || self.is_readable(cx)
    }

    fn is_readable(&mut self, cx: &mut TaskContext<'_>) -> bool {
        let Some(transport) = &mut self.transport else {
            return false;
        };
        !self.is_held && transport.poll_readable(cx).is_ready()
    }

    /// Decodes as much as there is room for, and gives how much that was.
    fn decode(&mut self, bytes: &mut [u8], cx: &TaskContext<'_>) -> usize {
        let mut taken = 0;
        while taken < bytes.len() && !self.is_held {
            match self.decoder.decode(&mut bytes[taken..]) {
                Ok((count, None)) => return taken + count,
                Ok((count, Some(event))) => {
                    taken += count;
                    self.is_held = !self.take(event, cx);
                }
                Err(violation) => {
                    self.refuse(violation, cx);
                    return bytes.len();
                }
            }
        }
        taken
    }

    /// Takes what has come, and gives whether there is room for more.
    fn take(&mut self, event: Event, cx: &TaskContext<'_>) -> bool {
        let incoming = match event {
            Event::Message(message) => Incoming::Message(message),
            Event::Ping(payload) => {
                self.exchange.pong(payload.clone());
                Incoming::Ping(payload)
            }
            Event::Pong(payload) => Incoming::Pong(payload),
            Event::Close(said) => {
                self.exchange.end_comes(CloseReason::of_peer(said), cx);
                self.leave_open(Stage::Ending);
                return true;
            }
        };
        self.exchange.put(incoming, cx)
    }

    /// Tells the peer what it has done wrong. Nothing of it is looked at any more.
    #[cold]
    fn refuse(&mut self, violation: Violation, cx: &TaskContext<'_>) {
        let reason = CloseReason::from(violation);
        tracing::debug!(target: "squall", "{reason}");
        self.exchange.end_comes(reason, cx);
        self.leave_open(Stage::Ending);
    }

    /// Lets the program go on. What it ends with is what the socket is closed with.
    fn run(&mut self, cx: &mut TaskContext<'_>) {
        let Some(program) = &mut self.program else {
            return;
        };
        if let Poll::Ready(reason) = program.as_mut().poll(cx) {
            self.program = None;
            // It may have given the socket to somebody else.
            if reason.code() != CloseCode::NORMAL {
                self.exchange.close(reason);
            }
        }
    }

    /// Ends it, because the server does: what the program is at is finished, and what has come is taken, as when the peer ends it.
    fn tell_leave(&mut self, cx: &mut TaskContext<'_>) {
        self.leave = Leave::Told;
        if self.stage == Stage::Open {
            self.exchange.end_comes(CloseReason::LEAVING, cx);
            self.set_close_alarm();
            self.run(cx);
        }
    }

    /// Writes as much as the connection takes.
    fn write(&mut self, cx: &mut TaskContext<'_>) {
        if self.is_written() {
            self.take_out();
        } else {
            // The program may have sent more behind it.
            self.standing.has_more = true;
        }
        while !self.is_written() {
            let Some(transport) = &mut self.transport else {
                return;
            };
            match Pin::new(transport).poll_write(cx, &self.writing[self.written..]) {
                Poll::Ready(Ok(count)) if count > 0 => self.wrote(count),
                Poll::Ready(_) => return self.hang_up(),
                Poll::Pending => return,
            }
        }
    }

    fn is_written(&self) -> bool {
        self.written == self.writing.len()
    }

    /// Notes what the connection has taken. What other tasks send meanwhile wakes this one; there may be more of what waited.
    fn wrote(&mut self, count: usize) {
        self.written += count;
        self.exchange.written(count);
        if self.standing.has_more && self.is_written() {
            self.take_out();
        }
    }

    /// Takes what is to go out next, when all before it is written.
    fn take_out(&mut self) {
        if self.writing.capacity() > KEPT {
            self.writing = Vec::new();
        }
        self.standing = self.exchange.go_on(&mut self.writing, self.decoder.spare());
        self.written = 0;
    }

    /// Takes the steps of the end that can be taken now.
    fn end(&mut self, cx: &mut TaskContext<'_>) {
        if self.stage == Stage::Open {
            if !self.is_written() {
                // A peer that reads nothing has no longer than others to close.
                self.standing = self.exchange.standing();
            }
            if self.program.is_none() && self.standing.is_let_go {
                self.exchange.close(CloseReason::new(CloseCode::NORMAL, ""));
                self.write(cx);
            }
            if self.standing.has_said_close {
                self.leave_open(Stage::Closing);
            }
        }
        if self.stage == Stage::Ending
            && self.is_written()
            && self.standing.has_said_close
            && let Some(transport) = &mut self.transport
        {
            // The server closes first (RFC 6455 §7.1.1), and the client when it has seen that.
            let is_shut =
                self.role == Role::Client || Pin::new(transport).poll_shutdown(cx).is_ready();
            if is_shut {
                self.stage = Stage::Ended;
                self.exchange.closed();
                self.set_alarm(LINGER);
            }
        }
    }
}

impl Upgraded for Session {
    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        if !self
            .waker
            .as_ref()
            .is_some_and(|known| known.will_wake(cx.waker()))
        {
            self.waker = Some(cx.waker().clone());
            self.exchange.driven_by(cx.waker());
        }
        self.poll_alarm(cx);
        if !self.is_written() {
            // A program that always has something to do may have left nothing of the last turn of the task for it.
            self.write(cx);
        }
        loop {
            self.read(cx);
            self.run(cx);
            // Who waits for the end of the server has heard of it in this turn, and has said goodbye in its own way.
            if self.leave == Leave::Wanted {
                self.tell_leave(cx);
            }
            self.write(cx);
            let stage = self.stage;
            self.end(cx);
            // The end of what comes may be there already, and what had no room may have it now.
            let has_ended = self.stage == Stage::Ended && stage != Stage::Ended;
            let has_room = self.is_held && self.exchange.has_room();
            if self.transport.is_none() || !(has_ended || has_room) {
                break;
            }
        }
        if self.transport.is_none() {
            // The program learns of the end.
            self.run(cx);
        }
        if self.transport.is_none() && self.program.is_none() {
            return Poll::Ready(());
        }
        Poll::Pending
    }

    fn leave(&mut self) {
        if self.leave == Leave::Not {
            self.leave = Leave::Wanted;
        }
    }

    fn cut(&mut self) {
        self.hang_up();
    }

    fn rest(&mut self) {
        self.unread.shrink_to_fit();
        if self.is_written() {
            self.writing = Vec::new();
            self.written = 0;
        }
        *self.decoder.spare() = Vec::new();
        self.exchange.rest();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Whoever holds a handle shall not wait for ever.
        self.exchange.broke_off();
    }
}
