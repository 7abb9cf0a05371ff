//! The types of HTTP that programs name most, from the [`http`](https://docs.rs/http) crate, so that a program needs no dependency
//! on it.
//!
//! Inside, it is the room of protocol values as pure functions: percent-encoding, queries, cookies, media types, entity tags.
//! Nothing here knows a socket, a clock or a handler.

pub use ::http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header,
    method::InvalidMethod, status::InvalidStatusCode, uri::InvalidUri,
};

pub use content_disposition::ContentDisposition;

pub(crate) mod accept;
mod content_disposition;
pub(crate) mod cookies;
pub(crate) mod entity_tag;
pub(crate) mod percent;
pub(crate) mod query;
pub(crate) mod spare;
