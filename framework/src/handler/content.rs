//! What content is made of, and which media type it goes out under.
//!
//! One rule says what is HTML: only what the author wrote (`&'static str`) and what a template escaped (`Html`). A `String`
//! is data and goes out as plain text.

use ::http::HeaderValue;
use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

use super::error::Result;

pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=UTF-8");
pub(crate) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(crate) const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// A piece of content that is whole in memory: what `cx.write` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into an answer",
    label = "not content",
    note = "write a `&'static str`, a `String`, `Bytes`, `Html(…)` or `Json(…)`"
)]
pub trait Content {
    /// The media type, and the bytes.
    ///
    /// # Errors
    ///
    /// 500 when the value cannot be serialized.
    fn into_content(self) -> Result<(HeaderValue, Bytes)>;
}

impl Content for &'static str {
    fn into_content(self) -> Result<(HeaderValue, Bytes)> {
        Ok((HTML, Bytes::from_static(self.as_bytes())))
    }
}

impl Content for String {
    fn into_content(self) -> Result<(HeaderValue, Bytes)> {
        Ok((TEXT, self.into()))
    }
}

impl Content for Bytes {
    fn into_content(self) -> Result<(HeaderValue, Bytes)> {
        Ok((BYTES, self))
    }
}

impl Content for Vec<u8> {
    fn into_content(self) -> Result<(HeaderValue, Bytes)> {
        Ok((BYTES, self.into()))
    }
}

/// HTML: `text/html; charset=UTF-8`. Whoever writes it down says that everything in it is escaped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Html<T>(pub T);

impl<T: Into<Bytes>> Content for Html<T> {
    fn into_content(self) -> Result<(HeaderValue, Bytes)> {
        Ok((HTML, self.0.into()))
    }
}

/// JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)): as an answer any value that serializes, lists included; as the last
/// argument of a method the content of the request.
///
/// As an argument, it reads at most 2 MiB (413 beyond) and asks for `application/json` or a type that ends in `+json` (415
/// otherwise). Content that is no JSON is answered with 400, JSON of another shape with 422 and the path of the wrong value.
///
/// # Examples
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use squall::{Json, handler};
///
/// #[derive(Serialize, Deserialize)]
/// struct Point {
///     x: i32,
///     y: i32,
/// }
///
/// #[handler]
/// #[route("/mirror")]
/// struct Mirror;
///
/// #[handler]
/// impl Mirror {
///     async fn post(&self, point: Json<Point>) -> Json<Point> {
///         Json(Point { x: -point.x, y: point.y })
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// What `Json`, `Query` and `Form` have in common: each is nothing but the value in it.
macro_rules! wrapper {
    ($name:ident) => {
        impl<T> $name<T> {
            /// The value.
            #[must_use]
            pub fn into_inner(self) -> T {
                self.0
            }
        }

        impl<T> std::ops::Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<T> std::ops::DerefMut for $name<T> {
            fn deref_mut(&mut self) -> &mut T {
                &mut self.0
            }
        }
    };
}

pub(super) use wrapper;

wrapper!(Json);

impl<T: Serialize> Content for Json<T> {
    fn into_content(self) -> Result<(HeaderValue, Bytes)> {
        let mut content = BytesMut::with_capacity(128).writer();
        serde_json::to_writer(&mut content, &self.0)?;
        Ok((JSON, content.into_inner().freeze()))
    }
}
