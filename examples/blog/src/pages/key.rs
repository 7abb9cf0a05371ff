//! Showing the key: a cookie, and on to where the author wanted to go.

use askama::Template;
use serde::Deserialize;
use squall::{
    Context, Form, HttpError, Redirect, Result, View, handler,
    handler::{IntoResponse, Response},
    http::StatusCode,
    template::filters,
};

use super::{Compose, Home, here};
use crate::{
    access::{self, is_same_origin},
    site::Site,
};

#[handler(base = site)]
#[route("/key")]
pub(crate) struct EnterKey {
    site: Site,
    #[query]
    to: Option<String>,
}

#[derive(Deserialize)]
struct Shown {
    key: String,
    to: String,
}

#[handler]
impl EnterKey {
    fn get(&self) -> View<KeyPage<'_>> {
        let to = self.to.clone().unwrap_or_else(Compose::url);
        View(KeyPage::of(&self.site, to))
    }

    async fn post(&self, cx: &mut Context, shown: Form<Shown>) -> Result<Response> {
        let Some(author) = &self.site.about.author else {
            return Err(HttpError::forbidden().into());
        };
        let Shown { key, to } = shown.into_inner();
        if !author.key.is(key.trim()) {
            let page = KeyPage {
                is_wrong: true,
                ..KeyPage::of(&self.site, to)
            };
            return (StatusCode::FORBIDDEN, View(page)).into_response(cx.request());
        }
        let origin = self.site.about.origin(cx);
        cx.set_cookie(author.key.cookie(&origin))?;
        Redirect::see_other(here(&to)).into_response(cx.request())
    }
}

#[derive(Template)]
#[template(path = "key.html")]
struct KeyPage<'s> {
    site: &'s Site,
    /// Where to go then.
    to: String,
    is_wrong: bool,
}

impl<'s> KeyPage<'s> {
    fn of(site: &'s Site, to: String) -> Self {
        Self {
            site,
            to,
            is_wrong: false,
        }
    }
}

/// Forgets the key again.
#[handler(base = site)]
#[route("/leave")]
pub(crate) struct Leave {
    site: Site,
}

#[handler]
impl Leave {
    fn post(&self, cx: &mut Context) -> Result<Redirect> {
        if !is_same_origin(cx.request()) {
            return Err(HttpError::forbidden().into());
        }
        access::forget(cx)?;
        Ok(Redirect::see_other(Home::url()))
    }
}
