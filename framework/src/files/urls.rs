//! `cx.static_url(…)`: URLs of static files that name the version of the file (Tornado's `static_url`).

use std::{any::Any, fmt::Write, sync::PoisonError};

use super::{path, root::Halt, source::Source, target::Placed};
use crate::{
    handler::{Context, Misuse, RequestHandle, Result},
    http::percent::Encoder,
};

/// Static files.
impl Context {
    /// The URL of a static file, with its version: `/static/app.css?v=…`. It is answered so that caches keep it for ever, and it changes when
    /// the file does.
    ///
    /// *Shape*: the path is decoded and relative to the folder: `img/logo.svg`. The file is looked for in the [`Files`](crate::Files) of `routes!` with a
    /// pattern for all that there is (`/static/{*path}`) and no host, in the order of the list; the first that has it gives the URL.
    ///
    /// In an application that is [mounted](crate::Application::mount), it is the URL without the prefix of the mount.
    ///
    /// The version of a folder's file is remembered; the first time, and when the file has changed, the call reads it (8 MiB at most) and waits
    /// for that. Where none has it, the URL is that of the first, without a version, and the log has an error: once for each path. Where the file is known
    /// when the program is compiled, [`static_url!`](crate::static_url) is the better way: there it is an error of the compiler.
    ///
    /// # Errors
    ///
    /// 500 when there are no such `Files` in `routes!`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use squall::{Context, Files, Html, Result, Routes, handler, routes};
    ///
    /// #[handler]
    /// #[route("/")]
    /// struct Home;
    ///
    /// #[handler]
    /// impl Home {
    ///     async fn get(&self, cx: &mut Context) -> Result<Html<String>> {
    ///         let style = cx.static_url("app.css")?;
    ///         Ok(Html(format!("<link rel=stylesheet href=\"{style}\"><p>Hello")))
    ///     }
    /// }
    ///
    /// const ROUTES: Routes = routes![Home, "/static/{*path}" => Files::new("static")];
    /// ```
    pub fn static_url(&self, path: impl AsRef<str>) -> Result<String> {
        self.request().static_url(path)
    }

    /// As [`static_url`](Self::static_url), with scheme and host, for what leaves the site: a feed, a mail. Tornado's `include_host`.
    ///
    /// The host is what the client says ([`host`](Self::host)); [`allowed_hosts`](crate::Application::allowed_hosts) sees to it that it is one of
    /// the program's.
    ///
    /// # Errors
    ///
    /// As [`static_url`](Self::static_url); 500 when the request names no host.
    pub fn absolute_static_url(&self, path: impl AsRef<str>) -> Result<String> {
        let url = self.static_url(path)?;
        let scheme = self.request().scheme();
        let host = self.host().ok_or_else(|| {
            Misuse::error("`cx.absolute_static_url` for a request that names no host")
        })?;
        Ok(format!("{scheme}://{host}{url}"))
    }
}

/// Static files, for what outlives the [`Context`].
impl RequestHandle {
    /// The URL of a static file, with its version: see [`Context::static_url`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn static_url(&self, path: impl AsRef<str>) -> Result<String> {
        let path = path.as_ref();
        let mut all = self
            .placed_files()
            .filter_map(|placed| Some((placed, placed.prefix.as_deref()?)));
        let Some(first) = all.next() else {
            return Err(Misuse::error(
                "`cx.static_url` without static files: add `\"/static/{*path}\" => Files::new(\"static\")` to `routes!`",
            ));
        };
        let prefix = first.1;
        let mut versions = std::iter::once(first)
            .chain(all)
            .filter_map(|(placed, prefix)| Some((placed.version(path)?, prefix)));
        Ok(match versions.next() {
            Some((version, prefix)) => url(prefix, path) + "?v=" + &version,
            None => {
                first.0.report(path);
                url(prefix, path)
            }
        })
    }

    fn placed_files(&self) -> impl Iterator<Item = &Placed> {
        let targets = &self.shared().targets;
        targets.iter().filter_map(|target| {
            let target: &dyn Any = &**target;
            target.downcast_ref()
        })
    }
}

impl Placed {
    /// The version of a file; `None` where there is none.
    fn version(&self, path: &str) -> Option<String> {
        let is_file = !path.is_empty() && !path.ends_with('/');
        if !is_file || !path::is_safe(path, self.files.settings.hidden) {
            return None;
        }
        match &self.files.source {
            Source::Other(source) => source.version(path),
            Source::Folder(folder) => folder.version(path).unwrap_or_else(|halt| {
                if let Halt::Failed(error) = halt {
                    tracing::error!(target: "squall", path, error = %error, "a static file cannot be read");
                }
                None
            }),
        }
    }

    /// Says in the log that a file is missing, once.
    fn report(&self, path: &str) {
        /// The paths that are remembered; of others it is said each time.
        const MOST: usize = 1024;

        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.contains(path) {
            return;
        }
        if reported.len() < MOST {
            reported.insert(path.to_owned());
        }
        drop(reported);
        tracing::error!(
            target: "squall",
            path,
            "`static_url` knows no version of this file: is it there? the path is relative to its folder, as `app.css`"
        );
    }
}

/// The URL of a file. What stands in front of its path ends in a slash, and a second one would make it that of another host.
fn url(prefix: &str, path: &str) -> String {
    let mut url = prefix.to_owned();
    _ = Encoder::path(&mut url).write_str(path.trim_start_matches('/'));
    url
}
