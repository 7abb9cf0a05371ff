//! What stands behind `"…" =>` in `routes!`: a handler with values of its own, Tornado's `initialize`.

use std::{any::Any, fmt, ops::Deref, sync::Arc};

use super::{
    context::Context,
    error::{Misuse, Result},
    life_cycle::{HandlerImpl, HandlerInfo},
    redirect::Redirect,
};

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
    note = "a handler with `Init` fields can, as `Page::init(…)`, and so can a `Redirect`",
    note = "any other handler has a `#[route(\"…\")]` and stands in the list by its name; a `tower` service is given to `Application::mount`"
)]
pub trait IntoTarget {
    /// Makes the target.
    fn into_target(self) -> Given;
}

/// What [`IntoTarget`] makes.
#[derive(Debug)]
pub struct Given(pub(crate) Made);

/// The kinds of targets.
pub(crate) enum Made {
    /// A handler together with the values of its [`Init`] fields.
    Handler {
        info: &'static HandlerInfo,
        gifts: Arc<[Gift]>,
    },
    /// A redirect, which needs no handler.
    Redirect(Redirect),
}

impl Given {
    /// A handler with its values, in the order of the fields.
    #[doc(hidden)]
    #[must_use]
    pub fn new<H: HandlerImpl>(gifts: Vec<Arc<dyn Any + Send + Sync>>) -> Self {
        let (info, gifts) = (H::INFO, gifts.into());
        Self(Made::Handler { info, gifts })
    }

    pub(crate) fn redirect(redirect: Redirect) -> Self {
        Self(Made::Redirect(redirect))
    }
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler { info, .. } => f.write_str(info.name),
            Self::Redirect(redirect) => redirect.fmt(f),
        }
    }
}

impl IntoTarget for Given {
    fn into_target(self) -> Given {
        self
    }
}
