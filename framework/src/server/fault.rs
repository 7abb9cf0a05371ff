//! What a request must not be, looked at before anything else: what could be read in two ways, and what hyper lets pass.

use ::http::{Request, StatusCode, Version, header};

use crate::handler::HttpError;

/// The most fields of a request. hyper keeps to it in HTTP/1.1 by itself.
const MOST_FIELDS: usize = 100;

/// Why a request is refused.
pub(super) fn fault<B>(request: &Request<B>) -> Option<HttpError> {
    if request.headers().len() > MOST_FIELDS {
        return Some(HttpError::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    }
    let fault = transfer_coding(request).or_else(|| host(request));
    fault.map(HttpError::bad_request)
}

/// RFC 9112 §6.1: squall knows one transfer coding. A proxy in front of it may know others, or read a list of them otherwise.
fn transfer_coding<B>(request: &Request<B>) -> Option<&'static str> {
    let mut codings = request.headers().get_all(header::TRANSFER_ENCODING).iter();
    let coding = codings.next()?;
    let is_known = codings.next().is_none() && coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    (!is_known).then_some("the only transfer coding of a request is `chunked`, once")
}

/// RFC 9112 §3.2, RFC 9113 §8.3.1.
fn host<B>(request: &Request<B>) -> Option<&'static str> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let authority = request.uri().authority();
    match (hosts.next(), hosts.next()) {
        (_, Some(_)) => Some("there is more than one field `host`"),
        (Some(host), None) if !is_host(host.as_bytes()) => Some("the field `host` names no host"),
        (Some(host), None) => {
            let differs = request.version() == Version::HTTP_2
                && authority.is_some_and(|authority| host != authority.as_str());
            differs.then_some("the field `host` is not the authority of the request")
        }
        (None, None) => {
            let may_lack = request.version() < Version::HTTP_11
                || (request.version() == Version::HTTP_2 && authority.is_some());
            (!may_lack).then_some("the field `host` is missing")
        }
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
