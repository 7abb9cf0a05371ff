//! How the marked fields of a handler struct are filled: from the path, the query, the fields of the request, its cookies.
//!
//! Generated code calls these functions, one a field. A path parameter that does not parse is 404: the path names nothing. Any
//! other value that does not parse is 400, and names the field.

use std::{borrow::Cow, error::Error as StdError, fmt::Display, str::FromStr};

use super::{
    context::Context,
    error::{HttpError, Misuse, Result},
};
use crate::{
    http::{cookies, percent, query},
    routing::url::{Argument, PathField},
};

/// A value that a `#[query]`, `#[header]` or `#[cookie]` field can have: read by [`FromStr`].
///
/// It is there for every such type; nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a text",
    label = "read by `FromStr`",
    note = "implement `std::str::FromStr` for it, or take a `String`; around such a type, a field has `Option<T>` or `Vec<T>`, \
            and the context `optional_argument` or `arguments`"
)]
pub trait FieldValue: Sized + Send + Sync + 'static {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Those of [`FromStr`]; the request is answered with 400 then.
    fn from_text(text: &str) -> Result<Self, Box<dyn StdError + Send + Sync>>;
}

#[diagnostic::do_not_recommend]
impl<T> FieldValue for T
where
    T: FromStr<Err: Display> + Send + Sync + 'static,
{
    fn from_text(text: &str) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        text.parse()
            .map_err(|error: T::Err| error.to_string().into())
    }
}

/// Where a marked field comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// `#[query]`
    Query,
    /// `#[header]`
    Header,
    /// `#[cookie]`
    Cookie,
}

impl Source {
    fn noun(self) -> &'static str {
        match self {
            Self::Query => "query parameter",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }

    fn values<'c>(self, cx: &'c Context, name: &str) -> Result<Vec<Cow<'c, str>>> {
        let wrong = |error: &dyn Display| {
            HttpError::bad_request(format!("{} `{name}`: {error}", self.noun()))
        };
        match self {
            Self::Query => {
                let values = query::values(cx.query(), name).collect::<Result<_, _>>();
                Ok(values.map_err(|error| wrong(&error))?)
            }
            Self::Header => {
                let values = cx
                    .headers()
                    .get_all(name)
                    .iter()
                    .map(|value| value.to_str().map(Cow::Borrowed));
                Ok(values
                    .collect::<Result<_, _>>()
                    .map_err(|_| wrong(&"not visible ASCII"))?)
            }
            Self::Cookie => Ok(cookies::value(cx.headers(), name).into_iter().collect()),
        }
    }

    /// The one value that counts: the last in a query, as Tornado has it, the first of several fields.
    fn value<'c>(self, cx: &'c Context, name: &str) -> Result<Option<Cow<'c, str>>> {
        let mut values = self.values(cx, name)?;
        Ok(match self {
            Self::Header if !values.is_empty() => Some(values.swap_remove(0)),
            _ => values.pop(),
        })
    }

    /// What a form sends for a field that was left blank is no value, where it could not be one.
    fn parse_optional<T: FieldValue>(self, name: &str, text: &str) -> Result<Option<T>> {
        match self.parse(name, text) {
            Err(_) if text.is_empty() => Ok(None),
            parsed => parsed.map(Some),
        }
    }

    fn parse<T: FieldValue>(self, name: &str, text: &str) -> Result<T> {
        T::from_text(text).map_err(|error| {
            let message = format!("{} `{name}`: {error}", self.noun());
            HttpError::bad_request(message).into()
        })
    }
}

/// A field that must be there.
///
/// # Errors
///
/// 400 when it is absent or does not parse.
pub fn required<T: FieldValue>(cx: &Context, source: Source, name: &str) -> Result<T> {
    match source.value(cx, name)? {
        Some(text) => source.parse(name, &text),
        None => {
            Err(HttpError::bad_request(format!("{} `{name}` is missing", source.noun())).into())
        }
    }
}

/// A field that may be absent: `Option<T>`.
///
/// # Errors
///
/// 400 when it is there and does not parse; where it is empty, that is as if it was absent.
pub fn optional<T: FieldValue>(cx: &Context, source: Source, name: &str) -> Result<Option<T>> {
    match source.value(cx, name)? {
        Some(text) => source.parse_optional(name, &text),
        None => Ok(None),
    }
}

/// A field with a default.
///
/// # Errors
///
/// As [`optional`].
pub fn or_default<T: FieldValue>(
    cx: &Context,
    source: Source,
    name: &str,
    default: impl FnOnce() -> T,
) -> Result<T> {
    Ok(optional(cx, source, name)?.unwrap_or_else(default))
}

/// A field that takes all values: `Vec<T>`.
///
/// # Errors
///
/// 400 when one of them does not parse.
pub fn many<T: FieldValue>(cx: &Context, source: Source, name: &str) -> Result<Vec<T>> {
    source
        .values(cx, name)?
        .iter()
        .map(|text| source.parse(name, text))
        .collect()
}

/// A field from the path.
///
/// # Errors
///
/// 400 when it does not decode, 404 when it does not parse.
pub fn path<T>(cx: &Context, field: &PathField<T>) -> Result<T> {
    path_optional(cx, field)?
        .ok_or_else(|| Misuse::error(format!("the route has no parameter `{}`", field.name())))
}

/// A field from the path that only some routes of the struct have: `Option<T>`.
///
/// # Errors
///
/// As [`path`].
pub fn path_optional<T>(cx: &Context, field: &PathField<T>) -> Result<Option<T>> {
    let Some(raw) = cx.raw_parameter(field.name()) else {
        return Ok(None);
    };
    let text = percent::decode(raw).map_err(|error| {
        HttpError::bad_request(format!("path parameter `{}`: {error}", field.name()))
    })?;
    match (field.read)(&text) {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(HttpError::not_found()
            .with_cause(format!("path parameter `{}`: {error}", field.name()))
            .into()),
    }
}

/// A field from the path that only some routes of the struct have, with a default.
///
/// # Errors
///
/// As [`path`].
pub fn path_or_default<T>(
    cx: &Context,
    field: &PathField<T>,
    default: impl FnOnce() -> T,
) -> Result<T> {
    Ok(path_optional(cx, field)?.unwrap_or_else(default))
}

/// A value that a field marked `#[default]` can begin with.
///
/// It is there for every type with a [`Default`]; nobody implements it by hand. It is asked for instead of that, so that the error says what to do.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no default for a field to begin with",
    label = "`Default` is missing",
    note = "derive or implement `Default` for it, say the value by `#[default = …]`, or take an `Option`, which begins as `None`"
)]
pub trait FieldDefault {
    /// The value.
    fn field_default() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> FieldDefault for T {
    fn field_default() -> Self {
        Self::default()
    }
}

/// The value of `default = …`.
pub fn default<T>(value: impl Argument<T>) -> T {
    value.into_value()
}
