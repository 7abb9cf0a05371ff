//! The access log: one line a request, under the target `squall::access`.
//!
//! `200 GET /stories?page=2 127.0.0.1 1.24ms`: status, method, target, address, and the time from reading the head to handing over the last byte
//! of the answer. Below 400 it is an `info` line, below 500, and where the server refuses (501, 503, 505), a `warn` line, otherwise an `error` line.
//! A client that went away before its answer was complete is 499, but for a stream of events, which has no end of its own; an answer that failed half-way is an `error` line that ends in
//! `broken off`.

use std::{
    fmt,
    net::SocketAddr,
    time::{Duration, Instant},
};

use ::http::{Method, StatusCode, Uri, header};
use tracing::Level;

use crate::handler::{
    RemoteAddr, Request, RequestHandle, Response,
    error::is_failure,
    finish::{End, Ending, Sent, client_gone, forbids_content},
};

const TARGET: &str = "squall::access";

/// What a log line needs of a request.
pub(crate) enum Access {
    /// Shared with the handler.
    Handle(RequestHandle),
    /// Copied, where the request goes to another service.
    Copy(Box<Copied>),
}

pub(crate) struct Copied {
    method: Method,
    uri: Uri,
    remote_addr: Option<SocketAddr>,
    started: Instant,
}

fn is_event_stream(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}

impl Access {
    /// Of a request that goes to another service now.
    pub(super) fn of_request(request: &Request) -> Self {
        let remote_addr = request.extensions().get::<RemoteAddr>();
        Self::Copy(Box::new(Copied {
            method: request.method().clone(),
            uri: request.uri().clone(),
            remote_addr: remote_addr.map(|remote| remote.0),
            started: Instant::now(),
        }))
    }

    /// The same for a request that a context has.
    pub(super) fn of_handle(request: &RequestHandle) -> Self {
        Self::Copy(Box::new(Copied {
            method: request.method().clone(),
            uri: request.uri().clone(),
            remote_addr: request.remote_addr(),
            started: request.started(),
        }))
    }

    /// Lets the line be written when the answer has been sent; not at all where nobody would see it.
    #[inline]
    pub(super) fn attach(response: &mut Response, access: impl FnOnce() -> Self) {
        let status = response.status();
        let may_break_off = response.body().as_bytes().is_none();
        if !is_seen(status) && !may_break_off {
            return;
        }
        let access = access();
        // The content of such an answer is never asked for, whatever a mounted service put there.
        let is_headless = *access.method() == Method::HEAD || forbids_content(status);
        // A stream of events has no end of its own: it is over when its client has had enough.
        let is_endless = is_event_stream(response);
        Ending::of(response).then(move |Sent { end, .. }| match end {
            End::Gone if is_headless || is_endless => access.write(status, level_of(status), ""),
            End::Complete => access.write(status, level_of(status), ""),
            End::Failed => access.write(status, Level::ERROR, " broken off"),
            End::Gone => access.gone(),
        });
    }

    fn method(&self) -> &Method {
        match self {
            Self::Handle(request) => request.method(),
            Self::Copy(request) => &request.method,
        }
    }

    /// Writes the line of a client that went away before its answer was complete.
    fn gone(self) {
        self.write(client_gone(), Level::WARN, "");
    }

    fn write(&self, status: StatusCode, level: Level, remark: &'static str) {
        let line = Text {
            access: self,
            status,
            remark,
        };
        match level {
            Level::ERROR => tracing::error!(target: TARGET, "{line}"),
            Level::WARN => tracing::warn!(target: TARGET, "{line}"),
            _ => tracing::info!(target: TARGET, "{line}"),
        }
    }

    fn request(&self) -> (&Method, &Uri, Option<SocketAddr>, Duration) {
        match self {
            Self::Handle(request) => (
                request.method(),
                request.uri(),
                request.remote_addr(),
                request.elapsed(),
            ),
            Self::Copy(request) => (
                &request.method,
                &request.uri,
                request.remote_addr,
                request.started.elapsed(),
            ),
        }
    }
}

fn level_of(status: StatusCode) -> Level {
    if is_failure(status) {
        Level::ERROR
    } else if status.as_u16() >= 400 {
        Level::WARN
    } else {
        Level::INFO
    }
}

#[inline]
fn is_seen(status: StatusCode) -> bool {
    match level_of(status) {
        Level::ERROR => tracing::enabled!(target: TARGET, Level::ERROR),
        Level::WARN => tracing::enabled!(target: TARGET, Level::WARN),
        _ => tracing::enabled!(target: TARGET, Level::INFO),
    }
}

/// The line of a request that is being answered. Dropped before there is an answer, it says that the client is gone.
pub(crate) struct Line(Option<Access>);

impl Line {
    /// None where somebody else writes it, or nobody would see any.
    pub(super) fn new(is_logged: bool, access: impl FnOnce() -> Access) -> Self {
        let is_seen = is_logged && tracing::enabled!(target: TARGET, Level::ERROR);
        Self(is_seen.then(access))
    }

    /// Lets it say what becomes of this answer.
    pub(super) fn attach(&mut self, response: &mut Response) {
        if let Some(access) = self.0.take() {
            Access::attach(response, || access);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(access) = self.0.take() {
            access.gone();
        }
    }
}

struct Text<'a> {
    access: &'a Access,
    status: StatusCode,
    remark: &'static str,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, uri, remote_addr, elapsed) = self.access.request();
        write!(f, "{} {method} ", self.status.as_u16())?;
        match uri.path_and_query() {
            // In HTTP/2 scheme and host stand before it.
            Some(target) => write!(f, "{target} ")?,
            None => write!(f, "{uri} ")?,
        }
        match remote_addr {
            Some(remote_addr) => write!(f, "{}", remote_addr.ip())?,
            None => f.write_str("-")?,
        }
        write!(f, " {:.2}ms{}", elapsed.as_secs_f64() * 1000.0, self.remark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_the_same_in_http2() {
        for uri in ["/stories?page=2", "http://localhost:8888/stories?page=2"] {
            let access = Access::Copy(Box::new(Copied {
                method: Method::GET,
                uri: Uri::from_static(uri),
                remote_addr: None,
                started: Instant::now(),
            }));
            let line = Text {
                access: &access,
                status: StatusCode::OK,
                remark: "",
            };
            assert!(
                line.to_string().starts_with("200 GET /stories?page=2 - "),
                "{line}"
            );
        }
    }
}
