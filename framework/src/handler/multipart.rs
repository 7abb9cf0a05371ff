//! [`Multipart`]: a form that is sent part by part (`multipart/form-data`, RFC 7578), read on the `multer` crate.
//!
//! `multer` finds the parts; it takes what its stream gives, however much that is, and has no limit for what stands between two parts. So
//! it is fed by a [`Feed`], which hands over one piece at a time, and counts what a head takes.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context as TaskContext, Poll, ready},
};

use ::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use futures_core::Stream;

use super::{
    context::Context,
    error::{Error, HttpError, Result},
    extract::FromRequest,
    incoming::{BodyStream, too_long},
    upload::Upload,
};
use crate::http::form_data::Disposition;

/// The longest head of a part, in bytes.
const MAX_HEAD: usize = 10 * 1024;

/// A form with files, part by part as it comes: the last argument of a method. Feature `multipart`.
///
/// It is for large files, which are written where they belong while they come; what is small is easier with
/// [`cx.files`](Context::files), `cx.argument` and [`Form`](crate::Form), which read the whole form before.
///
/// The content must be `multipart/form-data` (415 otherwise, [RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)). A form has at most 100
/// parts, or what `#[handler(max_parts = 500)]` says (413), the head of a part at most 10 KiB and 32 lines, counted with what stands
/// in front of the first boundary (400); the whole is at most as long as the `max_body` of the handler, by default 2 MiB (413). What is broken
/// in any way is 400, at the first fault.
///
/// # Examples
///
/// ```no_run
/// use squall::{Result, handler, handler::Multipart};
/// use tokio::{fs::File, io::AsyncWriteExt};
///
/// #[handler(max_body = "4 GiB")]
/// #[route("/upload")]
/// struct Uploads;
///
/// #[handler]
/// impl Uploads {
///     async fn post(&self, mut form: Multipart) -> Result<String> {
///         let mut title = String::new();
///         while let Some(mut part) = form.next_part().await? {
///             match part.name() {
///                 "title" => title = part.text().await?,
///                 "picture" => {
///                     let mut file = File::create("picture").await?;
///                     while let Some(chunk) = part.chunk().await? {
///                         file.write_all(&chunk).await?;
///                     }
///                     file.flush().await?;
///                 }
///                 _ => {}
///             }
///         }
///         Ok(title)
///     }
/// }
/// ```
pub struct Multipart {
    form: multer::Multipart<'static>,
    ration: Arc<Ration>,
    part: Option<multer::Field<'static>>,
    parts: usize,
    max_parts: usize,
    /// How much more may be held in memory, by all parts together.
    memory: usize,
    max_in_memory: usize,
}

impl Multipart {
    /// Reads on to the next part; what was left of the one before is passed over. `None` at the end of the form.
    ///
    /// # Errors
    ///
    /// 400 for a form that is broken or ends too early, and for a head that is too long; 413 for too many parts and for too long a form.
    pub async fn next_part(&mut self) -> Result<Option<Part<'_>>> {
        while self.chunk().await?.is_some() {}
        self.ration.head.store(MAX_HEAD, Relaxed);
        let part = poll_fn(|cx| self.poll_next_part(cx)).await?;
        self.ration.head.store(Ration::UNLIMITED, Relaxed);
        let Some(part) = part else { return Ok(None) };
        self.parts += 1;
        if self.parts > self.max_parts {
            let error = HttpError::new(StatusCode::PAYLOAD_TOO_LARGE);
            let most = self.max_parts;
            return Err(error
                .with_message(format!("the form has more than {most} parts"))
                .into());
        }
        let disposition = disposition(&part).map_err(|fault| {
            let number = self.parts;
            HttpError::bad_request(format!("part {number} of the form: {fault}"))
        })?;
        self.part = Some(part);
        Ok(Some(Part {
            form: self,
            disposition,
            most: u64::MAX,
            read: 0,
        }))
    }

    /// # Errors
    ///
    /// 415 for what is no such form, 400 where the boundary is missing or cannot be one.
    fn new(cx: &mut Context) -> Result<Self> {
        let boundary = boundary(cx)?;
        let (max_in_memory, max_parts) = (cx.body_limits().memory(), cx.body_limits().parts());
        let ration = Arc::new(Ration::default());
        let feed = Feed {
            content: BodyStream::of(cx)?,
            rest: Bytes::new(),
            ration: Arc::clone(&ration),
        };
        Ok(Self {
            form: multer::Multipart::new(feed, boundary),
            ration,
            part: None,
            parts: 0,
            max_parts,
            memory: max_in_memory,
            max_in_memory,
        })
    }

    fn poll_next_part(
        &mut self,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Result<Option<multer::Field<'static>>>> {
        loop {
            let polled = self.form.poll_next_field(cx);
            if polled.is_pending() && self.ration.is_withheld() {
                continue;
            }
            return polled.map_err(broken);
        }
    }

    /// The next piece of the part at hand.
    async fn chunk(&mut self) -> Result<Option<Bytes>> {
        poll_fn(|cx| self.poll_chunk(cx)).await.transpose()
    }

    fn poll_chunk(&mut self, cx: &mut TaskContext<'_>) -> Poll<Option<Result<Bytes>>> {
        while let Some(part) = &mut self.part {
            match Pin::new(part).poll_next(cx) {
                Poll::Pending if self.ration.is_withheld() => {}
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(data))) if data.is_empty() => {}
                Poll::Ready(Some(data)) => return Poll::Ready(Some(data.map_err(broken))),
                Poll::Ready(None) => self.part = None,
            }
        }
        Poll::Ready(None)
    }

    /// Takes of the memory that all parts have together.
    fn hold(&mut self, bytes: usize) -> Result<()> {
        let left = self.memory.checked_sub(bytes);
        self.memory = left.ok_or_else(|| too_long(self.max_in_memory as u64))?;
        Ok(())
    }
}

impl FromRequest for Multipart {
    async fn from_request(cx: &mut Context) -> Result<Self> {
        Self::new(cx)
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart")
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}

/// A part of a form: a value, or a file.
///
/// Dropping it is no loss but of its content: [`next_part`](Multipart::next_part) goes on behind it.
pub struct Part<'f> {
    form: &'f mut Multipart,
    disposition: Disposition,
    /// The most content of this part, and what of it has come.
    most: u64,
    read: u64,
}

impl Part<'_> {
    /// The name of the field of the form.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.disposition.name
    }

    /// The name that the file has at the client, without folders; `None` when the part is no file. An `<input type="file">` that was left
    /// empty sends an empty name, which is none too.
    ///
    /// It says nothing about what the file is, and is no name to write to: two clients may send the same.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.disposition.file_name.as_deref()
    }

    /// The media type that the client claims.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.headers().get(header::CONTENT_TYPE)?.to_str().ok()
    }

    /// The fields of the part.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        static NONE: std::sync::LazyLock<HeaderMap> = std::sync::LazyLock::new(HeaderMap::new);
        let part = self.form.part.as_ref();
        part.map_or(&NONE, multer::Field::headers)
    }

    /// Takes at most so much content of this part, in bytes; more is 413. Default: what the whole form may have.
    pub fn set_max_size(&mut self, most: u64) {
        self.most = most;
    }

    /// The next piece of its content; `None` at the end.
    ///
    /// # Errors
    ///
    /// 400 when the form breaks off, 408 when it does not come in time, 413 when it, or this part, is too long.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let chunk = self.form.chunk().await?;
        self.read += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        if self.read > self.most {
            return Err(too_long(self.most).into());
        }
        Ok(chunk)
    }

    /// Its content, in memory. All that is held of a form together is at most `max_in_memory` of the handler, by default 2 MiB (413).
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk).
    pub async fn bytes(mut self) -> Result<Vec<u8>> {
        let mut content = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            self.form.hold(chunk.len())?;
            content.extend_from_slice(&chunk);
        }
        Ok(content)
    }

    /// Its content as text.
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes), and 400 when it is not UTF-8 (RFC 7578 §5.1.2).
    pub async fn text(self) -> Result<String> {
        let name = self.name().to_owned();
        String::from_utf8(self.bytes().await?).map_err(|_| {
            HttpError::bad_request(format!("`{name}` of the form is not UTF-8")).into()
        })
    }

    /// Its content as an [`Upload`]: in memory while it is small, and beyond 64 KiB in a temporary file.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk), and 500 when the temporary file cannot be written.
    pub async fn upload(mut self) -> Result<Upload> {
        let mut upload = Upload::new(self.file_name(), self.content_type());
        while let Some(chunk) = self.chunk().await? {
            // What no longer fits into the memory of the form goes into the file earlier.
            let is_held = upload.is_held_with(chunk.len()) && self.form.hold(chunk.len()).is_ok();
            if let Some(freed) = upload.push(chunk, is_held).await? {
                self.form.memory += freed;
            }
        }
        upload.finish().await
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("name", &self.name())
            .field("file_name", &self.file_name())
            .field("content_type", &self.content_type())
            .finish_non_exhaustive()
    }
}

/// Whether the content is such a form, by what is said of it.
pub(crate) fn has_parts(cx: &Context) -> bool {
    let content_type = cx.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// The boundary that the content type names: from 1 to 70 characters (RFC 2046 §5.1.1).
fn boundary(cx: &Context) -> Result<String> {
    if !has_parts(cx) {
        let error = HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        return Err(error
            .with_message("expected content of type `multipart/form-data`")
            .into());
    }
    let content_type = cx.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).ok();
    let boundary = boundary.filter(|boundary| (1..=70).contains(&boundary.len()));
    boundary.ok_or_else(|| {
        HttpError::bad_request(
            "the content type of the form names no boundary of 1 to 70 characters",
        )
        .into()
    })
}

/// What the head of a part says of it.
fn disposition(part: &multer::Field<'static>) -> Result<Disposition, &'static str> {
    let length = |(name, value): (&::http::HeaderName, &::http::HeaderValue)| {
        name.as_str().len() + value.len() + 4
    };
    if part.headers().iter().map(length).sum::<usize>() > MAX_HEAD {
        return Err("its head is longer than 10 KiB");
    }
    let field = part.headers().get(header::CONTENT_DISPOSITION);
    let field = field.ok_or("it has no `content-disposition`")?;
    let field = std::str::from_utf8(field.as_bytes())
        .map_err(|_| "its `content-disposition` is not UTF-8")?;
    Disposition::parse(field)
}

/// What is wrong with a form.
fn broken(error: multer::Error) -> Error {
    match error {
        multer::Error::StreamReadFailed(error) => match error.downcast::<HttpError>() {
            Ok(error) => Error::from(*error),
            Err(error) => HttpError::bad_request("the form breaks off")
                .with_cause(error)
                .into(),
        },
        error => HttpError::bad_request(format!("the form is broken: {error}")).into(),
    }
}

/// What [`multer`] is fed with: the content of a request, one piece at a time.
struct Feed {
    content: BodyStream,
    /// What of a piece was not handed over yet.
    rest: Bytes,
    ration: Arc<Ration>,
}

/// What the two ends of a [`Feed`] know of each other. Both are polled by one task.
#[derive(Debug)]
struct Ration {
    /// How many bytes more the head of a part may take.
    head: AtomicUsize,
    /// Whether a piece was handed over, so that the next one has to wait for the next turn.
    has_given: AtomicBool,
    /// Whether a piece was not handed over for this reason alone.
    is_withheld: AtomicBool,
}

impl Default for Ration {
    fn default() -> Self {
        Self {
            head: AtomicUsize::new(Self::UNLIMITED),
            has_given: AtomicBool::new(false),
            is_withheld: AtomicBool::new(false),
        }
    }
}

impl Ration {
    const UNLIMITED: usize = usize::MAX;

    /// What is handed over at one time while a head is read.
    const PIECE: usize = 4 * 1024;

    /// Whether what was polled last waits for no more than its next turn.
    fn is_withheld(&self) -> bool {
        self.is_withheld.swap(false, Relaxed)
    }
}

impl Stream for Feed {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        // `multer` asks until there is nothing more, and keeps all of it.
        if self.ration.has_given.swap(false, Relaxed) {
            self.ration.is_withheld.store(true, Relaxed);
            return Poll::Pending;
        }
        let left = self.ration.head.load(Relaxed);
        if left == 0 {
            let error = "the head of a part of the form is longer than 10 KiB";
            return Poll::Ready(Some(Err(HttpError::bad_request(error).into())));
        }
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.content).poll_next(cx)) {
                Some(Ok(data)) => self.rest = data,
                end => return Poll::Ready(end),
            }
        }
        let piece = if left == Ration::UNLIMITED {
            std::mem::take(&mut self.rest)
        } else {
            let size = self.rest.len().min(Ration::PIECE);
            self.ration.head.store(left.saturating_sub(size), Relaxed);
            self.rest.split_to(size)
        };
        self.ration.has_given.store(true, Relaxed);
        Poll::Ready(Some(Ok(piece)))
    }
}
