//! Choosing a language: a cookie, and back to where one was.

use serde::Deserialize;
use squall::{
    Context, Cookie, Form, HttpError, Redirect, Result, cookie::time::Duration, handler,
    locale::Locale,
};

use super::here;
use crate::site::Site;

#[handler(base = site)]
#[route("/language")]
pub(crate) struct Language {
    site: Site,
}

#[derive(Deserialize)]
struct Choice {
    to: String,
    back: String,
}

#[handler]
impl Language {
    async fn post(&self, cx: &mut Context, choice: Form<Choice>) -> Result<Redirect> {
        let is_chosen = |language: &&str| *language == choice.to;
        let mut languages = self.site.locales.iter().map(Locale::code);
        let Some(language) = languages.find(is_chosen) else {
            return Err(HttpError::bad_request("the blog does not speak that language").into());
        };
        let cookie = Cookie::build(("locale", language.to_owned()));
        cx.set_cookie(cookie.max_age(Duration::days(365)))?;
        Ok(Redirect::see_other(here(&choice.back)))
    }
}
