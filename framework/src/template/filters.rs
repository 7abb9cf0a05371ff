//! The filters that a program brings into its templates with `use squall::template::filters;`.
//!
//! | filter | gives |
//! |---|---|
//! | `"story"\|url([id])` | the URL of a named route: [`Context::reverse_url`](crate::Context::reverse_url) |
//! | `"app.css"\|static_url` | the URL of a static file with its version: [`Context::static_url`](crate::Context::static_url) (feature `static-files`) |
//! | `Card::new(story)\|module` | a [`UiModule`], whose style sheets and scripts the page gets |
//! | `text\|linkify` | the text, with its web addresses as links |
//! | `text\|squeeze` | the text with each run of white space as one blank, none at its ends |
//!
//! Askama's own, `json` among them (it is safe inside of `<script>`), are there besides. What these filters give is escaped where it is no
//! markup of theirs. A filter that fails ends the rendering with an error that names the filter and what was put into it.
//!
//! # Links
//!
//! `linkify` finds `http://…`, `https://…` and `www.…`. It takes options by their names, `text|linkify(shorten = true)`:
//!
//! | option | means | default |
//! |---|---|---|
//! | `shorten` | an address of more than 30 characters is shown shortened, whole in the `title` | `false` |
//! | `extra_params` | attributes of each link: `"rel=nofollow class=external"` | none |
//! | `extra_params_of` | the path of a function, `crate::kind`, which takes the URL of a link and gives attributes of it | none |
//! | `require_protocol` | `www.…` is no link | `false` |
//! | `permitted_protocols` | the protocols of links: `["https", "ftp", "mailto"]` | http, https |
//!
//! Attributes are markup as they are written. They are a `&'static str`, which a program has of itself: what came with a request is none, so
//! the compiler refuses it there. Protocols are found in front of `://`; with `mailto` addresses of mail are links too. `javascript`,
//! `vbscript` and `data` are permitted by nobody: the rendering fails.
#![expect(
    missing_docs,
    reason = "`filter_fn` keeps no docs; the table above has them"
)]

use std::fmt::{Debug, Display};

use askama::{Values, filter_fn, filters::HtmlSafe};

use super::{
    links::{Links, PROTOCOLS},
    module::UiModule,
    rendering::Rendering,
};

/// The URL of a route by its name, the parameters in their order. Where the handler can be named, `{{ crate::Story::url(id) }}` does the
/// same, checked by the compiler.
#[filter_fn]
pub fn url<P: Parameters>(
    name: impl Display,
    values: &dyn Values,
    parameters: P,
) -> askama::Result<String> {
    let name = name.to_string();
    let request = Rendering::of("url", values)?.request();
    request
        .reverse_url(&name, parameters.texts())
        .map_err(|error| failed("url", &name, &error))
}

/// The URL of a static file.
#[cfg(feature = "static-files")]
#[filter_fn]
pub fn static_url(path: impl Display, values: &dyn Values) -> askama::Result<String> {
    let path = path.to_string();
    let request = Rendering::of("static_url", values)?.request();
    request
        .static_url(&path)
        .map_err(|error| failed("static_url", &path, &error))
}

/// A UI module: its markup, and a note of what the page needs for it.
#[filter_fn]
pub fn module(module: impl UiModule, values: &dyn Values) -> askama::Result<Markup> {
    Rendering::of("module", values)?.need(module.resources());
    module.render_with_values(values).map(Markup)
}

/// A text with its web addresses as links.
#[filter_fn]
pub fn linkify(
    text: impl Display,
    _: &dyn Values,
    #[optional(false)] shorten: bool,
    #[optional("")] extra_params: &'static str,
    #[optional(|_| "")] extra_params_of: fn(&str) -> &'static str,
    #[optional(false)] require_protocol: bool,
    #[optional(PROTOCOLS)] permitted_protocols: &'static [&'static str],
) -> askama::Result<Markup> {
    let links = Links {
        shorten,
        extra_params,
        extra_params_of,
        require_protocol,
        permitted_protocols,
    };
    match links.dangerous() {
        None => Ok(Markup(links.of(&text.to_string()))),
        Some(protocol) => {
            let fault = format_args!("links of this protocol run scripts");
            Err(failed("linkify", protocol, &fault))
        }
    }
}

/// A text with each run of white space as one blank.
#[filter_fn]
pub fn squeeze(text: impl Display, _: &dyn Values) -> askama::Result<String> {
    let text = text.to_string();
    let words: Vec<_> = text
        .split(|c: char| c <= ' ')
        .filter(|word| !word.is_empty())
        .collect();
    Ok(words.join(" "))
}

/// The parameters of a route for the filter [`url`]: `()` for none, `[id]` or `&ids[..]` of one type, `(id, name)` of several.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of parameters",
    label = "not the parameters of a route",
    note = "write them in brackets, `\"story\"|url([id])`, or `\"home\"|url(())` where there are none"
)]
pub trait Parameters {
    /// The texts, in their order.
    fn texts(&self) -> Vec<String>;
}

impl<T: Parameters + ?Sized> Parameters for &T {
    fn texts(&self) -> Vec<String> {
        (**self).texts()
    }
}

impl<D: Display> Parameters for [D] {
    fn texts(&self) -> Vec<String> {
        self.iter().map(D::to_string).collect()
    }
}

impl<D: Display, const N: usize> Parameters for [D; N] {
    fn texts(&self) -> Vec<String> {
        self.as_slice().texts()
    }
}

macro_rules! parameters {
    ($($name:ident)*) => {
        impl<$($name: Display),*> Parameters for ($($name,)*) {
            #[expect(non_snake_case, reason = "a value is named like its type")]
            fn texts(&self) -> Vec<String> {
                let ($($name,)*) = self;
                vec![$($name.to_string()),*]
            }
        }
    };
}

impl Parameters for () {
    fn texts(&self) -> Vec<String> {
        Vec::new()
    }
}

parameters!(A);
parameters!(A B);
parameters!(A B C);
parameters!(A B C D);

/// Markup that a filter has made, everything in it escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markup(String);

impl Display for Markup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

fn failed(filter: &str, input: &str, error: &dyn Debug) -> askama::Error {
    askama::Error::custom(format!(
        "the filter `{filter}` of `{}`: {error:?}",
        input.escape_debug()
    ))
}
