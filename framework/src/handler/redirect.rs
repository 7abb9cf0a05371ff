//! [`Redirect`]: answers with 3xx and a `location`, as an answer and as a target in `routes!`.

use std::{borrow::Cow, path::Path};

use ::http::{HeaderValue, StatusCode, header};

use super::{
    Context, Response,
    error::{Misuse, Result},
    life_cycle::BoxFuture,
    request::RequestHandle,
    respond::IntoResponse,
    target::{Given, IntoTarget, ReadyMade},
};
use crate::{
    http::{percent, query},
    routing::pattern::Place,
};

/// Sends the client elsewhere ([RFC 9110 §15.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.4)).
///
/// | constructor | status | the client's next request |
/// |---|---|---|
/// | [`see_other`](Self::see_other) | 303 | `GET`: the answer to a form |
/// | [`temporary`](Self::temporary) | 307 | the same method and content |
/// | [`permanent`](Self::permanent) | 308 | the same method and content, and from now on always |
/// | [`found`](Self::found) | 302 | in practice `GET`; take 303 or 307 where it matters |
/// | [`moved`](Self::moved) | 301 | in practice `GET`; take 308 where it matters |
///
/// What may not stand in a URI is percent-encoded; what is encoded already stays. A control character (CR, LF) is an error, 500. No
/// content is sent. A location that a client has named (`?next=…`) leads wherever it says, also as `//example.com`: check it before.
///
/// In `routes!`, the parameters of the pattern can be named in the target: `"/old/{id}" => Redirect::permanent("/stories/{id}")`.
/// They are encoded anew, the query of the request is added, and a target that begins with a parameter cannot lead to another
/// host. What can be known to be wrong of a target (another parameter, the pattern itself, a control character) keeps the application from
/// starting. With 301, 302 and 303, only `GET` and `HEAD` are redirected there (405 otherwise).
///
/// # Examples
///
/// ```
/// use squall::{Redirect, handler};
///
/// #[handler]
/// #[route("/front-page")]
/// struct FrontPage;
///
/// #[handler]
/// impl FrontPage {
///     fn get(&self) -> Redirect {
///         Redirect::permanent("/")
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    status: StatusCode,
    location: String,
}

impl Redirect {
    /// 301 ([RFC 9110 §15.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.2)).
    #[must_use]
    pub fn moved(location: impl Into<String>) -> Self {
        Self {
            status: StatusCode::MOVED_PERMANENTLY,
            location: location.into(),
        }
    }

    /// 302 ([RFC 9110 §15.4.3](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.3)).
    #[must_use]
    pub fn found(location: impl Into<String>) -> Self {
        Self {
            status: StatusCode::FOUND,
            location: location.into(),
        }
    }

    /// 303 ([RFC 9110 §15.4.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4)).
    #[must_use]
    pub fn see_other(location: impl Into<String>) -> Self {
        Self {
            status: StatusCode::SEE_OTHER,
            location: location.into(),
        }
    }

    /// 307 ([RFC 9110 §15.4.8](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.8)).
    #[must_use]
    pub fn temporary(location: impl Into<String>) -> Self {
        Self {
            status: StatusCode::TEMPORARY_REDIRECT,
            location: location.into(),
        }
    }

    /// 308 ([RFC 9110 §15.4.9](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.9)).
    #[must_use]
    pub fn permanent(location: impl Into<String>) -> Self {
        Self {
            status: StatusCode::PERMANENT_REDIRECT,
            location: location.into(),
        }
    }
}

impl Redirect {
    /// 301 from a path to the same one with a slash at its end, or without, with its query.
    ///
    /// The reference is relative (RFC 3986 §4.2): so it holds also behind what takes a prefix away, a mount or a proxy, and names no
    /// host, however many slashes the path begins with.
    pub(crate) fn across_slash(cx: &Context) -> Self {
        let path = cx.path();
        let bare = path.trim_end_matches('/');
        let name = &bare[bare.rfind('/').map_or(0, |slash| slash + 1)..];
        let location = match path.len() - bare.len() {
            // A colon in the first segment would end a scheme.
            0 if name.contains(':') => format!("./{name}/"),
            0 => format!("{name}/"),
            slashes => "../".repeat(slashes) + name,
        };
        Self::moved(query::joined(location, cx.query()))
    }
}

impl IntoResponse for Redirect {
    fn into_response(self, _: &RequestHandle) -> Result<Response> {
        // A line break must not be repaired into something that looks intended.
        if self.location.contains(|c: char| c.is_ascii_control()) {
            return Err(Misuse::error(format!(
                "redirect to `{}`: a control character",
                self.location.escape_debug()
            )));
        }
        let location = HeaderValue::try_from(percent::encode_reference(&self.location).as_ref())?;
        let mut response = Response::new(super::body::Body::empty());
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::LOCATION, location);
        Ok(response)
    }
}

impl IntoTarget for Redirect {
    fn into_target(self) -> Given {
        Given::ready_made(self)
    }
}

/// A redirect as the target of a route.
impl ReadyMade for Redirect {
    fn methods(&self) -> Option<&'static [&'static str]> {
        Some(if self.keeps_method() {
            &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
        } else {
            &["GET", "HEAD"]
        })
    }

    fn settle(&mut self, place: &Place, _: Option<&'static Path>) -> Result<(), String> {
        if let Some(fault) = self.fault(place) {
            let (from, to) = (place.text(), self.location.escape_debug());
            return Err(format!("the redirect of `{from}` to `{to}` {fault}"));
        }
        let unknown = pieces(&self.location).find_map(|piece| match piece {
            Piece::Parameter(name) if !place.spec.parameters.contains(&name) => Some(name),
            _ => None,
        });
        match unknown {
            None if names_host(&self.location) => Err(format!(
                "the redirect of `{}` to `{}` lets a parameter say part of the host: put a slash behind the host",
                place.text(),
                self.location
            )),
            None => Ok(()),
            Some(name) => Err(format!(
                "the redirect of `{}` to `{}` names `{{{name}}}`, which the pattern does not have",
                place.text(),
                self.location
            )),
        }
    }

    fn answer<'a>(&'a self, cx: &'a mut Context) -> BoxFuture<'a, Result<Response>> {
        let location = query::joined(fill(&self.location, cx), cx.query());
        let status = self.status;
        let answer = Self { status, location }.into_response(cx.request());
        Box::pin(async { answer })
    }
}

impl Redirect {
    /// What is wrong with the target of a route, whatever the request.
    fn fault(&self, place: &Place) -> Option<&'static str> {
        let is_open = |piece| matches!(piece, Piece::Text(text) if text.contains('{'));
        if self.location.contains(|c: char| c.is_ascii_control()) {
            Some("holds a control character")
        } else if self.location.is_empty() {
            Some("leads nowhere: write `/` for the first page")
        } else if pieces(&self.location).any(is_open) {
            Some("has a `{` without its `}`")
        } else if self.location == place.text() {
            Some("leads to itself")
        } else {
            None
        }
    }

    /// Whether the client repeats the method and the content at the new place.
    fn keeps_method(&self) -> bool {
        matches!(
            self.status,
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
        )
    }
}

/// Whether a parameter stands in the host of a target.
fn names_host(target: &str) -> bool {
    let Some((_, behind)) = target
        .split_once("//")
        .filter(|(scheme, _)| !scheme.contains('/'))
    else {
        return false;
    };
    let host = behind.split(['/', '?', '#']).next().unwrap_or_default();
    host.contains('{')
}

/// Fills the parameters of the route into a target: as they stand in the path, encoded already.
fn fill(target: &str, cx: &Context) -> String {
    let mut location = String::with_capacity(target.len() + 16);
    let mut is_in_query = false;
    for piece in pieces(target) {
        match piece {
            Piece::Text(text) => {
                is_in_query |= text.contains('?');
                location.push_str(text);
            }
            Piece::Parameter(name) => {
                let raw = cx.raw_parameter(name).unwrap_or_default();
                push(&mut location, raw, is_in_query);
            }
        }
    }
    // Nothing is a reference to the page itself (RFC 3986 §4.4).
    if location.is_empty() {
        location.push('/');
    }
    // `//host` would be a reference to another host (RFC 3986 §4.2); only what the author wrote may lead there.
    if location.starts_with("//") && !target.starts_with("//") {
        location.replace_range(
            ..location.len() - location.trim_start_matches('/').len(),
            "/",
        );
    }
    // `name:` would be a scheme (RFC 3986 §4.2): no parameter may be one, or complete one.
    let written = target.split('{').next().unwrap_or_default();
    if has_scheme(&location) && !has_scheme(written) {
        location.insert_str(0, "./");
    }
    location
}

/// Adds a parameter. What a path has as it is can be more than a value in a query: `a&b=c` would be two, and `+` a blank.
fn push(location: &mut String, raw: &str, is_in_query: bool) {
    if is_in_query {
        let value = percent::decode(raw).unwrap_or(Cow::Borrowed(raw));
        query::write_encoded(location, &value);
    } else {
        location.push_str(raw);
    }
}

/// Whether a reference begins with a scheme.
fn has_scheme(reference: &str) -> bool {
    let end = reference.find([':', '/', '?', '#']);
    end.is_some_and(|end| reference.as_bytes()[end] == b':')
}

enum Piece<'t> {
    Text(&'t str),
    Parameter(&'t str),
}

/// Cuts a target at its `{parameters}`. A brace without its other half is text.
fn pieces(mut rest: &str) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        let open = rest.find('{').unwrap_or(rest.len());
        if open > 0 {
            let (text, behind) = rest.split_at(open);
            rest = behind;
            return Some(Piece::Text(text));
        }
        let inner = rest.strip_prefix('{')?;
        let Some((name, behind)) = inner.split_once('}') else {
            return Some(Piece::Text(std::mem::take(&mut rest)));
        };
        rest = behind;
        Some(Piece::Parameter(name.trim_start_matches('*')))
    })
}
