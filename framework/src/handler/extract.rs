//! Extractors: values that a handler takes from a request by their type.
//!
//! Two traits keep apart what needs only the head and what consumes the content: fields and most arguments are
//! [`FromRequestParts`]; only the last argument of a method may be [`FromRequest`], and it is extracted after `prepare`.

use std::{
    any::type_name,
    borrow::Cow,
    fmt::{self, Display},
    future::Future,
    ops::Deref,
    sync::Arc,
};

use ::http::{HeaderMap, Method, StatusCode, Uri, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;

#[cfg(feature = "websocket")]
use super::shutdown::Shutdown;
use super::{
    content::Json,
    context::Context,
    error::{HttpError, Misuse, Result},
    fault::Fault,
    request::RequestHandle,
    requirements::Requirements,
    shared::Given,
};

/// A value taken from the head of a request: as a field of a handler, or as an argument of a method.
///
/// # Examples
///
/// ```
/// use squall::{Context, HttpError, Result, handler, handler::FromRequestParts, http::StatusCode};
///
/// struct ApiKey(String);
///
/// impl FromRequestParts for ApiKey {
///     async fn from_request_parts(cx: &mut Context) -> Result<Self> {
///         let key = cx.header("x-api-key").ok_or_else(|| HttpError::new(StatusCode::UNAUTHORIZED))?;
///         Ok(Self(key.to_owned()))
///     }
/// }
///
/// #[handler]
/// #[route("/secret")]
/// struct Secret {
///     key: ApiKey,
/// }
///
/// #[handler]
/// impl Secret {
///     fn get(&self) -> String {
///         format!("opened by {}", self.key.0)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be taken from the head of a request",
    label = "not an extractor of the head",
    note = "a field is named in a route, marked `#[query]`, `#[header(\"…\")]` or `#[cookie]`, or has a type such as `State<T>`; \
            one of the handler's own is marked `#[default]`",
    note = "what reads the content (`Json`, `Form`, `Bytes`, `String`, `BodyStream`, `Multipart`) can only be the last argument of a method",
    note = "a type of your own implements `squall::handler::FromRequestParts`"
)]
pub trait FromRequestParts: Sized + Send + 'static {
    /// Takes the value.
    ///
    /// # Errors
    ///
    /// What keeps the request from being answered; an [`HttpError`] keeps its status.
    fn from_request_parts(cx: &mut Context) -> impl Future<Output = Result<Self>> + Send;

    /// What generated code calls. Its future is known to be `Send`; into that of an `async fn from_request_parts` the compiler
    /// would look, and not believe it where the type has a `&'static str` in it.
    #[doc(hidden)]
    fn __take(cx: &mut Context) -> impl Future<Output = Result<Self>> + Send {
        Self::from_request_parts(cx)
    }

    /// Says what the application must have for this to work; it is checked when the program starts.
    fn requirements(requirements: &mut Requirements) {
        _ = requirements;
    }
}

/// A value made from the content of a request: as the last argument of a method.
///
/// | type | content |
/// |---|---|
/// | [`Json<T>`](crate::Json) | JSON |
/// | [`Form<T>`](crate::Form) | a form |
/// | [`Validated<Json<T>>`](crate::handler::Validated) | JSON, or a form, that keeps its rules (feature `validation`) |
/// | `String` | text in UTF-8; 400 for any other |
/// | `Bytes` (of the crate `bytes`), `Vec<u8>` | as it is |
/// | [`BodyStream`](crate::handler::BodyStream) | as it comes |
/// | [`Multipart`](crate::handler::Multipart) | a form with files, part by part (feature `multipart`) |
///
/// All of them take at most 2 MiB; what is longer is 413. `#[handler(max_body = "1 GiB")]` lets a stream be longer, and `max_in_memory` what
/// is held in memory.
///
/// With the feature `compression`, content that comes compressed (`content-encoding`) is decoded, and the limits are those of the
/// decoded; another coding is 415, and so is any without the feature.
///
/// Whatever is [`FromRequestParts`] is this too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be taken from a request",
    label = "not an extractor",
    note = "a value of the path, the query, a header or a cookie is a field of the struct",
    note = "the last argument may read the content: `Json<T>`, `Form<T>` (with `T: serde::Deserialize`), `Bytes`, `String`, \
            `BodyStream` or `Multipart`",
    note = "a type of your own implements `squall::handler::FromRequest` or `FromRequestParts`"
)]
#[cfg_attr(
    feature = "validation",
    diagnostic::on_unimplemented(note = "in `Validated`, the value derives `garde::Validate` too")
)]
pub trait FromRequest<Via = ViaContent>: Sized + Send + 'static {
    /// Takes the value.
    ///
    /// # Errors
    ///
    /// As for [`FromRequestParts`].
    fn from_request(cx: &mut Context) -> impl Future<Output = Result<Self>> + Send;

    /// What generated code calls, as for [`FromRequestParts`].
    #[doc(hidden)]
    fn __take(cx: &mut Context) -> impl Future<Output = Result<Self>> + Send {
        Self::from_request(cx)
    }

    /// Says what the application must have for this to work.
    fn requirements(requirements: &mut Requirements) {
        _ = requirements;
    }
}

/// Tells the implementations of [`FromRequest`] that read the content from those by [`FromRequestParts`].
#[derive(Debug)]
pub enum ViaContent {}

/// Tells the implementations of [`FromRequest`] by [`FromRequestParts`] from those that read the content.
#[derive(Debug)]
pub enum ViaParts {}

#[diagnostic::do_not_recommend]
impl<T: FromRequestParts> FromRequest<ViaParts> for T {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        T::from_request_parts(cx).await
    }

    fn requirements(requirements: &mut Requirements) {
        <T as FromRequestParts>::requirements(requirements);
    }
}

/// An extractor that can be absent: `Option<T>` is one then.
#[diagnostic::on_unimplemented(
    message = "`Option<{Self}>` cannot be taken from the head of a request",
    label = "`{Self}` does not say when it is absent",
    note = "a field that is absent from the query, the header or the cookies is marked `#[query]`, `#[header(\"…\")]` or `#[cookie]`; \
            one of the handler's own is marked `#[default]`",
    note = "a type of your own implements `squall::handler::OptionalFromRequestParts`"
)]
pub trait OptionalFromRequestParts: Sized + Send + 'static {
    /// Takes the value: `None` when what it reads is absent.
    ///
    /// # Errors
    ///
    /// What it reads is there, and wrong.
    fn optional_from_request_parts(
        cx: &mut Context,
    ) -> impl Future<Output = Result<Option<Self>>> + Send;

    /// Says what the application must have for this to work; it is checked when the program starts.
    fn requirements(requirements: &mut Requirements) {
        _ = requirements;
    }
}

impl<T: OptionalFromRequestParts> FromRequestParts for Option<T> {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        T::optional_from_request_parts(cx).await
    }

    fn requirements(requirements: &mut Requirements) {
        T::requirements(requirements);
    }
}

/// A value of the application, given with [`Application::state`](crate::Application::state) and shared by all requests.
///
/// A program whose handlers ask for a state that was never given does not start.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use squall::{Application, State, handler, routes};
///
/// #[derive(Default)]
/// struct Hits(AtomicU64);
///
/// #[handler]
/// #[route("/hits")]
/// struct Counter {
///     hits: State<Hits>,
/// }
///
/// #[handler]
/// impl Counter {
///     fn get(&self) -> String {
///         self.hits.0.fetch_add(1, Ordering::Relaxed).to_string()
///     }
/// }
///
/// let app = Application::new(routes![Counter]).state(Hits::default());
/// # let _ = app;
/// ```
pub struct State<T>(Arc<Given<T>>);

impl<T> State<T> {
    /// The shared value itself, to be kept beyond the request.
    #[must_use]
    pub fn into_inner(self) -> Arc<T> {
        Arc::clone(&self.0.value)
    }

    /// The signal that the server of its application ends.
    #[cfg(feature = "websocket")]
    pub(crate) fn shutdown(&self) -> &Shutdown {
        &self.0.shutdown
    }
}

impl<T: fmt::Debug> fmt::Debug for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("State").field(&self.0.value).finish()
    }
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: Send + Sync + 'static> FromRequestParts for State<T> {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let missing = || {
            Misuse::error(format!(
                "no state of type `{}` was given to the application",
                type_name::<T>()
            ))
        };
        given(cx).ok_or_else(missing)
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.state::<T>();
    }
}

impl<T: Send + Sync + 'static> OptionalFromRequestParts for State<T> {
    async fn optional_from_request_parts(cx: &mut Context) -> Result<Option<Self>> {
        Ok(given(cx))
    }
}

fn given<T: Send + Sync + 'static>(cx: &Context) -> Option<State<T>> {
    cx.request().shared().states.given().map(State)
}

impl FromRequestParts for HeaderMap {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        Ok(cx.headers().clone())
    }
}

impl FromRequestParts for Method {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        Ok(cx.method().clone())
    }
}

impl FromRequestParts for Uri {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        Ok(cx.uri().clone())
    }
}

impl FromRequestParts for RequestHandle {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        Ok(cx.request().clone())
    }
}

impl FromRequest for Bytes {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        cx.read_content().await
    }
}

impl FromRequest for Vec<u8> {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        Ok(cx.read_content().await?.into())
    }
}

impl FromRequest for String {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        let content = cx.read_content().await?;
        let text = std::str::from_utf8(&content).map_err(|error| {
            HttpError::bad_request(format!("the content is not UTF-8: {error}"))
        })?;
        Ok(text.to_owned())
    }
}

impl<T: DeserializeOwned + Send + 'static> FromRequest for Json<T> {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        if !is_json(cx.header(header::CONTENT_TYPE.as_str()).unwrap_or_default()) {
            let error = HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE);
            return Err(error
                .with_message("expected content of type `application/json`")
                .into());
        }
        parse_json(&cx.read_content().await?).map(Self)
    }
}

impl<T: DeserializeOwned + Send + 'static> FromRequest for Option<Json<T>> {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        if is_absent(cx).await? {
            Ok(None)
        } else {
            Json::from_request(cx).await.map(Some)
        }
    }
}

/// Whether there is neither content nor a type of it.
pub(super) async fn is_absent(cx: &mut Context) -> Result<bool> {
    Ok(!cx.headers().contains_key(header::CONTENT_TYPE) && cx.read_content().await?.is_empty())
}

/// Whether a media type is `application/json` or ends in `+json` (RFC 6839 §3.1).
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    let suffixed = || {
        subtype.len() > 5 && subtype.as_bytes()[subtype.len() - 5..].eq_ignore_ascii_case(b"+json")
    };
    kind.eq_ignore_ascii_case("application") && (subtype.eq_ignore_ascii_case("json") || suffixed())
}

/// Reads JSON: 400 for what is none, 422 with the path of the value for what has another shape.
pub(crate) fn parse_json<T: DeserializeOwned>(content: &[u8]) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(content);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        match error.classify() {
            serde_json::error::Category::Data => {
                // The path says more than where the parser stood.
                let place = format!(" at line {} column {}", error.line(), error.column());
                let error = error.to_string();
                let error = error.strip_suffix(&place).unwrap_or(&error);
                unprocessable("the content", &path, &error)
            }
            _ => HttpError::bad_request(format!("the content is not JSON: {error}")),
        }
    })?;
    deserializer
        .end()
        .map_err(|error| HttpError::bad_request(format!("the content is not JSON: {error}")))?;
    Ok(value)
}

/// What has another shape than is asked for: 422 with the path of the value, where it is a part of the whole.
pub(super) fn unprocessable(whole: &str, path: &str, error: &dyn Display) -> HttpError {
    let error = error.to_string();
    let path = path_of(path, &error);
    let fault = Fault::new(&path, &error);
    let message = match &*path {
        "" => format!("{whole}: {fault}"),
        _ => fault.to_string(),
    };
    HttpError::new(StatusCode::UNPROCESSABLE_ENTITY)
        .with_message(message)
        .with(fault)
}

/// The path of a value. That of one that is missing is told as the path of what it is missing in, and its name in the message.
fn path_of<'p>(path: &'p str, error: &str) -> Cow<'p, str> {
    let path = if path == "." { "" } else { path };
    let missing = error.strip_prefix("missing field `");
    let missing = missing.and_then(|name| name.split_once('`'));
    match missing {
        None => path.into(),
        Some((name, _)) if path.is_empty() => name.to_owned().into(),
        Some((name, _)) => format!("{path}.{name}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn knows_json_media_types() {
        for yes in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
            "application/a+JSON",
        ] {
            assert!(is_json(yes), "{yes}");
        }
        for no in [
            "",
            "text/json",
            "application/jsonp",
            "application/+json",
            "application",
            "application/xml",
        ] {
            assert!(!is_json(no), "{no}");
        }
    }
}
