//! From an asset to an answer: which coding of it, whether the client has it already, which parts of it, and under which fields.
//!
//! Nothing here finds or opens a file. The content is asked for last, and only where some of it is sent.

use std::{
    io,
    time::{Duration, SystemTime},
};

use ::http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{
    Settings,
    asset::{Asset, Content},
    parts::Parts,
    root::Halt,
};
#[cfg(feature = "compression")]
use crate::handler::compress;
use crate::{
    handler::{
        Body, Error, HttpError, RequestHandle, Response, Result, conditional::precondition_failed,
    },
    http::{
        ByteRange, ByteRanges,
        coding::{self, Coding},
        date,
        preconditions::{self, Verdict},
        spare,
    },
};

/// The codings of siblings, as a server prefers them.
pub(super) const CODINGS: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

/// What stands behind the name of a sibling.
pub(super) fn extension(coding: Coding) -> &'static str {
    match coding {
        Coding::Zstd => "zst",
        Coding::Gzip => "gz",
        coding => coding.name(),
    }
}

/// Ten years, Tornado's `CACHE_MAX_AGE`.
const FOR_EVER: Duration = Duration::from_secs(315_360_000);

const IMMUTABLE: HeaderValue = HeaderValue::from_static("max-age=315360000, immutable");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
const BYTES: HeaderValue = HeaderValue::from_static("bytes");
const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// Why there is no answer yet.
pub(super) enum Stop {
    /// It would have to wait for a disk.
    Wait,
    /// The file is another one than it was a moment ago.
    Changed,
    Failed(Error),
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Wait => Self::Wait,
            Halt::Failed(error) => Self::Failed(failure(error)),
        }
    }
}

impl Stop {
    /// The error that this is where nothing more can be done.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Failed(error) => error,
            Self::Wait | Self::Changed => io::Error::from(io::ErrorKind::WouldBlock).into(),
        }
    }
}

/// A failure of the system as an error: 503 where it has no more files to give, for a while.
fn failure(error: io::Error) -> Error {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        let is_full = |errno: Errno| error.raw_os_error() == Some(errno.raw_os_error());
        if is_full(Errno::MFILE) || is_full(Errno::NFILE) {
            let unavailable = HttpError::new(StatusCode::SERVICE_UNAVAILABLE);
            return unavailable.with_cause(error).into();
        }
    }
    error.into()
}

/// How long an answer may be used again.
#[derive(Clone, Debug)]
pub(super) enum Caching {
    /// By its URL, which names no version.
    Plain,
    /// By its URL, which names this version.
    Version(String),
    /// By whoever may ask for it: a handler has checked that.
    Private,
    /// As a handler has said already.
    Said,
}

/// What is asked for.
pub(super) struct Question<'q> {
    pub(super) request: &'q RequestHandle,
    pub(super) settings: &'q Settings,
    /// Decoded, below the source.
    pub(super) path: &'q str,
    pub(super) caching: &'q Caching,
}

/// The representation that was chosen (RFC 9110 §12).
pub(super) struct Chosen<'a> {
    pub(super) asset: &'a Asset,
    /// Its coding, where it is a sibling.
    pub(super) coding: Option<Coding>,
    /// Whether there are several to choose from.
    pub(super) varies: bool,
}

impl Question<'_> {
    /// Chooses among a file and its siblings. Gives the index of the sibling, if it is one.
    ///
    /// # Errors
    ///
    /// 406 where the client takes none of them; not behind a change, which is done: who is told that it was refused would send it once more.
    pub(super) fn choose(&self, siblings: [bool; CODINGS.len()]) -> Result<Option<usize>> {
        let available: Vec<_> = (0..CODINGS.len())
            .filter(|&index| siblings[index])
            .map(|index| CODINGS[index])
            .collect();
        let chosen = coding::negotiate(self.request.headers(), &available);
        let is_done = !self.request.method().is_safe();
        if !chosen.is_nothing() || self.can_be_encoded() || is_done {
            return Ok(chosen
                .coding
                .and_then(|coding| CODINGS.iter().position(|&known| known == coding)));
        }
        let error = HttpError::new(StatusCode::NOT_ACCEPTABLE)
            .with_message("there is no coding of this file that `accept-encoding` takes");
        // An error page depends on what the client would rather have, too.
        let vary = HeaderValue::from_static("accept, accept-encoding");
        Err(error.with_header(header::VARY, vary).into())
    }

    /// Whether the file can be put into a coding that the client takes, on its way.
    #[cfg(feature = "compression")]
    fn can_be_encoded(&self) -> bool {
        compress::can_encode(self.request)
    }

    #[cfg(not(feature = "compression"))]
    #[expect(clippy::unused_self, reason = "without the feature nothing is encoded")]
    fn can_be_encoded(&self) -> bool {
        false
    }

    /// Whether parts of what was chosen will do. What is put into a coding on its way has none; and where a date alone says that it is
    /// the same, what the client has of it may be in another coding.
    fn may_be_parts(&self, chosen: &Chosen<'_>, head: &HeaderMap) -> bool {
        let headers = self.request.headers();
        let has_parts = chosen.coding.is_some() || coding::negotiate(headers, &[]).identity;
        let goes_by_date = chosen.asset.tag().is_none() && headers.contains_key(header::IF_RANGE);
        has_parts && !(goes_by_date && (chosen.varies || self.is_encoded(head)))
    }

    /// Whether the whole is put into a coding on its way.
    #[cfg(feature = "compression")]
    fn is_encoded(&self, head: &HeaderMap) -> bool {
        self.can_be_encoded() && compress::has_worth(head) == Some(true)
    }

    #[cfg(not(feature = "compression"))]
    #[expect(clippy::unused_self, reason = "without the feature nothing is encoded")]
    fn is_encoded(&self, _: &HeaderMap) -> bool {
        false
    }

    /// Answers with an asset. `plain` is the one without a coding, whose version stands in URLs.
    ///
    /// # Errors
    ///
    /// 412, 416; those of the content.
    pub(super) fn answer(
        &self,
        plain: &Asset,
        chosen: &Chosen<'_>,
        content: impl FnOnce() -> Result<Content, Stop>,
    ) -> Result<Response, Stop> {
        let asset = chosen.asset;
        let method = self.request.method();
        let mut response = Response::from_parts(self.head(plain, chosen), Body::empty());
        let mut ranges = ByteRanges::Whole;
        if has_conditions(self.request.headers()) && preconditions::reads(method) {
            let validators = asset.validators();
            match preconditions::evaluate(method, self.request.headers(), &validators) {
                Verdict::Proceed => {}
                Verdict::NotModified(tag) => {
                    *response.status_mut() = StatusCode::NOT_MODIFIED;
                    if let Some(tag) = tag {
                        response.headers_mut().insert(header::ETAG, tag.into());
                    }
                    return Ok(response);
                }
                Verdict::Failed => return Err(Stop::Failed(precondition_failed())),
            }
            if self.may_be_parts(chosen, response.headers()) {
                ranges = ByteRanges::of(method, self.request.headers(), &validators, asset.length);
            }
        }
        match ranges {
            ByteRanges::Whole if *method == Method::HEAD => {
                response
                    .headers_mut()
                    .append(header::CONTENT_LENGTH, asset.length.into());
            }
            ByteRanges::Whole => *response.body_mut() = content()?.part(0..asset.length),
            ByteRanges::Parts(parts) => self.answer_parts(&mut response, asset, &parts, content()?),
            ByteRanges::Unsatisfiable => return Err(Stop::Failed(unsatisfiable(asset.length))),
        }
        Ok(response)
    }

    /// 206 with one part, or with several (RFC 9110 §15.3.7).
    fn answer_parts(
        &self,
        response: &mut Response,
        asset: &Asset,
        parts: &[ByteRange],
        content: Content,
    ) {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        if self.request.headers().contains_key(header::IF_RANGE) {
            // The client has it already (RFC 9110 §15.3.7).
            response.headers_mut().remove(header::LAST_MODIFIED);
        }
        if let [part] = parts {
            let range = part.content_range(asset.length);
            response.headers_mut().insert(header::CONTENT_RANGE, range);
            *response.body_mut() = content.part(part.first()..part.last() + 1);
            return;
        }
        let octets = HeaderValue::from_static("application/octet-stream");
        let own_type = response
            .headers()
            .get(header::CONTENT_TYPE)
            .unwrap_or(&octets);
        let (parts, content_type) = Parts::new(content, asset.length, own_type, parts);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        *response.body_mut() = Body::new(parts);
    }

    /// The fields that every answer with this asset has.
    fn head(&self, plain: &Asset, chosen: &Chosen<'_>) -> ::http::response::Parts {
        let mut head = spare::head();
        // It is empty, so nothing has to be looked for.
        let headers = &mut head.headers;
        if let Some(content_type) = plain.content_type() {
            headers.append(header::CONTENT_TYPE, content_type.clone());
        }
        if let Some(tag) = chosen.asset.tag() {
            headers.append(header::ETAG, tag.into());
        }
        if let Some(modified) = chosen.asset.last_modified() {
            headers.append(header::LAST_MODIFIED, modified.clone());
        }
        headers.append(header::ACCEPT_RANGES, BYTES);
        if let Some(coding) = chosen.coding {
            headers.append(
                header::CONTENT_ENCODING,
                HeaderValue::from_static(coding.name()),
            );
        }
        if chosen.varies {
            headers.append(header::VARY, ACCEPT_ENCODING);
        }
        // The type is what the name says, and no guess of a browser.
        headers.append(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        self.add_caching(headers, plain, chosen);
        if let Some(add) = &self.settings.extra_headers {
            add(self.path, headers);
        }
        head
    }

    fn add_caching(&self, headers: &mut HeaderMap, plain: &Asset, chosen: &Chosen<'_>) {
        let said = self.settings.cache_control.clone();
        let cache_control = match self.caching {
            Caching::Said => return,
            Caching::Private => said.unwrap_or(PRIVATE),
            Caching::Plain => said.unwrap_or(NO_CACHE),
            Caching::Version(version) => match is_current(version, plain) {
                None => said.unwrap_or(NO_CACHE),
                Some(false) => NO_CACHE,
                // It may be that of the file as it was: during a release the one is there before the other.
                Some(true) if chosen.asset.is_older_than(plain) => NO_CACHE,
                Some(true) => {
                    let expires = date::to_seconds(SystemTime::now() + FOR_EVER);
                    headers.append(header::EXPIRES, date::to_value(expires));
                    IMMUTABLE
                }
            },
        };
        headers.append(header::CACHE_CONTROL, cache_control);
    }
}

/// Whether what a URL says is the version that is there, so that the answer never changes. `None` where the file has none.
///
/// A version of ours that is another one is that of the next or of the last release: for ten years under this URL it would be a
/// wrong answer in every cache. What an author has thought of is taken at its word, as in Tornado.
fn is_current(said: &str, plain: &Asset) -> Option<bool> {
    let current = plain.version()?;
    Some(said == current || (is_made(&current) && !is_made(said)))
}

/// Whether a version looks like one that was made here: a hash, or a time and a length.
fn is_made(version: &str) -> bool {
    let is_hexadecimal = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    match version.split_once('-') {
        None => version.len() == 32 && is_hexadecimal(version),
        Some((time, length)) => is_hexadecimal(time) && is_hexadecimal(length),
    }
}

/// Whether a request asks for anything but the whole. One look at each name: most have few fields.
fn has_conditions(headers: &HeaderMap) -> bool {
    preconditions::is_conditional(headers) || headers.keys().any(|name| *name == header::RANGE)
}

fn unsatisfiable(length: u64) -> Error {
    HttpError::new(StatusCode::RANGE_NOT_SATISFIABLE)
        .with_header(header::CONTENT_RANGE, ByteRanges::unsatisfied(length))
        .with_header(header::ACCEPT_RANGES, BYTES)
        .into()
}
