//! Where files are found: a folder, or a source of the author's. A file and its siblings become one answer here.

use std::{borrow::Borrow, fmt, sync::Arc};

use super::{
    Files,
    answer::{CODINGS, Caching, Chosen, Question, Stop, extension},
    asset::{Asset, AssetSource, Content},
    folder::Folder,
    known::Known,
    media_type,
    root::{Halt, Patience},
};
use crate::handler::{RequestHandle, Response, Result};

/// Where files are found.
#[derive(Clone)]
pub(super) enum Source {
    Folder(Arc<Folder>),
    Other(Arc<dyn AssetSource>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.fmt(f),
            Self::Other(_) => f.write_str("AssetSource"),
        }
    }
}

/// How often an answer is begun anew because its file has changed meanwhile.
const TRIES: usize = 3;

impl Files {
    /// Answers with what stands at a path; `None` where nothing does.
    pub(super) async fn find(
        &self,
        request: &RequestHandle,
        path: String,
        caching: Caching,
    ) -> Result<Option<Response>> {
        let settings = &self.settings;
        let question = Question {
            request,
            settings,
            path: &path,
            caching: &caching,
        };
        let folder = match &self.source {
            Source::Folder(folder) => folder,
            Source::Other(source) => return in_source(&**source, &question).await,
        };
        match in_folder(folder, &question, Patience::None) {
            Ok(found) => return Ok(found),
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Wait | Stop::Changed) => {}
        }
        let (folder, settings, request) =
            (Arc::clone(folder), Arc::clone(settings), request.clone());
        let find = move || {
            let question = Question {
                request: &request,
                settings: &settings,
                path: &path,
                caching: &caching,
            };
            patiently(&folder, &question).map_err(Stop::into_error)
        };
        tokio::task::spawn_blocking(find).await?
    }

    /// Whether something stands at a path.
    pub(super) async fn has(&self, path: String) -> Result<bool> {
        let folder = match &self.source {
            Source::Folder(folder) => folder,
            Source::Other(source) => return Ok(source.find(&path).await?.is_some()),
        };
        let has = match folder.has(&path, Patience::None) {
            Err(Halt::Wait) => {
                let folder = Arc::clone(folder);
                let has = move || folder.has(&path, Patience::Endless);
                tokio::task::spawn_blocking(has).await?
            }
            has => has,
        };
        has.map_err(|halt| Stop::from(halt).into_error())
    }
}

/// A file and what stands beside it, in the order of the codings.
struct Found<A> {
    plain: A,
    siblings: [Option<A>; CODINGS.len()],
}

impl<A: Borrow<Asset>> Found<A> {
    fn alone(plain: A) -> Self {
        Self {
            plain,
            siblings: Default::default(),
        }
    }

    fn answer(
        &self,
        question: &Question<'_>,
        open: impl FnOnce(&A) -> Result<Content, Stop>,
    ) -> Result<Response, Stop> {
        let there = self.siblings.each_ref().map(Option::is_some);
        let index = question.choose(there).map_err(Stop::Failed)?;
        let sibling = index.and_then(|index| self.siblings[index].as_ref());
        let asset = sibling.unwrap_or(&self.plain);
        let chosen = Chosen {
            asset: asset.borrow(),
            coding: index.map(|index| CODINGS[index]),
            varies: there.contains(&true),
        };
        question.answer(self.plain.borrow(), &chosen, || open(asset))
    }
}

/// Whether something may stand beside a file: not beside what is a sibling itself.
fn may_have_siblings(path: &str) -> bool {
    let ends = |coding| {
        path.rsplit_once('.')
            .is_some_and(|(_, end)| end == extension(coding))
    };
    !CODINGS.into_iter().any(ends)
}

fn sibling_of(path: &str, index: usize) -> String {
    format!("{path}.{}", extension(CODINGS[index]))
}

/// What stands at a path of a source.
async fn in_source(source: &dyn AssetSource, question: &Question<'_>) -> Result<Option<Response>> {
    let path = question.path;
    let Some(plain) = source.find(path).await? else {
        return Ok(None);
    };
    let mut plain = plain.settled();
    if plain.content_type().is_none() {
        plain = plain.with_content_type(media_type::of(path));
    }
    let mut found = Found::alone(plain);
    if may_have_siblings(path) {
        for (index, slot) in found.siblings.iter_mut().enumerate() {
            let sibling = source.find(&sibling_of(path, index)).await?;
            *slot = sibling.map(Asset::settled);
        }
    }
    let answered = found.answer(question, |asset| Ok(asset.content.clone()));
    answered.map(Some).map_err(Stop::into_error)
}

/// A file of a folder.
struct File {
    path: String,
    known: Arc<Known>,
}

impl Borrow<Asset> for File {
    fn borrow(&self) -> &Asset {
        &self.known.asset
    }
}

/// What stands at a path of a folder.
fn in_folder(
    folder: &Folder,
    question: &Question<'_>,
    patience: Patience,
) -> Result<Option<Response>, Stop> {
    let path = question.path.to_owned();
    let Some(known) = folder.find(&path, patience)? else {
        return Ok(None);
    };
    let mut found = Found::alone(File { path, known });
    if may_have_siblings(question.path) {
        for (index, slot) in found.siblings.iter_mut().enumerate() {
            let known = &found.plain.known;
            let sibling = || sibling_of(question.path, index);
            let sibling = folder.find_sibling(known, index, sibling, patience)?;
            *slot = sibling.map(|(path, known)| File { path, known });
        }
    }
    let open = |file: &File| match &file.known.asset.content {
        Content::Unopened => {
            let opened = folder.open(&file.path, &file.known, patience)?;
            opened.map(Content::file).ok_or(Stop::Changed)
        }
        content => Ok(content.clone()),
    };
    found.answer(question, open).map(Some)
}

/// What stands at a path of a folder, with all the time it takes.
fn patiently(folder: &Folder, question: &Question<'_>) -> Result<Option<Response>, Stop> {
    for _ in 0..TRIES {
        match in_folder(folder, question, Patience::Endless) {
            Err(Stop::Changed) => {}
            found => return found,
        }
    }
    // It changes all the time, so it goes out as it happens to be.
    let Some((file, known)) = folder.open_any(question.path)? else {
        return Ok(None);
    };
    let found = Found::alone(known.asset);
    found
        .answer(question, |_| Ok(Content::file(file)))
        .map(Some)
}
