//! [`View`]: a template as an answer.

use std::{any::type_name, fmt::Display};

use ::http::{HeaderMap, HeaderName, HeaderValue, header};
use askama::Template;

use super::{
    module::{Resource, into_page, into_part},
    rendering::Rendering,
};
use crate::handler::{
    Context, Error, Html, HttpError, IntoResponse, RequestHandle, Response, Result,
};

/// A template as an answer: 200, `text/html; charset=UTF-8`. Feature `templates`.
///
/// It is rendered as a whole before anything is sent, so the answer has its length and a tag, and a template that fails is an error like
/// any other. Status and fields stand around it, as around every answer: `(StatusCode::CREATED, View(page))`.
///
/// # Errors
///
/// 500 when the template cannot be rendered; the log names its type, and the filter with what was put into it.
///
/// # Examples
///
/// ```
/// use squall::{View, askama::Template, handler};
///
/// #[derive(Template)]
/// #[template(askama = squall::askama, ext = "html", source = "<h1>Hello, {{ name }}</h1>")]
/// struct Hello<'n> {
///     name: &'n str,
/// }
///
/// #[handler]
/// #[route("/hello/{name}")]
/// struct Greeting {
///     name: String,
/// }
///
/// #[handler]
/// impl Greeting {
///     fn get(&self) -> View<Hello<'_>> {
///         View(Hello { name: &self.name })
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View<T>(pub T);

impl<T: Template> View<T> {
    /// The page, or only a block of it for who asks for a part: a request with `hx-request: true` that does not take the place of the whole
    /// page, or one of `fetch` (`sec-fetch-dest: empty`). `vary` names these fields.
    ///
    /// The block is one of `#[template(…, blocks = ["rows"])]`, for which Askama makes the method `as_rows`. It is named as a path, since
    /// what it gives borrows the page.
    ///
    /// ```
    /// use squall::{View, askama::Template, handler};
    ///
    /// #[derive(Template)]
    /// #[template(
    ///     askama = squall::askama,
    ///     ext = "html",
    ///     source = "<table>{% block rows %}<tr><td>{{ count }}{% endblock %}</table>",
    ///     blocks = ["rows"]
    /// )]
    /// struct Table {
    ///     count: u32,
    /// }
    ///
    /// #[handler]
    /// #[route("/table")]
    /// struct Show;
    ///
    /// #[handler]
    /// impl Show {
    ///     fn get(&self) -> impl squall::handler::IntoResponse {
    ///         View(Table { count: 7 }).block(Table::as_rows)
    ///     }
    /// }
    /// ```
    pub fn block<F>(self, block: F) -> ViewOrBlock<T, F>
    where
        F: for<'t> Block<'t, T>,
    {
        ViewOrBlock {
            page: self.0,
            block,
        }
    }
}

impl<T: Template> IntoResponse for View<T> {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        Html(render(&self.0, request)?).into_response(request)
    }
}

/// A page, or a block of it: see [`View::block`].
#[derive(Clone, Copy, Debug)]
pub struct ViewOrBlock<T, F> {
    page: T,
    block: F,
}

impl<T, F> IntoResponse for ViewOrBlock<T, F>
where
    T: Template,
    F: for<'t> Block<'t, T>,
{
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        let Self { page, block } = self;
        let html = if asks_for_part(request.headers()) {
            render_part(&block.of(&page), request)?
        } else {
            render(&page, request)?
        };
        let mut response = Html(html).into_response(request)?;
        response.headers_mut().append(header::VARY, ASKING);
        Ok(response)
    }
}

/// Names a block of a page. It is there for every function from the page to a template.
// The last parameter lets the compiler know that a page outlives what is borrowed of it.
pub trait Block<'t, T, Outlives = &'t T> {
    /// The block.
    type Template: Template;

    /// The block of this page.
    fn of(self, page: &'t T) -> Self::Template;
}

impl<'t, T, B: Template, F: FnOnce(&'t T) -> B> Block<'t, T> for F {
    type Template = B;

    fn of(self, page: &'t T) -> B {
        self(page)
    }
}

/// The fields by which a request asks for a part of a page.
const ASKING: HeaderValue =
    HeaderValue::from_static("hx-request, hx-boosted, hx-history-restore-request, sec-fetch-dest");

const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");
const HX_BOOSTED: HeaderName = HeaderName::from_static("hx-boosted");
const HX_HISTORY: HeaderName = HeaderName::from_static("hx-history-restore-request");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

fn asks_for_part(headers: &HeaderMap) -> bool {
    let says = |name, word: &str| headers.get(name).is_some_and(|value| value == word);
    if headers.contains_key(HX_REQUEST) {
        // These ask by script too, but for what takes the place of the page.
        return says(HX_REQUEST, "true") && !says(HX_BOOSTED, "true") && !says(HX_HISTORY, "true");
    }
    says(FETCH_DEST, "empty")
}

impl RequestHandle {
    /// A template as a text, for what is no answer of its own: a message to a WebSocket, an event of a stream, a mail. Tornado's
    /// `render_string`. Feature `templates`.
    ///
    /// It knows this request, as a page does. What its modules need is left out: the page that gets the text has that.
    ///
    /// # Errors
    ///
    /// 500, as for [`View`].
    pub fn render_string<T: Template>(&self, template: &T) -> Result<String> {
        fill(template, self).map(|(text, _)| text)
    }
}

impl Context {
    /// A template as a text: see [`RequestHandle::render_string`]. Feature `templates`.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn render_string<T: Template>(&self, template: &T) -> Result<String> {
        self.request().render_string(template)
    }
}

/// Renders a page as the answer to this request.
///
/// # Errors
///
/// 500 with the template's type and what went wrong.
fn render<T: Template>(template: &T, request: &RequestHandle) -> Result<String> {
    let (mut page, resources) = fill(template, request)?;
    if !resources.is_empty() {
        let emitters = request.shared().states.get();
        let emitters = emitters.unwrap_or_default();
        into_page(&mut page, &resources, &emitters)
            .map_err(|fault| failed(type_name::<T>(), &fault))?;
    }
    Ok(page)
}

/// Renders a part of a page.
fn render_part<T: Template>(template: &T, request: &RequestHandle) -> Result<String> {
    let (mut part, resources) = fill(template, request)?;
    if !resources.is_empty() {
        let emitters = request.shared().states.get();
        into_part(&mut part, &resources, &emitters.unwrap_or_default());
    }
    Ok(part)
}

fn fill<T: Template>(template: &T, request: &RequestHandle) -> Result<(String, Vec<Resource>)> {
    let mut text = String::with_capacity(T::SIZE_HINT);
    let rendering = Rendering::new(request);
    match template.render_into_with_values(&mut text, &rendering) {
        Ok(()) => Ok((text, rendering.into_resources())),
        Err(error) => Err(failed(type_name::<T>(), &error.into_box())),
    }
}

fn failed(template: &str, error: &dyn Display) -> Error {
    let cause = format!("the template `{template}` cannot be rendered: {error}");
    HttpError::internal().with_cause(cause).into()
}
