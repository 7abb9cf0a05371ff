//! Conditional requests, as a handler answers them: preconditions that are checked before the work, and 304 as an answer.
//!
//! What the fields of a request say is read in [`preconditions`]; an answer whose handler asks nothing is compared with them in
//! [`mod@finish`](super::finish).

use ::http::{HeaderMap, StatusCode, header};

use super::{
    Response,
    context::Context,
    error::{Error, HttpError, Misuse, Result},
    request::RequestHandle,
    respond::IntoResponse,
};
use crate::http::{
    Validators,
    preconditions::{self, Verdict},
};

/// An answer that the client may have already.
///
/// `NotModified` is 304 without content ([RFC 9110 §15.4.5](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5)): the fields set on the
/// context stay, such as `etag`, `vary`, `cache-control` and cookies, and those that say what the content is are left out: `content-type`,
/// `content-length`, `content-encoding`, `content-language`.
///
/// [`Context::check_preconditions`] says which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditional<T> {
    /// The client has this state.
    NotModified,
    /// It does not, or has not said so: the answer as ever.
    Modified(T),
}

impl<T> Conditional<T> {
    /// Whether the client has this state.
    #[must_use]
    pub fn is_not_modified(&self) -> bool {
        matches!(self, Self::NotModified)
    }

    /// Makes the answer, where there is one to make.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Conditional<U> {
        match self {
            Self::NotModified => Conditional::NotModified,
            Self::Modified(answer) => Conditional::Modified(make(answer)),
        }
    }
}

impl<T: IntoResponse> IntoResponse for Conditional<T> {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        match self {
            Self::NotModified => StatusCode::NOT_MODIFIED.into_response(request),
            Self::Modified(answer) => answer.into_response(request),
        }
    }
}

/// Conditional requests ([RFC 9110 §13](https://www.rfc-editor.org/rfc/rfc9110#section-13)).
impl Context {
    /// Compares the preconditions of the request with the state of the resource, before the work is done: `if-match`,
    /// `if-unmodified-since`, `if-none-match` and `if-modified-since`, in the order of
    /// [RFC 9110 §13.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2).
    ///
    /// *Effect*: for `GET` and `HEAD`, the validators are put on the answer as `etag` and `last-modified`, and it says whether the client
    /// has this state already. For all other methods it is [`Modified`](Conditional::Modified) where it is no error, and nothing is put on
    /// the answer: after a change the validators are others.
    ///
    /// *When*: after all else that may refuse the request, such as 403 and 404, and before anything is changed. Nobody else may change the
    /// resource in between: hold its lock, or let the database compare once more.
    ///
    /// What a `GET` returns is compared with its `etag` and `last-modified` anyway; to ask here saves the work of making it.
    ///
    /// # Errors
    ///
    /// 412 when a precondition does not hold ([RFC 9110 §15.5.13](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.13)). 500 after
    /// [`flush`](Self::flush): the fields are sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Mutex;
    ///
    /// use bytes::Bytes;
    /// use squall::{
    ///     Application, Context, Result, State, handler,
    ///     handler::Conditional,
    ///     http::{EntityTag, StatusCode, Validators},
    ///     routes,
    ///     testing::TestClient,
    /// };
    ///
    /// #[derive(Default)]
    /// struct Note {
    ///     version: u32,
    ///     text: Bytes,
    /// }
    ///
    /// impl Note {
    ///     fn validators(&self) -> Result<Validators> {
    ///         Ok(Validators::new().entity_tag(EntityTag::strong(self.version.to_string())?))
    ///     }
    /// }
    ///
    /// #[handler]
    /// #[route("/note")]
    /// struct Page {
    ///     note: State<Mutex<Note>>,
    /// }
    ///
    /// #[handler]
    /// impl Page {
    ///     async fn get(&self, cx: &mut Context) -> Result<Conditional<Bytes>> {
    ///         let note = self.note.lock().unwrap();
    ///         let state = cx.check_preconditions(&note.validators()?)?;
    ///         Ok(state.map(|()| note.text.clone()))
    ///     }
    ///
    ///     async fn put(&self, cx: &mut Context, text: Bytes) -> Result<StatusCode> {
    ///         let mut note = self.note.lock().unwrap();
    ///         // 412 where somebody else was faster.
    ///         cx.check_preconditions(&note.validators()?)?;
    ///         *note = Note { version: note.version + 1, text };
    ///         Ok(StatusCode::NO_CONTENT)
    ///     }
    /// }
    ///
    /// #[squall::main]
    /// async fn main() {
    ///     let client = TestClient::new(Application::new(routes![Page]).state(Mutex::new(Note::default())));
    ///     let note = client.get("/note").send().await;
    ///     let tag = note.header("etag").unwrap();
    ///     assert_eq!(client.get("/note").header("if-none-match", tag).send().await.status(), 304);
    ///     assert_eq!(client.put("/note").header("if-match", tag).send().await.status(), 204);
    ///     assert_eq!(client.put("/note").header("if-match", tag).send().await.status(), 412);
    /// }
    /// ```
    ///
    /// In `prepare`, for all methods at once; a resource that does not exist yet has [`Validators::absent`]:
    ///
    /// ```
    /// # use squall::{Context, Result, handler, http::{EntityTag, StatusCode, Validators}};
    /// # fn tag_of(_: &str) -> Option<EntityTag> { None }
    /// #[handler]
    /// #[route("/pages/{name}")]
    /// struct Page {
    ///     name: String,
    /// }
    ///
    /// #[handler]
    /// impl Page {
    ///     #[prepare]
    ///     fn check(&mut self, cx: &mut Context) -> Result<()> {
    ///         let validators = match tag_of(&self.name) {
    ///             Some(tag) => Validators::new().entity_tag(tag),
    ///             None => Validators::absent(),
    ///         };
    ///         if cx.check_preconditions(&validators)?.is_not_modified() {
    ///             cx.finish(StatusCode::NOT_MODIFIED)?;
    ///         }
    ///         Ok(())
    ///     }
    ///
    ///     async fn get(&self) -> String {
    ///         format!("the page {}", self.name)
    ///     }
    /// }
    /// ```
    pub fn check_preconditions(&mut self, validators: &Validators) -> Result<Conditional<()>> {
        let (request, answer) = self.halves();
        if answer.head_sent {
            return Err(Misuse::error(
                "`cx.check_preconditions` after `cx.flush`: the fields are sent already",
            ));
        }
        if preconditions::reads(request.method()) {
            validators.put_on(&mut answer.headers);
        }
        let has_it = compare(request, validators, &mut answer.headers)?;
        Ok(if has_it {
            // It stands for an answer in the language that was taken, in which nothing has been said yet.
            #[cfg(feature = "locale")]
            request.person().set_spoken(true);
            Conditional::NotModified
        } else {
            Conditional::Modified(())
        })
    }
}

/// Compares the preconditions of a request with a state. Gives whether the client has that already; the tag that it has it under is put on
/// the answer then.
///
/// # Errors
///
/// 412 where a precondition does not hold.
pub(super) fn compare(
    request: &RequestHandle,
    validators: &Validators,
    answer: &mut HeaderMap,
) -> Result<bool> {
    match preconditions::evaluate(request.method(), request.headers(), validators) {
        Verdict::Proceed => Ok(false),
        Verdict::NotModified(tag) => {
            if let Some(tag) = tag {
                answer.insert(header::ETAG, tag.into());
            }
            Ok(true)
        }
        Verdict::Failed => Err(precondition_failed()),
    }
}

/// The answer to a request whose preconditions do not hold (RFC 9110 §15.5.13).
pub(crate) fn precondition_failed() -> Error {
    let error = HttpError::new(StatusCode::PRECONDITION_FAILED);
    error
        .with_message(
            "a precondition of the request does not hold: `if-match`, `if-unmodified-since` or `if-none-match`",
        )
        .into()
}
