//! The filters of squall for templates, and the values that templates have.
//!
//! Every module with a template that uses one of them needs `use squall::template::filters;`. Without it the compiler says ``cannot find module or
//! crate `filters` ``, and its hint to `cargo add filters` is wrong. Any other name in a template, also in a base of it, is looked up where the
//! struct stands as well: a base says `crate::User`.
//!
//! | filter | gives |
//! |---|---|
//! | `"story"\|url([id])` | the URL of a named route: [`Context::reverse_url`](crate::Context::reverse_url); `"home"\|url(())` of one without parameters |
//! | `"app.css"\|static_url` | the URL of a static file with its version: [`Context::static_url`](crate::Context::static_url) (feature `static-files`) |
//! | `Card::new(story)\|module` | a [`UiModule`], whose style sheets and scripts the page gets |
//! | `text\|linkify` | the text, with its web addresses as [links](#links) |
//! | `text\|squeeze` | the text with each run of white space as one blank, none at its ends |
//! | `value\|json\|safe` | Askama's: the value for a `<script>`. Without `safe` its quotes become `&#34;`, and the script does not run; outside of scripts it is `value\|json` |
//! | `"Latest stories"\|t` | the message in the language of the reader: [`Locale::t`](crate::locale::Locale::t) (feature `locale`, as all below) |
//! | `"May"\|tc("month")` | one that means different things in different places: [`Locale::tc`](crate::locale::Locale::tc) |
//! | `"one day"\|tn("{n} days", days)` | one that counts: [`Locale::tn`](crate::locale::Locale::tn); `context = "…"` besides |
//! | `"Hello {name}"\|t\|with("name", user.name)` | a value for a placeholder: [`Text::with`](crate::locale::Text::with) |
//! | `price\|number` | a number with its groups: [`Locale::number`](crate::locale::Locale::number) |
//! | `names\|list` | `A, B and C`: [`Locale::list`](crate::locale::Locale::list) |
//! | `at\|date` | a date: [`Locale::date`](crate::locale::Locale::date); `length = "short"`, `"medium"`, `"long"` (the default) or `"full"`, `time = true`, `year = false`, `offset = 60` (minutes east of UTC, by default 0) |
//! | `at\|time` | a time of day; `offset = 60` |
//! | `at\|relative_date` | `5 minutes ago`: [`Locale::relative_date`](crate::locale::Locale::relative_date); `time = false`, `offset = 60` |
//!
//! Askama's own are there besides. What these filters give is escaped where it is no markup of theirs. A filter that fails ends the rendering with
//! an error that names the filter and what was put into it: 500. An argument that is a field needs `self.`, as in `date(offset = self.offset)`.
//!
//! Two values are there by Askama's `value`: `"locale"|value::<Locale>` is the language of the reader, and `"current_user"|value::<User>` the user
//! that [`#[current_user]`](macro@crate::handler) has found. A page whose handler takes no [`CurrentUser`](crate::handler::CurrentUser) has none:
//! a handler whose pages show the user takes `Option<CurrentUser<User>>`. Both are a `Result`:
//!
//! ```
//! # use squall::{askama::Template, locale::Locale};
//! # struct User { name: String }
//! #[derive(Template)]
//! #[template(
//!     askama = squall::askama,
//!     ext = "html",
//!     source = r#"{% let locale = ("locale"|value::<Locale>)? %}
//! <html lang="{{ locale.code() }}" dir="{{ locale.direction() }}">
//! {% if let Ok(user) = "current_user"|value::<User> %}{{ user.name }}{% endif %}"#
//! )]
//! struct Page;
//! ```
//!
//! # Links
//!
//! `linkify` finds `http://…`, `https://…`, and where a word begins `www.…` of at most 2,048 bytes. It takes options by their names, `text|linkify(shorten = true)`:
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
#[cfg(feature = "locale")]
use crate::locale::{Count, DateStyle, Length, Locale, Moment, Text};

/// The URL of a route by its name, the parameters in their order. Where the handler can be named, `{{ crate::Story::url(id) }}` does the
/// same, checked by the compiler.
#[filter_fn]
pub fn url<P: Texts>(
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

/// A message in the language of the reader.
#[cfg(feature = "locale")]
#[filter_fn]
pub fn t<'t>(text: &'t str, values: &'t dyn Values) -> askama::Result<Text<'t>> {
    Ok(locale("t", values)?.t(text))
}

/// A message that means different things in different places.
#[cfg(feature = "locale")]
#[filter_fn]
pub fn tc<'t>(text: &'t str, values: &'t dyn Values, context: &str) -> askama::Result<Text<'t>> {
    Ok(locale("tc", values)?.tc(context, text))
}

/// A message that counts.
#[cfg(feature = "locale")]
#[filter_fn]
pub fn tn<'t, C: Count>(
    one: &'t str,
    values: &'t dyn Values,
    many: &'t str,
    count: C,
    #[optional("")] context: &'t str,
) -> askama::Result<Text<'t>> {
    let locale = locale("tn", values)?;
    Ok(match context {
        "" => locale.tn(one, many, count),
        _ => locale.tnc(context, one, many, count),
    })
}

/// A value for a placeholder.
#[cfg(feature = "locale")]
#[filter_fn]
pub fn with<'t, V: Display>(
    text: impl Into<Text<'t>>,
    _: &dyn Values,
    name: &'t str,
    value: V,
) -> askama::Result<Text<'t>> {
    Ok(text.into().with(name, value))
}

/// A number with its groups.
#[cfg(feature = "locale")]
#[filter_fn]
pub fn number(number: impl Display, values: &dyn Values) -> askama::Result<String> {
    let number = number.to_string();
    let written = locale("number", values)?.number(&number);
    written.ok_or_else(|| failed("number", &number, &"it is no decimal number"))
}

/// A list in words.
#[cfg(feature = "locale")]
#[filter_fn]
pub fn list(items: impl Texts, values: &dyn Values) -> askama::Result<String> {
    Ok(locale("list", values)?.list(items.texts()))
}

/// A date.
#[cfg(feature = "locale")]
#[filter_fn]
pub fn date(
    at: impl Moment,
    values: &dyn Values,
    #[optional("long")] length: &str,
    #[optional(false)] time: bool,
    #[optional(true)] year: bool,
    #[optional(0)] offset: i32,
) -> askama::Result<String> {
    let Some(known) = Length::named(length) else {
        let why = "the length of a date is `short`, `medium`, `long` or `full`";
        return Err(failed("date", length, &why));
    };
    let style = DateStyle::new(known).offset(offset);
    let style = if time { style.and_time() } else { style };
    let style = if year { style } else { style.without_year() };
    Ok(locale("date", values)?.date(at, style))
}

/// A time of day.
#[cfg(feature = "locale")]
#[filter_fn]
pub fn time(
    at: impl Moment,
    values: &dyn Values,
    #[optional(0)] offset: i32,
) -> askama::Result<String> {
    let style = DateStyle::default().time_only().offset(offset);
    Ok(locale("time", values)?.date(at, style))
}

/// A date as people say it.
#[cfg(feature = "locale")]
#[filter_fn]
pub fn relative_date(
    at: impl Moment,
    values: &dyn Values,
    #[optional(true)] time: bool,
    #[optional(0)] offset: i32,
) -> askama::Result<String> {
    let style = DateStyle::new(Length::Long).offset(offset);
    let style = if time { style.and_time() } else { style };
    Ok(locale("relative_date", values)?.relative_date(at, style))
}

#[cfg(feature = "locale")]
#[inline]
fn locale<'v>(filter: &str, values: &'v dyn Values) -> askama::Result<&'v Locale> {
    Ok(Rendering::of(filter, values)?.locale())
}

/// Several values for a filter, as they are shown: `[id]`, a slice or a vector of one type, `(id, name)` of several, `()` for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of values",
    label = "not a list of values",
    note = "write them in brackets, `\"story\"|url([id])`, in parentheses where they have several types, or `\"home\"|url(())` where there are none"
)]
pub trait Texts {
    /// The texts, in their order.
    fn texts(&self) -> Vec<String>;
}

impl<T: Texts + ?Sized> Texts for &T {
    fn texts(&self) -> Vec<String> {
        (**self).texts()
    }
}

impl<D: Display> Texts for [D] {
    fn texts(&self) -> Vec<String> {
        self.iter().map(D::to_string).collect()
    }
}

impl<D: Display> Texts for Vec<D> {
    fn texts(&self) -> Vec<String> {
        self.as_slice().texts()
    }
}

impl<D: Display, const N: usize> Texts for [D; N] {
    fn texts(&self) -> Vec<String> {
        self.as_slice().texts()
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Display),*> Texts for ($($name,)*) {
            #[expect(non_snake_case, reason = "a value is named like its type")]
            fn texts(&self) -> Vec<String> {
                let ($($name,)*) = self;
                vec![$($name.to_string()),*]
            }
        }
    };
}

impl Texts for () {
    fn texts(&self) -> Vec<String> {
        Vec::new()
    }
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);

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
