//! What all handlers share: headers, the look, the error page, and an answer in two forms.

use std::{fmt, str::FromStr};

use serde::Serialize;
use squall::{
    Html, HttpError, Json, Result, State, handler,
    handler::{IntoResponse, Outcome, RequestHandle, Response},
    http::{HeaderMap, HeaderValue, Method, header},
};

use crate::{
    html::{self, Frame},
    store::{Db, Month},
};

/// The base of every page.
#[handler]
pub(crate) struct Site {
    // Not an `Option<Theme>`: a cookie that somebody garbled is no reason to refuse every page.
    #[cookie]
    theme: Option<String>,
    #[header("accept-language")]
    languages: Option<String>,
    db: State<Db>,
}

#[handler]
impl Site {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        let fields = [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; \
                 base-uri 'none'; frame-ancestors 'none'",
            ),
            (header::REFERRER_POLICY, "same-origin"),
            (header::VARY, "accept, accept-language, cookie"),
        ];
        for (name, value) in fields {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }

    #[write_error]
    fn error_page(&self, error: &HttpError) -> Shown<'_, Problem> {
        Shown(
            self,
            Problem {
                title: error.phrase(),
                status: error.status().as_u16(),
                detail: Some(error.message().to_owned()).filter(|detail| detail != error.phrase()),
            },
        )
    }

    #[on_finish]
    fn count(&self, outcome: &Outcome) {
        self.db.record(outcome.status());
    }
}

impl Site {
    fn theme(&self) -> Theme {
        let chosen = self.theme.as_deref().and_then(|theme| theme.parse().ok());
        chosen.unwrap_or_default()
    }

    /// A date for this client: in words for who reads English, in digits for all others.
    pub(crate) fn date(&self, month: Month) -> String {
        let languages = self.languages.as_deref().unwrap_or("en");
        let first = languages
            .split([',', ';', '-'])
            .next()
            .unwrap_or_default()
            .trim();
        if first.eq_ignore_ascii_case("en") || first == "*" {
            month.in_english()
        } else {
            month.to_string()
        }
    }
}

/// Light, dark, or what the device prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
    #[default]
    Auto,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Auto];
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Auto => "auto",
        })
    }
}

impl FromStr for Theme {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|theme| theme.to_string() == text)
            .ok_or("expected `light`, `dark` or `auto`")
    }
}

/// What can be shown as JSON and as a page.
pub(crate) trait Page: Serialize {
    /// The media type of the JSON form.
    const JSON: &'static str = "application/json";

    fn title(&self) -> String;

    /// The content of the page as HTML, everything in it escaped.
    fn content(&self, site: &Site) -> String;
}

/// An answer in the form that the client prefers.
pub(crate) struct Shown<'s, T>(pub(crate) &'s Site, pub(crate) T);

impl<T: Page> IntoResponse for Shown<'_, T> {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        let Self(site, data) = self;
        if request.prefers_json() {
            return ([(header::CONTENT_TYPE, T::JSON)], Json(data)).into_response(request);
        }
        let here = match *request.method() {
            Method::GET | Method::HEAD => request.uri().path_and_query(),
            // Only what a `GET` shows can be shown again.
            _ => None,
        };
        let frame = Frame {
            title: &data.title(),
            theme: site.theme(),
            here: here.map_or("/", |here| here.as_str()),
        };
        Html(frame.around(&data.content(site))).into_response(request)
    }
}

/// An error: problem details (RFC 9457), or a page.
#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl Page for Problem {
    const JSON: &'static str = "application/problem+json";

    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn content(&self, _: &Site) -> String {
        let Self {
            title,
            status,
            detail,
        } = self;
        let detail = html::escape(detail.as_deref().unwrap_or(match status {
            404 => "There is no such page here.",
            500.. => "That is our fault. It has been noted.",
            _ => "This request cannot be answered.",
        }));
        format!(
            "<h1><small>{status}</small> {title}</h1>\n<p>{detail}</p>\n<p><a href=\"/stories\">All stories</a></p>\n"
        )
    }
}
