//! [`IntoResponse`]: what a method may return.

use std::borrow::Cow;

use ::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::Bytes;
use serde::Serialize;

use super::{
    Response,
    body::Body,
    content::{BYTES, Content, HTML, Html, Json, TEXT},
    error::{BoxError, Error, HttpError, Result},
    request::RequestHandle,
};
use crate::http::spare;

/// What a method may return as its answer.
///
/// | type | answer |
/// |---|---|
/// | `&'static str` | 200, `text/html; charset=UTF-8`: what the author wrote |
/// | `String`, `Cow<'static, str>` | 200, `text/plain; charset=UTF-8`: data |
/// | [`Html<T>`] | 200, `text/html; charset=UTF-8` |
/// | [`Json<T>`] | 200, `application/json` |
/// | `Bytes`, `Vec<u8>` | 200, `application/octet-stream` |
/// | [`Body`] | 200, as it is: a stream |
/// | `()` | 200, with what was written to the context |
/// | `StatusCode` | this status, with what was written to the context |
/// | `(StatusCode, T)` | the answer of `T` under this status |
/// | `(HeaderMap, T)`, `([(name, value); N], T)` | the answer of `T` with these fields set |
/// | `(StatusCode, [(name, value); N], T)` | both |
/// | `Option<T>` | `None` is 404 |
/// | `Result<T, E>` | an error takes the way of all errors |
/// | [`Conditional<T>`](super::Conditional) | the answer of `T`, or 304 |
/// | [`Redirect`](crate::Redirect) | 3xx with `location` |
/// | [`Response`] | itself |
///
/// # Examples
///
/// A type of one's own:
///
/// ```
/// use squall::{
///     Result,
///     handler::{IntoResponse, RequestHandle, Response},
/// };
///
/// struct Csv(String);
///
/// impl IntoResponse for Csv {
///     fn into_response(self, request: &RequestHandle) -> Result<Response> {
///         ([("content-type", "text/csv; charset=UTF-8")], self.0).into_response(request)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer",
    label = "not an answer",
    note = "return a `String`, `&'static str`, `Html`, `Json`, `Redirect`, a status code, or a `Result` of one of them",
    note = "or implement `squall::handler::IntoResponse` for it"
)]
pub trait IntoResponse {
    /// Makes the answer. The request tells what the client would rather have.
    ///
    /// # Errors
    ///
    /// What goes wrong takes the way of all errors, to the nearest `#[write_error]`.
    fn into_response(self, request: &RequestHandle) -> Result<Response>;
}

/// An answer with content and its media type.
pub(crate) fn with_content(content_type: HeaderValue, body: Body) -> Response {
    let mut head = spare::head();
    // It is empty, so nothing has to be looked for.
    head.headers.append(header::CONTENT_TYPE, content_type);
    Response::from_parts(head, body)
}

impl IntoResponse for &'static str {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Ok(with_content(HTML, self.into()))
    }
}

impl IntoResponse for String {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Ok(with_content(TEXT, self.into()))
    }
}

impl IntoResponse for Cow<'static, str> {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Ok(with_content(TEXT, self.into_owned().into()))
    }
}

impl IntoResponse for Bytes {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Ok(with_content(BYTES, self.into()))
    }
}

impl IntoResponse for Vec<u8> {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Ok(with_content(BYTES, self.into()))
    }
}

impl<T: Into<Bytes>> IntoResponse for Html<T> {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Ok(with_content(HTML, self.0.into().into()))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        let (content_type, content) = self.into_content()?;
        Ok(with_content(content_type, content.into()))
    }
}

impl IntoResponse for Body {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Ok(Response::new(self))
    }
}

impl IntoResponse for () {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Ok(Response::default())
    }
}

impl IntoResponse for StatusCode {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        let mut response = Response::default();
        *response.status_mut() = self;
        Ok(response)
    }
}

impl<B> IntoResponse for ::http::Response<B>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Ok(self.map(Body::new))
    }
}

impl IntoResponse for HttpError {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        Err(self.into())
    }
}

impl<T: IntoResponse> IntoResponse for Option<T> {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        self.ok_or_else(HttpError::not_found)?
            .into_response(request)
    }
}

/// An error that a method may return: what `?` takes in a function that returns [`squall::Result`](crate::Result).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error that a handler can return",
    label = "the error in it is no error",
    note = "return `squall::Result<T>`: `?` makes its error from an `HttpError`, which keeps its status, or from any \
            `std::error::Error`, which is a 500"
)]
pub trait Failure: Into<Error> {}

#[diagnostic::do_not_recommend]
impl<E: Into<Error>> Failure for E {}

impl<T: IntoResponse, E: Failure> IntoResponse for Result<T, E> {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        self.map_err(Into::into)?.into_response(request)
    }
}

impl<T: IntoResponse> IntoResponse for (StatusCode, T) {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        let mut response = self.1.into_response(request)?;
        *response.status_mut() = self.0;
        Ok(response)
    }
}

impl<T: IntoResponse> IntoResponse for (HeaderMap, T) {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        let mut response = self.1.into_response(request)?;
        lay_over(response.headers_mut(), self.0);
        Ok(response)
    }
}

impl<T, N, V, const COUNT: usize> IntoResponse for ([(N, V); COUNT], T)
where
    T: IntoResponse,
    HeaderName: TryFrom<N, Error: Into<::http::Error>>,
    HeaderValue: TryFrom<V, Error: Into<::http::Error>>,
{
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        let mut headers = HeaderMap::with_capacity(COUNT);
        for (name, value) in self.0 {
            let name = HeaderName::try_from(name).map_err(Into::into)?;
            headers.append(name, HeaderValue::try_from(value).map_err(Into::into)?);
        }
        (headers, self.1).into_response(request)
    }
}

impl<H, T> IntoResponse for (StatusCode, H, T)
where
    (H, T): IntoResponse,
{
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        (self.0, (self.1, self.2)).into_response(request)
    }
}

/// Sets fields: those of a name that comes are replaced, except that cookies are added.
pub(crate) fn lay_over(headers: &mut HeaderMap, over: HeaderMap) {
    let mut last = None;
    for (name, value) in over {
        match name {
            Some(name) if name == header::SET_COOKIE => {
                headers.append(&name, value);
                last = Some(name);
            }
            Some(name) => {
                headers.insert(&name, value);
                last = Some(name);
            }
            // `HeaderMap` names a field once and gives its further values without a name.
            None => {
                if let Some(name) = &last {
                    headers.append(name, value);
                }
            }
        }
    }
}
