//! [`AssetSource`]: where the bytes of static files come from, and [`Asset`], one of them.

use std::{
    fmt,
    fs::File,
    future::Future,
    ops::Range,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker, ready},
    time::SystemTime,
};

use ::http::HeaderValue;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use sha2::{Digest, Sha256};

use super::reading::FileBody;
use crate::{
    handler::{Body, BoxError, Result},
    http::{EntityTag, Validators, date},
};

/// The longest content in memory that gets a version of its own accord, in bytes.
const HASHED: usize = 64 * 1024;

/// Where static files come from, when it is no folder: a database, an archive, another server. Tornado's overridable methods of
/// `StaticFileHandler`.
///
/// All that [`Files`](super::Files) does with a folder it does with a source: ranges, conditions, siblings (it asks for `app.css.br`
/// beside `app.css`), default files (it asks for `docs/index.html` where nothing stands at `docs`), versions.
///
/// # Examples
///
/// ```
/// use squall::{
///     Application, Files,
///     files::{Asset, AssetSource, Finding},
///     routes,
///     testing::TestClient,
/// };
///
/// struct Greetings;
///
/// impl AssetSource for Greetings {
///     fn find<'s>(&'s self, path: &'s str) -> Finding<'s> {
///         Box::pin(async move {
///             let name = path.strip_suffix(".txt");
///             Ok(name.map(|name| Asset::new(format!("Hello, {name}"))))
///         })
///     }
/// }
///
/// #[squall::main]
/// async fn main() {
///     let client = TestClient::new(Application::new(routes![
///         "/greetings/{*path}" => Files::from_source(Greetings),
///     ]));
///     let greeting = client.get("/greetings/Ada.txt").header("range", "bytes=7-").send().await;
///     assert_eq!(greeting.status(), 206);
///     assert_eq!(greeting.text().await, "Ada");
/// }
/// ```
pub trait AssetSource: Send + Sync + 'static {
    /// Finds what stands at a path; `None` where nothing does, which is 404.
    ///
    /// *Shape*: relative, decoded, with slashes between its names; it is not empty, does not end in a slash, and was checked: no name in it is
    /// empty, `.` or `..`, or hidden unless that is [allowed](super::Files::hidden).
    ///
    /// *When*: for each request, and again for each name that may stand beside it. What waits for a disk belongs on the blocking pool. When
    /// the client goes away, the future is dropped.
    ///
    /// # Errors
    ///
    /// They take the way of all errors.
    fn find<'s>(&'s self, path: &'s str) -> Finding<'s>;

    /// The version of what stands at a path, for [`Context::static_url`](crate::Context::static_url); `None` where it has none, or where
    /// nothing stands there. It must be that of the asset.
    ///
    /// By default it is what [`find`](Self::find) says, where that need not wait: a template that asks for a URL cannot.
    fn version(&self, path: &str) -> Option<String> {
        let mut finding = pin!(self.find(path));
        match finding
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(Ok(Some(asset))) => asset.version(),
            _ => None,
        }
    }
}

/// What [`AssetSource::find`] gives.
pub type Finding<'s> = Pin<Box<dyn Future<Output = Result<Option<Asset>>> + Send + 's>>;

/// A static file: its content, or the way to it, and what is known of it.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
///
/// use squall::files::Asset;
///
/// let asset = Asset::new("p { margin: 0 }")
///     .with_version("v3")
///     .with_modified(SystemTime::now())
///     .with_content_type(squall::http::HeaderValue::from_static("text/css; charset=utf-8"));
/// # let _ = asset;
/// ```
#[derive(Clone)]
pub struct Asset {
    pub(super) length: u64,
    pub(super) content: Content,
    tag: Option<EntityTag>,
    modified: Option<(SystemTime, HeaderValue)>,
    content_type: Option<HeaderValue>,
}

/// Where the bytes of an asset are.
#[derive(Clone)]
pub(super) enum Content {
    Memory(Bytes),
    File(Arc<File>),
    Read(Arc<dyn Fn(Range<u64>) -> Body + Send + Sync>),
    /// In a file that nobody has opened yet.
    Unopened,
}

impl Asset {
    /// Content in memory. Up to 64 KiB it gets a hash of it as its version, unless another is given.
    #[must_use]
    pub fn new(content: impl Into<Bytes>) -> Self {
        let content = content.into();
        Self::of(content.len() as u64, Content::Memory(content))
    }

    /// Content of this length, in bytes, that is read when it is sent. The function gives the bytes of a range; it is called once for an
    /// answer, or once for each of several ranges.
    ///
    /// Of a body that is longer than its range the rest is left out; a shorter one breaks the connection off.
    #[must_use]
    pub fn streamed(
        length: u64,
        read: impl Fn(Range<u64>) -> Body + Send + Sync + 'static,
    ) -> Self {
        Self::of(length, Content::Read(Arc::new(read)))
    }

    pub(super) fn unopened(length: u64) -> Self {
        Self::of(length, Content::Unopened)
    }

    fn of(length: u64, content: Content) -> Self {
        Self {
            length,
            content,
            tag: None,
            modified: None,
            content_type: None,
        }
    }

    /// Says which version it is: another one for each state of the content. It becomes the strong entity tag, and the `v` of versioned
    /// URLs. One that can be no entity tag is replaced by its hash.
    ///
    /// Default: none, and so no entity tag; content in memory has its hash.
    #[must_use]
    pub fn with_version(mut self, version: impl AsRef<str>) -> Self {
        let version = version.as_ref();
        let hashed = || EntityTag::strong(version_of(&Sha256::digest(version)));
        self.tag = EntityTag::strong(version).or_else(|_| hashed()).ok();
        self
    }

    /// Says when it was changed last. Default: not known, and no `last-modified`.
    #[must_use]
    pub fn with_modified(mut self, modified: SystemTime) -> Self {
        let value = HeaderValue::try_from(date::format(modified));
        self.modified = value.ok().map(|value| (modified, value));
        self
    }

    /// Says what its `content-type` is. Default: what the extension of its name says.
    #[must_use]
    pub fn with_content_type(mut self, content_type: HeaderValue) -> Self {
        self.content_type = Some(content_type);
        self
    }

    /// The same in another state of its content: the tag of one in memory is made.
    pub(super) fn settled(mut self) -> Self {
        if let (None, Content::Memory(content)) = (&self.tag, &self.content)
            && content.len() <= HASHED
        {
            let version = version_of(&Sha256::digest(content));
            self = self.with_version(version);
        }
        self
    }

    pub(super) fn in_memory(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Memory(content) => Some(content),
            _ => None,
        }
    }

    pub(super) fn tag(&self) -> Option<&EntityTag> {
        self.tag.as_ref()
    }

    pub(super) fn last_modified(&self) -> Option<&HeaderValue> {
        self.modified.as_ref().map(|(_, value)| value)
    }

    /// Whether it was changed before another one, where that is known of both. Tools that copy a time leave parts of a second out.
    pub(super) fn is_older_than(&self, other: &Self) -> bool {
        let seconds = |asset: &Self| Some(date::to_seconds(asset.modified.as_ref()?.0));
        seconds(self)
            .zip(seconds(other))
            .is_some_and(|(own, other)| own < other)
    }

    pub(super) fn content_type(&self) -> Option<&HeaderValue> {
        self.content_type.as_ref()
    }

    pub(super) fn validators(&self) -> Validators {
        let mut validators = Validators::new();
        if let Some(tag) = &self.tag {
            validators = validators.entity_tag(tag.clone());
        }
        if let Some((modified, _)) = self.modified {
            validators = validators.last_modified(modified);
        }
        validators
    }

    /// What stands between the quotes of its tag.
    pub(super) fn version(&self) -> Option<String> {
        let settled = self.clone().settled();
        let tag = settled.tag?.to_string();
        Some(tag.trim_matches('"').to_owned())
    }
}

impl fmt::Debug for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asset")
            .field("length", &self.length)
            .field("tag", &self.tag)
            .finish_non_exhaustive()
    }
}

/// The version of content with this hash: the first half, which is more than enough to tell the states of a file from one another.
pub(super) fn version_of(sha256: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let half = &sha256[..sha256.len() / 2];
    let digit = |digit: u8| char::from(DIGITS[usize::from(digit)]);
    half.iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

impl Content {
    pub(super) fn file(file: File) -> Self {
        Self::File(Arc::new(file))
    }

    /// The bytes of a range, which lies within the length.
    pub(super) fn part(&self, range: Range<u64>) -> Body {
        match self {
            Self::Memory(content) => {
                // What lies in memory has positions that fit.
                let position =
                    |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(content.len());
                Body::from(content.slice(position(range.start)..position(range.end)))
            }
            Self::File(file) => Body::new(FileBody::new(Arc::clone(file), range)),
            Self::Read(read) => {
                let left = range.end - range.start;
                Body::new(Exactly {
                    body: read(range),
                    left,
                })
            }
            Self::Unopened => Body::failing("nobody has opened the file".into()),
        }
    }
}

/// So many bytes of a body, and no other number of them.
struct Exactly {
    body: Body,
    left: u64,
}

impl HttpBody for Exactly {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else {
            let left = self.left;
            let error = format!("the asset is {left} bytes shorter than was said");
            return Poll::Ready(Some(Err(error.into())));
        };
        let mut data = frame?.into_data().unwrap_or_default();
        data.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= data.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
