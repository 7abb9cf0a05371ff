//! One connection, from its first byte to its close.
//!
//! It waits as a bare socket until something comes, is hyper's while requests come, and a bare socket again after a tick without
//! one: what hyper needs for a connection is three times as much as a socket. It ends in a [`Farewell`].

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;

#[cfg(feature = "http2")]
use super::http2::{self, Http2};
use super::{
    answers::{Answers, Common},
    farewell::{Farewell, LastWord},
    fault::KnownHost,
    head::{self, Verdict},
    roster::Member,
    stats::Refusal,
    vitals::{Order, Phase, Vitals},
    wire::{Socket, Wire},
};
use crate::handler::Body;
#[cfg(feature = "websocket")]
use crate::handler::upgrade::Upgraded;

/// One connection: a future that ends when it is closed.
pub(super) struct Connection {
    stage: Stage,
    // Behind the stage: it leaves the roster when its socket is closed.
    member: Member,
    remote_addr: Option<SocketAddr>,
}

type Http1 = http1::Connection<TokioIo<Wire>, Answers>;

enum Stage {
    /// A bare socket, on which nothing has come yet.
    #[cfg(feature = "http2")]
    New(Wire),
    /// A bare socket, on which nothing has come for a while.
    Resting(Wire),
    /// hyper reads and answers requests.
    Serving(Box<Http1>),
    /// hyper reads and answers many at one time.
    #[cfg(feature = "http2")]
    Carrying(Box<Http2>),
    /// It speaks another protocol.
    #[cfg(feature = "websocket")]
    Upgraded(Box<dyn Upgraded>),
    /// The client gets a last word and the time to read it.
    Lingering(Farewell),
    Closed,
}

impl Connection {
    pub(super) fn new(socket: Socket, remote_addr: Option<SocketAddr>, member: Member) -> Self {
        let wire = Wire::new(socket, Arc::clone(member.vitals()));
        Self {
            #[cfg(feature = "http2")]
            stage: Stage::New(wire),
            #[cfg(not(feature = "http2"))]
            stage: Stage::Resting(wire),
            member,
            remote_addr,
        }
    }

    /// A connection for which there is no room.
    pub(super) fn refused(socket: Socket, member: Member) -> Self {
        let wire = Wire::new(socket, Arc::clone(member.vitals()));
        let mut refused = Self {
            stage: Stage::Closed,
            member,
            remote_addr: None,
        };
        refused.stage = refused.linger(wire, LastWord::NoRoom);
        refused
    }

    fn common(&self) -> &Arc<Common> {
        self.member.roster().common()
    }

    fn vitals(&self) -> &Arc<Vitals> {
        self.member.vitals()
    }

    /// Does what the sweep wants.
    #[inline(never)]
    fn obey(&mut self, order: Order) {
        let stage = std::mem::replace(&mut self.stage, Stage::Closed);
        self.stage = match (order, stage, self.vitals().phase()) {
            (Order::None, stage, _) => stage,
            #[cfg(feature = "websocket")]
            (Order::Close, Stage::Upgraded(mut upgraded), _) => {
                upgraded.cut();
                self.vitals().told(0);
                Stage::Upgraded(upgraded)
            }
            (Order::Close, ..) => Stage::Closed,
            (Order::Rest, Stage::Serving(mut http), Phase::Idle) => {
                Pin::new(&mut *http).graceful_shutdown();
                self.vitals().rest(true);
                Stage::Serving(http)
            }
            (Order::TimeOut, Stage::Serving(http), Phase::Head) => {
                self.linger(http.into_parts().io.into_inner(), LastWord::TimedOut)
            }
            (Order::Last, Stage::Serving(mut http), _) => {
                Pin::new(&mut *http).graceful_shutdown();
                Stage::Serving(http)
            }
            (Order::Last, Stage::Resting(_), _) => Stage::Closed,
            // It may have sent the first bytes of a request, or of the preface, for which no answer is known.
            #[cfg(feature = "http2")]
            (Order::Last | Order::TimeOut, Stage::New(wire), phase) => match phase {
                Phase::Head if order == Order::Last => Stage::New(wire),
                Phase::Head => self.linger(wire, LastWord::TimedOut),
                _ => Stage::Closed,
            },
            #[cfg(feature = "http2")]
            (Order::Last, Stage::Carrying(mut http), _) => {
                self.vitals().part();
                Pin::new(&mut *http).graceful_shutdown();
                Stage::Carrying(http)
            }
            #[cfg(feature = "websocket")]
            (Order::Rest, Stage::Upgraded(mut upgraded), _) => {
                upgraded.rest();
                self.vitals().rest(true);
                Stage::Upgraded(upgraded)
            }
            #[cfg(feature = "websocket")]
            (Order::Last, Stage::Upgraded(mut upgraded), _) => {
                upgraded.leave();
                Stage::Upgraded(upgraded)
            }
            (Order::Rest | Order::TimeOut | Order::Last, stage, _) => stage,
        };
    }

    fn linger(&self, wire: Wire, last_word: LastWord) -> Stage {
        self.vitals().enter(Phase::Lingering);
        let server = self.common().ready.server();
        Stage::Lingering(Farewell::new(wire, last_word, server))
    }

    fn serve(&self, mut wire: Wire) -> Stage {
        self.vitals().rest(false);
        wire.begin();
        let answers = Answers {
            common: Arc::clone(self.common()),
            vitals: Arc::clone(self.vitals()),
            remote_addr: self.remote_addr,
            known_host: KnownHost::default(),
        };
        let common = self.common();
        let max_head = common.limits.max_head;
        // Not `pipeline_flush`: with it hyper buffers a stream without bound, whether the client reads or not. Not `writev`: head
        // and content go out of one buffer, which costs a small answer a twentieth less.
        let http = http1::Builder::new()
            .header_read_timeout(None)
            .half_close(common.half_close)
            .max_header_size(max_head)
            .max_buf_size(max_head.max(Body::PIECE))
            .writev(false)
            .serve_connection(TokioIo::new(wire), answers);
        Stage::Serving(Box::new(http))
    }

    /// Speaks the protocol that the first bytes are of.
    #[cfg(feature = "http2")]
    fn begin(&self, wire: Wire, is_http2: bool) -> Stage {
        if !is_http2 {
            return self.serve(wire);
        }
        let http = http2::serve(wire, self.member.roster(), self.vitals(), self.remote_addr);
        Stage::Carrying(Box::new(http))
    }

    /// What comes after hyper: rest, when that was wanted, or the end.
    fn served(&self, http: Box<Http1>, result: hyper::Result<()>) -> Stage {
        let parts = http.into_parts();
        let mut wire = parts.io.into_inner();
        if let Err(error) = result {
            let client = self.remote_addr.map(tracing::field::display);
            tracing::debug!(target: "squall", client, error = ?error, "a connection ended early");
            return self.failed(wire, &error, &parts.read_buf);
        }
        #[cfg(feature = "websocket")]
        if let Some(upgrade) = self.vitals().upgraded() {
            self.vitals().enter(Phase::Upgraded);
            let begun = upgrade.begin(Box::new(wire), &parts.read_buf);
            return begun.map_or(Stage::Closed, Stage::Upgraded);
        }
        if self.vitals().is_at_rest() {
            wire.read_again(&parts.read_buf);
            return Stage::Resting(wire);
        }
        self.linger(wire, LastWord::Nothing)
    }

    /// What comes behind an error. Where hyper could not read a request, of which these bytes came, there is a word to be said.
    fn failed(&self, mut wire: Wire, error: &hyper::Error, bytes: &[u8]) -> Stage {
        let max_head = self.common().limits.max_head;
        let verdict = wire
            .has_held_answer()
            .then(|| head::judge(error, bytes, max_head));
        let last_word = match verdict {
            None => LastWord::Nothing,
            Some(Verdict::Refused(last_word)) => last_word,
            Some(Verdict::Later(bytes)) if !wire.has_again() => {
                wire.read_again(&bytes);
                return self.serve(wire);
            }
            // So many of them at once are no client's. To read them all again for each of them would be costly.
            Some(Verdict::Later(_)) => LastWord::Malformed,
        };
        if error.is_parse_too_large() {
            self.vitals().ledger().refuse(Refusal::HeadTooLarge);
        } else if error.is_parse() {
            self.vitals().ledger().refuse(Refusal::Malformed);
        }
        self.linger(wire, last_word)
    }

    /// Goes on with the stage, where it stands, until it is over.
    fn poll_stage(&mut self, cx: &mut Context<'_>) -> Poll<Over> {
        Poll::Ready(match &mut self.stage {
            Stage::Closed => Over::ForGood,
            #[cfg(feature = "http2")]
            Stage::New(wire) => match ready!(wire.poll_starts_with(cx, http2::PREFACE)) {
                Ok(is_http2) => Over::Begun { is_http2 },
                Err(_) => Over::ForGood,
            },
            Stage::Resting(wire) => match ready!(wire.poll_readable(cx)) {
                Ok(()) => Over::Rested,
                Err(_) => Over::ForGood,
            },
            Stage::Serving(http) => {
                let polled = poll_http(http, cx);
                if polled.is_pending() {
                    // hyper still has something to do: what comes behind that is an end, for unread content may stand
                    // on the wire, which must never be read as a request.
                    self.vitals().rest(false);
                }
                Over::Served(ready!(polled))
            }
            #[cfg(feature = "http2")]
            Stage::Carrying(http) => {
                if let Err(error) = ready!(Pin::new(&mut **http).poll(cx)) {
                    let client = self.remote_addr.map(tracing::field::display);
                    tracing::debug!(target: "squall", client, error = ?error, "a connection ended early");
                }
                Over::ForGood
            }
            #[cfg(feature = "websocket")]
            Stage::Upgraded(upgraded) => {
                ready!(upgraded.poll(cx));
                Over::ForGood
            }
            Stage::Lingering(farewell) => {
                _ = ready!(farewell.poll(cx));
                Over::ForGood
            }
        })
    }

    /// The stage behind one that is over.
    #[inline(never)]
    fn next(&self, stage: Stage, over: Over) -> Stage {
        match (stage, over) {
            #[cfg(feature = "http2")]
            (Stage::New(wire), Over::Begun { is_http2 }) => self.begin(wire, is_http2),
            (Stage::Resting(wire), Over::Rested) => self.serve(wire),
            (Stage::Serving(http), Over::Served(result)) => self.served(http, result),
            _ => Stage::Closed,
        }
    }
}

/// Lets hyper go on. Not a part of `Connection::poll`: no other stage shall take the 10 KiB of the stack that it takes.
#[inline(never)]
fn poll_http(http: &mut Http1, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
    http.poll_without_shutdown(cx)
}

/// How a stage came to its end.
enum Over {
    /// It is known what the client speaks.
    #[cfg(feature = "http2")]
    Begun { is_http2: bool },
    /// There is something to read.
    Rested,
    /// hyper has nothing left to do.
    Served(hyper::Result<()>),
    /// Nothing comes behind it.
    ForGood,
}

impl Future for Connection {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.vitals().wake_by(cx.waker());
        match this.vitals().take_order() {
            // Something has come, or somebody has something to say.
            #[cfg(feature = "websocket")]
            Order::None if matches!(this.stage, Stage::Upgraded(_)) => this.vitals().rest(false),
            Order::None => {}
            order => this.obey(order),
        }
        while !matches!(this.stage, Stage::Closed) {
            let over = ready!(this.poll_stage(cx));
            let stage = std::mem::replace(&mut this.stage, Stage::Closed);
            this.stage = this.next(stage, over);
        }
        Poll::Ready(())
    }
}
