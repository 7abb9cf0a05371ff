//! One connection, from its first byte to its close.
//!
//! It waits as a bare socket until something comes, is hyper's while requests come, and a bare socket again after a tick without
//! one: what hyper needs for a connection is three times as much as a socket. At its end the client gets the time to read the
//! last answer (RFC 9112 §9.6): closing a socket with unread bytes in it would take the answer away.

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use ::http::{HeaderValue, StatusCode, header};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    limits::Limits,
    stats::Refusal,
    vitals::{Order, Phase, Vitals},
    wire::{Socket, Wire},
};
use crate::{
    application::{Ready, ResponseFuture},
    handler::{Body, BoxError, HttpError, Response},
};

/// The bytes that are read and thrown away while a client reads its last answer.
const LINGERED: usize = 1 << 20;

/// The answer to a request that does not come to its end.
const TIMED_OUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// The answer to a connection for which there is no room.
const NO_ROOM: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// What the connections of a server have in common.
pub(crate) struct Common {
    pub(crate) ready: Arc<Ready>,
    pub(crate) limits: Limits,
    /// How long a poll may take before the watchdog speaks; zero where there is none.
    pub(super) patience: Duration,
    /// The requests that are being answered; counted where there is a limit.
    in_flight: AtomicUsize,
}

impl Common {
    pub(crate) fn new(ready: Arc<Ready>, limits: Limits, patience: Duration) -> Self {
        Self {
            ready,
            limits,
            patience,
            in_flight: AtomicUsize::new(0),
        }
    }
}

impl std::fmt::Debug for Common {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Common")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// One connection: a future that ends when it is closed.
pub(super) struct Connection {
    stage: Stage,
    common: Arc<Common>,
    vitals: Arc<Vitals>,
    remote_addr: Option<SocketAddr>,
}

type Http1 = http1::Connection<TokioIo<Wire>, Answers>;

enum Stage {
    /// A bare socket, on which nothing has come.
    Resting(Wire),
    /// hyper reads and answers requests.
    Serving(Box<Http1>),
    /// The client gets a last word and the time to read it.
    Lingering(Farewell),
    Closed,
}

impl Connection {
    pub(super) fn new(
        socket: Socket,
        remote_addr: Option<SocketAddr>,
        common: Arc<Common>,
        vitals: Arc<Vitals>,
    ) -> Self {
        let wire = Wire::new(socket, Arc::clone(&vitals));
        Self {
            stage: Stage::Resting(wire),
            common,
            vitals,
            remote_addr,
        }
    }

    /// A connection for which there is no room.
    pub(super) fn refused(socket: Socket, common: Arc<Common>, vitals: Arc<Vitals>) -> Self {
        let mut refused = Self::new(socket, None, common, vitals);
        if let Stage::Resting(wire) = std::mem::replace(&mut refused.stage, Stage::Closed) {
            refused.stage = refused.linger(wire, NO_ROOM);
        }
        refused
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
                self.linger(http.into_parts().io.into_inner(), TIMED_OUT)
            }
            (Order::Last, Stage::Serving(mut http), _) => {
                Pin::new(&mut *http).graceful_shutdown();
                Stage::Serving(http)
            }
            (Order::Last, Stage::Resting(_), _) => Stage::Closed,
            (Order::Rest | Order::TimeOut | Order::Last, stage, _) => stage,
        };
    }

    fn linger(&self, wire: Wire, last_word: &'static [u8]) -> Stage {
        self.vitals.enter(Phase::Lingering);
        Stage::Lingering(Farewell {
            wire,
            last_word,
            left: LINGERED,
        })
    }

    fn serve(&self, wire: Wire) -> Stage {
        self.vitals.rest(false);
        let answers = Answers {
            common: Arc::clone(&self.common),
            vitals: Arc::clone(&self.vitals),
            remote_addr: self.remote_addr,
        };
        // Not `pipeline_flush`: with it hyper buffers a stream without bound, whether the client reads or not.
        let http = http1::Builder::new()
            .header_read_timeout(None)
            .max_header_size(self.common.limits.max_head)
            .serve_connection(TokioIo::new(wire), answers);
        Stage::Serving(Box::new(http))
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
            return self.linger(wire, &[]);
        }
        if self.vitals.is_at_rest() {
            wire.read_again(parts.read_buf);
            return Stage::Resting(wire);
        }
        self.linger(wire, &[])
    }
}

impl Future for Connection {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.vitals.wake_by(cx.waker());
        this.obey(this.vitals.take_order());
        loop {
            this.stage = match std::mem::replace(&mut this.stage, Stage::Closed) {
                Stage::Closed => return Poll::Ready(()),
                Stage::Resting(wire) => match wire.poll_readable(cx) {
                    Poll::Ready(Ok(())) => this.serve(wire),
                    Poll::Ready(Err(_)) => Stage::Closed,
                    Poll::Pending => {
                        this.stage = Stage::Resting(wire);
                        return Poll::Pending;
                    }
                },
                Stage::Serving(mut http) => match http.poll_without_shutdown(cx) {
                    Poll::Ready(result) => this.served(http, result),
                    Poll::Pending => {
                        // hyper still had something to do: what comes behind that is an end, for unread content may stand
                        // on the wire, which must never be read as a request.
                        this.vitals.rest(false);
                        this.stage = Stage::Serving(http);
                        return Poll::Pending;
                    }
                },
                Stage::Lingering(mut farewell) => match farewell.poll(cx) {
                    Poll::Ready(_) => Stage::Closed,
                    Poll::Pending => {
                        this.stage = Stage::Lingering(farewell);
                        return Poll::Pending;
                    }
                },
            };
        }
    }
}

/// The end of a connection: a last word, the end of what is written, and what the client still sends, thrown away.
struct Farewell {
    wire: Wire,
    last_word: &'static [u8],
    /// The bytes that may still come.
    left: usize,
}

impl Farewell {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut wire = Pin::new(&mut self.wire);
        while !self.last_word.is_empty() {
            let written = ready!(wire.as_mut().poll_write(cx, self.last_word))?;
            self.last_word = &self.last_word[written..];
        }
        ready!(wire.as_mut().poll_shutdown(cx))?;
        let mut space = [0; 4096];
        while self.left > 0 {
            let mut buffer = ReadBuf::new(&mut space);
            ready!(wire.as_mut().poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            self.left = self.left.saturating_sub(buffer.filled().len());
        }
        Poll::Ready(Ok(()))
    }
}

/// The application, as hyper calls it.
struct Answers {
    common: Arc<Common>,
    vitals: Arc<Vitals>,
    remote_addr: Option<SocketAddr>,
}

impl Service<::http::Request<Incoming>> for Answers {
    type Response = ::http::Response<Said>;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, request: ::http::Request<Incoming>) -> Answer {
        self.vitals.enter(Phase::Answering);
        let ledger = self.vitals.ledger();
        ledger.request();
        let fault = fault(&request);
        let is_last = fault.is_some() || self.is_last();
        let turn = Turn::take(&self.common);
        let request = request.map(|content| self.content(content));
        let ready = &self.common.ready;
        let answer = match (fault, &turn) {
            (None, Some(_)) => ready.respond(request, self.remote_addr),
            (Some(fault), _) => {
                ledger.refuse(Refusal::Malformed);
                ready.refuse(request, self.remote_addr, fault)
            }
            (None, None) => {
                ledger.refuse(Refusal::TooManyRequests);
                ready.refuse(request, self.remote_addr, busy())
            }
        };
        Answer {
            answer,
            vitals: Arc::clone(&self.vitals),
            turn,
            is_last,
        }
    }
}

/// A request in the count of those that are being answered.
struct Turn(Option<Arc<Common>>);

impl Turn {
    /// `None` where there are too many. Without a limit nothing is counted.
    fn take(common: &Arc<Common>) -> Option<Self> {
        let Some(most) = common.limits.max_in_flight else {
            return Some(Self(None));
        };
        let turn = Self(Some(Arc::clone(common)));
        let before = common.in_flight.fetch_add(1, Ordering::Relaxed);
        (before < most.get()).then_some(turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(common) = &self.0 {
            common.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The answer where too many requests are in flight.
fn busy() -> HttpError {
    let soon = HeaderValue::from_static("1");
    HttpError::new(StatusCode::SERVICE_UNAVAILABLE).with_header(header::RETRY_AFTER, soon)
}

impl Answers {
    /// Whether this is the last request that the connection may bring.
    fn is_last(&self) -> bool {
        let Some(most) = self.common.limits.max_requests else {
            return false;
        };
        self.vitals.count_request() >= most.get()
    }

    /// The content of a request: where there is some, the wait for it is watched.
    fn content(&self, content: Incoming) -> Body {
        if http_body::Body::is_end_stream(&content) {
            return Body::empty();
        }
        Body::new(Heard {
            content,
            vitals: Arc::clone(&self.vitals),
        })
    }
}

/// Why a request is refused before anything else looks at it: what could be read in two ways.
fn fault(request: &::http::Request<Incoming>) -> Option<HttpError> {
    let headers = request.headers();
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    if let Some(coding) = codings.next()
        && (codings.next().is_some() || !coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
    {
        return Some(HttpError::bad_request(
            "the only transfer coding of a request is `chunked`, once",
        ));
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_host(host.as_bytes()) => None,
        (None, _) if request.version() < ::http::Version::HTTP_11 => None,
        (None, _) => Some(HttpError::bad_request("the field `host` is missing")),
        (Some(_), Some(_)) => Some(HttpError::bad_request(
            "there is more than one field `host`",
        )),
        (Some(_), None) => Some(HttpError::bad_request("the field `host` names no host")),
    }
}

/// Whether this may stand in `host` (RFC 9110 §7.2): a name or an address, and a port.
fn is_host(host: &[u8]) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+;=".contains(&byte);
    let (name, port) = match host {
        [b'[', rest @ ..] => {
            let Some(end) = rest.iter().position(|&byte| byte == b']') else {
                return false;
            };
            let is_address = str::from_utf8(&rest[..end])
                .is_ok_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
            if !is_address {
                return false;
            }
            (&b"[]"[..0], &rest[end + 1..])
        }
        _ => {
            let end = host
                .iter()
                .position(|&byte| byte == b':')
                .unwrap_or(host.len());
            host.split_at(end)
        }
    };
    let is_port = match port {
        [] => true,
        [b':', digits @ ..] => digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    is_port && name.iter().all(|&byte| is_of_name(byte))
}

/// An answer to come.
struct Answer {
    answer: ResponseFuture,
    vitals: Arc<Vitals>,
    turn: Option<Turn>,
    is_last: bool,
}

impl Future for Answer {
    type Output = Result<::http::Response<Said>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut response: Response = match ready!(Pin::new(&mut self.answer).poll(cx)) {
            Ok(response) => response,
            Err(never) => match never {},
        };
        if self.is_last || self.vitals.is_late() {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        let (vitals, turn) = (Arc::clone(&self.vitals), self.turn.take());
        Poll::Ready(Ok(response.map(|content| Said {
            content,
            vitals,
            _turn: turn,
        })))
    }
}

/// The content of an answer; with it the answer ends.
struct Said {
    content: Body,
    vitals: Arc<Vitals>,
    _turn: Option<Turn>,
}

impl http_body::Body for Said {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.content).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.content.size_hint()
    }
}

impl Drop for Said {
    fn drop(&mut self) {
        self.vitals.enter(Phase::Idle);
    }
}

/// The content of a request, as it comes.
struct Heard {
    content: Incoming,
    vitals: Arc<Vitals>,
}

impl http_body::Body for Heard {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = Pin::new(&mut self.content).poll_frame(cx);
        if frame.is_pending() && self.vitals.is_late() {
            let late = HttpError::new(StatusCode::REQUEST_TIMEOUT);
            return Poll::Ready(Some(Err(late.into())));
        }
        self.vitals.wanting(frame.is_pending());
        frame.map(|frame| frame.map(|frame| frame.map_err(BoxError::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.content.size_hint()
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        self.vitals.wanting(false);
    }
}
