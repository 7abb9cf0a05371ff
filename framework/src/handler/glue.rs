//! What generated code calls beside the types it names: one small function for each step that would otherwise be written out
//! in every expansion.

use std::{future::Future, pin::Pin};

use super::{
    Context, Response,
    error::Result,
    request::RequestHandle,
    respond::{Failure, IntoResponse},
};

/// The handle of a request, which outlives what borrows the context.
#[must_use]
pub fn request(cx: &Context) -> RequestHandle {
    cx.request().clone()
}

/// Makes the answer of a method.
///
/// # Errors
///
/// Those of the answer.
#[inline]
pub fn respond<T: IntoResponse>(answer: T, request: &RequestHandle) -> Result<Response> {
    answer.into_response(request)
}

/// Puts the answer of a method into the context.
///
/// # Errors
///
/// Those of the answer.
#[inline]
pub fn answer(cx: &mut Context, response: Result<Response>) -> Result<()> {
    cx.answer.response = Some(response?);
    Ok(())
}

/// What `#[prepare]` may return.
#[diagnostic::on_unimplemented(
    message = "`#[prepare]` cannot return `{Self}`",
    label = "return `Result<()>` or nothing",
    note = "`prepare` stops a request by an error (`return Err(HttpError::not_found().into())`) or by `cx.finish(answer)?`"
)]
pub trait Prepared {
    /// Whether it goes on.
    ///
    /// # Errors
    ///
    /// The error that stops the request.
    fn into_result(self) -> Result<()>;
}

impl Prepared for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<E: Failure> Prepared for Result<(), E> {
    fn into_result(self) -> Result<()> {
        self.map_err(Into::into)
    }
}

/// A hook that is not hot.
pub fn hook<'a, T>(
    future: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(future)
}

/// The result of `#[prepare]`.
///
/// # Errors
///
/// The error that stops the request.
pub fn prepared<T: Prepared>(result: T) -> Result<()> {
    result.into_result()
}
