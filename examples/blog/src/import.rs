//! Taking in posts: of a folder (`--import`), and those with which a new blog begins.
//!
//! A post that is bad is told with its file and the reason, and the others are taken in all the same; the exit status is 1 then. What a
//! file looks like says [`front_matter`]. A post is known by its `path`: taken in a second time, it is changed where its file has changed,
//! and otherwise left as it is, with all that was edited of it here.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    front_matter,
    store::{Store, Taken},
};

const FIRST: [(&str, &str); 4] = [
    ("squall-lines", include_str!("../posts/squall-lines.md")),
    (
        "one-loop-many-winds",
        include_str!("../posts/one-loop-many-winds.md"),
    ),
    (
        "a-route-is-a-promise",
        include_str!("../posts/a-route-is-a-promise.md"),
    ),
    (
        "reading-a-barometer",
        include_str!("../posts/reading-a-barometer.md"),
    ),
];

/// How many posts came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) new: usize,
    pub(crate) changed: usize,
    pub(crate) known: usize,
    pub(crate) bad: usize,
}

impl Tally {
    fn count(&mut self, outcome: &Result<Taken, String>) {
        match outcome {
            Ok(Taken::New) => self.new += 1,
            Ok(Taken::Changed) => self.changed += 1,
            Ok(Taken::Known) => self.known += 1,
            Err(_) => self.bad += 1,
        }
    }
}

/// Puts the first posts into a new blog.
pub(crate) async fn first_posts(store: &Store) -> squall::Result<()> {
    for (stem, source) in FIRST {
        let post = front_matter::read(source, stem).map_err(io::Error::other)?;
        store.take_in(&post).await?;
    }
    Ok(())
}

/// Takes in the posts of a folder, as `--import` does: with a bar on a terminal, and with lines otherwise.
pub(crate) async fn folder(store: &Store, folder: &Path) -> squall::Result<ExitCode> {
    let files = files(folder).map_err(|error| {
        io::Error::other(format!("{} cannot be read: {error}", folder.display()))
    })?;
    let bar = bar(files.len());
    let say = |line: String| bar.suspend(|| println!("{line}"));
    let tally = take_in(store, &files, |file, outcome| {
        match outcome {
            Ok(Taken::New) if bar.is_hidden() => say(format!("new: {}", file.display())),
            Ok(Taken::Changed) => say(format!("changed: {}", file.display())),
            Ok(_) => (),
            Err(reason) => bar.suspend(|| eprintln!("bad: {}: {reason}", file.display())),
        }
        bar.inc(1);
    })
    .await;
    bar.finish_and_clear();
    let Tally {
        new,
        changed,
        known,
        bad,
    } = tally;
    println!(
        "{} files: {new} new, {changed} changed, {known} known, {bad} bad",
        files.len()
    );
    Ok(if bad == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Takes in the posts of these files, and tells what became of each.
pub(crate) async fn take_in(
    store: &Store,
    files: &[PathBuf],
    mut tell: impl FnMut(&Path, Result<Taken, String>),
) -> Tally {
    let mut tally = Tally::default();
    for file in files {
        let outcome = take_in_one(store, file).await;
        tally.count(&outcome);
        tell(file, outcome);
    }
    tally
}

async fn take_in_one(store: &Store, file: &Path) -> Result<Taken, String> {
    let bytes = fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
    let source = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    let stem = file.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let post = front_matter::read(&source, stem)?;
    store.take_in(&post).await.map_err(|error| match error {
        sqlx::Error::InvalidArgument(reason) => reason,
        other => other.to_string(),
    })
}

/// The files `*.md` in a folder and in those below it, in the order of their names.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension() == Some(OsStr::new("md")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The bar of a terminal; where there is none, it is hidden.
fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {elapsed}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
