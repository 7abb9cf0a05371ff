//! [`Origins`]: whose pages may open a socket ([RFC 6455 §10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2)).
//!
//! A browser sends its cookies with whatever page asks, and says by `origin` which one that is. Nobody else needs to be told apart: who is no
//! browser can say any origin.

use std::sync::Arc;

use ::http::{Uri, header};

use crate::{
    handler::{HttpError, RequestHandle, Result},
    http::host::{self, Pattern},
};

/// Whose pages may open a socket.
#[derive(Clone, Debug)]
pub(super) enum Origins {
    /// Those of the own host, and these.
    OwnAnd(Arc<[String]>),
    All,
}

impl Origins {
    /// Lets pages of this one in too.
    pub(super) fn allow(&mut self, origin: String) {
        if let Self::OwnAnd(others) = self {
            *others = others.iter().cloned().chain([origin]).collect();
        }
    }

    /// Looks whether all of them are some.
    pub(super) fn check(&self) -> Result<(), String> {
        let Self::OwnAnd(others) = self else {
            return Ok(());
        };
        match others.iter().find(|other| Allowed::parse(other).is_none()) {
            None => Ok(()),
            Some(wrong) if wrong == "*" => Err(
                "`allow_origin(\"*\")` is no origin: `allow_any_origin()` lets pages of all of them open a socket"
                    .to_owned(),
            ),
            Some(wrong) => Err(format!(
                "`allow_origin(\"{wrong}\")` is no origin: `https://app.example.com` or `https://*.example.com`, without a path"
            )),
        }
    }

    /// Lets the page that asks in, or tells it and the log why not.
    ///
    /// # Errors
    ///
    /// 403 for a page of another origin.
    pub(super) fn admit(&self, request: &RequestHandle) -> Result<()> {
        let mut origins = request.headers().get_all(header::ORIGIN).iter();
        let (Self::OwnAnd(others), Some(origin)) = (self, origins.next()) else {
            return Ok(());
        };
        let host = request.host().unwrap_or_default();
        let is_allowed = |origin| is_own(origin, host) || is_among(origin, others);
        // Of two of them nobody could say which is the page's.
        if origins.next().is_none() && origin.to_str().is_ok_and(is_allowed) {
            return Ok(());
        }
        tracing::warn!(
            target: "squall",
            "a page of another origin may not open the WebSocket {}: its origin is {}, the host is {}; `Settings::allow_origin` lets it",
            shown(request.uri().path().as_bytes()),
            shown(origin.as_bytes()),
            shown(host.as_bytes()),
        );
        let error = HttpError::forbidden();
        Err(error
            .with_message("this page may not open a WebSocket here")
            .into())
    }
}

/// The beginning of what a client has said, as a line of the log can have it.
fn shown(said: &[u8]) -> String {
    let end = said.len().min(200);
    format!("`{}`", said[..end].escape_ascii())
}

/// Whether the page of this origin is one of the host that the request is for. Without a port a host is that of either scheme, for
/// what stands before this server may speak TLS.
fn is_own(origin: &str, host: &str) -> bool {
    let Some(page) = Origin::parse(origin) else {
        return false;
    };
    let (own_name, own_port) = host::split(host);
    let is_port = match own_port {
        Some(own) => own.parse() == Ok(page.port),
        None => page.port == 80 || page.port == 443,
    };
    is_port && page.name.eq_ignore_ascii_case(own_name)
}

/// Whether it is one of these.
fn is_among(origin: &str, others: &[String]) -> bool {
    let Some(page) = Origin::parse(origin) else {
        return false;
    };
    let mut others = others.iter().filter_map(|other| Allowed::parse(other));
    others.any(|allowed| allowed.matches(&page))
}

/// Where a page is from ([RFC 6454 §7](https://www.rfc-editor.org/rfc/rfc6454#section-7)).
struct Origin {
    is_secure: bool,
    name: String,
    port: u16,
}

impl Origin {
    fn parse(origin: &str) -> Option<Self> {
        let uri: Uri = origin.parse().ok()?;
        let is_secure = is_secure(uri.scheme_str()?)?;
        let is_bare = uri.path() == "/" && uri.query().is_none() && !origin.ends_with('/');
        let name = uri.host().filter(|_| is_bare && !origin.contains('@'))?;
        // `Uri` passes over a number that is too large.
        let port = match host::split(uri.authority()?.as_str()).1 {
            Some(port) => port.parse().ok()?,
            None => default_port(is_secure),
        };
        Some(Self {
            is_secure,
            name: name.to_owned(),
            port,
        })
    }
}

/// Origins, as settings name them: `https://app.example.com`, `https://*.example.com:8443`.
struct Allowed {
    is_secure: bool,
    host: Pattern,
}

impl Allowed {
    fn parse(origin: &str) -> Option<Self> {
        let (scheme, host) = origin.split_once("://")?;
        Some(Self {
            is_secure: is_secure(scheme)?,
            host: Pattern::parse(host)?,
        })
    }

    fn matches(&self, page: &Origin) -> bool {
        let port = self.host.port().unwrap_or(default_port(self.is_secure));
        page.is_secure == self.is_secure && page.port == port && self.host.matches_name(&page.name)
    }
}

/// Whether this scheme is that of HTTP with TLS; `None` where it is none of HTTP.
fn is_secure(scheme: &str) -> Option<bool> {
    let is = |name| scheme.eq_ignore_ascii_case(name);
    is("https").then_some(true).or(is("http").then_some(false))
}

fn default_port(is_secure: bool) -> u16 {
    if is_secure { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_with_hosts_as_both_are_meant() {
        for (origin, host) in [
            ("http://example.com", "example.com"),
            ("https://example.com", "EXAMPLE.com"),
            ("https://Example.com:443", "example.com"),
            ("http://example.com", "example.com:80"),
            ("https://example.com", "example.com:443"),
            ("http://example.com:8080", "example.com:8080"),
            ("http://[::1]:8080", "[::1]:8080"),
        ] {
            assert!(is_own(origin, host), "{origin} {host}");
        }
        for (origin, host) in [
            ("null", "example.com"),
            ("", "example.com"),
            ("http://evil.example", "example.com"),
            ("http://example.com.evil.example", "example.com"),
            ("http://example.com:8080", "example.com"),
            ("http://example.com:99999", "example.com"),
            ("http://example.com", "example.com:8080"),
            ("https://example.com", "example.com:80"),
            ("ftp://example.com", "example.com"),
            ("http://example.com/", "example.com"),
            ("http://example.com?x", "example.com"),
            ("http://a@example.com", "example.com"),
            ("file://", "example.com"),
        ] {
            assert!(!is_own(origin, host), "{origin} {host}");
        }
    }

    #[test]
    fn others_are_those_of_their_scheme_name_and_port() {
        for (allowed, origin, is_allowed) in [
            ("https://app.example", "https://app.example", true),
            ("https://App.example", "https://app.example:443", true),
            ("https://app.example:443", "https://app.example", true),
            ("https://app.example", "http://app.example", false),
            ("https://app.example", "http://app.example:443", false),
            ("https://app.example", "https://app.example:8443", false),
            ("https://app.example", "https://www.app.example", false),
            ("http://[::1]:8080", "http://[::1]:8080", true),
            ("https://*.example.com", "https://a.example.com", true),
            ("https://*.example.com", "https://a.B.example.com", true),
            ("https://*.example.com", "https://example.com", false),
            ("https://*.example.com", "https://evilexample.com", false),
            ("https://*.example.com", "https://a.example.com.evil", false),
            ("https://*.example.com", "https://a.example.com:81", false),
            ("https://*.example.com", "http://a.example.com", false),
            ("https://*.example.com:81", "https://a.example.com:81", true),
        ] {
            let others = [allowed.to_owned()];
            assert_eq!(is_among(origin, &others), is_allowed, "{allowed} {origin}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for (wrong, told) in [
            ("*", "`allow_any_origin()`"),
            ("", "`https://*.example.com`"),
            ("app.example.com", "without a path"),
            ("https://app.example.com/", "without a path"),
            ("https://a@app.example.com", "without a path"),
            ("https://*", "without a path"),
            ("https://a.*.example.com", "without a path"),
            ("ftp://app.example.com", "without a path"),
        ] {
            let mut origins = Origins::OwnAnd(Arc::new([]));
            origins.allow(wrong.to_owned());
            let fault = origins.check().unwrap_err();
            assert!(fault.contains(told), "{wrong}: {fault}");
        }
    }
}
