//! Static files: Tornado's `StaticFileHandler`, from a folder, from what is part of the program, or from a source of one's own.
//!
//! A request goes one way through this room: `target` finds out which path is meant (`path` says what may be asked for at all), `source` finds
//! what stands there and beside it, `answer` decides what of it is sent and under which fields. Of a folder, `root` opens, `folder` knows the
//! tags, `known` remembers them, `reading` sends. What the system has in memory is answered where the request came in; whatever may wait
//! for a disk is done on the blocking pool, in one go.

mod answer;
mod asset;
#[cfg(feature = "embed")]
mod embedded;
mod folder;
mod known;
mod media_type;
mod parts;
pub(crate) mod path;
mod reading;
mod root;
mod source;
mod target;
mod urls;

use std::{fmt, path::PathBuf, sync::Arc};

use ::http::{HeaderMap, HeaderValue, header};

pub use self::asset::{Asset, AssetSource, Finding};
use self::{answer::Caching, folder::Folder, source::Source};
use crate::handler::{Context, HttpError, Response, Result};

/// Static files: a target of [`routes!`](crate::routes), and what a handler answers with a file by.
///
/// In `routes!`, `"/static/{*path}" => Files::new("static")` serves the files of a folder, and `"/favicon.ico" => Files::new("static")` the one of that
/// name; so `"/static"` alone is a file `static` in it. Where the
/// folder is not there, the application does not start; where that one file is not, the log says so. `GET` and `HEAD` are answered, any other
/// method is 405.
///
/// # Which files
///
/// The rest of the path is decoded once. 404 is whatever is not a regular file below the folder, that may be read: what leads up or is
/// absolute (also encoded), a link out of the folder, a pipe or a device (it is not opened), an encoded slash, a backslash, a colon, a name
/// that begins with a dot (but for `.well-known` at the beginning) or ends with one, a name that is too long. A link to what is in the
/// folder is followed.
///
/// A path that ends in a slash is a folder: its default file is `index.html`, which [`index`](Self::index) changes; there is no listing. The
/// same path without the slash is redirected to it, with 301 and a relative `location`, if there is a default file.
///
/// # What is answered
///
/// * `content-type` by the extension, text in UTF-8; `x-content-type-options: nosniff`.
/// * `etag`, strong: up to 8 MiB the first half of the SHA-256 of the content, above that the time of the last change (to the nanosecond) and
///   the length. `last-modified`. Conditions are answered with 304 and 412.
/// * Ranges: one as 206, several (16 at most) as `multipart/byteranges`, in vain as 416; `if-range`.
/// * Siblings: beside `app.css` may stand `app.css.br`, `app.css.zst` and `app.css.gz`, made beforehand. The client gets the one that it
///   likes best, under a tag of its own and `vary: accept-encoding`; 406 where it takes none, nor the file itself.
/// * `cache-control: no-cache`: a copy is kept, and asked for again each time, which mostly is a 304. [`cache_control`](Self::cache_control) says
///   otherwise. A URL with `?v=…` as [`static_url!`](crate::static_url) and [`Context::static_url`](crate::Context::static_url) make it is
///   answered with `max-age=315360000, immutable`, if the version is that of the file; a version that was made for another
///   state of it, as during a release, with `no-cache`, and so is a sibling that is older than its file.
///
/// # What it costs
///
/// The contents of small files (up to 64 KiB) and the tags of all are remembered, in 32 MiB at most; larger files are read in pieces of
/// 64 KiB when the connection has room, or of 256 KiB where they come from a disk. No event loop waits for a disk.
///
/// Nothing remembered is believed: each request looks at the file, and a changed one has its new content and tag at once. (A change is seen
/// by the time and the length of the file; of two changes within a tick of the file system's clock the second is seen too, since what is
/// younger than two seconds is not remembered.) A sibling that appears, and another folder in the place of this one, are seen within a second.
///
/// A file that becomes shorter while it is sent breaks the connection off; of one that grows, what was announced is sent.
///
/// # Examples
///
/// ```no_run
/// use squall::{Application, Files, Options, routes};
///
/// const ROUTES: squall::Routes = routes![
///     "/static/{*path}" => Files::new("static"),
///     "/favicon.ico" => Files::new("static"),
///     "/robots.txt" => Files::new("static"),
/// ];
///
/// #[squall::main]
/// async fn main() -> squall::Result<()> {
///     Application::new(ROUTES).serve(Options::parse()).await
/// }
/// ```
///
/// A handler that has checked who asks:
///
/// ```no_run
/// use squall::{
///     Application, Context, Files, HttpError, Result, State, handler,
///     handler::{IntoResponse, Response},
///     http::{ContentDisposition, header},
///     routes,
/// };
///
/// struct Invoices(Files);
///
/// #[handler]
/// #[route("/invoices/{name}")]
/// struct Invoice {
///     name: String,
///     invoices: State<Invoices>,
/// }
///
/// #[handler]
/// impl Invoice {
///     async fn get(&self, cx: &mut Context) -> Result<impl IntoResponse> {
///         # let is_mine = true;
///         if !is_mine {
///             return Err(HttpError::forbidden().into());
///         }
///         let name = ContentDisposition::attachment(&self.name);
///         let file = self.invoices.0.answer(cx, &self.name).await?;
///         Ok(([(header::CONTENT_DISPOSITION, name)], file))
///     }
/// }
///
/// let app = Application::new(routes![Invoice]).state(Invoices(Files::new("/var/lib/shop/invoices")));
/// # let _ = app;
/// ```
#[derive(Clone)]
pub struct Files {
    source: Source,
    settings: Arc<Settings>,
}

/// What an author has said about files.
#[derive(Clone)]
struct Settings {
    index: Option<String>,
    hidden: bool,
    cache_control: Option<HeaderValue>,
    extra_headers: Option<Arc<ExtraHeaders>>,
    /// What cannot be done.
    fault: Option<String>,
}

type ExtraHeaders = dyn Fn(&str, &mut HeaderMap) + Send + Sync;

impl Files {
    /// The files of a folder: a path below the folder of the crate, or below the working directory where the former does not exist, as with
    /// a program that was moved to where it runs. An absolute path is that.
    ///
    /// Where it stands in `routes!`, a program whose folder is missing does not start. Elsewhere the folder of the crate is known
    /// only to a program that `cargo` runs, and a missing folder is a 500.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::of(Source::Folder(Arc::new(Folder::new(folder.into()))))
    }

    /// The files of a source of one's own.
    #[must_use]
    pub fn from_source(source: impl AssetSource) -> Self {
        Self::of(Source::Other(Arc::new(source)))
    }

    /// The files that are part of the program: a type that derives `rust_embed::RustEmbed`, which is `squall::rust_embed::RustEmbed`.
    ///
    /// Their tags are made when the program is compiled. In a debug build `rust-embed` reads them from the disk for each request, so
    /// that a change shows without compiling anew, unless its feature `debug-embed` is on.
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::{Files, Routes, routes, rust_embed::RustEmbed};
    ///
    /// #[derive(RustEmbed)]
    /// #[folder = "src/files"]
    /// #[crate_path = "squall::rust_embed"]
    /// struct Assets;
    ///
    /// const ROUTES: Routes = routes!["/static/{*path}" => Files::embedded::<Assets>()];
    /// ```
    #[cfg(feature = "embed")]
    #[must_use]
    pub fn embedded<E: rust_embed::RustEmbed + 'static>() -> Self {
        Self::from_source(embedded::Embedded::<E>::new())
    }

    fn of(source: Source) -> Self {
        let settings = Settings {
            index: Some("index.html".to_owned()),
            hidden: false,
            cache_control: None,
            extra_headers: None,
            fault: None,
        };
        Self {
            source,
            settings: Arc::new(settings),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// Says which file stands for a folder, Tornado's `default_filename`; an empty name is none, and each folder 404. Default: `index.html`.
    #[must_use]
    pub fn index(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.with(|settings| {
            if name.contains('/') || !path::is_safe(&name, true) {
                settings.fault = Some(format!("the default file `{name}` is no name of a file"));
            }
            settings.index = Some(name).filter(|name| !name.is_empty());
        })
    }

    /// Whether names that begin with a dot are served. Default: `false`, but for `.well-known` at the beginning of the path
    /// ([RFC 8615](https://www.rfc-editor.org/rfc/rfc8615)).
    #[must_use]
    pub fn hidden(self, hidden: bool) -> Self {
        self.with(|settings| settings.hidden = hidden)
    }

    /// Says what the `cache-control` of a URL without a version is: `public, max-age=3600`. Default: `no-cache`, and
    /// `private, no-cache` where a handler [answers](Self::answer).
    #[must_use]
    pub fn cache_control(self, value: impl AsRef<str>) -> Self {
        self.with(|settings| match HeaderValue::from_str(value.as_ref()) {
            Ok(value) => settings.cache_control = Some(value),
            Err(_) => {
                let value = value.as_ref().escape_debug();
                settings.fault = Some(format!("`{value}` cannot be a `cache-control`"));
            }
        })
    }

    /// Lets a function set fields, Tornado's `set_extra_headers`: for each answer with a file, 304 too, by its path below the folder. It sees
    /// the fields that are there, and may change them.
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::{Files, http::{HeaderValue, header}};
    ///
    /// let files = Files::new("static").extra_headers(|path, headers| {
    ///     if path.starts_with("fonts/") {
    ///         headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    ///     }
    /// });
    /// # let _ = files;
    /// ```
    #[must_use]
    pub fn extra_headers(self, add: impl Fn(&str, &mut HeaderMap) + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.extra_headers = Some(Arc::new(add)))
    }

    /// Answers with a file, in a handler: with conditions, ranges and siblings, as in `routes!`, for `GET` and `HEAD`; for any other method with the
    /// whole file.
    ///
    /// *Shape*: the path is decoded and relative, and may come from a client: what is refused in a URL is refused here. There are no
    /// default files and no redirects, and no `v` counts.
    ///
    /// *Effect*: a `cache-control` set on the context stays. Without one it is that of these files, or else `private, no-cache`: what not everybody
    /// may see must not stay where everybody comes by.
    ///
    /// # Errors
    ///
    /// 404 where there is no such file; 406, 412 and 416 as in `routes!`.
    pub async fn answer(&self, cx: &Context, path: impl AsRef<str>) -> Result<Response> {
        let path = path.as_ref();
        let is_file = !path.is_empty() && !path.ends_with('/');
        if !is_file || !path::is_safe(path, self.settings.hidden) {
            return Err(HttpError::not_found().into());
        }
        let said = cx.answer.headers.contains_key(header::CACHE_CONTROL);
        let caching = if said {
            Caching::Said
        } else {
            Caching::Private
        };
        let found = self.find(cx.request(), path.to_owned(), caching).await?;
        found.ok_or_else(|| HttpError::not_found().into())
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
