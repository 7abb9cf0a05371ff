//! The language of a request: by `#[user_locale]`, or found out when it is asked for first.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use ::http::HeaderValue;

use super::{Locale, Locales, locales::ENGLISH};
use crate::handler::{
    Context, FromRequestParts, Misuse, RequestHandle, Requirements, Result, person::Language,
    respond::Failure,
};

impl RequestHandle {
    /// The language in which the answer is to be. Feature `locale`.
    ///
    /// An answer that is made with it gets `content-language`, and a `vary` where there are several or a hook `#[user_locale]`. It is made with
    /// it where a message, a number, a date, or the code of the language was asked for before its head is sent.
    #[must_use]
    pub fn locale(&self) -> &Locale {
        let language = self.person().language_or(|| negotiated(self));
        let locale = language.locale.downcast_ref();
        locale.expect("nobody but this room says what the language is")
    }
}

impl Context {
    /// The language in which the answer is to be; see [`RequestHandle::locale`]. Feature `locale`.
    ///
    /// As a field or an argument of the method, `Locale` does the same.
    #[must_use]
    pub fn locale(&self) -> &Locale {
        self.request().locale()
    }
}

impl FromRequestParts for Locale {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        Ok(cx.locale().clone())
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.language();
    }
}

/// The language that client and cookie ask for.
fn negotiated(request: &RequestHandle) -> Language {
    match request.shared().states.get::<Locales>() {
        Some(locales) => language(locales.negotiate(request.headers()), locales.varies()),
        None => language(ENGLISH.negotiate(request.headers()), None),
    }
}

fn language(locale: &Locale, varies: Option<HeaderValue>) -> Language {
    let is_used = Arc::new(AtomicBool::new(false));
    Language {
        tag: locale.tag().clone(),
        locale: Arc::new(locale.noting(Arc::clone(&is_used))),
        varies,
        is_of_user: AtomicBool::new(false),
        is_used,
    }
}

/// What `#[user_locale]` may return.
#[diagnostic::on_unimplemented(
    message = "`#[user_locale]` cannot return `{Self}`",
    label = "return `Option<Locale>` or `Result<Option<Locale>>`",
    note = "`None` leaves it to the cookie and to `accept-language`; `locales.get(\"de\")` gives what fits best, with a field `locales: State<Locales>`"
)]
pub trait FoundLocale {
    /// The language, if the user has one.
    ///
    /// # Errors
    ///
    /// That of the hook.
    fn found(self) -> Result<Option<Locale>>;
}

impl FoundLocale for Option<Locale> {
    fn found(self) -> Result<Self> {
        Ok(self)
    }
}

impl<E: Failure> FoundLocale for Result<Option<Locale>, E> {
    fn found(self) -> Result<Option<Locale>> {
        self.map_err(Into::into)
    }
}

/// Keeps what `#[user_locale]` has found. Generated code calls this.
///
/// # Errors
///
/// That of the hook; 500 where somebody has asked for the language before, and was told another one.
pub fn spoken<A: FoundLocale>(cx: &Context, answer: A) -> Result<()> {
    let found = answer.found()?;
    let request = cx.request();
    let language = match &found {
        Some(locale) => language(locale, None),
        None => negotiated(request),
    };
    let tag = language.tag.clone();
    // The hook itself may have looked what a request without a user is answered in.
    let said = request.person().language_or(|| language);
    said.is_of_user.store(true, Ordering::Relaxed);
    if said.tag == tag {
        Ok(())
    } else {
        let message = "the language was asked for before `#[user_locale]` had run: in the struct that has the hook, take `Locale` as an argument of \
                       the method; an extractor of your own that takes it passes its `requirements` on";
        Err(Misuse::error(message))
    }
}
