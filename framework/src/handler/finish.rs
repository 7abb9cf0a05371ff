//! From what a method returned to what goes out: status and fields joined, entity tag, preconditions and 304, HEAD, and what is
//! left to do when the answer has been sent.

use std::{fmt, time::Duration};

use ::http::{HeaderMap, Method, StatusCode, header};
use http_body::Body as _;

#[cfg(feature = "compression")]
use super::compress;
use super::{
    Response,
    body::Body,
    conditional,
    context::{Answer, Context},
    error::{Misuse, Result},
    request::RequestHandle,
    respond::lay_over,
};
use crate::http::{EntityTag, Validators, preconditions};

/// The longest content that gets an entity tag of its own accord, in bytes.
const TAGGED: usize = 64 * 1024;

/// The status that the log shows when the client went away before its answer was complete. It is never sent.
pub(crate) const CLIENT_GONE: u16 = 499;

/// How a request ended, as `#[on_finish]` is told.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub(crate) status: StatusCode,
    pub(crate) sent: u64,
    pub(crate) complete: bool,
    pub(crate) elapsed: Duration,
}

impl Outcome {
    /// The status code of the answer; 499 when the client was gone before the head of one was sent. (The access log says 499 also
    /// when it went later, unless the answer is an event stream, which ends in no other way.)
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether the whole answer was handed to the connection. `false` when the client went away, or when the answer failed
    /// half-way.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The bytes of content that were handed to the connection: compressed, where the answer is, but for what was flushed.
    #[must_use]
    pub fn content_sent(&self) -> u64 {
        self.sent
    }

    /// The time since the head of the request was read.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The outcome of a request whose client was gone before its handler had ended.
    pub(crate) fn gone(request: &RequestHandle) -> Self {
        let (status, sent) = request.outbox().sent();
        Self {
            status: status.unwrap_or_else(client_gone),
            sent,
            complete: false,
            elapsed: request.elapsed(),
        }
    }
}

pub(crate) fn client_gone() -> StatusCode {
    StatusCode::from_u16(CLIENT_GONE).expect("499 is a status code")
}

/// What is left to do when an answer has been sent, or will not be sent any further. It is done once, when this is dropped.
#[derive(Default)]
pub(crate) struct Ending {
    sent: Sent,
    /// How much the head says there is: where all of that was handed over, nobody asks for more.
    length: Option<u64>,
    then: Vec<Box<dyn FnOnce(Sent) + Send + Sync>>,
}

/// How much of an answer was handed to the connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) bytes: u64,
    pub(crate) end: End,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// The client went away.
    #[default]
    Gone,
    /// It failed half-way, here.
    Failed,
    /// All of it was handed over.
    Complete,
}

impl Ending {
    /// Adds something to do.
    pub(crate) fn then(&mut self, action: impl FnOnce(Sent) + Send + Sync + 'static) {
        self.then.push(Box::new(action));
    }

    /// What is left to do when this answer has been sent. It must be asked for before the body is read.
    pub(crate) fn of(response: &mut Response) -> &mut Self {
        let said = response.headers().get(header::CONTENT_LENGTH);
        let said = said.and_then(|length| length.to_str().ok()?.parse().ok());
        let length = said.or_else(|| response.body().size_hint().exact());
        let ending = response.body_mut().ending();
        ending.length = length;
        // Nothing is to come, and so nobody asks for it.
        ending.sent(0);
        ending
    }

    /// Notes content that was handed to the connection.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.sent.bytes += bytes as u64;
        if self.length == Some(self.sent.bytes) {
            self.sent.end = End::Complete;
        }
    }

    /// Notes that no more comes.
    pub(crate) fn end(&mut self, end: End) {
        self.sent.end = end;
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        // What was added last stands outside: the log line comes before the hooks of the handler, as in Tornado.
        for action in self.then.drain(..).rev() {
            action(self.sent);
        }
    }
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ending")
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}

/// Joins what a method returned with what was written to the context.
///
/// # Errors
///
/// 500 when the answer was given in two ways.
#[inline]
pub(crate) fn conclude(answer: &mut Answer) -> Result<()> {
    if let Some(finished) = answer.finished.take() {
        if answer
            .response
            .as_ref()
            .is_some_and(|returned| !is_silent(returned))
        {
            return Err(Misuse::error(
                "`cx.finish` and then a returned answer: the answer can be given in one way only",
            ));
        }
        answer.response = Some(*finished);
    }
    let response = answer.response.get_or_insert_default();
    let status = match answer.status {
        Some(status) if response.status() == StatusCode::OK => status,
        _ => response.status(),
    };
    if status.is_informational() && !upgrades(response) {
        return Err(Misuse::error(format!(
            "the status {} cannot be an answer: it comes before one",
            status.as_u16()
        )));
    }
    if !answer.has_written {
        return Ok(());
    }
    if !response.body().is_unset() {
        return Err(Misuse::error(
            "`cx.write` and then a returned content: the answer can be given in one way only",
        ));
    }
    *response.body_mut() = answer.written.split().freeze().into();
    if let Some(implied) = answer.implied.take()
        && !answer.headers.contains_key(header::CONTENT_TYPE)
    {
        response
            .headers_mut()
            .entry(header::CONTENT_TYPE)
            .or_insert(implied);
    }
    Ok(())
}

/// Whether the connection goes on in another protocol behind this answer.
fn upgrades(response: &Response) -> bool {
    #[cfg(feature = "websocket")]
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return super::upgrade::Upgrade::is_in(response);
    }
    _ = response;
    false
}

/// Whether a method returned nothing that says something.
fn is_silent(returned: &Response) -> bool {
    returned.body().is_unset()
        && returned.status() == StatusCode::OK
        && returned.headers().is_empty()
}

/// Makes the answer of a method ready for the wire, where the preconditions of the request hold.
///
/// # Errors
///
/// 412 where they do not.
pub(crate) fn seal_if_met(cx: &mut Context) -> Result<()> {
    let (request, answer) = cx.halves();
    if answer.head_sent {
        return Ok(());
    }
    lay_over_context(answer);
    let is_whole = !(answer.in_pieces || answer.untagged);
    let response = answer.response.get_or_insert_default();
    let there = Present::of(response.headers());
    if response.status() == StatusCode::OK && preconditions::reads(request.method()) {
        if is_whole && !there.tag {
            add_tag(request, response, there);
        }
        answer_conditionally(request, response)?;
    }
    dress(request, answer, there);
    Ok(())
}

/// Makes an answer ready for the wire that no precondition is about: an error page, a redirect, a list of methods.
pub(crate) fn seal(cx: &mut Context) {
    let (request, answer) = cx.halves();
    if answer.head_sent {
        return;
    }
    lay_over_context(answer);
    let there = Present::of(answer.response.get_or_insert_default().headers());
    dress(request, answer, there);
}

/// Gives an answer the form that status and method ask for.
#[inline]
fn dress(request: &RequestHandle, answer: &mut Answer, there: Present) {
    let response = answer.response.get_or_insert_default();
    name_server(request, response, there);
    #[cfg(feature = "locale")]
    request.person().sign(response);
    #[cfg(feature = "compression")]
    if request.shared().compression {
        compress::seal(request, answer.in_pieces, response);
    }
    if forbids_content(response.status()) {
        strip_content(response);
    } else if *request.method() == Method::HEAD {
        keep_length_only(answer.in_pieces, response);
    } else if there.length && response.body().size_hint().exact().is_some() {
        // The connection says how long it is, whatever the author has said.
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
}

/// Which of the fields are there that this page asks for.
#[derive(Clone, Copy, Debug, Default)]
struct Present {
    server: bool,
    tag: bool,
    length: bool,
}

impl Present {
    /// One look at each field: most answers have few, and to hash three names costs more.
    fn of(headers: &HeaderMap) -> Self {
        let mut there = Self::default();
        for name in headers.keys() {
            there.server |= *name == header::SERVER;
            there.tag |= *name == header::ETAG;
            there.length |= *name == header::CONTENT_LENGTH;
        }
        there
    }
}

/// The head of an answer whose content follows in pieces.
pub(crate) fn head_of_stream(cx: &mut Context) -> ::http::response::Parts {
    let (request, answer) = cx.halves();
    if let Some(implied) = answer.implied.take() {
        let response = answer.response.get_or_insert_default();
        response.headers_mut().insert(header::CONTENT_TYPE, implied);
    }
    lay_over_context(answer);
    let response = answer.response.get_or_insert_default();
    name_server(request, response, Present::of(response.headers()));
    #[cfg(feature = "locale")]
    request.person().sign(response);
    #[cfg(feature = "compression")]
    if request.shared().compression {
        compress::seal(request, true, response);
    }
    answer.response.take().unwrap_or_default().into_parts().0
}

/// Lays the status and the fields of what was returned over those of the context.
#[inline]
fn lay_over_context(answer: &mut Answer) {
    let response = answer.response.get_or_insert_default();
    if let Some(status) = answer.status
        && response.status() == StatusCode::OK
    {
        *response.status_mut() = status;
    }
    if !answer.headers.is_empty() {
        let mut headers = std::mem::take(&mut answer.headers);
        if answer.typed {
            response.headers_mut().remove(header::CONTENT_TYPE);
        }
        lay_over(&mut headers, std::mem::take(response.headers_mut()));
        *response.headers_mut() = headers;
    }
}

#[inline]
fn name_server(request: &RequestHandle, response: &mut Response, there: Present) {
    if let Some(server) = &request.shared().server
        && !there.server
    {
        response
            .headers_mut()
            .append(header::SERVER, server.clone());
    }
}

/// Adds an entity tag to content in memory. Where a method for HEAD says how long the content would be, what is there is not that.
#[inline]
fn add_tag(request: &RequestHandle, response: &mut Response, there: Present) {
    let is_told = there.length && *request.method() == Method::HEAD;
    if request.shared().entity_tags
        && !is_told
        && let Some(tag) = tag_of(response.body())
    {
        response.headers_mut().append(header::ETAG, tag.into());
    }
}

#[inline]
fn tag_of(body: &Body) -> Option<EntityTag> {
    match (body.as_static(), body.as_bytes()) {
        (Some(content), _) if content.len() <= TAGGED => Some(EntityTag::of_static(content)),
        (None, Some(content)) if content.len() <= TAGGED => Some(EntityTag::of(content)),
        _ => None,
    }
}

/// Compares the preconditions of the request with the validators on the answer: 304 where the client has it already.
#[inline]
fn answer_conditionally(request: &RequestHandle, response: &mut Response) -> Result<()> {
    if preconditions::is_conditional(request.headers()) && has_it(request, response.headers_mut())?
    {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    Ok(())
}

/// Whether the client has the answer with these fields already.
#[cold]
fn has_it(request: &RequestHandle, answer: &mut HeaderMap) -> Result<bool> {
    let validators = Validators::of_answer(answer);
    conditional::compare(request, &validators, answer)
}

/// Compares the preconditions of the request with the validators on an answer that is about to go out in pieces. Where the client has it
/// already, the answer is a 304 from here on.
///
/// # Errors
///
/// 412 where a precondition does not hold.
pub(crate) fn settle_stream(cx: &mut Context) -> Result<()> {
    let (request, answer) = cx.halves();
    let is_ok = answer.status.is_none_or(|status| status == StatusCode::OK);
    if is_ok
        && preconditions::reads(request.method())
        && preconditions::is_conditional(request.headers())
        && has_it(request, &mut answer.headers)?
    {
        answer.status = Some(StatusCode::NOT_MODIFIED);
    }
    Ok(())
}

/// Whether an answer of this status has no content (RFC 9110 §6.4.1). 205 has none either (§15.3.6).
#[inline]
pub(crate) fn forbids_content(status: StatusCode) -> bool {
    status.is_informational()
        || matches!(
            status,
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
        )
}

fn strip_content(response: &mut Response) {
    response.body_mut().clear();
    for name in [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::CONTENT_LANGUAGE,
    ] {
        response.headers_mut().remove(name);
    }
}

/// For HEAD: says how long the content would be, and sends none (RFC 9110 §9.3.2).
fn keep_length_only(in_pieces: bool, response: &mut Response) {
    match response.body().size_hint().exact() {
        None => {}
        Some(_) if in_pieces => {}
        // A method for HEAD may know the length without making the content.
        Some(0) => {
            response
                .headers_mut()
                .entry(header::CONTENT_LENGTH)
                .or_insert_with(|| 0.into());
        }
        Some(length) => {
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, length.into());
        }
    }
    response.body_mut().clear();
}

/// Empties what an error found in the context: the cookies stay, unless the server is at fault.
pub(crate) fn reset(cx: &mut Context, status: StatusCode) {
    let before = std::mem::take(&mut cx.answer);
    // What was made with a language is gone too.
    #[cfg(feature = "locale")]
    cx.request().person().set_spoken(false);
    if status.is_server_error() {
        return;
    }
    // An answer whose precondition does not hold has those of the context laid over it already.
    let returned = before.response.as_ref().map(Response::headers);
    for headers in [Some(&before.headers), returned].into_iter().flatten() {
        for cookie in headers.get_all(header::SET_COOKIE) {
            cx.answer.headers.append(header::SET_COOKIE, cookie.clone());
        }
    }
}

/// Lays the fields of an error over an answer.
pub(crate) fn add_headers(response: &mut Response, headers: &HeaderMap) {
    lay_over(response.headers_mut(), headers.clone());
}
