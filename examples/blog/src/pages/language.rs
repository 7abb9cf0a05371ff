//! Choosing a language: a cookie, and back to where one was.

use serde::Deserialize;
use squall::{
    Context, Cookie, Form, HttpError, Redirect, Result, State,
    cookie::time::Duration,
    handler,
    locale::{Locale, Locales},
};

use super::here;

#[handler]
#[route("/language")]
pub(crate) struct Language {
    locales: State<Locales>,
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
        let Some(language) = self.locales.iter().map(Locale::code).find(is_chosen) else {
            return Err(HttpError::bad_request("the blog does not speak that language").into());
        };
        let cookie = Cookie::build(("locale", language.to_owned()));
        cx.set_cookie(cookie.max_age(Duration::days(365)))?;
        Ok(Redirect::see_other(here(&choice.back)))
    }
}
