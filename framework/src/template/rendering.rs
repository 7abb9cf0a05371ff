//! What a template knows of the request that it answers: Askama's run-time values, which pass through nested templates.

use std::any::Any;

use askama::Values;

use crate::handler::RequestHandle;

/// Under this name the values of a rendering hold it.
const KEY: &str = "squall";

/// One rendering of one page.
pub(super) struct Rendering(RequestHandle);

impl Rendering {
    pub(super) fn new(request: &RequestHandle) -> Self {
        Self(request.clone())
    }

    /// The request that the template answers.
    ///
    /// # Errors
    ///
    /// There is none: the template was rendered by hand.
    pub(super) fn request<'v>(
        filter: &str,
        values: &'v dyn Values,
    ) -> askama::Result<&'v RequestHandle> {
        let rendering = values
            .get_value(KEY)
            .and_then(<dyn Any>::downcast_ref::<Self>);
        rendering.map(|rendering| &rendering.0).ok_or_else(|| {
            let error = format!(
                "the filter `{filter}` needs a request: answer with `View` instead of `render()`"
            );
            askama::Error::custom(error)
        })
    }
}

impl Values for Rendering {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == KEY).then_some(self)
    }
}
