//! The pictures on the disk: one folder, one file each. A name is the time at which a picture came, and what its file was called:
//! `1732492800123-cat-on-a-roof.png`.
//!
//! What is on its way lies beside them under a hidden name, is renamed when all of it is there, and removed when it will never be.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;
use squall::{HttpError, Result, http::StatusCode};
use tokio::{fs::File, io::AsyncWriteExt, runtime::Handle};

/// What a picture can be, told by its first bytes: what the client says of it, and how its file is called, proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    Gif,
    Webp,
    Avif,
}

impl Kind {
    /// The bytes that it takes to tell.
    pub(crate) const SIGNATURE: usize = 12;

    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let has =
            |at: usize, text: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(text));
        Some(if has(0, b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if has(0, b"\xff\xd8\xff") {
            Self::Jpeg
        } else if has(0, b"GIF87a") || has(0, b"GIF89a") {
            Self::Gif
        } else if has(0, b"RIFF") && has(8, b"WEBP") {
            Self::Webp
        } else if has(4, b"ftypavif") {
            Self::Avif
        } else {
            return None;
        })
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Avif => "avif",
        }
    }
}

/// A picture that is there.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Picture {
    /// The name of its file.
    pub(crate) name: String,
    pub(crate) caption: String,
    pub(crate) bytes: u64,
    /// The time at which it came, in milliseconds since 1970.
    pub(crate) added: u64,
}

impl Picture {
    /// Reads the name of a file back. `None` for what is none of ours.
    fn of(name: &str, bytes: u64) -> Option<Self> {
        let (stem, _extension) = name.rsplit_once('.')?;
        let (added, caption) = stem.split_once('-')?;
        Some(Self {
            name: name.to_owned(),
            caption: caption.replace('-', " "),
            bytes,
            added: added.parse().ok()?,
        })
    }
}

/// The folder, and what is in it.
pub(crate) struct Store {
    folder: PathBuf,
    /// Sorted by the time at which they came.
    pictures: RwLock<Vec<Picture>>,
    room: Arc<Room>,
    last: AtomicU64,
}

/// The bytes that are taken, of those that there are.
struct Room {
    taken: AtomicU64,
    most: u64,
}

impl Store {
    /// Opens a folder, which is made if it is not there. What an earlier run has left half-written is removed.
    pub(crate) fn open(folder: &Path, most: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut pictures = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(INCOMING) {
                fs::remove_file(entry.path())?;
            } else {
                pictures.extend(Picture::of(&name, entry.metadata()?.len()));
            }
        }
        pictures.sort_by_key(|picture| picture.added);
        let taken = pictures.iter().map(|picture| picture.bytes).sum();
        let last = pictures.last().map_or(0, |picture| picture.added);
        Ok(Self {
            folder: folder.to_owned(),
            pictures: RwLock::new(pictures),
            room: Arc::new(Room {
                taken: AtomicU64::new(taken),
                most,
            }),
            last: AtomicU64::new(last),
        })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// So many pictures from the newest on, behind this many; and how many there are.
    pub(crate) fn newest(&self, skip: usize, count: usize) -> (Vec<Picture>, usize) {
        let pictures = self.pictures.read().unwrap_or_else(PoisonError::into_inner);
        let shown = pictures.iter().rev().skip(skip).take(count).cloned();
        (shown.collect(), pictures.len())
    }

    /// Makes a place for a picture to come.
    pub(crate) async fn begin(&self) -> io::Result<Incoming> {
        let added = self.next_time();
        let path = self.folder.join(format!("{INCOMING}{added}"));
        let file = File::create_new(&path).await?;
        Ok(Incoming {
            begun: Some((path, file)),
            added,
            bytes: 0,
            room: Arc::clone(&self.room),
        })
    }

    /// Takes a picture that has come whole.
    pub(crate) async fn keep(
        &self,
        mut incoming: Incoming,
        kind: Kind,
        file_name: &str,
    ) -> io::Result<Picture> {
        let slug = slug(file_name);
        let name = format!("{}-{slug}.{}", incoming.added, kind.extension());
        if let Some((path, file)) = &mut incoming.begun {
            file.flush().await?;
            tokio::fs::rename(path, self.folder.join(&name)).await?;
        }
        incoming.begun = None;
        let picture = Picture {
            name,
            caption: slug.replace('-', " "),
            bytes: incoming.bytes,
            added: incoming.added,
        };
        let mut pictures = self
            .pictures
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // Who began earlier may end later.
        let at = pictures.partition_point(|other| other.added < picture.added);
        pictures.insert(at, picture.clone());
        Ok(picture)
    }

    /// The time, in milliseconds; never the same twice.
    fn next_time(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
        let next = |last: u64| Some(now.max(last + 1));
        let last = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        last.map_or(now, |last| now.max(last + 1))
    }
}

/// How the files begin that are on their way.
const INCOMING: &str = ".incoming-";

/// A picture on its way. Dropped before it is kept, it leaves nothing behind.
pub(crate) struct Incoming {
    /// The file under its hidden name; `None` when it is kept under its own.
    begun: Option<(PathBuf, File)>,
    added: u64,
    bytes: u64,
    room: Arc<Room>,
}

impl Incoming {
    /// # Errors
    ///
    /// 507 when there is no room for it (RFC 4918 §11.5).
    pub(crate) async fn write(&mut self, chunk: &[u8]) -> Result<()> {
        let more = chunk.len() as u64;
        self.bytes += more;
        if self.room.taken.fetch_add(more, Ordering::Relaxed) + more > self.room.most {
            let error = HttpError::new(StatusCode::INSUFFICIENT_STORAGE);
            return Err(error.with_message("the gallery is full").into());
        }
        if let Some((_, file)) = &mut self.begun {
            file.write_all(chunk).await?;
        }
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some((path, file)) = self.begun.take() {
            self.room.taken.fetch_sub(self.bytes, Ordering::Relaxed);
            let remove = move || {
                drop(file);
                _ = fs::remove_file(path);
            };
            // A large file takes a while to remove, and no event loop waits for that.
            match Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn_blocking(remove)),
                Err(_) => remove(),
            }
        }
    }
}

/// What a file was called, fit for a name and a caption: letters, digits, and hyphens between them.
fn slug(file_name: &str) -> String {
    const LONGEST: usize = 60;
    let stem = Path::new(file_name).file_stem().and_then(OsStr::to_str);
    let mut slug = String::new();
    for character in stem.unwrap_or_default().chars() {
        if slug.len() >= LONGEST {
            break;
        }
        if character.is_alphanumeric() {
            slug.extend(character.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "picture" } else { slug }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kind, slug};

    #[test]
    fn a_slug_is_fit_for_a_name() {
        for (file_name, expected) in [
            ("Cat on a Roof.PNG", "cat-on-a-roof"),
            ("--..a__b--.jpg", "a-b"),
            ("Žluťoučký kůň.webp", "žluťoučký-kůň"),
            ("<script>.png", "script"),
            ("....", "picture"),
            ("", "picture"),
        ] {
            assert_eq!(slug(file_name), expected, "{file_name}");
        }
        assert!(slug(&"long ".repeat(100)).len() <= 64);
    }

    #[test]
    fn a_kind_is_told_by_the_first_bytes() {
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\n...."), Some(Kind::Png));
        assert_eq!(Kind::of(b"\xff\xd8\xff\xe0...."), Some(Kind::Jpeg));
        assert_eq!(Kind::of(b"GIF89a......"), Some(Kind::Gif));
        assert_eq!(Kind::of(b"RIFF....WEBPVP8 "), Some(Kind::Webp));
        assert_eq!(Kind::of(b"....ftypavif"), Some(Kind::Avif));
        assert_eq!(Kind::of(b"<svg xmlns="), None);
        assert_eq!(Kind::of(b""), None);
    }
}
