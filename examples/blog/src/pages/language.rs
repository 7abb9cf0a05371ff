//! Choosing a language: a cookie, and back to where one was.

use serde::Deserialize;
use squall::{
    Context, Cookie, Form, HttpError, Redirect, Result, State,
    cookie::time::Duration,
    handler,
    locale::{Locale, Locales},
};

use super::Home;

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

/// A path of this blog. What could lead elsewhere (`//evil.example`, which a browser also sees in `/\evil.example`) leads home, and so does
/// what no field can hold.
fn here(path: &str) -> String {
    let is_here = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|c: char| c == '\\' || c.is_ascii_control());
    if is_here {
        path.to_owned()
    } else {
        Home::url()
    }
}

#[cfg(test)]
mod tests {
    use super::here;

    #[test]
    fn nothing_leads_elsewhere() {
        for path in ["/", "/posts/wind", "/search?q=//x"] {
            assert_eq!(here(path), path);
        }
        for path in [
            "",
            "x",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\u{1}b",
            "/\u{0}",
            "/\u{7f}",
        ] {
            assert_eq!(here(path), "/", "{path}");
        }
    }
}
