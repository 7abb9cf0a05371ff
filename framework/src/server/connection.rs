//! One connection, from its first byte to its close.
//!
//! It waits as a bare socket until something comes, is hyper's while requests come, and a bare socket again after a tick without
//! one: what hyper needs for a connection is three times as much as a socket. It ends in a [`Farewell`].

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;

#[cfg(feature = "http2")]
use super::http2::{self, Http2};
use super::{
    answers::{Answers, Common},
    farewell::{Farewell, LastWord},
    roster::Roster,
    stats::Refusal,
    vitals::{Order, Phase, Vitals},
    wire::{Socket, Wire},
};

/// One connection: a future that ends when it is closed.
pub(super) struct Connection {
    stage: Stage,
    roster: Arc<Roster>,
    vitals: Arc<Vitals>,
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
    /// The client gets a last word and the time to read it.
    Lingering(Farewell),
    Closed,
}

impl Connection {
    pub(super) fn new(
        socket: Socket,
        remote_addr: Option<SocketAddr>,
        roster: Arc<Roster>,
        vitals: Arc<Vitals>,
    ) -> Self {
        let wire = Wire::new(socket, Arc::clone(&vitals));
        Self {
            #[cfg(feature = "http2")]
            stage: Stage::New(wire),
            #[cfg(not(feature = "http2"))]
            stage: Stage::Resting(wire),
            roster,
            vitals,
            remote_addr,
        }
    }

    /// A connection for which there is no room.
    pub(super) fn refused(socket: Socket, roster: Arc<Roster>, vitals: Arc<Vitals>) -> Self {
        let wire = Wire::new(socket, Arc::clone(&vitals));
        let mut refused = Self {
            stage: Stage::Closed,
            roster,
            vitals,
            remote_addr: None,
        };
        refused.stage = refused.linger(wire, LastWord::NoRoom);
        refused
    }

    fn common(&self) -> &Arc<Common> {
        self.roster.common()
    }

    /// Does what the sweep wants.
    fn obey(&mut self, order: Order) {
        let stage = std::mem::replace(&mut self.stage, Stage::Closed);
        self.stage = match (order, stage, self.vitals.phase()) {
            (Order::None, stage, _) => stage,
            (Order::Close, ..) => Stage::Closed,
            (Order::Rest, Stage::Serving(mut http), Phase::Idle) => {
                Pin::new(&mut *http).graceful_shutdown();
                self.vitals.rest(true);
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
                Pin::new(&mut *http).graceful_shutdown();
                Stage::Carrying(http)
            }
            (Order::Rest | Order::TimeOut | Order::Last, stage, _) => stage,
        };
    }

    fn linger(&self, wire: Wire, last_word: LastWord) -> Stage {
        self.vitals.enter(Phase::Lingering);
        let server = self.common().ready.server();
        Stage::Lingering(Farewell::new(wire, last_word, server))
    }

    fn serve(&self, wire: Wire) -> Stage {
        self.vitals.rest(false);
        let answers = Answers {
            common: Arc::clone(self.common()),
            vitals: Arc::clone(&self.vitals),
            remote_addr: self.remote_addr,
        };
        // Not `pipeline_flush`: with it hyper buffers a stream without bound, whether the client reads or not.
        let http = http1::Builder::new()
            .header_read_timeout(None)
            .max_header_size(self.common().limits.max_head)
            .serve_connection(TokioIo::new(wire), answers);
        Stage::Serving(Box::new(http))
    }

    /// Speaks the protocol that the first bytes are of.
    #[cfg(feature = "http2")]
    fn begin(&self, wire: Wire, is_http2: bool) -> Stage {
        if !is_http2 {
            return self.serve(wire);
        }
        let http = http2::serve(wire, &self.roster, &self.vitals, self.remote_addr);
        Stage::Carrying(Box::new(http))
    }

    /// What comes after hyper: rest, when that was wanted, or the end.
    fn served(&self, http: Box<Http1>, result: hyper::Result<()>) -> Stage {
        let parts = http.into_parts();
        let mut wire = parts.io.into_inner();
        if let Err(error) = result {
            if error.is_parse_too_large() {
                self.vitals.ledger().refuse(Refusal::HeadTooLarge);
            } else if error.is_parse() {
                self.vitals.ledger().refuse(Refusal::Malformed);
            }
            tracing::debug!(target: "squall", error = ?error, "a connection ended early");
            return self.linger(wire, LastWord::Nothing);
        }
        if self.vitals.is_at_rest() {
            wire.read_again(parts.read_buf);
            return Stage::Resting(wire);
        }
        self.linger(wire, LastWord::Nothing)
    }

    /// Goes on with a stage: gives the next, or `Err` and the same one where nothing can be done now.
    fn advance(&self, stage: Stage, cx: &mut Context<'_>) -> Result<Stage, Stage> {
        match stage {
            Stage::Closed => Err(Stage::Closed),
            #[cfg(feature = "http2")]
            Stage::New(mut wire) => match wire.poll_starts_with(cx, http2::PREFACE) {
                Poll::Ready(Ok(is_http2)) => Ok(self.begin(wire, is_http2)),
                Poll::Ready(Err(_)) => Ok(Stage::Closed),
                Poll::Pending => Err(Stage::New(wire)),
            },
            Stage::Resting(wire) => match wire.poll_readable(cx) {
                Poll::Ready(Ok(())) => Ok(self.serve(wire)),
                Poll::Ready(Err(_)) => Ok(Stage::Closed),
                Poll::Pending => Err(Stage::Resting(wire)),
            },
            Stage::Serving(mut http) => match http.poll_without_shutdown(cx) {
                Poll::Ready(result) => Ok(self.served(http, result)),
                Poll::Pending => {
                    // hyper still had something to do: what comes behind that is an end, for unread content may stand
                    // on the wire, which must never be read as a request.
                    self.vitals.rest(false);
                    Err(Stage::Serving(http))
                }
            },
            #[cfg(feature = "http2")]
            Stage::Carrying(mut http) => match Pin::new(&mut *http).poll(cx) {
                Poll::Ready(result) => {
                    if let Err(error) = result {
                        tracing::debug!(target: "squall", error = ?error, "a connection ended early");
                    }
                    Ok(Stage::Closed)
                }
                Poll::Pending => Err(Stage::Carrying(http)),
            },
            Stage::Lingering(mut farewell) => match farewell.poll(cx) {
                Poll::Ready(_) => Ok(Stage::Closed),
                Poll::Pending => Err(Stage::Lingering(farewell)),
            },
        }
    }
}

impl Future for Connection {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.vitals.wake_by(cx.waker());
        this.obey(this.vitals.take_order());
        loop {
            let stage = std::mem::replace(&mut this.stage, Stage::Closed);
            match this.advance(stage, cx) {
                Ok(next) => this.stage = next,
                Err(Stage::Closed) => return Poll::Ready(()),
                Err(same) => {
                    this.stage = same;
                    return Poll::Pending;
                }
            }
        }
    }
}
