//! What a request must not be, looked at before anything else: what could be read in two ways, and what hyper lets pass.

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Version, header};

use crate::handler::HttpError;

/// The most fields of a request. hyper keeps to it in HTTP/1.1 by itself.
const MOST_FIELDS: usize = 100;

/// A status, and what is said with it.
type Fault = (StatusCode, &'static str);

/// Why a request is refused.
#[inline]
pub(super) fn fault<B>(request: &Request<B>) -> Option<HttpError> {
    if request.headers().len() > MOST_FIELDS {
        return Some(HttpError::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    }
    // One look at each field: most requests have few, and to hash two names costs more.
    let (mut hosts, mut codings) = (Once::Never, Once::Never);
    let (mut is_met, mut is_plain) = (true, true);
    for (name, value) in request.headers() {
        if *name == header::HOST {
            hosts = hosts.and(value);
        } else if *name == header::TRANSFER_ENCODING {
            codings = codings.and(value);
        } else if *name == header::EXPECT {
            is_met &= value.as_bytes().eq_ignore_ascii_case(b"100-continue");
        } else if *name == header::CONNECTION {
            is_plain &= value.as_bytes().is_ascii();
        }
    }
    let fault = tunnel(request)
        .or_else(|| transfer_coding(codings, request.headers()))
        .or_else(|| (!is_met).then_some(UNMET))
        .or_else(|| (!is_plain).then_some(bad("the field `connection` is no list of options")))
        .or_else(|| target(request).map(bad))
        .or_else(|| host(request, hosts).map(bad));
    fault.map(|(status, message)| HttpError::new(status).with_message(message))
}

fn bad(message: &'static str) -> Fault {
    (StatusCode::BAD_REQUEST, message)
}

/// RFC 9110 §10.1.1.
const UNMET: Fault = (
    StatusCode::EXPECTATION_FAILED,
    "nothing is expected of a server but `100-continue`",
);

/// RFC 9110 §9.3.6: this is no proxy, and what follows would be of the tunnel.
fn tunnel<B>(request: &Request<B>) -> Option<Fault> {
    if *request.method() != Method::CONNECT {
        return None;
    }
    let is_target = request.uri().authority().is_some_and(|authority| {
        authority.port_u16().is_some() && is_host(authority.as_str().as_bytes())
    });
    Some(if is_target {
        (StatusCode::NOT_IMPLEMENTED, "this server makes no tunnels")
    } else {
        bad("the target of CONNECT is a host and a port")
    })
}

/// RFC 9112 §3.2, RFC 9110 §4.2: what hyper takes for a target, and is none.
fn target<B>(request: &Request<B>) -> Option<&'static str> {
    let uri = request.uri();
    let Some(target) = uri.path_and_query() else {
        return Some("the target has no path");
    };
    if let Some(authority) = uri.authority()
        && !is_host(authority.as_str().as_bytes())
    {
        return Some("the target names no host");
    }
    if target == "*" && *request.method() != Method::OPTIONS {
        return Some("only OPTIONS is for the whole server");
    }
    (!target.as_str().is_ascii()).then_some("the target is not percent-encoded")
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
fn transfer_coding(codings: Once<'_>, fields: &HeaderMap) -> Option<Fault> {
    match codings {
        Once::Never => None,
        Once::At(coding) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => None,
        Once::At(_) | Once::Often => Some(unknown_coding(fields)),
    }
}

/// RFC 9112 §6.1, §6.3: 501 where a coding is unknown, and the content has an end all the same; 400 where it has none.
fn unknown_coding(fields: &HeaderMap) -> Fault {
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
        (
            StatusCode::NOT_IMPLEMENTED,
            "the only transfer coding that is known here is `chunked`",
        )
    } else {
        bad("the only transfer coding of a request is `chunked`, once")
    }
}

/// RFC 9112 §3.2, RFC 9113 §8.3.1.
fn host<B>(request: &Request<B>, hosts: Once<'_>) -> Option<&'static str> {
    match hosts {
        Once::Often => Some("there is more than one field `host`"),
        Once::At(host) if !is_host(host.as_bytes()) => Some("the field `host` names no host"),
        Once::At(host) => {
            let authority = request.uri().authority();
            let differs = request.version() == Version::HTTP_2
                && authority.is_some_and(|authority| host != authority.as_str());
            differs.then_some("the field `host` is not the authority of the request")
        }
        Once::Never => {
            let may_lack = request.version() < Version::HTTP_11
                || (request.version() == Version::HTTP_2 && request.uri().authority().is_some());
            (!may_lack).then_some("the field `host` is missing")
        }
    }
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
            let number = digits.iter().try_fold(0, |number, digit| {
                let is_digit = digit.is_ascii_digit();
                is_digit.then(|| number * 10 + u32::from(digit - b'0'))
            });
            number.is_some_and(|number| number <= u32::from(u16::MAX))
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
