//! Files of a folder: what is there, under which tag, and its content.

use std::{
    env,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::{Duration, Instant, SystemTime},
};

use sha2::{Digest, Sha256};

use super::{
    asset::{Asset, version_of},
    known::{Absence, Known, Memory},
    media_type,
    reading::{FETCHED, at_most, fetch},
    root::{Halt, Identity, Patience, Root},
};

/// The longest file whose tag and version are a hash of its content, in bytes; as in `static_url!`.
pub(super) const HASHED: u64 = 8 * 1024 * 1024;

/// The longest file whose content is kept in memory, in bytes.
const KEPT: u64 = 64 * 1024;

/// How old a change must be before what was read is remembered. Clocks of file systems stand still for a while, on some for two seconds: a
/// second change within that would not be seen.
const SETTLED: Duration = Duration::from_secs(2);

/// How often a file is read that changes meanwhile, before it goes out without a tag.
const TRIES: usize = 3;

/// A folder, named by the author and found when it is first asked for.
#[derive(Debug)]
pub(super) struct Folder {
    named: PathBuf,
    root: OnceLock<Root>,
    memory: Memory,
    since: Instant,
}

impl Folder {
    pub(super) fn new(named: PathBuf) -> Self {
        Self {
            named,
            root: OnceLock::new(),
            memory: Memory::default(),
            since: Instant::now(),
        }
    }

    /// Finds the folder: below that of the crate, or else below the working directory.
    ///
    /// # Errors
    ///
    /// Where it was looked for in vain.
    pub(super) fn settle(&self, home: Option<&Path>) -> Result<&Root, String> {
        if let Some(root) = self.root.get() {
            return Ok(root);
        }
        let mut places: Vec<PathBuf> = Vec::new();
        let working = env::current_dir().unwrap_or_default();
        for place in [home, Some(&working)].into_iter().flatten() {
            let place = place.join(&self.named);
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let found = places
            .iter()
            .find_map(|place| Root::new(place.clone()).ok());
        match found {
            Some(root) => Ok(self.root.get_or_init(|| root)),
            None => {
                let places: Vec<_> = places
                    .iter()
                    .map(|place| format!("`{}`", place.display()))
                    .collect();
                Err(format!(
                    "there is no folder `{}`: looked for it as {}",
                    self.named.display(),
                    places.join(" and as ")
                ))
            }
        }
    }

    fn root(&self) -> Result<&Root, Halt> {
        // What stands in no `routes!` was never told where its crate is; cargo tells the programs that it runs.
        let home = || env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        match self.root.get() {
            Some(root) => Ok(root),
            None => self
                .settle(home().as_deref())
                .map_err(|fault| Halt::Failed(io::Error::new(io::ErrorKind::NotFound, fault))),
        }
    }

    /// The file at a path; `None` where none is.
    pub(super) fn find(&self, path: &str, patience: Patience) -> Result<Option<Arc<Known>>, Halt> {
        let Some(identity) = self.root()?.look(path, patience)? else {
            return Ok(None);
        };
        match self.memory.get(path) {
            Some(known) if known.identity == identity => Ok(Some(known)),
            _ if identity.length > HASHED => Ok(Some(self.remember(path, long(path, identity)))),
            _ if patience == Patience::None => Err(Halt::Wait),
            _ => self.examine(path),
        }
    }

    /// A sibling of a file, with its path. That it is not there is believed for up to a second.
    pub(super) fn find_sibling(
        &self,
        of: &Known,
        index: usize,
        path: impl FnOnce() -> String,
        patience: Patience,
    ) -> Result<Option<(String, Arc<Known>)>, Halt> {
        let span = self.since.elapsed().as_secs();
        if of.alone.is_noted(index, span) {
            return Ok(None);
        }
        let path = path();
        let found = self.find(&path, patience)?;
        if found.is_none() {
            of.alone.note(index, span);
        }
        Ok(found.map(|known| (path, known)))
    }

    /// Whether a file stands at a path.
    pub(super) fn has(&self, path: &str, patience: Patience) -> Result<bool, Halt> {
        Ok(self.root()?.look(path, patience)?.is_some())
    }

    /// Opens a file in the state that is known; `None` when that has passed.
    pub(super) fn open(
        &self,
        path: &str,
        known: &Known,
        patience: Patience,
    ) -> Result<Option<File>, Halt> {
        let opened = self.root()?.open(path, patience)?;
        let is_same = |(_, identity): &(File, Identity)| *identity == known.identity;
        Ok(opened.filter(is_same).map(|(file, _)| file))
    }

    /// Opens a file in the state that it happens to be in, and does not say which one that is.
    pub(super) fn open_any(&self, path: &str) -> Result<Option<(File, Known)>, Halt> {
        let opened = self.root()?.open(path, Patience::Endless)?;
        Ok(opened.map(|(file, identity)| (file, changing(path, identity))))
    }

    /// The version of a file; `None` where there is no file, or where it changes all the time.
    pub(super) fn version(&self, path: &str) -> Result<Option<String>, Halt> {
        let known = match self.find(path, Patience::None) {
            Err(Halt::Wait) => self.find(path, Patience::Endless)?,
            known => known?,
        };
        Ok(known.and_then(|known| known.asset.version()))
    }

    /// Reads a file for its tag.
    fn examine(&self, path: &str) -> Result<Option<Arc<Known>>, Halt> {
        let mut last = None;
        for _ in 0..TRIES {
            let Some((file, identity)) = self.root()?.open(path, Patience::Endless)? else {
                return Ok(None);
            };
            if let Some(known) = read(path, &file, identity).map_err(Halt::Failed)? {
                return Ok(Some(if is_settled(identity) {
                    self.remember(path, known)
                } else {
                    Arc::new(known)
                }));
            }
            last = Some(identity);
        }
        Ok(last.map(|identity| Arc::new(changing(path, identity))))
    }

    fn remember(&self, path: &str, known: Known) -> Arc<Known> {
        let known = Arc::new(known);
        self.memory.put(path, Arc::clone(&known));
        known
    }
}

/// Whether another change would be seen.
fn is_settled(identity: Identity) -> bool {
    let age = SystemTime::now().duration_since(identity.changed());
    age.is_ok_and(|age| age > SETTLED)
}

/// Reads a file and makes its tag; `None` when it changes meanwhile.
fn read(path: &str, file: &File, identity: Identity) -> io::Result<Option<Known>> {
    let length = identity.length;
    let asset = if length <= KEPT {
        // One byte more than there should be, to see that it is the last.
        let mut content = fetch(file, 0, at_most(length + 1, usize::MAX))?;
        content.shrink_to_fit();
        Asset::new(content)
    } else {
        Asset::unopened(length)
    };
    let version = match asset.in_memory() {
        Some(content) => version_of(&Sha256::digest(content)),
        None => version_of_file(file, length)?,
    };
    let is_same = asset.length == length && Identity::of_file(file)? == Some(identity);
    let asset = asset.with_version(version);
    Ok(is_same.then(|| known(path, identity, asset)))
}

/// The version of so many bytes, or of what there is.
fn version_of_file(file: &File, length: u64) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut at = 0;
    while at < length {
        let piece = fetch(file, at, at_most(length - at, FETCHED))?;
        if piece.is_empty() {
            break;
        }
        hasher.update(&piece);
        at += piece.len() as u64;
    }
    Ok(version_of(&hasher.finalize()))
}

/// A file that is too long to be read for its tag. A change that leaves its length and its time of change is not seen.
fn long(path: &str, identity: Identity) -> Known {
    let since = identity.modified.duration_since(SystemTime::UNIX_EPOCH);
    let version = format!(
        "{:x}-{:x}",
        since.unwrap_or_default().as_nanos(),
        identity.length
    );
    known(
        path,
        identity,
        Asset::unopened(identity.length).with_version(version),
    )
}

/// A file that changes all the time has no tag.
fn changing(path: &str, identity: Identity) -> Known {
    known(path, identity, Asset::unopened(identity.length))
}

fn known(path: &str, identity: Identity, asset: Asset) -> Known {
    Known {
        identity,
        asset: asset
            .with_modified(identity.modified)
            .with_content_type(media_type::of(path)),
        alone: Absence::default(),
    }
}
