//! `cx.argument` and its family: single values of the query and of a form, as Tornado has them.

use super::{
    context::Context,
    error::{HttpError, Result},
    fields::FieldValue,
    form,
};
use crate::http::query;

/// Arguments: values that the client sends under a name, in the query or in a form.
///
/// Blanks around a value are taken away, and then it is parsed by [`FromStr`](std::str::FromStr). Where a name has several values, the
/// last counts, and those of the form stand behind those of the query; `a=` and a bare `a` both have the empty value, which a number
/// cannot be: it is as if it was absent, for the form of a browser sends it for what was left blank. In the content
/// only a form has arguments (`application/x-www-form-urlencoded`, and with the feature `multipart` the parts of a `multipart/form-data`
/// that are no files); it is read when it is asked for first, and kept, at most 2 MiB of it (413 beyond).
///
/// A value that does not parse, or is not percent-encoded UTF-8, is an error with status 400 that names the argument.
///
/// Where the arguments are known beforehand, `#[query]` fields, [`Query`](crate::Query) and [`Form`](crate::Form) say so in types.
///
/// # Examples
///
/// ```
/// use squall::{Context, Result, handler};
///
/// #[handler]
/// #[route("/search")]
/// struct Search;
///
/// #[handler]
/// impl Search {
///     async fn get(&self, cx: &mut Context) -> Result<String> {
///         let words: String = cx.argument("q").await?;
///         let page = cx.optional_argument("page").await?.unwrap_or(1_u32);
///         let tags: Vec<String> = cx.arguments("tag").await?;
///         Ok(format!("page {page} of {words} in {tags:?}"))
///     }
/// }
/// ```
impl Context {
    /// An argument of the query or of the form.
    ///
    /// # Errors
    ///
    /// 400 when it is missing or does not parse.
    pub async fn argument<T: FieldValue>(&mut self, name: &str) -> Result<T> {
        required(name, self.optional_argument(name).await?)
    }

    /// An argument of the query or of the form that may be absent.
    ///
    /// # Errors
    ///
    /// 400 when it does not parse.
    pub async fn optional_argument<T: FieldValue>(&mut self, name: &str) -> Result<Option<T>> {
        match self.optional_body_argument(name).await? {
            None => self.optional_query_argument(name),
            found => Ok(found),
        }
    }

    /// All values of an argument, those of the query first.
    ///
    /// # Errors
    ///
    /// 400 when one of them does not parse.
    pub async fn arguments<T: FieldValue>(&mut self, name: &str) -> Result<Vec<T>> {
        let mut values = self.query_arguments(name)?;
        values.append(&mut self.body_arguments(name).await?);
        Ok(values)
    }

    /// An argument of the query.
    ///
    /// # Errors
    ///
    /// 400 when it is missing or does not parse.
    pub fn query_argument<T: FieldValue>(&self, name: &str) -> Result<T> {
        required(name, self.optional_query_argument(name)?)
    }

    /// An argument of the query that may be absent.
    ///
    /// # Errors
    ///
    /// 400 when it does not parse.
    pub fn optional_query_argument<T: FieldValue>(&self, name: &str) -> Result<Option<T>> {
        last(self.query(), name)
    }

    /// All values of an argument of the query.
    ///
    /// # Errors
    ///
    /// 400 when one of them does not parse.
    pub fn query_arguments<T: FieldValue>(&self, name: &str) -> Result<Vec<T>> {
        all(self.query(), name)
    }

    /// An argument of the form.
    ///
    /// # Errors
    ///
    /// 400 when it is missing or does not parse.
    pub async fn body_argument<T: FieldValue>(&mut self, name: &str) -> Result<T> {
        required(name, self.optional_body_argument(name).await?)
    }

    /// An argument of the form that may be absent.
    ///
    /// # Errors
    ///
    /// 400 when it does not parse.
    pub async fn optional_body_argument<T: FieldValue>(&mut self, name: &str) -> Result<Option<T>> {
        match self.form_values().await? {
            Some(values) => last(form::text(&values)?, name),
            None => Ok(None),
        }
    }

    /// All values of an argument of the form.
    ///
    /// # Errors
    ///
    /// 400 when one of them does not parse.
    pub async fn body_arguments<T: FieldValue>(&mut self, name: &str) -> Result<Vec<T>> {
        match self.form_values().await? {
            Some(values) => all(form::text(&values)?, name),
            None => Ok(Vec::new()),
        }
    }
}

fn required<T>(name: &str, found: Option<T>) -> Result<T> {
    found.ok_or_else(|| HttpError::bad_request(format!("argument `{name}` is missing")).into())
}

fn last<T: FieldValue>(pairs: &str, name: &str) -> Result<Option<T>> {
    let Some(value) = query::values(pairs, name).last() else {
        return Ok(None);
    };
    // What a form sends for a field that was left blank is no value, where it could not be one.
    let is_blank = value.as_ref().is_ok_and(|value| value.trim().is_empty());
    match parse(name, value) {
        Err(_) if is_blank => Ok(None),
        parsed => parsed.map(Some),
    }
}

fn all<T: FieldValue>(pairs: &str, name: &str) -> Result<Vec<T>> {
    query::values(pairs, name)
        .map(|value| parse(name, value))
        .collect()
}

fn parse<T: FieldValue>(
    name: &str,
    value: Result<std::borrow::Cow<'_, str>, crate::http::percent::DecodeError>,
) -> Result<T> {
    let wrong = |error: &dyn std::fmt::Display| {
        HttpError::bad_request(format!("argument `{name}`: {error}"))
    };
    let value = value.map_err(|error| wrong(&error))?;
    Ok(T::from_text(value.trim()).map_err(|error| wrong(&error))?)
}
