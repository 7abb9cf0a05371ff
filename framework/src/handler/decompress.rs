//! What `content-encoding` says of a request: its content is decoded while it is read (RFC 9110 §8.4).
//!
//! The limits of content are kept outside of it, so that they count what was decoded. Without the feature `compression` no coding
//! is understood.

use ::http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body::Body as _;

use super::{
    body::Body,
    error::{HttpError, Result},
};
use crate::http::coding::Coding;
#[cfg(feature = "compression")]
use {
    super::recoded::Recoded,
    crate::http::coding::{
        codec::Fault,
        decoder::{Decoder, UNDERSTOOD},
    },
};

#[cfg(not(feature = "compression"))]
const UNDERSTOOD: &str = "identity";

/// The most codings that may lie around content: each has its own memory, and one unfolds what another has unfolded.
const DEPTH: usize = 2;

/// The content of a request, out of the codings that its fields name.
///
/// # Errors
///
/// 415 for a coding that is not understood, and for more than two. What cannot be decoded is an error of the body, 400.
pub(super) fn decoded(headers: &HeaderMap, content: Body) -> Result<Body> {
    if !headers.contains_key(header::CONTENT_ENCODING) || content.is_end_stream() {
        return Ok(content);
    }
    let codings = codings(headers)?;
    // The one that was put around it last comes off first.
    codings.into_iter().rev().try_fold(content, without)
}

/// The codings of the content, in the order in which they were put around it.
fn codings(headers: &HeaderMap) -> Result<Vec<Coding>> {
    let mut codings = Vec::new();
    for field in headers.get_all(header::CONTENT_ENCODING) {
        let names = String::from_utf8_lossy(field.as_bytes());
        for name in names.split(',').map(str::trim) {
            if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                continue;
            }
            if codings.len() == DEPTH {
                let message = format!("the content is in more than {DEPTH} codings");
                return Err(unsupported(message).into());
            }
            codings.push(Coding::of_name(name).ok_or_else(|| not_understood(name))?);
        }
    }
    Ok(codings)
}

#[cfg(feature = "compression")]
fn without(content: Body, coding: Coding) -> Result<Body> {
    let fault: fn(Fault) -> _ = match coding {
        Coding::Brotli => |fault| undecodable("br", fault),
        Coding::Zstd => |fault| undecodable("zstd", fault),
        Coding::Gzip => |fault| undecodable("gzip", fault),
        Coding::Deflate => |fault| undecodable("deflate", fault),
    };
    let decoder = Decoder::new(coding).ok_or_else(|| not_understood(coding.name()))?;
    Ok(Recoded::body(content, decoder, fault))
}

#[cfg(not(feature = "compression"))]
fn without(_: Body, coding: Coding) -> Result<Body> {
    Err(not_understood(coding.name()).into())
}

#[cfg(feature = "compression")]
fn undecodable(name: &str, fault: Fault) -> super::error::BoxError {
    HttpError::bad_request(format!(
        "the content cannot be decoded as `{name}`: {fault}"
    ))
    .into()
}

fn not_understood(name: &str) -> HttpError {
    unsupported(format!("the content coding `{name}` is not understood"))
}

/// 415, with what would do (RFC 9110 §12.5.3, §15.5.16).
fn unsupported(message: String) -> HttpError {
    HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        .with_message(message)
        .with_header(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static(UNDERSTOOD),
        )
}
