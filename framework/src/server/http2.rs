//! HTTP/2: one connection that carries many requests at one time, each a stream and a task of its own.
//!
//! hyper speaks the protocol. What is added is what it leaves to its user: each stream stands in the roster of its loop with
//! [`Vitals`] of its own, so that the sweep keeps the deadlines of its content and resets a stream whose client takes nothing. The connection is
//! in [`Phase::Carrying`] while there are streams, and in [`Phase::Open`] otherwise, which is what idle is here.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use ::http::Request;
use hyper::{body::Incoming, rt::Executor, server::conn::http2, service::Service};
use hyper_util::rt::TokioIo;
use pin_project_lite::pin_project;

use super::{
    answers::{Answer, Answers},
    fault::KnownHost,
    roster::{Member, Roster},
    vitals::{Order, Phase, Vitals},
    wire::Wire,
};
use crate::handler::watchdog::Watch;

/// The first bytes of a connection that speaks HTTP/2 (RFC 9113 §3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What hyper may keep of an answer that the client does not take yet, a stream.
const KEPT: usize = 64 * 1024;

/// A connection that speaks HTTP/2.
pub(super) type Http2 = http2::Connection<TokioIo<Wire>, Streams, Spawner>;

/// Begins to speak HTTP/2. The preface must still be there to be read.
pub(super) fn serve(
    wire: Wire,
    roster: &Arc<Roster>,
    vitals: &Arc<Vitals>,
    remote_addr: Option<SocketAddr>,
) -> Http2 {
    vitals.enter(Phase::Open);
    let spawner = Spawner::default();
    let streams = Streams {
        roster: Arc::clone(roster),
        connection: Arc::new(Carrier {
            vitals: Arc::clone(vitals),
            streams: AtomicUsize::new(0),
        }),
        remote_addr,
        next: Arc::clone(&spawner.next),
    };
    let max_head = roster.common().limits.max_head;
    http2::Builder::new(spawner)
        .max_header_list_size(u32::try_from(max_head).unwrap_or(u32::MAX))
        .max_send_buf_size(KEPT)
        .serve_connection(TokioIo::new(wire), streams)
}

/// A connection with the number of its streams.
struct Carrier {
    vitals: Arc<Vitals>,
    streams: AtomicUsize,
}

/// The application, as hyper calls it for each stream.
pub(super) struct Streams {
    roster: Arc<Roster>,
    connection: Arc<Carrier>,
    remote_addr: Option<SocketAddr>,
    next: Next,
}

impl Service<Request<Incoming>> for Streams {
    type Response = <Answers as Service<Request<Incoming>>>::Response;
    type Error = <Answers as Service<Request<Incoming>>>::Error;
    type Future = Answer;

    fn call(&self, request: Request<Incoming>) -> Answer {
        let member = self.roster.join(None);
        if self.connection.vitals.is_overdue() {
            // hyper takes new streams until the client says that it has heard. This one is not carried, so that the connection is idle.
            return Answer::too_late(member.vitals());
        }
        let answers = Answers {
            common: Arc::clone(self.roster.common()),
            vitals: Arc::clone(member.vitals()),
            remote_addr: self.remote_addr,
            known_host: KnownHost::default(),
        };
        *lock(&self.next) = Some(Carried::new(member, &self.connection));
        self.count();
        answers.call(request)
    }
}

impl Streams {
    /// Counts a request, and lets the connection end behind the last that it may bring.
    fn count(&self) {
        let most = self.roster.common().limits.max_requests;
        let vitals = &self.connection.vitals;
        if most.is_some_and(|most| vitals.count_request() >= most.get()) {
            vitals.give(Order::Last);
        }
    }
}

/// A stream, as long as it is carried.
struct Carried {
    member: Member,
    connection: Arc<Carrier>,
}

impl Carried {
    fn new(member: Member, connection: &Arc<Carrier>) -> Self {
        if connection.streams.fetch_add(1, Relaxed) == 0 {
            connection.vitals.enter(Phase::Carrying);
        }
        Self {
            member,
            connection: Arc::clone(connection),
        }
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        if self.connection.streams.fetch_sub(1, Relaxed) == 1 {
            self.connection.vitals.enter(Phase::Open);
        }
    }
}

/// The stream that hyper spawns next: it does so right behind calling the service.
type Next = Arc<Mutex<Option<Carried>>>;

fn lock(next: &Next) -> MutexGuard<'_, Option<Carried>> {
    next.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes each stream a task.
#[derive(Clone, Default)]
pub(super) struct Spawner {
    next: Next,
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Spawner {
    fn execute(&self, answering: F) {
        let carried = lock(&self.next).take();
        tokio::spawn(Watch::new(Stream { answering, carried }));
    }
}

pin_project! {
    /// The task of a stream. When it ends early, hyper resets the stream.
    struct Stream<F> {
        #[pin]
        answering: F,
        carried: Option<Carried>,
    }
}

impl<F: Future<Output = ()>> Future for Stream<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if let Some(carried) = this.carried {
            let vitals = carried.member.vitals();
            vitals.wake_by(cx.waker());
            if vitals.take_order() == Order::Close {
                return Poll::Ready(());
            }
        }
        this.answering.poll(cx)
    }
}
