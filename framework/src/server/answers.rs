//! [`Answers`]: the application as hyper calls it, with what a server wants of each request besides: limits, the phases of the
//! connection, the pace of what comes and goes.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use ::http::{HeaderValue, Request, StatusCode, Version, header};
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::{body::Incoming, service::Service};

use super::{
    content::{Heard, Leftover},
    fault::{KnownHost, fault},
    limits::Limits,
    stats::Refusal,
    vitals::{Phase, Vitals},
};
#[cfg(feature = "websocket")]
use crate::handler::upgrade::Upgrade;
use crate::{
    Options,
    application::{Coming, Ready},
    handler::{Body, BoxError, HttpError, Response, flush::Answered},
};

/// What the connections of a server have in common.
pub(crate) struct Common {
    pub(crate) ready: Arc<Ready>,
    pub(crate) limits: Limits,
    /// How long a poll may take before the watchdog speaks; zero where there is none.
    pub(super) patience: Duration,
    /// Whether a client that has closed its side is there all the same.
    pub(super) half_close: bool,
    /// The requests that are being answered; counted where there is a limit.
    in_flight: AtomicUsize,
}

impl Common {
    pub(crate) fn new(ready: Arc<Ready>, limits: Limits) -> Self {
        Self {
            ready,
            limits,
            patience: Duration::ZERO,
            half_close: false,
            in_flight: AtomicUsize::new(0),
        }
    }

    /// With what only a server of its own has.
    pub(super) fn with(mut self, options: &Options) -> Self {
        self.patience = options.watchdog;
        self.half_close = options.half_close;
        self
    }
}

impl std::fmt::Debug for Common {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Common")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The application, as hyper calls it.
pub(super) struct Answers {
    pub(super) common: Arc<Common>,
    /// Those of the connection; of the stream in HTTP/2.
    pub(super) vitals: Arc<Vitals>,
    pub(super) remote_addr: Option<SocketAddr>,
    pub(super) known_host: KnownHost,
}

impl Service<Request<Incoming>> for Answers {
    type Response = ::http::Response<Said>;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, mut request: Request<Incoming>) -> Answer {
        self.vitals.enter(Phase::Answering);
        self.vitals.ledger().request();
        let is_stream = request.version() == Version::HTTP_2;
        let is_old = request.version() == Version::HTTP_10;
        // Of hyper's own way to change the protocol nothing is used; a service inside shall not wait for it.
        if !request.extensions().is_empty() {
            request
                .extensions_mut()
                .remove::<hyper::upgrade::OnUpgrade>();
        }
        let fault = fault(&request, &self.known_host)
            .or_else(|| self.vitals.doubted().map(HttpError::bad_request));
        let is_last = !is_stream && (fault.is_some() || self.is_last());
        let turn = Turn::take(&self.common);
        if let Some(turn) = &turn {
            turn.stay_with(&mut request);
        }
        let refusal = self.refusal(fault, turn.is_some());
        let leftover = leftover(&request);
        let read = |content| self.content(content, leftover.as_ref());
        let ready = &self.common.ready;
        let coming = ready.respond(request, read, self.remote_addr, refusal);
        Answer {
            coming: Some(coming),
            bearings: Some(Bearings {
                vitals: Arc::clone(&self.vitals),
                turn,
                leftover,
                is_last,
                is_stream,
                is_old,
            }),
        }
    }
}

impl Answers {
    /// Whether this is the last request that the connection may bring.
    fn is_last(&self) -> bool {
        let most = self.common.limits.max_requests;
        most.is_some_and(|most| self.vitals.count_request() >= most.get())
    }

    /// Why a request is refused, where it is: counted by its reason.
    #[inline]
    fn refusal(&self, fault: Option<HttpError>, has_turn: bool) -> Option<HttpError> {
        let (reason, refusal) = match (fault, has_turn) {
            (None, true) => return None,
            (Some(fault), _) => (Refusal::Malformed, fault),
            (None, false) => (Refusal::TooManyRequests, busy()),
        };
        self.vitals.ledger().refuse(reason);
        Some(refusal)
    }

    /// The content of a request. Where there is some, the wait for it is watched.
    #[inline]
    fn content(&self, content: Incoming, leftover: Option<&Leftover>) -> Body {
        if content.is_end_stream() {
            return Body::empty();
        }
        Body::new(Heard::new(content, &self.vitals, leftover.cloned()))
    }
}

/// The place for what a handler leaves of the content, where there is some; a stream of HTTP/2 is ended instead.
fn leftover(request: &Request<Incoming>) -> Option<Leftover> {
    if request.body().is_end_stream() || request.version() == Version::HTTP_2 {
        return None;
    }
    let is_awaited = request.headers().contains_key(header::EXPECT);
    Some(Leftover::new(is_awaited))
}

/// A request in the count of those that are being answered, until it and its answer are gone. Without a limit nothing is counted.
#[derive(Clone)]
struct Turn(Option<Arc<Counted>>);

struct Counted(Arc<Common>);

impl Turn {
    /// `None` where there are too many.
    fn take(common: &Arc<Common>) -> Option<Self> {
        let Some(most) = common.limits.max_in_flight else {
            return Some(Self(None));
        };
        let before = common.in_flight.fetch_add(1, Ordering::Relaxed);
        let counted = Counted(Arc::clone(common));
        (before < most.get()).then(|| Self(Some(Arc::new(counted))))
    }

    /// Stays with the request too: a method that has lost its client may run to its end.
    fn stay_with<B>(&self, request: &mut Request<B>) {
        if self.0.is_some() {
            request.extensions_mut().insert(self.clone());
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The answer where too many requests are in flight.
fn busy() -> HttpError {
    let soon = HeaderValue::from_static("1");
    HttpError::new(StatusCode::SERVICE_UNAVAILABLE)
        .with_header(header::RETRY_AFTER, soon)
        .with_message("too many requests are being answered")
}

/// An answer to come.
pub(super) struct Answer {
    coming: Option<Coming>,
    /// Until there is an answer.
    bearings: Option<Bearings>,
}

/// What an answer has to do with its connection.
struct Bearings {
    vitals: Arc<Vitals>,
    turn: Option<Turn>,
    leftover: Option<Leftover>,
    is_last: bool,
    is_stream: bool,
    /// Whether it goes to a client of HTTP/1.0.
    is_old: bool,
}

impl Future for Answer {
    type Output = Result<::http::Response<Said>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut answered = ready!(Coming::poll(&mut self.coming, cx));
        let mut bearings = ready!(self.bearings.take().map_or(Poll::Pending, Poll::Ready));
        if bearings.poll_leftover(cx).is_pending() {
            self.coming = Some(Coming::There(answered));
            self.bearings = Some(bearings);
            return Poll::Pending;
        }
        bearings.say_last(&mut answered);
        #[cfg(feature = "websocket")]
        if let Some(upgrade) = Upgrade::take(answered.halves().0) {
            bearings.vitals.upgrade(upgrade);
        }
        Poll::Ready(Ok(answered.into_response(|content| Said {
            content,
            vitals: bearings.vitals,
            is_stream: bearings.is_stream,
            rest: None,
            _turn: bearings.turn,
        })))
    }
}

impl Answer {
    /// The answer to a stream of HTTP/2 whose connection was to end long ago.
    #[cfg(feature = "http2")]
    pub(super) fn too_late(vitals: &Arc<Vitals>) -> Self {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        Self {
            coming: Some(Coming::There(Answered::Foreign(Box::new(response)))),
            bearings: Some(Bearings {
                vitals: Arc::clone(vitals),
                turn: None,
                leftover: None,
                is_last: false,
                is_stream: true,
                is_old: false,
            }),
        }
    }
}

impl Bearings {
    /// Throws away what is left of the content, so that the connection can go on; it ends where that cannot be done.
    #[inline]
    fn poll_leftover(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.is_last |= self.vitals.is_late();
        if let (Some(leftover), false) = (&self.leftover, self.is_last) {
            self.is_last = !ready!(leftover.poll_drain(cx, &self.vitals));
        }
        Poll::Ready(())
    }

    /// Lets the answer say that the connection ends with it, where it does.
    #[inline]
    fn say_last(&self, answered: &mut Answered) {
        if self.is_stream {
            return;
        }
        if self.is_last {
            say_close(answered.halves().0);
        }
        if self.is_old {
            let response = answered.halves().0;
            if self.is_last || response.body().size_hint().exact().is_none() {
                // It ends with the connection. To an answer of a later version hyper would add the promise to keep that.
                *response.version_mut() = Version::HTTP_10;
            }
        }
    }
}

/// Says that the connection ends with this answer. What names another protocol goes on saying so, and a connection that becomes a WebSocket brings no
/// more requests anyway.
fn say_close(response: &mut Response) {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return;
    }
    let value = if response.headers().contains_key(header::UPGRADE) {
        "close, upgrade"
    } else {
        "close"
    };
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static(value));
}

/// The content of an answer; with it the answer ends.
pub(super) struct Said {
    content: Body,
    vitals: Arc<Vitals>,
    is_stream: bool,
    /// What a stream has not handed over yet of the last piece of its content.
    rest: Option<Box<Bytes>>,
    _turn: Option<Turn>,
}

/// What a stream hands over at one time to a client that takes it at once: a frame.
const HANDED: usize = 16 * 1024;

/// The same for any other client. hyper takes a whole piece as soon as a single byte of it may go, and nothing is known of the client
/// until more is asked for: this is little enough for the slowest that is let.
const HANDED_SLOWLY: usize = 4 * 1024;

impl Said {
    /// Gives content of a stream.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = match self.rest.take() {
            Some(rest) => Frame::data(*rest),
            None => match ready!(Pin::new(&mut self.content).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                other => return Poll::Ready(other),
            },
        };
        Poll::Ready(Some(Ok(frame.map_data(|data| self.piece_of(data)))))
    }

    fn piece_of(&mut self, mut data: Bytes) -> Bytes {
        let most = if self.vitals.is_quick() {
            HANDED
        } else {
            HANDED_SLOWLY
        };
        if data.len() <= most {
            return data;
        }
        let piece = data.split_to(most);
        self.rest = Some(Box::new(data));
        piece
    }
}

impl http_body::Body for Said {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if !self.is_stream {
            return Pin::new(&mut self.content).poll_frame(cx);
        }
        let frame = self.poll_piece(cx);
        self.vitals.handed(length_of(&frame));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && self.content.is_end_stream()
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

/// The bytes in a piece of content; `None` where there is no piece.
fn length_of(frame: &Poll<Option<Result<Frame<Bytes>, BoxError>>>) -> Option<usize> {
    match frame {
        Poll::Ready(Some(Ok(frame))) => Some(frame.data_ref()?.len()),
        _ => None,
    }
}
