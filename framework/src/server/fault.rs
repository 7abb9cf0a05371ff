//! What a request must not be, looked at before anything else: what could be read in two ways, and what hyper lets pass.

use std::sync::OnceLock;

use ::http::{HeaderValue, StatusCode, Version, header, request::Parts};

use crate::handler::HttpError;

/// The most fields of a request. hyper keeps to it in HTTP/1.1 by itself.
const MOST_FIELDS: usize = 100;

/// Why a request is refused.
#[inline]
pub(super) fn fault(request: &Parts, known: &KnownHost) -> Option<HttpError> {
    if request.headers.len() > MOST_FIELDS {
        return Some(HttpError::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    }
    // One look at each field: most requests have few, and to hash two names costs more.
    let (mut hosts, mut codings) = (Once::Never, Once::Never);
    for (name, value) in &request.headers {
        if *name == header::HOST {
            hosts = hosts.and(value);
        } else if *name == header::TRANSFER_ENCODING {
            codings = codings.and(value);
        }
    }
    transfer_coding(codings)
        .or_else(|| host(request, hosts, known))
        .map(HttpError::bad_request)
}

/// The values of a field that may stand in a request once.
#[derive(Clone, Copy)]
enum Once<'v> {
    Never,
    At(&'v HeaderValue),
    Often,
}

impl<'v> Once<'v> {
    fn and(self, value: &'v HeaderValue) -> Self {
        match self {
            Self::Never => Self::At(value),
            _ => Self::Often,
        }
    }
}

/// RFC 9112 §6.1: squall knows one transfer coding. A proxy in front of it may know others, or read a list of them otherwise.
fn transfer_coding(codings: Once<'_>) -> Option<&'static str> {
    let is_known = match codings {
        Once::Never => true,
        Once::At(coding) => coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        Once::Often => false,
    };
    (!is_known).then_some("the only transfer coding of a request is `chunked`, once")
}

/// The host of the first request of a connection, which the others nearly always ask for too: it needs no second look.
#[derive(Debug, Default)]
pub(super) struct KnownHost(OnceLock<Box<[u8]>>);

impl KnownHost {
    /// Whether this is it, or may stand in `host`.
    fn is_or_becomes(&self, host: &[u8]) -> bool {
        if self.0.get().is_some_and(|known| **known == *host) {
            return true;
        }
        let is_host = is_host(host);
        if is_host {
            self.0.get_or_init(|| host.into());
        }
        is_host
    }
}

/// RFC 9112 §3.2, RFC 9113 §8.3.1.
fn host(request: &Parts, hosts: Once<'_>, known: &KnownHost) -> Option<&'static str> {
    let authority = || request.uri.authority();
    match hosts {
        Once::Often => Some("there is more than one field `host`"),
        Once::At(host) if !known.is_or_becomes(host.as_bytes()) => {
            Some("the field `host` names no host")
        }
        Once::At(host) => {
            let differs = request.version == Version::HTTP_2
                && authority().is_some_and(|authority| host != authority.as_str());
            differs.then_some("the field `host` is not the authority of the request")
        }
        Once::Never => {
            let may_lack = request.version < Version::HTTP_11
                || (request.version == Version::HTTP_2 && authority().is_some());
            (!may_lack).then_some("the field `host` is missing")
        }
    }
}

/// Whether this may stand in `host` (RFC 9110 §7.2): a name or an address, and a port.
fn is_host(host: &[u8]) -> bool {
    let name = host.iter().position(|&byte| !OF_NAME[usize::from(byte)]);
    match name.map(|end| host.split_at(end)) {
        None => true,
        Some((_, port @ [b':', ..])) => is_port(port),
        Some(([], [b'[', rest @ ..])) => is_address(rest),
        Some(_) => false,
    }
}

/// What stands behind the bracket of an IPv6 address.
fn is_address(rest: &[u8]) -> bool {
    let Some(end) = rest.iter().position(|&byte| byte == b']') else {
        return false;
    };
    let address = str::from_utf8(&rest[..end]).ok();
    address.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
        && is_port(&rest[end + 1..])
}

fn is_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// The bytes of a name: unreserved ones, escapes, and those that divide (RFC 3986 §3.2.2).
const OF_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let (mut at, marks) = (0, b"-._~%!$&'()*+;=");
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    let mut byte = 0;
    while byte < 128 {
        table[byte] |= (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};
