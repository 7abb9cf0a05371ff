//! Which answers are compressed, and what their heads say of it; [`Recoded`] and the codecs do the work.
//!
//! An answer is chosen by its type and length, its coding by the client (RFC 9110 §12.5.3). Whatever is chosen, `vary` says that it
//! was a choice. Content that an author has encoded, a part of content, and what shall not be transformed stay as they are.

use ::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;

use super::{
    Response,
    body::Body,
    context::Context,
    error::{HttpError, Result},
    finish,
    recoded::Recoded,
    request::RequestHandle,
};
use crate::http::{
    EntityTag,
    coding::{
        self, Chosen, Coding,
        encoder::{AVAILABLE, Encoder},
    },
};

/// The shortest content that is compressed, in bytes: what is shorter goes in one packet anyway.
const LEAST: u64 = 1024;

/// The longest content that is compressed whole, in bytes, so that its length is known; what is longer takes turns with other requests.
const WHOLE: usize = Body::PIECE;

/// The coding of an answer whose content follows in pieces, from its head to [`go_on`].
#[derive(Clone, Copy)]
struct InPieces(Coding);

/// Compresses an answer that is complete, where it is worth it and the client takes it. Of an answer in pieces only the head is made
/// ready: [`go_on`] does the rest.
pub(super) fn seal(request: &RequestHandle, is_in_pieces: bool, response: &mut Response) {
    if response.status() == StatusCode::PARTIAL_CONTENT {
        return vary_part(response.headers_mut());
    }
    if is_left_alone(response.status(), response.headers()) {
        return;
    }
    let is_not_modified = response.status() == StatusCode::NOT_MODIFIED;
    let length = length_of(request, is_in_pieces, response);
    let is_worth = match length {
        // Nothing is known of what has not been modified but what is said here.
        Some(0) if is_not_modified => has_worth(response.headers()).unwrap_or(true),
        Some(0) => return,
        Some(length) if length < LEAST => false,
        _ => has_worth(response.headers()).unwrap_or(false),
    };
    let chosen = choose(request);
    // Where the content as it is will not do, it is compressed however short it is, and whatever it is.
    if !is_worth && chosen.identity {
        return;
    }
    coding::vary(response.headers_mut());
    if let (Some(coding), false) = (chosen.coding, is_not_modified) {
        encode(coding, is_in_pieces, response);
    }
}

/// A part is sent as it is, but says as the whole does that this was a choice (RFC 9110 §15.3.7).
fn vary_part(headers: &mut HeaderMap) {
    // The type of several parts is not that of the content.
    let is_several = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|content_type| content_type.as_bytes().starts_with(b"multipart/byteranges"));
    if !is_fixed(headers) && (is_several || has_worth(headers) == Some(true)) {
        coding::vary(headers);
    }
}

/// Compresses the content that follows a head which [`seal`] has made ready.
pub(super) fn go_on(head: &mut ::http::response::Parts, content: Body) -> Body {
    match head.extensions.remove() {
        None => content,
        Some(InPieces(coding)) => match Encoder::new(coding) {
            Some(encoder) => encoded(content, encoder),
            None => Body::failing("there is no encoder".into()),
        },
    }
}

/// Looks whether the client takes the answer in any coding, or as it is.
///
/// # Errors
///
/// 406 where it takes a good answer in none of them (RFC 9110 §15.5.7). Errors go out all the same, and so does what a change has come
/// to: the work is done, and who is told that it was refused would send it once more.
#[inline]
pub(super) fn check(cx: &mut Context) -> Result<()> {
    if cx.request().shared().compression {
        return check_choice(cx);
    }
    Ok(())
}

fn check_choice(cx: &mut Context) -> Result<()> {
    // Before the first flush there is no answer, only what it begins with.
    let is_in_pieces = cx.answer.in_pieces || cx.answer.response.is_none();
    let (request, answer) = cx.halves();
    if !choose(request).is_nothing() {
        return Ok(());
    }
    let response = answer.response.get_or_insert_default();
    let status = match answer.status {
        Some(status) if response.status() == StatusCode::OK => status,
        _ => response.status(),
    };
    let is_as_it_is = !request.method().is_safe()
        || !status.is_success()
        || length_of(request, is_in_pieces, response) == Some(0)
        || is_left_alone(status, &answer.headers)
        || is_left_alone(status, response.headers());
    if is_as_it_is {
        return Ok(());
    }
    let codings: Vec<_> = AVAILABLE.iter().map(|coding| coding.name()).collect();
    let message = format!(
        "the content comes as it is, or in one of these codings: {}",
        codings.join(", ")
    );
    Err(HttpError::new(StatusCode::NOT_ACCEPTABLE)
        .with_message(message)
        .into())
}

fn choose(request: &RequestHandle) -> Chosen {
    coding::negotiate(request.headers(), AVAILABLE)
}

/// Whether answers can be put into a coding that the client takes.
#[cfg(feature = "static-files")]
pub(crate) fn can_encode(request: &RequestHandle) -> bool {
    request.shared().compression && choose(request).coding.is_some()
}

/// How long the content is; `None` where it is not known.
fn length_of(request: &RequestHandle, is_in_pieces: bool, response: &Response) -> Option<u64> {
    let length = response.body().size_hint().exact();
    let length = length.filter(|_| !is_in_pieces)?;
    // Who answers HEAD may know the length without making the content.
    let is_told = length == 0 && *request.method() == Method::HEAD;
    let told = || {
        let told = response.headers().get(header::CONTENT_LENGTH)?;
        told.to_str().ok()?.parse().ok()
    };
    is_told.then(told).flatten().or(Some(length))
}

/// Whether an answer is none of our business: it has no content, a part of it (RFC 9110 §15.3.7), or one that is fixed.
fn is_left_alone(status: StatusCode, headers: &HeaderMap) -> bool {
    let has_content = !finish::forbids_content(status) || status == StatusCode::NOT_MODIFIED;
    if !has_content || status == StatusCode::PARTIAL_CONTENT {
        return true;
    }
    headers.contains_key(header::CONTENT_RANGE) || is_fixed(headers)
}

/// Whether the author has put the content into a coding or has said that it shall stay as it is (RFC 9111 §5.2.2.6), or a digest of it
/// would be wrong (RFC 9530).
fn is_fixed(headers: &HeaderMap) -> bool {
    headers.iter().any(|(name, value)| match name.as_str() {
        "content-encoding" => true,
        "content-digest" | "repr-digest" | "digest" | "content-md5" => true,
        "cache-control" => forbids_transformation(value),
        _ => false,
    })
}

fn forbids_transformation(cache_control: &HeaderValue) -> bool {
    let mut directives = cache_control.as_bytes().split(|byte| *byte == b',');
    directives.any(|directive| directive.trim_ascii().eq_ignore_ascii_case(b"no-transform"))
}

/// Whether content of this type becomes shorter; `None` where there is no type.
pub(crate) fn has_worth(headers: &HeaderMap) -> Option<bool> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(is_compressible(content_type))
}

/// Text, what is text under another name, and the few others that are not compressed already.
fn is_compressible(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    kind == "text"
        || subtype.ends_with("+json")
        || subtype.ends_with("+xml")
        || matches!(
            (kind, subtype),
            (
                "application",
                "javascript"
                    | "json"
                    | "ndjson"
                    | "wasm"
                    | "x-javascript"
                    | "x-ndjson"
                    | "xml"
                    | "yaml"
            ) | ("font", "otf" | "ttf")
                | ("image", "bmp" | "vnd.microsoft.icon" | "x-icon")
        )
}

/// Puts the content into the coding, and says so.
fn encode(coding: Coding, is_in_pieces: bool, response: &mut Response) {
    if is_in_pieces {
        response.extensions_mut().insert(InPieces(coding));
    } else if !encode_content(coding, response.body_mut()) {
        return;
    }
    let headers = response.headers_mut();
    let name = HeaderValue::from_static(coding.name());
    headers.insert(header::CONTENT_ENCODING, name);
    // Both are of the content as it was.
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::ACCEPT_RANGES);
    // A weak tag says of all codings that they mean the same; a strong one is that of one coding (RFC 9110 §8.8.3.3).
    let tag = headers.get(header::ETAG).map(EntityTag::try_from);
    if let Some(Ok(tag)) = tag
        && !tag.is_weak()
    {
        headers.insert(header::ETAG, tag.with_coding(coding).into());
    }
}

/// Gives whether it could be done.
fn encode_content(coding: Coding, body: &mut Body) -> bool {
    match body.as_bytes() {
        // For HEAD there may be none; how long it would be in the coding is not known then.
        Some(content) if (1..=WHOLE).contains(&content.len()) => {
            let Some(content) = Encoder::whole(coding, content) else {
                return false;
            };
            body.change(|_| content.into());
        }
        _ => {
            let Some(encoder) = Encoder::new(coding) else {
                return false;
            };
            body.change(|content| encoded(content, encoder));
        }
    }
    true
}

fn encoded(content: Body, encoder: Encoder) -> Body {
    Recoded::body(content, encoder, Into::into)
}

#[cfg(test)]
mod tests {
    use super::is_compressible;

    #[test]
    fn knows_what_becomes_shorter() {
        for yes in [
            "text/html; charset=UTF-8",
            "TEXT/Plain",
            "text/event-stream",
            "application/json",
            "application/problem+json",
            "application/javascript",
            "application/x-javascript",
            "application/xml",
            "application/atom+xml",
            "application/xhtml+xml;charset=utf-8",
            "image/svg+xml",
            "application/wasm",
            "font/ttf",
        ] {
            assert!(is_compressible(yes), "{yes}");
        }
        for no in [
            "",
            "text",
            "image/png",
            "video/mp4",
            "application/zip",
            "application/octet-stream",
            "font/woff2",
            "multipart/form-data",
        ] {
            assert!(!is_compressible(no), "{no}");
        }
    }
}
