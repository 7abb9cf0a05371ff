//! The opening handshake, at both ends ([RFC 6455 §4](https://www.rfc-editor.org/rfc/rfc6455#section-4)): what a request must have, and what the answer says.

use std::hash::{BuildHasher as _, RandomState};

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha1::{Digest as _, Sha1};

use super::{codec::Agreed, settings::Settings};
use crate::handler::{Body, HttpError, Misuse, RequestHandle, Response, Result};

/// The only version that there is.
const VERSION: HeaderValue = HeaderValue::from_static("13");

/// What is hashed with the key (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const UPGRADE: HeaderValue = HeaderValue::from_static("websocket");

/// What `connection` says beside it.
const TO_UPGRADE: HeaderValue = HeaderValue::from_static("upgrade");

/// Checks a request, and gives what `sec-websocket-accept` says.
///
/// # Errors
///
/// 426 where it asks for no WebSocket, or for another version; 400 where it does so in a way that is none.
pub(super) fn check(request: &RequestHandle) -> Result<HeaderValue> {
    let headers = request.headers();
    if !is_asked_for(request) {
        return Err(upgrade_required(request, "this is a WebSocket").into());
    }
    let wrong = |why: &'static str| Err(HttpError::bad_request(why).into());
    if *request.method() != Method::GET || request.version() != Version::HTTP_11 {
        return wrong("a WebSocket is asked for by GET and HTTP/1.1");
    }
    if !has_token(headers, &header::CONNECTION, "upgrade") {
        return wrong("`connection` does not say `upgrade`");
    }
    if only(headers, &header::SEC_WEBSOCKET_VERSION) != Some(&VERSION) {
        let error = upgrade_required(request, "`sec-websocket-version` is not 13");
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

/// Whether a request asks for a WebSocket, be it rightly or not.
pub(super) fn is_asked_for(request: &RequestHandle) -> bool {
    has_token(request.headers(), &header::UPGRADE, "websocket")
}

/// The answer to a request for no WebSocket, or for another one. It names the protocol, and that the field which does so is for this connection
/// alone (RFC 9110 §7.8); HTTP/2 has neither of the two fields (RFC 9113 §8.2.2).
fn upgrade_required(request: &RequestHandle, why: &'static str) -> HttpError {
    let error = HttpError::new(StatusCode::UPGRADE_REQUIRED).with_message(why);
    if request.version() > Version::HTTP_11 {
        return error;
    }
    error
        .with_header(header::UPGRADE, UPGRADE)
        .with_header(header::CONNECTION, TO_UPGRADE)
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
    let cannot = |why| {
        Misuse::error(format!(
            "a WebSocket with settings that cannot be kept: {why}"
        ))
    };
    settings.check().map_err(cannot)?;
    settings.origins.admit(request)?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, UPGRADE);
    headers.insert(header::CONNECTION, TO_UPGRADE);
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
}
