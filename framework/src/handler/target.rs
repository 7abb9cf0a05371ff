//! What stands behind `"…" =>` in `routes!`: a handler with values of its own, Tornado's `initialize`; or something ready-made,
//! which has no life cycle of its own.

use std::{any::Any, fmt, ops::Deref, path::Path, sync::Arc};

use ::http::StatusCode;

use super::{
    Response,
    context::Context,
    error::{HttpError, Misuse, Result},
    life_cycle::{BoxFuture, HandlerImpl, HandlerInfo},
};
use crate::routing::pattern::Place;

/// A value given with a route, for an [`Init`] field.
pub(crate) type Gift = Arc<dyn Any + Send + Sync>;

/// A value that comes with the route: Tornado's `initialize`.
///
/// A handler struct with such fields has no `#[route]` of its own. It gets an `init` function that takes the values in the order of
/// the fields, and stands in `routes!` behind a pattern. The value is made once, when the application is, and shared by all
/// requests.
///
/// # Examples
///
/// ```
/// use squall::{Routes, handler, handler::Init, routes};
///
/// #[handler]
/// struct Page {
///     text: Init<&'static str>,
/// }
///
/// #[handler]
/// impl Page {
///     fn get(&self) -> &'static str {
///         *self.text
///     }
/// }
///
/// const ROUTES: Routes = routes!["/about" => Page::init("About us")];
/// ```
pub struct Init<T>(Arc<T>);

impl<T> Deref for Init<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Init<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Init<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Init").field(&self.0).finish()
    }
}

impl<T: Send + Sync + 'static> Init<T> {
    /// Takes the value that came with the route. Generated code calls this.
    ///
    /// # Errors
    ///
    /// 500 when the route came without values.
    #[doc(hidden)]
    pub fn take(cx: &Context, index: usize) -> Result<Self> {
        let gift = cx
            .gift(index)
            .cloned()
            .and_then(|gift| gift.downcast().ok());
        gift.map(Self).ok_or_else(|| {
            Misuse::error("a handler with `Init` fields was routed without its values")
        })
    }
}

/// What can stand behind `"…" =>` in `routes!`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand behind a pattern in `routes!`",
    label = "not a target of a route",
    note = "a handler with `Init` fields can, as `Page::init(…)`, and so can a `Redirect`, `Files` or the `StatusCode` of an error",
    note = "any other handler has a `#[route(\"…\")]` and stands in the list by its name; a `tower` service is given to `Application::mount`"
)]
pub trait IntoTarget {
    /// Makes the target.
    fn into_target(self) -> Given;
}

/// What [`IntoTarget`] makes.
#[derive(Debug)]
pub struct Given {
    pub(crate) made: Made,
    /// The folder of the crate that the route stands in.
    pub(crate) home: Option<&'static Path>,
}

/// The kinds of targets.
pub(crate) enum Made {
    /// A handler together with the values of its [`Init`] fields.
    Handler {
        info: &'static HandlerInfo,
        gifts: Arc<[Gift]>,
    },
    /// What needs no handler.
    Ready(Box<dyn ReadyMade>),
}

/// What answers a route and is no handler struct. Default headers and error pages around it are those of the application's base.
pub(crate) trait ReadyMade: Any + fmt::Debug + Send + Sync {
    /// The methods that it answers, `GET` standing for `HEAD` too; `None` for all there are. Any other is 405.
    fn methods(&self) -> Option<&'static [&'static str]>;

    /// Gets ready for its place, once, before the application starts. `home` is the folder of the crate that the route stands in.
    ///
    /// # Errors
    ///
    /// Why it cannot answer there, and how to mend it.
    fn settle(&mut self, place: &Place, home: Option<&'static Path>) -> Result<(), String>;

    /// Answers a request.
    fn answer<'a>(&'a self, cx: &'a mut Context) -> BoxFuture<'a, Result<Response>>;
}

impl Given {
    /// A handler with its values, in the order of the fields.
    #[doc(hidden)]
    #[must_use]
    pub fn new<H: HandlerImpl>(gifts: Vec<Arc<dyn Any + Send + Sync>>) -> Self {
        let (info, gifts) = (H::INFO, gifts.into());
        Self::of(Made::Handler { info, gifts })
    }

    pub(crate) fn ready_made(ready: impl ReadyMade + 'static) -> Self {
        Self::of(Made::Ready(Box::new(ready)))
    }

    fn of(made: Made) -> Self {
        Self { made, home: None }
    }

    /// Says in which crate the route stands: what it names in the file system is relative to that.
    #[doc(hidden)]
    #[must_use]
    pub fn in_crate(mut self, folder: &'static str) -> Self {
        self.home = Some(Path::new(folder));
        self
    }
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler { info, .. } => f.write_str(info.name),
            Self::Ready(ready) => ready.fmt(f),
        }
    }
}

impl IntoTarget for Given {
    fn into_target(self) -> Given {
        self
    }
}

/// An error, whatever the method: `"/old/{*path}" => StatusCode::GONE`. Its page is that of the application's base. A status that is no
/// error is refused when the program starts.
impl IntoTarget for StatusCode {
    fn into_target(self) -> Given {
        Given::ready_made(Refuse {
            status: self,
            message: None,
        })
    }
}

/// An error with a message for the client: `"/old/{*path}" => (StatusCode::GONE, "the archive has been closed")`.
impl IntoTarget for (StatusCode, &'static str) {
    fn into_target(self) -> Given {
        Given::ready_made(Refuse {
            status: self.0,
            message: Some(self.1),
        })
    }
}

/// A route that answers with an error.
#[derive(Debug)]
struct Refuse {
    status: StatusCode,
    message: Option<&'static str>,
}

impl ReadyMade for Refuse {
    fn methods(&self) -> Option<&'static [&'static str]> {
        None
    }

    fn settle(&mut self, place: &Place, _: Option<&'static Path>) -> Result<(), String> {
        if self.status.is_client_error() || self.status.is_server_error() {
            return Ok(());
        }
        let (route, status) = (place.text(), self.status.as_u16());
        Err(format!(
            "the route `{route}` answers with {status}, which is no error: name a status from 400 to 599, or a handler or a `Redirect`"
        ))
    }

    fn answer<'a>(&'a self, _: &'a mut Context) -> BoxFuture<'a, Result<Response>> {
        let error = HttpError::new(self.status);
        let error = match self.message {
            Some(message) => error.with_message(message),
            None => error,
        };
        Box::pin(async { Err(error.into()) })
    }
}
