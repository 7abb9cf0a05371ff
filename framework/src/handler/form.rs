//! [`Query`] and [`Form`]: the names and values of a query or a form as one struct.

use ::http::{StatusCode, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{
    content::wrapper,
    context::Context,
    error::{HttpError, Result},
    extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, is_absent, unprocessable},
};
use crate::http::percent;

/// The query of the target URI as a struct: a field or an argument of a method.
///
/// A name that stands there several times is a `Vec`; `#[serde(rename = "…")]`, `#[serde(default)]` and `Option` work as they do for
/// JSON. What is not percent-encoded UTF-8 is answered with 400, values of another shape with 422 and the name of the field.
///
/// An empty value (`page=`, which a form sends for what was left blank) is `None` in an `Option` of a number, and `Some("")` in one of a
/// `String`. `on` is `true`, as of a ticked box. A name that stands there twice is no single value: 422, where a `#[query]` field takes the
/// last. Below `#[serde(flatten)]` all values are text, and a number is 422.
///
/// `Option<Query<T>>` is `None` where there is no query.
///
/// For one value, a `#[query]` field is shorter.
///
/// # Examples
///
/// ```
/// use serde::Deserialize;
/// use squall::{Query, handler};
///
/// #[derive(Deserialize)]
/// struct Search {
///     #[serde(rename = "q")]
///     words: String,
///     #[serde(default)]
///     tag: Vec<String>,
/// }
///
/// #[handler]
/// #[route("/search")]
/// struct Stories {
///     search: Query<Search>,
/// }
///
/// #[handler]
/// impl Stories {
///     fn get(&self) -> String {
///         format!("{} in {:?}", self.search.words, self.search.tag)
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query<T>(pub T);

/// The content of a form as a struct: the last argument of a method.
///
/// It reads at most 2 MiB (413 beyond) of `application/x-www-form-urlencoded`, or with the feature `multipart` of `multipart/form-data`,
/// whose files are asked for beside it, `cx.files("picture")` (415 for any other type). What is not percent-encoded
/// UTF-8 is answered with 400, values of another shape with 422 and the name of the field. Names and values are as in [`Query`].
/// `Option<Form<T>>` is `None` where there is neither content nor a type of it.
///
/// # Examples
///
/// ```
/// use serde::Deserialize;
/// use squall::{Form, Redirect, handler};
///
/// #[derive(Deserialize)]
/// struct Story {
///     title: String,
///     #[serde(default)]
///     tag: Vec<String>,
/// }
///
/// #[handler]
/// #[route("/stories")]
/// struct Stories;
///
/// #[handler]
/// impl Stories {
///     async fn post(&self, story: Form<Story>) -> Redirect {
///         println!("{} with {} tags", story.title, story.tag.len());
///         Redirect::see_other("/stories")
///     }
/// }
/// ```
///
/// With files beside it (feature `multipart`):
///
/// ```
/// # #[cfg(feature = "multipart")]
/// # mod pictures {
/// # use serde::Deserialize;
/// # use squall::{Context, Form, Result, handler};
/// # #[derive(Deserialize)]
/// # struct Story {
/// #     title: String,
/// # }
/// # #[handler]
/// # #[route("/stories")]
/// # struct Stories;
/// #[handler]
/// impl Stories {
///     async fn post(&self, cx: &mut Context, story: Form<Story>) -> Result<String> {
///         let pictures = cx.files("picture").await?;
///         Ok(format!("{} with {} pictures", story.title, pictures.len()))
///     }
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form<T>(pub T);

wrapper!(Query);
wrapper!(Form);

impl<T: DeserializeOwned + Send + 'static> FromRequestParts for Query<T> {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        parse(cx.query(), "the query").map(Self)
    }
}

impl<T: DeserializeOwned + Send + 'static> OptionalFromRequestParts for Query<T> {
    async fn optional_from_request_parts(cx: &mut Context) -> Result<Option<Self>> {
        match cx.uri().query() {
            None => Ok(None),
            Some(_) => Self::from_request_parts(cx).await.map(Some),
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> FromRequest for Form<T> {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        let Some(values) = cx.form_values().await? else {
            let error = HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE);
            return Err(error
                .with_message("expected content of type `application/x-www-form-urlencoded`")
                .into());
        };
        parse(text(&values)?, "the form").map(Self)
    }
}

impl<T: DeserializeOwned + Send + 'static> FromRequest for Option<Form<T>> {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        if is_absent(cx).await? {
            Ok(None)
        } else {
            Form::from_request(cx).await.map(Some)
        }
    }
}

/// Whether the content is a form in UTF-8, by what is said of it.
pub(super) fn has_form(cx: &Context) -> bool {
    let content_type = cx.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    is_form(content_type)
}

fn is_form(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let is_utf8 = |parameter: &str| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    };
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") && parts.all(is_utf8)
}

/// The content of a form as text: what is not ASCII in it should be encoded, and is taken as UTF-8 where it is not.
///
/// # Errors
///
/// 400 when it is not UTF-8.
pub(super) fn text(content: &Bytes) -> Result<&str> {
    std::str::from_utf8(content)
        .map_err(|error| HttpError::bad_request(format!("the form is not UTF-8: {error}")).into())
}

fn parse<T: DeserializeOwned>(text: &str, noun: &str) -> Result<T> {
    // Names, values and what stands between them alike: `&` and `=` are no part of an encoded character.
    percent::decode(text).map_err(|error| HttpError::bad_request(format!("{noun}: {error}")))?;
    let pairs = serde_html_form::Deserializer::from_bytes(text.as_bytes());
    let value = serde_path_to_error::deserialize(pairs).map_err(|error| {
        let path = error.path().to_string();
        unprocessable(noun, &path, &error.into_inner())
    })?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::is_form;

    #[test]
    fn knows_forms() {
        for yes in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
            "application/x-www-form-urlencoded; charset=\"utf-8\"; a=b",
        ] {
            assert!(is_form(yes), "{yes}");
        }
        for no in [
            "",
            "application/x-www-form-urlencoded2",
            "text/plain",
            "multipart/form-data",
            "application/x-www-form-urlencoded; charset=latin1",
        ] {
            assert!(!is_form(no), "{no}");
        }
    }
}
