//! What a template knows of the request that it answers: Askama's run-time values, which pass through nested templates.

#[cfg(feature = "locale")]
use std::cell::OnceCell;
use std::{any::Any, cell::RefCell};

use askama::Values;

use super::module::Resource;
use crate::handler::RequestHandle;
#[cfg(feature = "locale")]
use crate::locale::Locale;

/// Under this name the values of a rendering hold it.
const KEY: &str = "squall";

/// Under this name they hold the user that `#[current_user]` has found, where the handler asked for it.
const USER: &str = "current_user";

/// Under this name they hold the language.
#[cfg(feature = "locale")]
const LOCALE: &str = "locale";

/// One rendering of one page.
pub(super) struct Rendering {
    request: RequestHandle,
    /// What its modules need, each once, in the order in which they were met.
    resources: RefCell<Vec<Resource>>,
    /// The language, from when it is asked for: a page of messages asks for each of them.
    #[cfg(feature = "locale")]
    locale: OnceCell<Locale>,
}

impl Rendering {
    pub(super) fn new(request: &RequestHandle) -> Self {
        Self {
            request: request.clone(),
            resources: RefCell::default(),
            #[cfg(feature = "locale")]
            locale: OnceCell::new(),
        }
    }

    /// The rendering that these values are of.
    ///
    /// # Errors
    ///
    /// There is none: the template was rendered by hand.
    #[inline]
    pub(super) fn of<'v>(filter: &str, values: &'v dyn Values) -> askama::Result<&'v Self> {
        let rendering = values.get_value(KEY);
        rendering
            .and_then(<dyn Any>::downcast_ref)
            .ok_or_else(|| by_hand(filter))
    }

    /// The request that the page answers.
    pub(super) fn request(&self) -> &RequestHandle {
        &self.request
    }

    /// The language of the reader.
    #[cfg(feature = "locale")]
    #[inline]
    pub(super) fn locale(&self) -> &Locale {
        self.locale.get_or_init(|| self.request.locale().clone())
    }

    /// Notes what a module needs.
    pub(super) fn need(&self, resources: &[Resource]) {
        let mut needed = self.resources.borrow_mut();
        for resource in resources {
            if !needed.contains(resource) {
                needed.push(*resource);
            }
        }
    }

    /// What all modules need.
    pub(super) fn into_resources(self) -> Vec<Resource> {
        self.resources.into_inner()
    }
}

impl Values for Rendering {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        match key {
            KEY => Some(self),
            USER => self
                .request
                .person()
                .any_user()
                .map(|user| -> &dyn Any { user }),
            #[cfg(feature = "locale")]
            LOCALE => Some(self.locale()),
            _ => None,
        }
    }
}

#[cold]
fn by_hand(filter: &str) -> askama::Error {
    let error =
        format!("the filter `{filter}` needs a request: answer with `View` instead of `render()`");
    askama::Error::custom(error)
}
