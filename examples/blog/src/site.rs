//! What all pages share: what the blog is called, the fields that keep a page to itself, the page of an error.

use std::fmt;

use askama::Template;
use squall::{
    Context, HttpError, Result, State, View, handler,
    handler::FromRequestParts,
    http::{HeaderMap, HeaderValue},
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

/// Reads the option `--url`.
pub(crate) fn origin(url: &str) -> std::result::Result<String, String> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !url.contains(['?', '#', ' ']) => {
            Ok(url.trim_end_matches('/').to_owned())
        }
        _ => Err("expected a URL such as `https://blog.example`".to_owned()),
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
