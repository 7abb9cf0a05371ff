//! `Files` as a target of `routes!`: which path a request means, and folders.

use std::{collections::BTreeSet, path::Path, sync::Mutex};

use super::{Files, answer::Caching, path, root::Patience, source::Source};
use crate::{
    handler::{
        Context, HttpError, IntoResponse, Redirect, Response, Result,
        life_cycle::BoxFuture,
        target::{Given, IntoTarget, ReadyMade},
    },
    http::{percent, query},
    routing::pattern::{Place, Segment},
};

/// Files in their place.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) files: Files,
    what: What,
    /// What stands in front of the path of a file, where all that there is is served.
    pub(super) prefix: Option<String>,
    /// The paths of which the log says already that no version is known.
    pub(super) reported: Mutex<BTreeSet<String>>,
}

/// Which file a request is for.
#[derive(Debug)]
enum What {
    /// The one that the rest of the path names, which is this parameter.
    Rest(&'static str),
    /// This one.
    Name(String),
}

impl IntoTarget for Files {
    fn into_target(self) -> Given {
        Given::ready_made(Placed {
            files: self,
            what: What::Name(String::new()),
            prefix: None,
            reported: Mutex::default(),
        })
    }
}

impl ReadyMade for Placed {
    fn methods(&self) -> Option<&'static [&'static str]> {
        Some(&["GET"])
    }

    fn settle(&mut self, place: &Place, home: Option<&'static Path>) -> Result<(), String> {
        let about = |fault: String| format!("the files of `{}`: {fault}", place.text());
        if let Some(fault) = &self.files.settings.fault {
            return Err(about(fault.clone()));
        }
        if let Source::Folder(folder) = &self.files.source {
            folder.settle(home).map_err(about)?;
        }
        self.what = self.what_of(place).map_err(about)?;
        if let (What::Name(name), Source::Folder(folder)) = (&self.what, &self.files.source)
            && matches!(folder.has(name, Patience::Endless), Ok(false))
        {
            tracing::warn!(
                target: "squall",
                "`{}` is 404: there is no file `{name}` in its folder; all files of a folder stand under a pattern that ends in `/{{*path}}`",
                place.text(),
            );
        }
        let is_rest = matches!(self.what, What::Rest(_));
        if is_rest && place.spec.host.is_none() {
            let literals = place.segments().filter_map(literal);
            let prefix = literals.flat_map(|text| ["/", text]).collect::<String>();
            self.prefix = Some(prefix + "/");
        }
        Ok(())
    }

    fn answer<'a>(&'a self, cx: &'a mut Context) -> BoxFuture<'a, Result<Response>> {
        Box::pin(async move {
            let answered = match self.path(cx) {
                Some(path) => self.find(cx, path).await?,
                None => None,
            };
            answered.ok_or_else(|| HttpError::not_found().into())
        })
    }
}

fn literal(segment: &Segment) -> Option<&'static str> {
    match segment {
        Segment::Literal { text } => Some(text),
        _ => None,
    }
}

impl Placed {
    /// What a pattern is about.
    ///
    /// # Errors
    ///
    /// Which pattern would do.
    fn what_of(&self, place: &Place) -> Result<What, String> {
        match place.segments().last() {
            Some(Segment::CatchAll) if place.spec.parameters.len() == 1 => {
                return Ok(What::Rest(place.spec.parameters[0]));
            }
            Some(Segment::Literal { text }) if place.spec.parameters.is_empty() => {
                let name = percent::decode(text).unwrap_or_default();
                if !name.is_empty() && path::is_safe(&name, self.files.settings.hidden) {
                    return Ok(What::Name(name.into_owned()));
                }
            }
            _ => {}
        }
        Err("the pattern ends in the rest of the path, as `/static/{*path}`, or in the name of a file, as `/favicon.ico`, and has no other \
             parameter"
            .to_owned())
    }

    /// The path of the file that is asked for; `None` where there can be none.
    fn path(&self, cx: &Context) -> Option<String> {
        match &self.what {
            What::Name(name) => Some(name.clone()),
            What::Rest(parameter) => {
                let raw = cx.raw_parameter(parameter).unwrap_or_default();
                path::from_url(raw, self.files.settings.hidden).map(Into::into)
            }
        }
    }

    async fn find(&self, cx: &Context, mut path: String) -> Result<Option<Response>> {
        let index = self.files.settings.index.as_deref();
        let is_folder = path.is_empty() || path.ends_with('/');
        if is_folder {
            let Some(index) = index else { return Ok(None) };
            path.push_str(index);
        }
        // A name stands for a folder only where it stands for no file.
        let within = index.filter(|_| !is_folder && matches!(self.what, What::Rest(_)));
        let within = within.map(|index| format!("{path}/{index}"));
        let found = self.files.find(cx.request(), path, caching(cx)).await?;
        match within {
            Some(within) if found.is_none() => self.redirect(cx, within).await,
            _ => Ok(found),
        }
    }

    /// The way to a folder that has a default file.
    async fn redirect(&self, cx: &Context, within: String) -> Result<Option<Response>> {
        if !self.files.has(within).await? {
            return Ok(None);
        }
        let redirect = Redirect::across_slash(cx);
        redirect.into_response(cx.request()).map(Some)
    }
}

/// What the URL says of how long an answer may be kept.
fn caching(cx: &Context) -> Caching {
    let version = query::values(cx.query(), "v").filter_map(Result::ok).last();
    match version {
        Some(version) if !version.is_empty() => Caching::Version(version.into_owned()),
        _ => Caching::Plain,
    }
}
