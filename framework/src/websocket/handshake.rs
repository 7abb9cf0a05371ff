//! The opening handshake, at both ends ([RFC 6455 §4](https://www.rfc-editor.org/rfc/rfc6455#section-4)): what a request must have, and what the answer says.

use std::hash::{BuildHasher as _, RandomState};

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha1::{Digest as _, Sha1};

use super::{
    codec::Agreed,
    settings::{Origins, Settings},
};
use crate::{
    handler::{Body, HttpError, Misuse, RequestHandle, Response, Result},
    http::host,
};

/// The only version that there is.
const VERSION: HeaderValue = HeaderValue::from_static("13");

/// What is hashed with the key (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const UPGRADE: HeaderValue = HeaderValue::from_static("websocket");

/// Checks a request, and gives what `sec-websocket-accept` says.
///
/// # Errors
///
/// 426 where it asks for no WebSocket, or for another version; 400 where it does so in a way that is none.
pub(super) fn check(request: &RequestHandle) -> Result<HeaderValue> {
    let headers = request.headers();
    if !is_wanted(headers) {
        return Err(upgrade_required("this is a WebSocket", request).into());
    }
    let wrong = |why: &'static str| Err(HttpError::bad_request(why).into());
    if *request.method() != Method::GET || request.version() != Version::HTTP_11 {
        return wrong("a WebSocket is asked for by GET and HTTP/1.1");
    }
    if !has_token(headers, &header::CONNECTION, "upgrade") {
        return wrong("`connection` does not say `upgrade`");
    }
    if only(headers, &header::SEC_WEBSOCKET_VERSION) != Some(&VERSION) {
        let error = upgrade_required("`sec-websocket-version` is not 13", request);
        return Err(error
            .with_header(header::SEC_WEBSOCKET_VERSION, VERSION)
            .into());
    }
    if has_content(headers) {
        // It would be taken for frames (RFC 9110 §7.8: what is switched to begins behind the whole request).
        return wrong("a request for a WebSocket has no content");
    }
    match only(headers, &header::SEC_WEBSOCKET_KEY) {
        Some(key) if is_key(key) => Ok(accept_of(key)),
        _ => wrong("`sec-websocket-key` is not 16 bytes in base64"),
    }
}

/// Whether a request asks for a WebSocket.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    has_token(headers, &header::UPGRADE, "websocket")
}

/// 426, with what to ask for (RFC 9110 §15.5.22). HTTP/2 has no such field.
fn upgrade_required(why: &'static str, request: &RequestHandle) -> HttpError {
    let error = HttpError::new(StatusCode::UPGRADE_REQUIRED).with_message(why);
    if request.version() > Version::HTTP_11 {
        return error;
    }
    error
        .with_header(header::UPGRADE, UPGRADE)
        .with_header(header::CONNECTION, HeaderValue::from_static("upgrade"))
}

/// Answers a request that was checked: the answer, and what is agreed on.
///
/// # Errors
///
/// 403 for a page of another origin; 500 for settings that cannot be kept.
pub(super) fn accept(
    request: &RequestHandle,
    settings: &Settings,
    accept: HeaderValue,
) -> Result<(Response, Option<Agreed>, Option<String>)> {
    settings.check().map_err(Misuse::error)?;
    if !is_allowed(request, &settings.origins) {
        let origin = request.headers().get(header::ORIGIN);
        tracing::warn!(
            target: "squall",
            "no WebSocket for a page of {:?}, for its host is {:?}: `Settings::allow_origin` lets others in",
            origin.unwrap_or(&HeaderValue::from_static("")),
            request.host().unwrap_or_default(),
        );
        let error = HttpError::forbidden();
        return Err(error
            .with_message("this page may not open a WebSocket here")
            .into());
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, UPGRADE);
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    let protocol = choose(request.headers(), &settings.protocols);
    if let Some(protocol) = &protocol {
        headers.insert(
            header::SEC_WEBSOCKET_PROTOCOL,
            HeaderValue::try_from(protocol)?,
        );
    }
    let agreed = settings
        .compression
        .and_then(|own| own.accept(request.headers()));
    let agreed = agreed.map(|(agreed, field)| {
        headers.insert(header::SEC_WEBSOCKET_EXTENSIONS, field);
        agreed
    });
    Ok((response, agreed, protocol))
}

/// A key for a request (RFC 6455 §4.1): sixteen bytes by chance.
pub(super) fn new_key() -> HeaderValue {
    let mut key = [0; 16];
    for half in key.chunks_exact_mut(8) {
        half.copy_from_slice(&RandomState::new().hash_one(0).to_ne_bytes());
    }
    HeaderValue::from_str(&BASE64.encode(key)).expect("base64 is a value of a field")
}

/// Checks the answer to a request with this key (RFC 6455 §4.1).
pub(super) fn check_answer(headers: &HeaderMap, key: &HeaderValue) -> Result<(), &'static str> {
    if !has_token(headers, &header::UPGRADE, "websocket") {
        return Err("the field `upgrade` of the answer does not say `websocket`");
    }
    if !has_token(headers, &header::CONNECTION, "upgrade") {
        return Err("the field `connection` of the answer does not say `upgrade`");
    }
    if only(headers, &header::SEC_WEBSOCKET_ACCEPT) != Some(&accept_of(key)) {
        return Err("the field `sec-websocket-accept` of the answer is not that of the request");
    }
    Ok(())
}

/// The subprotocol that the server has chosen among these.
pub(super) fn chosen(
    headers: &HeaderMap,
    offered: &[String],
) -> Result<Option<String>, &'static str> {
    let mut chosen = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    match (chosen.next(), chosen.next()) {
        (None, _) => Ok(None),
        (Some(name), None) if offered.iter().any(|offer| name == offer.as_str()) => {
            Ok(name.to_str().ok().map(str::to_owned))
        }
        _ => Err("the server has chosen a subprotocol that was not offered"),
    }
}

/// Whether the page that asks may open a socket.
fn is_allowed(request: &RequestHandle, origins: &Origins) -> bool {
    let headers = request.headers();
    if !headers.contains_key(header::ORIGIN) {
        return true;
    }
    let Origins::OwnAnd(others) = origins else {
        return true;
    };
    // Of two of them nobody could say which is the page's.
    let Some(Ok(origin)) = only(headers, &header::ORIGIN).map(HeaderValue::to_str) else {
        return false;
    };
    let is_own = request
        .host()
        .is_some_and(|host| is_same_origin(origin, host));
    is_own || others.iter().any(|allowed| is_of(origin, allowed))
}

/// Whether an origin is this one, or one of `https://*.example.com`.
fn is_of(origin: &str, allowed: &str) -> bool {
    let (Some((name, port)), Some((is_open, allowed, allowed_port))) =
        (place(origin), allowed_place(allowed))
    else {
        return false;
    };
    let is_name = match is_open {
        true => {
            (name.strip_suffix(&*allowed)).is_some_and(|sub| sub.len() > 1 && sub.ends_with('.'))
        }
        false => name == allowed,
    };
    is_name && port == allowed_port
}

/// Whether all subdomains are meant and not the host itself, the host in lower case, and the port of an origin that is allowed.
pub(super) fn allowed_place(allowed: &str) -> Option<(bool, String, u16)> {
    let (is_open, origin) = match allowed.split_once("://*.") {
        Some((scheme, name)) => (true, format!("{scheme}://{name}")),
        None => (false, allowed.to_owned()),
    };
    let (name, port) = place(&origin).filter(|(name, _)| !name.contains('*'))?;
    Some((is_open, name, port))
}

/// The subprotocols that a client offers.
pub(super) fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|protocol| !protocol.is_empty())
}

/// The subprotocol that both speak: the first of these that is offered.
fn choose(headers: &HeaderMap, spoken: &[String]) -> Option<String> {
    let is_offered = |own: &&String| protocols(headers).any(|offered| offered == own.as_str());
    spoken.iter().find(is_offered).cloned()
}

/// The value of a field that stands there once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Whether a list of tokens has this one, in any case.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut tokens = values.flat_map(|value| value.split(',')).map(str::trim);
    tokens.any(|found| found.eq_ignore_ascii_case(token))
}

/// Whether content follows the head.
fn has_content(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

fn is_key(key: &HeaderValue) -> bool {
    BASE64.decode(key).is_ok_and(|bytes| bytes.len() == 16)
}

/// What `sec-websocket-accept` says to a key.
pub(super) fn accept_of(key: &HeaderValue) -> HeaderValue {
    let hash = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    HeaderValue::from_str(&BASE64.encode(hash)).expect("base64 is a value of a field")
}

/// Whether the page of this origin (RFC 6454) is one of the host that the request is for. Without a port a host is that of either scheme, for
/// what stands before this server may speak TLS.
pub(super) fn is_same_origin(origin: &str, host: &str) -> bool {
    let Some((name, port)) = place(origin) else {
        return false;
    };
    let (own_name, own_port) = host::split(host);
    let is_port = match own_port {
        Some(own) => own.parse() == Ok(port),
        None => port == 80 || port == 443,
    };
    is_port && name.eq_ignore_ascii_case(own_name)
}

/// Host, in lower case, and port of an origin.
fn place(origin: &str) -> Option<(String, u16)> {
    let uri: Uri = origin.parse().ok()?;
    let default = match uri.scheme_str()? {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let is_bare = uri.path() == "/" && uri.query().is_none() && !origin.ends_with('/');
    let name = uri.host().filter(|_| is_bare && !origin.contains('@'))?;
    // `Uri` passes over a number that is too large.
    let port = match host::split(uri.authority()?.as_str()).1 {
        Some(port) => port.parse().ok()?,
        None => default,
    };
    Some((name.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_that_of_the_standard() {
        let key = HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ==");
        assert!(is_key(&key));
        assert_eq!(accept_of(&key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        for key in [
            "",
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZQ=",
            "AAAA",
            "dGhlIHNhbXBsZSBub25jZQ===",
        ] {
            assert!(!is_key(&HeaderValue::from_static(key)), "{key}");
        }
    }

    #[test]
    fn an_origin_is_one_that_is_allowed_or_a_subdomain() {
        for (origin, allowed) in [
            ("https://app.example.com", "https://app.example.com"),
            ("https://APP.example.com:443", "https://app.EXAMPLE.com"),
            ("https://a.example.com", "https://*.example.com"),
            ("https://a.b.example.com:8443", "https://*.example.com:8443"),
        ] {
            assert!(is_of(origin, allowed), "{origin} {allowed}");
        }
        for (origin, allowed) in [
            ("https://example.com", "https://*.example.com"),
            ("https://.example.com", "https://*.example.com"),
            ("https://evilexample.com", "https://*.example.com"),
            ("https://a.example.com:8443", "https://*.example.com"),
            (
                "https://a.example.com.evil.example",
                "https://*.example.com",
            ),
            ("https://app.example.com", "https://a*.example.com"),
            ("null", "https://*.example.com"),
        ] {
            assert!(!is_of(origin, allowed), "{origin} {allowed}");
        }
    }

    #[test]
    fn origins_are_compared_with_hosts_as_both_are_meant() {
        for (origin, host) in [
            ("http://example.com", "example.com"),
            ("https://example.com", "EXAMPLE.com"),
            ("https://Example.com:443", "example.com"),
            ("http://example.com", "example.com:80"),
            ("https://example.com", "example.com:443"),
            ("http://example.com:8080", "example.com:8080"),
            ("http://[::1]:8080", "[::1]:8080"),
        ] {
            assert!(is_same_origin(origin, host), "{origin} {host}");
        }
        for (origin, host) in [
            ("null", "example.com"),
            ("", "example.com"),
            ("http://evil.example", "example.com"),
            ("http://example.com.evil.example", "example.com"),
            ("http://example.com:8080", "example.com"),
            ("http://example.com:99999", "example.com"),
            ("http://example.com", "example.com:8080"),
            ("https://example.com", "example.com:80"),
            ("ftp://example.com", "example.com"),
            ("http://example.com/", "example.com"),
            ("http://example.com?x", "example.com"),
            ("http://a@example.com", "example.com"),
            ("file://", "example.com"),
        ] {
            assert!(!is_same_origin(origin, host), "{origin} {host}");
        }
    }
}
