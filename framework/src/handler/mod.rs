//! Handlers: their life cycle, what they take from a request, what they may return.
//!
//! The macros turn a `#[handler]` struct and its impl into a few hidden traits, and one driver takes a request
//! through the steps: fields, default headers, `prepare` of the base and then its own, the method, the answer, `on_finish`.

mod arguments;
mod body;
#[cfg(feature = "compression")]
pub(crate) mod compress;
pub(crate) mod conditional;
mod content;
mod context;
mod cookies;
mod decompress;
mod detached;
pub(crate) mod error;
mod extract;
mod fault;
pub(crate) mod fields;
pub(crate) mod finish;
pub(crate) mod flush;
mod form;
pub(crate) mod glue;
pub(crate) mod incoming;
pub(crate) mod life_cycle;
#[cfg(feature = "multipart")]
mod multipart;
pub(crate) mod person;
#[cfg(feature = "compression")]
mod recoded;
mod redirect;
mod request;
mod requirements;
pub(crate) mod respond;
pub(crate) mod shared;
mod shutdown;
pub(crate) mod target;
#[cfg(feature = "websocket")]
pub(crate) mod upgrade;
#[cfg(feature = "multipart")]
mod upload;
#[cfg(feature = "validation")]
mod validated;
#[cfg(feature = "websocket")]
pub(crate) mod wakers;
pub(crate) mod watchdog;
pub(crate) mod write_error;

pub use body::Body;
pub use conditional::Conditional;
pub use content::{Content, Html, Json};
pub use context::Context;
pub(crate) use detached::Detached;
pub(crate) use error::Misuse;
pub use error::{BoxError, Error, HttpError, Result};
#[cfg(feature = "websocket")]
pub(crate) use extract::parse_json;
pub use extract::{
    FromRequest, FromRequestParts, OptionalFromRequestParts, State, ViaContent, ViaParts,
};
pub use fault::Fault;
pub use fields::FieldValue;
pub use finish::Outcome;
pub use form::{Form, Query};
pub use incoming::BodyStream;
#[cfg(feature = "multipart")]
pub use multipart::{Multipart, Part};
pub use person::CurrentUser;
pub use redirect::Redirect;
pub(crate) use request::host_of;
pub use request::{RemoteAddr, RequestHandle};
pub use requirements::Requirements;
pub use respond::IntoResponse;
pub use shutdown::Shutdown;
pub use target::{Init, IntoTarget};
#[cfg(feature = "multipart")]
pub use upload::Upload;
#[cfg(feature = "validation")]
pub use validated::{Rules, Validated};

pub use crate::routing::url::{Argument, PathValue};

/// An answer.
pub type Response = ::http::Response<Body>;

/// A request.
pub type Request = ::http::Request<Body>;
