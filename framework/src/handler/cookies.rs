//! Cookies of the request and of the answer.

use std::borrow::Cow;

use ::cookie::Cookie;
use ::http::header;

use super::{
    context::Context,
    error::{Misuse, Result},
};
use crate::http::cookies;

/// Cookies ([RFC 6265](https://www.rfc-editor.org/rfc/rfc6265)), by the `cookie` crate.
///
/// # Examples
///
/// ```
/// use squall::{Context, Cookie, Result, cookie::time::Duration, handler};
///
/// #[handler]
/// #[route("/theme/{name}")]
/// struct Theme {
///     name: String,
/// }
///
/// #[handler]
/// impl Theme {
///     async fn put(&self, cx: &mut Context) -> Result<()> {
///         let theme = Cookie::build(("theme", self.name.clone()));
///         cx.set_cookie(theme.max_age(Duration::days(365)))
///     }
///
///     async fn delete(&self, cx: &mut Context) -> Result<()> {
///         cx.clear_cookie("theme")
///     }
/// }
/// ```
impl Context {
    /// The value of a cookie; of the last one, when the client sends several of this name. Quotes around it are taken away,
    /// and what [`set_cookie`](Self::set_cookie) has written in them is read back; what is percent-encoded stays.
    ///
    /// As a field, `#[cookie] theme: Option<String>` does the same.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        cookies::value(self.headers(), name).map(Cow::into_owned)
    }

    /// The names and values of all cookies that the client sent. Of a name that stands there several times, the last counts.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        cookies::all(self.headers())
    }

    /// Sets a cookie. One of this name that was set before in this answer is replaced. It lives on behind the handler, so what is borrowed of that
    /// is cloned: `("locale", self.code.clone())`.
    ///
    /// What the cookie does not say itself is safe: `HttpOnly`, so that no script reads it, `SameSite=Lax`, so that no form of another
    /// site brings it along, and `Path=/`. `Cookie::build(("a", "b")).http_only(false)` says otherwise. A value with quotes,
    /// commas, semicolons, backslashes or other than ASCII in it goes out in quotes, as Tornado writes it.
    ///
    /// # Errors
    ///
    /// 500 when the name is no token, when the value holds a blank or a control character, or the path or the domain one of these or
    /// a semicolon. 500 after [`flush`](Self::flush): the fields are sent.
    pub fn set_cookie(&mut self, cookie: impl Into<Cookie<'static>>) -> Result<()> {
        let cookie = with_defaults(cookie.into());
        let field = cookies::field(&cookie).map_err(|why| {
            Misuse::error(format!(
                "the cookie `{}` cannot be set: {why}",
                cookie.name()
            ))
        })?;
        self.drop_cookie(cookie.name());
        self.add_header(header::SET_COOKIE, field)
    }

    /// Lets the client forget a cookie. Where that was set with a path or a domain, the cookie given here says the same.
    ///
    /// # Errors
    ///
    /// As [`set_cookie`](Self::set_cookie).
    pub fn clear_cookie(&mut self, cookie: impl Into<Cookie<'static>>) -> Result<()> {
        let mut cookie = cookie.into();
        cookie.make_removal();
        self.set_cookie(cookie)
    }

    /// Takes back a cookie that was set before.
    fn drop_cookie(&mut self, name: &str) {
        let headers = self.response_headers();
        let header::Entry::Occupied(set) = headers.entry(header::SET_COOKIE) else {
            return;
        };
        let (field, values) = set.remove_entry_mult();
        let kept: Vec<_> = values
            .filter(|value| cookies::name_of(value) != name.as_bytes())
            .collect();
        for value in kept {
            headers.append(&field, value);
        }
    }
}

fn with_defaults(mut cookie: Cookie<'static>) -> Cookie<'static> {
    if cookie.http_only().is_none() {
        cookie.set_http_only(true);
    }
    if cookie.same_site().is_none() {
        cookie.set_same_site(::cookie::SameSite::Lax);
    }
    if cookie.path().is_none() {
        cookie.set_path("/");
    }
    cookie
}
