//! UI modules: parts of pages that bring along what a page needs for them (Tornado's `UIModule`).
//!
//! While a page is rendered, the filter [`module`](super::filters) notes what its modules need; when all of it is there, that is put into
//! its place, once for each page. How it is written is the business of the [`Emitters`].

use std::fmt;

use askama::{
    Template,
    filters::{Html, escape},
};

/// A part of pages that brings along what a page needs for it; `#[ui_module]` makes one of a template.
pub trait UiModule: Template {
    /// What a page needs on which it stands.
    fn resources(&self) -> &'static [Resource];
}

impl<T: UiModule + ?Sized> UiModule for &T {
    fn resources(&self) -> &'static [Resource] {
        (**self).resources()
    }
}

/// What a page needs for a module. It stands there once, however many modules ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource {
    /// The URL of a style sheet: linked before `</head>`.
    Css(&'static str),
    /// Rules of style: before `</head>`.
    EmbeddedCss(&'static str),
    /// Markup before `</head>`, as it is.
    Head(&'static str),
    /// The URL of a script: linked before `</body>`.
    Js(&'static str),
    /// A script: before `</body>`.
    EmbeddedJs(&'static str),
    /// Markup before `</body>`, as it is.
    Body(&'static str),
}

type Emit = dyn Fn(&[&str]) -> String + Send + Sync;

/// How style sheets and scripts of modules are written into pages: Tornado's `render_linked_css` and its like.
///
/// It is given to the application as a state: `Application::new(ROUTES).state(Emitters::new().linked_js(…))`. Each function gets all that there
/// is of its kind on a page, in the order in which it was met, and gives the markup, as it is.
///
/// # Examples
///
/// ```
/// use squall::{Application, Routes, template::Emitters};
///
/// # const ROUTES: Routes = squall::routes![];
/// let modules = Emitters::new().linked_js(|urls| {
///     let script = |url: &&str| format!("<script type=module src=\"{url}\"></script>");
///     urls.iter().map(script).collect()
/// });
/// let app = Application::new(ROUTES).state(modules);
/// # let _ = app;
/// ```
pub struct Emitters {
    linked_css: Box<Emit>,
    embedded_css: Box<Emit>,
    linked_js: Box<Emit>,
    embedded_js: Box<Emit>,
}

impl Emitters {
    /// The defaults: `<link rel="stylesheet" href="…">`, `<style>…</style>`, `<script src="…"></script>` and `<script>…</script>`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            linked_css: Box::new(|urls| {
                each(urls, |url| {
                    format!("<link rel=\"stylesheet\" href=\"{}\">\n", escaped(url))
                })
            }),
            embedded_css: Box::new(|rules| format!("<style>\n{}\n</style>\n", rules.join("\n"))),
            linked_js: Box::new(|urls| {
                each(urls, |url| {
                    format!("<script src=\"{}\"></script>\n", escaped(url))
                })
            }),
            embedded_js: Box::new(|scripts| {
                format!("<script>\n{}\n</script>\n", scripts.join("\n"))
            }),
        }
    }

    /// How style sheets are linked; it gets their URLs.
    #[must_use]
    pub fn linked_css(mut self, emit: impl Fn(&[&str]) -> String + Send + Sync + 'static) -> Self {
        self.linked_css = Box::new(emit);
        self
    }

    /// How rules of style are embedded.
    #[must_use]
    pub fn embedded_css(
        mut self,
        emit: impl Fn(&[&str]) -> String + Send + Sync + 'static,
    ) -> Self {
        self.embedded_css = Box::new(emit);
        self
    }

    /// How scripts are linked; it gets their URLs.
    #[must_use]
    pub fn linked_js(mut self, emit: impl Fn(&[&str]) -> String + Send + Sync + 'static) -> Self {
        self.linked_js = Box::new(emit);
        self
    }

    /// How scripts are embedded.
    #[must_use]
    pub fn embedded_js(mut self, emit: impl Fn(&[&str]) -> String + Send + Sync + 'static) -> Self {
        self.embedded_js = Box::new(emit);
        self
    }
}

impl Default for Emitters {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Emitters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitters").finish_non_exhaustive()
    }
}

fn each(texts: &[&str], markup: impl Fn(&str) -> String) -> String {
    texts.iter().map(|text| markup(text)).collect()
}

fn escaped(text: &str) -> String {
    let Ok(escaped) = escape(text, Html);
    escaped.to_string()
}

/// Puts what modules need into a page: before the first `</head>` and the last `</body>`.
///
/// # Errors
///
/// Which of the two the page does not have.
pub(super) fn into_page(
    page: &mut String,
    resources: &[Resource],
    emitters: &Emitters,
) -> Result<(), String> {
    let body = of_body(resources, emitters);
    if !body.is_empty() {
        let at = find(page, "</body>", true).ok_or_else(|| without("</body>"))?;
        page.insert_str(at, &body);
    }
    let head = of_head(resources, emitters);
    if !head.is_empty() {
        let at = find(page, "</head>", false).ok_or_else(|| without("</head>"))?;
        page.insert_str(at, &head);
    }
    Ok(())
}

/// Puts it at the end of a part of a page, which has neither head nor body.
pub(super) fn into_part(part: &mut String, resources: &[Resource], emitters: &Emitters) {
    part.push_str(&of_head(resources, emitters));
    part.push_str(&of_body(resources, emitters));
}

fn without(tag: &str) -> String {
    format!("its modules need something before `{tag}`, which it does not have")
}

/// Where a tag stands: first, or last.
fn find(page: &str, tag: &str, is_last: bool) -> Option<usize> {
    let is_tag = |at: &usize| {
        let found = page.as_bytes()[*at..].get(..tag.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(tag.as_bytes()))
    };
    if is_last {
        page.rmatch_indices("</").map(|(at, _)| at).find(is_tag)
    } else {
        page.match_indices("</").map(|(at, _)| at).find(is_tag)
    }
}

fn of_head(resources: &[Resource], emitters: &Emitters) -> String {
    let linked = texts(resources, |resource| match resource {
        Resource::Css(url) => Some(url),
        _ => None,
    });
    let embedded = texts(resources, |resource| match resource {
        Resource::EmbeddedCss(rules) => Some(rules),
        _ => None,
    });
    let own = texts(resources, |resource| match resource {
        Resource::Head(markup) => Some(markup),
        _ => None,
    });
    emit(&emitters.linked_css, &linked) + &emit(&emitters.embedded_css, &embedded) + &own.concat()
}

fn of_body(resources: &[Resource], emitters: &Emitters) -> String {
    let linked = texts(resources, |resource| match resource {
        Resource::Js(url) => Some(url),
        _ => None,
    });
    let embedded = texts(resources, |resource| match resource {
        Resource::EmbeddedJs(script) => Some(script),
        _ => None,
    });
    let own = texts(resources, |resource| match resource {
        Resource::Body(markup) => Some(markup),
        _ => None,
    });
    emit(&emitters.linked_js, &linked) + &emit(&emitters.embedded_js, &embedded) + &own.concat()
}

/// The texts of one kind.
fn texts(
    resources: &[Resource],
    of_kind: impl Fn(Resource) -> Option<&'static str>,
) -> Vec<&'static str> {
    resources.iter().copied().filter_map(of_kind).collect()
}

/// The markup of one kind, if there is any of it.
fn emit(emitter: &Emit, texts: &[&str]) -> String {
    if texts.is_empty() {
        return String::new();
    }
    emitter(texts)
}
