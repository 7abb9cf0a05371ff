//! What all pages share: what the blog is called, the fields that keep a page to itself, the page of an error.

use std::fmt;

use askama::Template;
use squall::{
    Context, HttpError, Result, State, View, handler,
    handler::FromRequestParts,
    http::{HeaderMap, HeaderValue, Uri},
    locale::{Locale, Locales},
    template::filters,
};

use crate::access::{Access, Author};

/// What the blog is called, who writes it, and where it is found.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) author: Option<Author>,
    pub(crate) url: Option<String>,
}

impl About {
    /// The URL of the blog, without a slash at its end.
    pub(crate) fn origin(&self, cx: &Context) -> String {
        let found = || {
            let request = cx.request();
            let host = request.host().unwrap_or("localhost");
            format!("{}://{host}", request.scheme())
        };
        self.url.clone().unwrap_or_else(found)
    }
}

/// Reads the option `--url`: a scheme and a host, for the routes know of no path in front of theirs.
pub(crate) fn origin(url: &str) -> std::result::Result<String, String> {
    let bare = url.strip_suffix('/').unwrap_or(url);
    let uri: Option<Uri> = bare.parse().ok();
    let is_origin = |uri: Uri| {
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        // A parsed URI has a path of its own where none was written.
        is_web && has_host && uri.path() == "/" && uri.query().is_none() && !bare.ends_with('/')
    };
    if uri.is_some_and(is_origin) && !bare.contains('#') {
        Ok(bare.to_owned())
    } else {
        Err("expected a URL such as `https://blog.example`, without a path".to_owned())
    }
}

#[handler]
pub(crate) struct Site {
    pub(crate) about: State<About>,
    pub(crate) access: Access,
    pub(crate) locale: Locale,
    pub(crate) locales: State<Locales>,
    pub(crate) here: Here,
}

#[handler]
impl Site {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        let policy = "default-src 'none'; connect-src 'self'; img-src 'self' https:; script-src 'self'; style-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        for (name, value) in [
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }

    #[write_error]
    fn error_page(&self, error: &HttpError) -> Result<View<ErrorPage<'_>>> {
        Ok(View(ErrorPage {
            site: self,
            status: error.status().as_u16(),
            detail: (error.message() != error.phrase()).then(|| error.message().to_owned()),
        }))
    }
}

#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage<'s> {
    site: &'s Site,
    status: u16,
    /// What squall says about it, in English.
    detail: Option<String>,
}

/// Where the reader is: path and query of the page, to come back to it.
#[derive(Clone, Debug)]
pub(crate) struct Here(String);

impl FromRequestParts for Here {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let path = cx.uri().path_and_query();
        Ok(Self(path.map_or("/", |path| path.as_str()).to_owned()))
    }
}

impl fmt::Display for Here {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for (url, expected) in [
            ("https://blog.example", "https://blog.example"),
            ("https://blog.example/", "https://blog.example"),
            ("http://127.0.0.1:8903", "http://127.0.0.1:8903"),
        ] {
            assert_eq!(origin(url).as_deref(), Ok(expected));
        }
        for url in [
            "",
            "blog.example",
            "/",
            "https:",
            "https://",
            "https:///",
            "ftp://blog.example",
            "https://blog.example//",
            "https://blog.example/blog",
            "https://blog.example?a",
            "https://blog.example#a",
            "https://a b",
            "javascript:alert(1)",
        ] {
            assert!(origin(url).is_err(), "{url}");
        }
    }
}
