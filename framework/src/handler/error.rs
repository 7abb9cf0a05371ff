//! Everything that goes wrong becomes one [`HttpError`] and takes one way to the client.
//!
//! Code fails with an [`Error`], made by `?` from any [`std::error::Error`]. What is not an [`HttpError`] already counts as
//! one with status 500, with the original error as its cause. An [`HttpError`] keeps two texts apart: the message is for the
//! client, the cause is for the log (and for the page in debug mode). The nearest `#[write_error]` hook answers it; without
//! one, the page in [`write_error`](super::write_error) does.

use std::{
    any::Any,
    borrow::Cow,
    error::Error as StdError,
    fmt::{self, Debug, Display},
};

use ::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::fault::Fault;

/// A result whose error is squall's own.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any error of another crate, boxed.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a request, or the start of a program, failed.
///
/// Made by `?` from any [`std::error::Error`], and then answered with 500, or from an [`HttpError`], which keeps its status.
/// [`Debug`] prints the error and the chain of its causes for a person, since that is what `main` prints.
///
/// **An error type of one's own that is a [`std::error::Error`] is a 500 here**, whatever it converts to otherwise: `?` keeps it as
/// it is. It gets a status by `impl From<MyError> for HttpError` where functions return `Result<T, HttpError>`, or by
/// `.map_err(HttpError::from)?`. One that is no [`std::error::Error`] gets it by `impl From<MyError> for squall::Error`.
///
/// # Examples
///
/// ```
/// use squall::{HttpError, http::StatusCode};
///
/// fn age(text: &str) -> squall::Result<u8> {
///     Ok(text.parse()?)
/// }
///
/// assert_eq!(age("x").unwrap_err().status(), StatusCode::INTERNAL_SERVER_ERROR);
/// assert_eq!(squall::Error::from(HttpError::not_found()).status(), StatusCode::NOT_FOUND);
/// ```
pub struct Error(HttpError);

impl Error {
    /// The status code that the client gets.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    /// The [`HttpError`] that this error is answered as.
    #[must_use]
    pub fn as_http_error(&self) -> &HttpError {
        &self.0
    }

    /// The [`HttpError`] that this error is answered as.
    #[must_use]
    pub fn into_http_error(self) -> HttpError {
        self.0
    }

    /// The same error, with a line in front of its cause that says what it is about.
    pub(crate) fn about(mut self, subject: impl Display) -> Self {
        let text = match self.0.0.cause.take() {
            Some(cause) => format!("{subject}: {cause}"),
            None => subject.to_string(),
        };
        self.0.0.cause = Some(text.into());
        self
    }

    /// The error it was made from, when it is of this type.
    #[must_use]
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let itself: &dyn Any = &self.0;
        itself
            .downcast_ref::<E>()
            .or_else(|| self.0.0.cause.as_ref()?.downcast_ref::<E>())
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let mut slot = Some(error);
        let any: &mut dyn Any = &mut slot;
        let http = match any.downcast_mut::<Option<HttpError>>() {
            Some(http) => http.take(),
            None => slot.map(|error| HttpError::internal().with_cause(error)),
        };
        Self(http.unwrap_or_else(HttpError::internal))
    }
}

impl From<Error> for BoxError {
    fn from(error: Error) -> Self {
        Box::new(error.0)
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.0.cause {
            Some(cause) if self.0.0.message.is_none() => Display::fmt(cause, f),
            _ => Display::fmt(&self.0, f),
        }
    }
}

impl Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)?;
        let mut next = match &self.0.0.cause {
            Some(cause) if self.0.0.message.is_none() => cause.source(),
            cause => cause.as_deref().map(|cause| cause as &dyn StdError),
        };
        if next.is_some() {
            f.write_str("\n\ncaused by:")?;
        }
        while let Some(cause) = next {
            write!(f, "\n  {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

/// An error with a status code: what the client is told, and what only the log is told.
///
/// The status is always 4xx or 5xx. The message is shown to the client, so it must hold nothing secret; without one, the
/// client sees the standard phrase of the status. The cause is for the log, and for the error page in debug mode. The
/// [faults](Self::with_fault) say of single values what is wrong with them.
///
/// # Examples
///
/// ```
/// use squall::{HttpError, http::StatusCode};
///
/// let error = HttpError::new(StatusCode::CONFLICT).with_message("somebody else changed this story meanwhile");
/// assert_eq!(error.to_string(), "409 Conflict: somebody else changed this story meanwhile");
/// ```
#[derive(Debug)]
pub struct HttpError(Box<Parts>);

/// Behind a pointer, so that a `Result` with an error in it is no larger than its value.
#[derive(Debug)]
struct Parts {
    status: StatusCode,
    message: Option<Cow<'static, str>>,
    faults: Vec<Fault>,
    cause: Option<BoxError>,
    headers: HeaderMap,
}

/// Whether a status says that the server failed; not that it refused: 501, 503, 505.
#[inline]
pub(crate) fn is_failure(status: StatusCode) -> bool {
    let is_refusal = matches!(
        status,
        StatusCode::NOT_IMPLEMENTED
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::HTTP_VERSION_NOT_SUPPORTED
    );
    status.is_server_error() && !is_refusal
}

impl HttpError {
    /// An error with this status. A status that is not 4xx or 5xx says nothing about an error: 500 takes its place.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        let is_error = status.is_client_error() || status.is_server_error();
        let status = if is_error {
            status
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        Self(Box::new(Parts {
            status,
            message: None,
            faults: Vec::new(),
            cause: None,
            headers: HeaderMap::new(),
        }))
    }

    /// 400: the request is malformed ([RFC 9110 §15.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1)).
    #[must_use]
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST).with_message(message)
    }

    /// 403: the request was understood and is refused ([RFC 9110 §15.5.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4)).
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN)
    }

    /// 404: there is nothing here ([RFC 9110 §15.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5)).
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND)
    }

    /// 500: the server failed ([RFC 9110 §15.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-15.6.1)).
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Says what the client is told. Plain text; where it is shown as HTML, it is escaped.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Says of one value that the client sent what is wrong with it. The path names the value, `items[3].price`; an empty one means the
    /// whole.
    ///
    /// The page of the framework lists the faults behind the message; problem details have them in the member `errors`, after the
    /// example of [RFC 9457 §3](https://www.rfc-editor.org/rfc/rfc9457#section-3), each with a `path` and a `detail`. The 422 of
    /// [`Json`](crate::Json), [`Form`](crate::Form) and [`Query`](crate::Query) has one, that of `Validated` (feature `validation`) one for
    /// each rule that is broken.
    ///
    /// An error has at most 100 faults: of more, the first are kept.
    ///
    /// # Examples
    ///
    /// A handler that refuses what only it can know, and a page that says so beside the field:
    ///
    /// ```
    /// use squall::{Context, Form, Html, HttpError, Redirect, Result, handler, http::StatusCode};
    /// # use serde::Deserialize;
    ///
    /// # #[derive(Deserialize)]
    /// # struct Account { name: String }
    /// #[handler]
    /// #[route("/accounts")]
    /// struct Accounts;
    ///
    /// #[handler]
    /// impl Accounts {
    ///     async fn post(&self, account: Form<Account>) -> Result<Redirect> {
    ///         if account.name == "admin" {
    ///             let error = HttpError::new(StatusCode::UNPROCESSABLE_ENTITY);
    ///             return Err(error.with_fault("name", "somebody else has this name").into());
    ///         }
    ///         Ok(Redirect::see_other("/"))
    ///     }
    ///
    ///     #[write_error]
    ///     fn page(&self, error: &HttpError) -> Html<String> {
    ///         let of_name = error.faults().iter().find(|fault| fault.path() == "name");
    ///         let said = of_name.map_or("", |fault| fault.message());
    ///         Html(format!("<form method=post><input name=name> {}</form>", said.replace('<', "&lt;")))
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn with_fault(self, path: impl AsRef<str>, message: impl AsRef<str>) -> Self {
        self.with(Fault::new(path.as_ref(), message.as_ref()))
    }

    pub(crate) fn with(mut self, fault: Fault) -> Self {
        if self.0.faults.len() < Fault::MOST {
            self.0.faults.push(fault);
        }
        self
    }

    /// Keeps what went wrong for the log.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<BoxError>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Adds a field to the answer, such as `retry-after` or `www-authenticate`.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What the client is told: the message, or the standard phrase of the status.
    #[must_use]
    pub fn message(&self) -> &str {
        self.0.message.as_deref().unwrap_or_else(|| self.phrase())
    }

    /// What is wrong with single values that the client sent.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// The faults, unless the message ends with the only one.
    pub(crate) fn unsaid_faults(&self) -> &[Fault] {
        match &*self.0.faults {
            [fault] if self.message().ends_with(fault.message()) => &[],
            faults => faults,
        }
    }

    /// The standard phrase of the status, such as `Not Found`.
    #[must_use]
    pub fn phrase(&self) -> &'static str {
        self.0.status.canonical_reason().unwrap_or("Unknown")
    }

    /// What went wrong, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }

    /// The fields added to the answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The cause, its source, the source of that, and so on.
    pub fn causes(&self) -> impl Iterator<Item = &(dyn StdError + 'static)> {
        let first = self
            .0
            .cause
            .as_deref()
            .map(|cause| cause as &(dyn StdError + 'static));
        std::iter::successors(first, |&cause| cause.source())
    }

    pub(crate) fn has_message(&self) -> bool {
        self.0.message.is_some()
    }
}

impl Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.phrase())?;
        if let Some(message) = &self.0.message {
            write!(f, ": {message}")?;
        }
        let joints = std::iter::once(": ").chain(std::iter::repeat("; "));
        joints
            .zip(self.unsaid_faults())
            .try_for_each(|(joint, fault)| write!(f, "{joint}{fault}"))
    }
}

impl StdError for HttpError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .cause
            .as_deref()
            .map(|cause| cause as &(dyn StdError + 'static))
    }
}

/// A panic in a handler, as the cause of a 500.
#[derive(Debug)]
pub(crate) struct Panic(String);

impl Panic {
    /// Takes over what `catch_unwind` gave.
    pub(crate) fn into_error(payload: &(dyn Any + Send)) -> Error {
        let text = payload
            .downcast_ref::<&'static str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a value that is no text".to_owned());
        Error::from(Self(text))
    }
}

impl Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the handler panicked: {}", self.0)
    }
}

impl StdError for Panic {}

/// A mistake of the program itself, such as an answer given twice, as the cause of a 500.
#[derive(Debug)]
pub(crate) struct Misuse(pub(crate) Cow<'static, str>);

impl Misuse {
    pub(crate) fn error(text: impl Into<Cow<'static, str>>) -> Error {
        Error::from(Self(text.into()))
    }
}

impl Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Misuse {}
