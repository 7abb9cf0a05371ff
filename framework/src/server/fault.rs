//! What a request must not be, looked at before anything else: what could be read in two ways, and what hyper lets pass.

use std::sync::OnceLock;

use ::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, Version, header,
};

use crate::handler::HttpError;

/// The most fields of a request. hyper keeps to it in HTTP/1.1 by itself.
pub(super) const MOST_FIELDS: usize = 100;

/// A status, and what is said with it.
type Fault = (StatusCode, &'static str);

/// Why a request is refused.
#[inline]
pub(super) fn fault<B>(request: &Request<B>, known: &KnownHost) -> Option<HttpError> {
    if request.headers().len() > MOST_FIELDS {
        return Some(HttpError::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    }
    let (status, message) = check(request, known).err()?;
    Some(HttpError::new(status).with_message(message))
}

#[inline]
fn check<B>(request: &Request<B>, known: &KnownHost) -> Result<(), Fault> {
    // One look at each field: most requests have few, and to hash two names costs more.
    let (mut hosts, mut codings) = (Once::Never, Once::Never);
    for (name, value) in request.headers() {
        match *name {
            header::HOST => hosts = hosts.and(value),
            header::TRANSFER_ENCODING => codings = codings.and(value),
            header::EXPECT => expectation(value)?,
            header::CONNECTION => options(value)?,
            _ => {}
        }
    }
    tunnel(request)?;
    transfer_coding(codings, request.headers())?;
    target(request)?;
    host(request, hosts, known)
}

fn bad(message: &'static str) -> Result<(), Fault> {
    Err((StatusCode::BAD_REQUEST, message))
}

/// RFC 9110 §10.1.1.
fn expectation(value: &HeaderValue) -> Result<(), Fault> {
    if value.as_bytes().eq_ignore_ascii_case(b"100-continue") {
        return Ok(());
    }
    let message = "nothing is expected of a server but `100-continue`";
    Err((StatusCode::EXPECTATION_FAILED, message))
}

/// RFC 9110 §7.6.1. hyper finds no option at all where a byte is none of a token, and `close` may be among them.
fn options(value: &HeaderValue) -> Result<(), Fault> {
    if value.as_bytes().is_ascii() {
        return Ok(());
    }
    bad("the field `connection` is no list of options")
}

/// RFC 9110 §9.3.6: this is no proxy, and what follows would be of the tunnel.
fn tunnel<B>(request: &Request<B>) -> Result<(), Fault> {
    if *request.method() != Method::CONNECT {
        return Ok(());
    }
    let is_target = request.uri().authority().is_some_and(|authority| {
        authority.port_u16().is_some() && is_host(authority.as_str().as_bytes())
    });
    if is_target {
        return Err((StatusCode::NOT_IMPLEMENTED, "this server makes no tunnels"));
    }
    bad("the target of CONNECT is a host and a port")
}

/// RFC 9112 §3.2, RFC 9110 §4.2: what hyper takes for a target, and is none.
#[inline]
fn target<B>(request: &Request<B>) -> Result<(), Fault> {
    let uri = request.uri();
    let Some(target) = uri.path_and_query() else {
        return bad("the target has no path");
    };
    let target = target.as_str();
    if let Some(authority) = uri.authority()
        && !is_host(authority.as_str().as_bytes())
    {
        return bad("the target names no host");
    }
    if target == "*" && *request.method() != Method::OPTIONS {
        return bad("only OPTIONS is for the whole server");
    }
    if !target.is_ascii() {
        return bad("the target is not percent-encoded");
    }
    Ok(())
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
#[inline]
fn transfer_coding(codings: Once<'_>, fields: &HeaderMap) -> Result<(), Fault> {
    match codings {
        Once::Never => Ok(()),
        Once::At(coding) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        Once::At(_) | Once::Often => unknown_coding(fields),
    }
}

/// RFC 9112 §6.1, §6.3: 501 where a coding is unknown, and the content has an end all the same; 400 where it has none.
#[cold]
fn unknown_coding(fields: &HeaderMap) -> Result<(), Fault> {
    let lines = fields.get_all(header::TRANSFER_ENCODING).iter();
    let mut codings: Vec<&[u8]> = lines
        .flat_map(|line| line.as_bytes().split(|&byte| byte == b','))
        .map(<[u8]>::trim_ascii)
        .collect();
    let is_chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
    let has_end = codings.pop().is_some_and(is_chunked);
    // A coding is a token, as the name of a field is.
    let are_others = |coding: &&[u8]| !is_chunked(coding) && HeaderName::from_bytes(coding).is_ok();
    if has_end && codings.iter().all(are_others) {
        let message = "the only transfer coding that is known here is `chunked`";
        return Err((StatusCode::NOT_IMPLEMENTED, message));
    }
    bad("the only transfer coding of a request is `chunked`, once")
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
fn host<B>(request: &Request<B>, hosts: Once<'_>, known: &KnownHost) -> Result<(), Fault> {
    match hosts {
        Once::Often => bad("there is more than one field `host`"),
        Once::At(host) if !known.is_or_becomes(host.as_bytes()) => {
            bad("the field `host` names no host")
        }
        Once::At(host) => {
            if request.version() == Version::HTTP_2 && !is_of_target(host, request.uri()) {
                return bad("the field `host` is not the authority of the request");
            }
            Ok(())
        }
        Once::Never => {
            let may_lack = request.version() < Version::HTTP_11
                || (request.version() == Version::HTTP_2 && request.uri().authority().is_some());
            if may_lack {
                return Ok(());
            }
            bad("the field `host` is missing")
        }
    }
}

/// Whether a host is the authority of the target, if that has one: in letters of either case, with the port of the scheme or
/// without (RFC 3986 §6.2).
fn is_of_target(host: &HeaderValue, target: &Uri) -> bool {
    let Some(authority) = target.authority() else {
        return true;
    };
    let port: &[u8] = match target.scheme_str() {
        Some("https") => b":443",
        _ => b":80",
    };
    plain(host.as_bytes(), port).eq_ignore_ascii_case(plain(authority.as_str().as_bytes(), port))
}

/// A host without its port, where that says nothing.
fn plain<'h>(host: &'h [u8], port: &[u8]) -> &'h [u8] {
    let without = host.strip_suffix(port).or_else(|| host.strip_suffix(b":"));
    without.unwrap_or(host)
}

/// Whether this may stand in `host` (RFC 9110 §7.2): a name or an address, and a port.
fn is_host(host: &[u8]) -> bool {
    let name = host.iter().position(|&byte| !OF_NAME[usize::from(byte)]);
    match name.map(|end| host.split_at(end)) {
        None => true,
        Some(([_, ..], port @ [b':', ..])) => is_port(port),
        Some(([], [b'[', rest @ ..])) => is_address(rest),
        Some((_, [b'%', ..])) => is_escaped(host),
        Some(_) => false,
    }
}

/// The same for a host with escapes (RFC 3986 §2.1): each stands for a byte of a name.
#[cold]
fn is_escaped(host: &[u8]) -> bool {
    let mut parts = host.split(|&byte| byte == b'%');
    let mut plain = parts.next().unwrap_or_default().to_vec();
    for part in parts {
        let [high, low, rest @ ..] = part else {
            return false;
        };
        if !(high.is_ascii_hexdigit() && low.is_ascii_hexdigit()) {
            return false;
        }
        plain.push(b'-');
        plain.extend_from_slice(rest);
    }
    is_host(&plain)
}

/// What stands behind the bracket of an IPv6 address.
#[cold]
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
        [b':', digits @ ..] if digits.len() <= 5 => {
            let mut number = 0;
            for digit in digits {
                if !digit.is_ascii_digit() {
                    return false;
                }
                number = number * 10 + u32::from(digit - b'0');
            }
            number <= u32::from(u16::MAX)
        }
        _ => false,
    }
}

/// The bytes of a name: unreserved ones, and those that divide (RFC 3986 §3.2.2).
const OF_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let (mut at, marks) = (0, b"-._~!$&'()*+;=");
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
