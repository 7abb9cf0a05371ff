//! [`LastEventId`]: where a client that comes again has left off.

use crate::{
    handler::{Context, FromRequestParts, HttpError, Result},
    http::query,
};

/// The id of the last event that a client has got: the field `last-event-id`, which an `EventSource` sends when it comes again.
///
/// An `EventSource` can send no field of a page's own, so where there is none the argument `last-event-id` of the query counts, or `lastEventId`,
/// as polyfills have it. With it a page that was rendered with what there is so far begins its stream behind that. The field comes first: a
/// client that comes again sends both, and of these the argument is the older one.
///
/// That it is absent is no error. What it says is of the client: any text at all.
///
/// # Errors
///
/// 400 when it is not UTF-8.
///
/// # Examples
///
/// ```
/// use squall::{handler, sse::LastEventId};
///
/// #[handler]
/// #[route("/events")]
/// struct Events {
///     last: LastEventId,
/// }
///
/// #[handler]
/// impl Events {
///     fn get(&self) -> String {
///         format!("behind {:?}", self.last.as_str())
///     }
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastEventId(Option<Box<str>>);

impl LastEventId {
    /// The id; `None` when the client has none.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl FromRequestParts for LastEventId {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        if let Some(field) = cx.headers().get("last-event-id") {
            // An `EventSource` sends it as UTF-8, so visible ASCII is too little.
            let id = std::str::from_utf8(field.as_bytes())
                .map_err(|_| HttpError::bad_request("header `last-event-id`: not UTF-8"))?;
            return Ok(Self::of(id));
        }
        for name in ["last-event-id", "lastEventId"] {
            if let Some(id) = query::values(cx.query(), name).next() {
                let wrong =
                    |error| HttpError::bad_request(format!("query parameter `{name}`: {error}"));
                return Ok(Self::of(&id.map_err(wrong)?));
            }
        }
        Ok(Self(None))
    }
}

impl LastEventId {
    /// An empty id is what a client has that has none.
    fn of(id: &str) -> Self {
        Self((!id.is_empty()).then(|| id.into()))
    }
}
