//! The types of HTTP that programs name most, from the [`http`](https://docs.rs/http) crate, so that a program needs no dependency
//! on it; and values of the protocol: entity tags, validators, ranges, dates.
//!
//! Inside, it is the room of protocol values as pure functions: percent-encoding, queries, cookies, media types, content codings, entity
//! tags, preconditions, ranges. Nothing here knows a socket, a clock or a handler.

pub use ::http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header,
    method::InvalidMethod, status::InvalidStatusCode, uri::InvalidUri,
};

pub use query::with_query;

pub(crate) mod accept;
#[allow(dead_code, reason = "it is for capabilities that have features")]
pub(crate) mod coding;
mod content_disposition;
pub(crate) mod cookies;
pub mod date;
pub(crate) mod entity_tag;
#[cfg(feature = "multipart")]
pub(crate) mod form_data;
pub(crate) mod host;
#[cfg(feature = "locale")]
pub(crate) mod languages;
pub(crate) mod percent;
pub(crate) mod preconditions;
pub(crate) mod query;
pub(crate) mod range;
pub(crate) mod spare;

pub use content_disposition::ContentDisposition;
pub use entity_tag::{EntityTag, InvalidEntityTag};
pub use preconditions::Validators;
pub use range::{ByteRange, ByteRanges};
