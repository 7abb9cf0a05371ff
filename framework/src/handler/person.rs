//! Who asks: the user that `#[current_user]` has found, and the language in which the answer is to be.
//!
//! Both hooks run at most once a request. What they find is kept with the head of the request, where templates, error pages and extractors look
//! for it. Of languages this room knows nothing but that an answer names its own.

#[cfg(feature = "locale")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::{
    any::{Any, TypeId, type_name},
    ops::Deref,
    sync::{Arc, OnceLock},
};

use ::http::StatusCode;
#[cfg(feature = "locale")]
use ::http::{HeaderValue, header};

#[cfg(feature = "locale")]
use super::{Response, finish::forbids_content};
use super::{
    context::Context,
    error::{HttpError, Misuse, Result},
    extract::{FromRequestParts, OptionalFromRequestParts},
    requirements::Requirements,
    respond::Failure,
};

type Shared = Arc<dyn Any + Send + Sync>;

/// What is known of who asks.
#[derive(Debug, Default)]
pub(crate) struct Person {
    /// What `#[current_user]` has given, once it was asked.
    user: OnceLock<Option<Shared>>,
    #[cfg(feature = "locale")]
    language: OnceLock<Language>,
}

/// The language of the answer.
#[cfg(feature = "locale")]
#[derive(Debug)]
pub(crate) struct Language {
    /// What stands for it in the room of languages.
    pub(crate) locale: Shared,
    /// `content-language`.
    pub(crate) tag: HeaderValue,
    /// The fields of the request that decided on it, for `vary`, where there is a choice.
    pub(crate) varies: Option<HeaderValue>,
    /// Whether `#[user_locale]` has said it. The hook alone makes a choice, and knows the user by a cookie.
    pub(crate) is_of_user: AtomicBool,
    /// Whether the answer was made with it: what speaks it says so.
    pub(crate) is_used: Arc<AtomicBool>,
}

impl Person {
    #[inline]
    pub(crate) fn is_unknown(&self) -> bool {
        #[cfg(feature = "locale")]
        if self.language.get().is_some() {
            return false;
        }
        self.user.get().is_none()
    }

    fn is_user_asked(&self) -> bool {
        self.user.get().is_some()
    }

    pub(crate) fn user<U: Send + Sync + 'static>(&self) -> Option<Arc<U>> {
        let user = self.user.get()?.as_ref()?;
        Arc::clone(user).downcast().ok()
    }

    /// The user, whatever it is.
    #[cfg(feature = "templates")]
    pub(crate) fn any_user(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.user.get()?.as_deref()
    }

    /// The language, found out where nobody has said it.
    #[cfg(feature = "locale")]
    pub(crate) fn language_or(&self, find: impl FnOnce() -> Language) -> &Language {
        self.language.get_or_init(find)
    }

    /// Says whether the answer is made with the language, where it was taken.
    #[cfg(feature = "locale")]
    pub(crate) fn set_spoken(&self, is_spoken: bool) {
        if let Some(language) = self.language.get() {
            language.is_used.store(is_spoken, Ordering::Relaxed);
        }
    }

    /// Names the language of an answer that was made with it (RFC 9110 §8.5), and the fields that decided on it (§12.5.5).
    #[cfg(feature = "locale")]
    #[inline]
    pub(crate) fn sign(&self, response: &mut Response) {
        if let Some(language) = self.language.get() {
            language.sign(response);
        }
    }
}

#[cfg(feature = "locale")]
impl Language {
    /// The fields that decide on a language, a cookie among them.
    pub(crate) const VARIES_BY_COOKIE: HeaderValue =
        HeaderValue::from_static("accept-language, cookie");

    fn sign(&self, response: &mut Response) {
        if !self.is_used.load(Ordering::Relaxed) {
            return;
        }
        // A 304 says nothing of what it stands for, but for how it was chosen (RFC 9110 §15.4.5).
        let has_content = !forbids_content(response.status());
        let headers = response.headers_mut();
        if has_content {
            headers
                .entry(header::CONTENT_LANGUAGE)
                .or_insert_with(|| self.tag.clone());
        }
        let is_of_user = self.is_of_user.load(Ordering::Relaxed);
        let of_user = is_of_user.then_some(Self::VARIES_BY_COOKIE);
        if let Some(varies) = of_user.or_else(|| self.varies.clone()) {
            headers.append(header::VARY, varies);
        }
    }
}

/// The user that asks, as the hook `#[current_user]` finds it.
///
/// Where a field or an argument of a method is one, the hook is asked, once a request; where none is, it is not. It is the hook of the handler
/// or of the nearest base that has one; its own runs when its fields are there, so a field takes what a base has found, and an argument either.
/// `Option<CurrentUser<U>>` is `None` when nobody has signed in.
///
/// An extractor of one's own that takes a `CurrentUser` passes its [`requirements`](FromRequestParts::requirements) on.
///
/// An answer that is made for one user is none for another, and squall does not know by what the hook tells them apart: where caches lie
/// between, the hook's struct sets `vary: cookie` or `cache-control: private` as a default header.
///
/// # Errors
///
/// 403 when nobody has signed in. A handler without such a hook, with one that finds another type, or with a field that is taken before its hook
/// has run, is refused when the program starts.
///
/// # Examples
///
/// ```
/// use squall::{Context, Result, handler, handler::CurrentUser};
///
/// struct User {
///     name: String,
/// }
///
/// #[handler]
/// struct Site;
///
/// #[handler]
/// impl Site {
///     #[current_user]
///     async fn user(&self, cx: &mut Context) -> Result<Option<User>> {
///         Ok(cx.cookie("name").map(|name| User { name }))
///     }
/// }
///
/// #[handler(base = site)]
/// #[route("/me")]
/// struct Me {
///     site: Site,
/// }
///
/// #[handler]
/// impl Me {
///     fn get(&self, user: CurrentUser<User>) -> String {
///         format!("you are {}", user.name)
///     }
/// }
/// ```
#[derive(Debug)]
pub struct CurrentUser<U>(Arc<U>);

impl<U> CurrentUser<U> {
    /// The user itself, to be kept beyond the request.
    #[must_use]
    pub fn into_inner(self) -> Arc<U> {
        self.0
    }
}

impl<U> Clone for CurrentUser<U> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<U> Deref for CurrentUser<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.0
    }
}

impl<U: Send + Sync + 'static> OptionalFromRequestParts for CurrentUser<U> {
    async fn optional_from_request_parts(cx: &mut Context) -> Result<Option<Self>> {
        let person = cx.request().person();
        if !person.is_user_asked() {
            let message = "`CurrentUser` was taken where the hook `#[current_user]` has not run: in a struct that has the hook itself, take it as \
                           an argument of the method, or put the hook into a base; an extractor of your own that takes it passes its `requirements` on";
            return Err(Misuse::error(message));
        }
        Ok(person.user().map(Self))
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.user::<U>();
    }
}

impl<U: Send + Sync + 'static> FromRequestParts for CurrentUser<U> {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let user = Self::optional_from_request_parts(cx).await?;
        user.ok_or_else(|| {
            let error = HttpError::new(StatusCode::FORBIDDEN);
            error.with_message("this is for who has signed in").into()
        })
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.user::<U>();
    }
}

/// The type that a hook `#[current_user]` finds.
#[derive(Clone, Copy, Debug)]
pub struct UserType {
    pub(crate) id: TypeId,
    pub(crate) name: fn() -> &'static str,
}

/// A hook `#[current_user]` by what it returns: the type that it finds, and what keeps that. Generated code makes one, so that a type which cannot
/// be returned is one error.
#[derive(Debug)]
pub struct UserHook<A> {
    /// The type that it finds.
    pub finds: UserType,
    /// Keeps it.
    pub keep: fn(&Context, A) -> Result<()>,
}

impl<A> UserHook<A> {
    /// That of this type.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "generated code alone makes one")]
    pub const fn new() -> Self
    where
        A: FoundUser,
    {
        Self {
            finds: UserType {
                id: TypeId::of::<A::User>(),
                name: type_name::<A::User>,
            },
            keep: found_user,
        }
    }
}

/// What `#[current_user]` may return.
#[diagnostic::on_unimplemented(
    message = "`#[current_user]` cannot return `{Self}`",
    label = "return `Option<User>` or `Result<Option<User>>`",
    note = "`None` says that nobody has signed in; an error ends the request"
)]
pub trait FoundUser {
    /// The user.
    type User: Send + Sync + 'static;

    /// The user, if there is one.
    ///
    /// # Errors
    ///
    /// That of the hook.
    fn found(self) -> Result<Option<Self::User>>;
}

impl<U: Send + Sync + 'static> FoundUser for Option<U> {
    type User = U;

    fn found(self) -> Result<Self> {
        Ok(self)
    }
}

impl<U: Send + Sync + 'static, E: Failure> FoundUser for Result<Option<U>, E> {
    type User = U;

    fn found(self) -> Result<Option<U>> {
        self.map_err(Into::into)
    }
}

/// Keeps what `#[current_user]` has found.
fn found_user<A: FoundUser>(cx: &Context, answer: A) -> Result<()> {
    let user = answer.found()?;
    let user = user.map(|user| -> Shared { Arc::new(user) });
    _ = cx.request().person().user.set(user);
    Ok(())
}
