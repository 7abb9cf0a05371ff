//! The opening handshake of a server ([RFC 6455 §4.2](https://www.rfc-editor.org/rfc/rfc6455#section-4.2)): what a request must have, and what the answer says.

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha1::{Digest as _, Sha1};

use crate::{
    handler::{HttpError, RequestHandle, Result},
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
    if !has_token(headers, &header::UPGRADE, "websocket") {
        let error = HttpError::new(StatusCode::UPGRADE_REQUIRED).with_header(header::UPGRADE, UPGRADE);
        return Err(error.with_message("this is a WebSocket").into());
    }
    let wrong = |why: &str| Err(HttpError::bad_request(why).into());
    if *request.method() != Method::GET || request.version() != Version::HTTP_11 {
        return wrong("a WebSocket is asked for by GET and HTTP/1.1");
    }
    if !has_token(headers, &header::CONNECTION, "upgrade") {
        return wrong("`connection` does not say `upgrade`");
    }
    if only(headers, &header::SEC_WEBSOCKET_VERSION) != Some(&VERSION) {
        let error = HttpError::new(StatusCode::UPGRADE_REQUIRED).with_header(header::UPGRADE, UPGRADE);
        let error = error.with_header(header::SEC_WEBSOCKET_VERSION, VERSION);
        return Err(error.with_message("`sec-websocket-version` is not 13").into());
    }
    match only(headers, &header::SEC_WEBSOCKET_KEY) {
        Some(key) if is_key(key) => Ok(accept_of(key)),
        _ => wrong("`sec-websocket-key` is not 16 bytes in base64"),
    }
}

/// The value of a field that stands there once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Whether a list of tokens has this one, in any case.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let mut tokens = values.flat_map(|value| value.split(',')).map(str::trim);
    tokens.any(|found| found.eq_ignore_ascii_case(token))
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

/// Host and port of an origin.
fn place(origin: &str) -> Option<(String, u16)> {
    let uri: Uri = origin.parse().ok()?;
    let default = match uri.scheme_str()? {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let is_bare = uri.path() == "/" && uri.query().is_none() && !origin.ends_with('/');
    let host = uri.host().filter(|_| is_bare && !origin.contains('@'))?;
    Some((host.to_owned(), uri.port_u16().unwrap_or(default)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_that_of_the_standard() {
        let key = HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ==");
        assert!(is_key(&key));
        assert_eq!(accept_of(&key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        for key in ["", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "AAAA", "dGhlIHNhbXBsZSBub25jZQ==="] {
            assert!(!is_key(&HeaderValue::from_static(key)), "{key}");
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
