//! A folder and what can be reached below it: the one place where files are found and opened.
//!
//! Nothing outside of the folder is ever opened, whatever links there are: on Linux the kernel resolves a path beneath the folder
//! (`openat2`), elsewhere the path without its links is compared with that of the folder. And nothing but regular files is opened:
//! what stands at a path is looked at before, and once more when it is open.

use std::{
    fs::{self, File, Metadata},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

#[cfg(target_os = "linux")]
use self::beneath::Beneath;

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) length: u64,
    pub(super) modified: SystemTime,
    /// Device and number of the file.
    #[cfg(unix)]
    file: (u64, u64),
    /// When it was changed in any way, which nobody can set back.
    #[cfg(unix)]
    changed: (i64, i64),
}

impl Identity {
    /// That of a regular file; `None` for anything else.
    fn of(metadata: &Metadata) -> Option<Self> {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        if !metadata.is_file() {
            return None;
        }
        Some(Self {
            length: metadata.len(),
            modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            #[cfg(unix)]
            file: (metadata.dev(), metadata.ino()),
            #[cfg(unix)]
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// That of an open file.
    pub(super) fn of_file(file: &File) -> io::Result<Option<Self>> {
        Ok(Self::of(&file.metadata()?))
    }

    /// When the file was changed last, in any way that the system tells.
    pub(super) fn changed(&self) -> SystemTime {
        #[cfg(unix)]
        if let (Ok(seconds), Ok(nanos)) = (self.changed.0.try_into(), self.changed.1.try_into()) {
            return SystemTime::UNIX_EPOCH + std::time::Duration::new(seconds, nanos);
        }
        self.modified
    }
}

/// Whether to wait for a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Only what the system has in memory counts.
    None,
    /// As long as it takes: not on an event loop.
    Endless,
}

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Halt {
    /// It would have to wait for a disk.
    Wait,
    /// The system failed.
    Failed(io::Error),
}

/// A folder.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    #[cfg(target_os = "linux")]
    beneath: Option<Beneath>,
}

impl Root {
    /// The folder at a path, which is absolute. It is followed when another one takes its place.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(super) fn new(path: PathBuf) -> io::Result<Self> {
        if !fs::metadata(&path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self {
            #[cfg(target_os = "linux")]
            beneath: Beneath::new(&path),
            path,
        })
    }

    /// Which file stands at a path, without opening it; `None` when none does.
    pub(super) fn look(&self, path: &str, patience: Patience) -> Result<Option<Identity>, Halt> {
        #[cfg(target_os = "linux")]
        if let Some(beneath) = &self.beneath {
            return there(beneath.look(&self.path, path, patience));
        }
        there(self.patient(patience).and_then(|()| {
            let metadata = fs::metadata(self.without_links(path)?)?;
            Ok(Identity::of(&metadata))
        }))
    }

    /// Opens the file at a path; `None` when none stands there.
    pub(super) fn open(
        &self,
        path: &str,
        patience: Patience,
    ) -> Result<Option<(File, Identity)>, Halt> {
        #[cfg(target_os = "linux")]
        if let Some(beneath) = &self.beneath {
            return there(beneath.open(&self.path, path, patience));
        }
        there(self.patient(patience).and_then(|()| {
            let path = self.without_links(path)?;
            if Identity::of(&fs::metadata(&path)?).is_none() {
                return Ok(None);
            }
            let file = open_readable(&path)?;
            let identity = Identity::of_file(&file)?;
            Ok(identity.map(|identity| (file, identity)))
        }))
    }

    /// Without `openat2` nothing is known to be in memory.
    #[expect(
        clippy::unused_self,
        reason = "it is this kind of root that has to wait"
    )]
    fn patient(&self, patience: Patience) -> io::Result<()> {
        match patience {
            Patience::None => Err(io::ErrorKind::WouldBlock.into()),
            Patience::Endless => Ok(()),
        }
    }

    /// The path of a file without links in it.
    ///
    /// # Errors
    ///
    /// It is not there, or not below the folder.
    fn without_links(&self, path: &str) -> io::Result<PathBuf> {
        let root = self.path.canonicalize()?;
        let path = root.join(path).canonicalize()?;
        if path.starts_with(&root) {
            Ok(path)
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }
}

/// Opens a file for reading, without waiting for anything that is none.
#[cfg(unix)]
fn open_readable(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags =
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW;
    Ok(File::from(open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open_readable(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// What is not there, may not be read or cannot be named is not there for the client.
fn there<T>(found: io::Result<Option<T>>) -> Result<Option<T>, Halt> {
    use io::ErrorKind::{
        CrossesDevices, InvalidFilename, InvalidInput, IsADirectory, NotADirectory, NotFound,
        PermissionDenied, WouldBlock,
    };
    match found {
        Ok(found) => Ok(found),
        Err(error) if error.kind() == WouldBlock => Err(Halt::Wait),
        Err(error) if is_strange(&error) => Ok(None),
        Err(error) => match error.kind() {
            NotFound | NotADirectory | PermissionDenied | InvalidFilename | InvalidInput
            | IsADirectory | CrossesDevices => Ok(None),
            _ => Err(Halt::Failed(error)),
        },
    }
}

/// Whether links lead round in a circle, or what stands there is a device or a socket that cannot be opened.
#[cfg(unix)]
fn is_strange(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let strange = [Errno::LOOP, Errno::NXIO, Errno::NODEV];
    strange
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(not(unix))]
fn is_strange(_: &io::Error) -> bool {
    false
}

/// Paths that the kernel resolves beneath a folder.
#[cfg(target_os = "linux")]
mod beneath {
    use std::{
        fs::File,
        io,
        os::{fd::OwnedFd, unix::fs::MetadataExt},
        path::Path,
        sync::{Arc, PoisonError, RwLock},
        time::{Duration, Instant},
    };

    use rustix::{
        fs::{CWD, Mode, OFlags, ResolveFlags, openat2},
        io::Errno,
    };

    use super::{Identity, Patience};

    /// How long a folder is taken for the one at its path without looking.
    const FOLLOWED: Duration = Duration::from_secs(1);

    /// How often a path is tried that somebody moves folders in meanwhile.
    const TRIES: usize = 16;

    const LOOKED_AT: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);
    const READ: OFlags = OFlags::RDONLY
        .union(OFlags::CLOEXEC)
        .union(OFlags::NONBLOCK)
        .union(OFlags::NOCTTY);

    /// The folder at a path, held open.
    #[derive(Debug)]
    pub(super) struct Beneath(RwLock<Held>);

    #[derive(Clone, Debug)]
    struct Held {
        folder: Arc<File>,
        since: Instant,
    }

    impl Held {
        fn open(root: &Path, resolve: ResolveFlags) -> io::Result<Self> {
            let flags = LOOKED_AT | OFlags::DIRECTORY;
            let folder = openat2(CWD, root, flags, Mode::empty(), resolve)?;
            Ok(Self {
                folder: Arc::new(File::from(folder)),
                since: Instant::now(),
            })
        }

        fn number(&self) -> io::Result<(u64, u64)> {
            let metadata = self.folder.metadata()?;
            Ok((metadata.dev(), metadata.ino()))
        }
    }

    impl Beneath {
        /// `None` where the kernel cannot do it: an old one, or one that forbids it.
        pub(super) fn new(root: &Path) -> Option<Self> {
            let held = Held::open(root, ResolveFlags::empty()).ok()?;
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
            openat2(&*held.folder, ".", LOOKED_AT, Mode::empty(), resolve).ok()?;
            Some(Self(RwLock::new(held)))
        }

        pub(super) fn look(
            &self,
            root: &Path,
            path: &str,
            patience: Patience,
        ) -> io::Result<Option<Identity>> {
            let found = self.find(root, path, LOOKED_AT, patience)?;
            Identity::of_file(&File::from(found))
        }

        pub(super) fn open(
            &self,
            root: &Path,
            path: &str,
            patience: Patience,
        ) -> io::Result<Option<(File, Identity)>> {
            // To open a pipe or a device would do something to it.
            if self.look(root, path, patience)?.is_none() {
                return Ok(None);
            }
            let file = File::from(self.find(root, path, READ, patience)?);
            let identity = Identity::of_file(&file)?;
            Ok(identity.map(|identity| (file, identity)))
        }

        fn find(
            &self,
            root: &Path,
            path: &str,
            flags: OFlags,
            patience: Patience,
        ) -> io::Result<OwnedFd> {
            let held = self.held(root, patience)?;
            match resolve(&held.folder, root, path, flags, patience) {
                // Perhaps another folder has taken the place of this one.
                Err(error)
                    if error.kind() == io::ErrorKind::NotFound && patience == Patience::Endless =>
                {
                    let now = self.hold(root, ResolveFlags::empty())?;
                    if now.number()? == held.number()? {
                        return Err(error);
                    }
                    resolve(&now.folder, root, path, flags, patience)
                }
                found => found,
            }
        }

        fn held(&self, root: &Path, patience: Patience) -> io::Result<Held> {
            let held = self
                .0
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            if held.since.elapsed() < FOLLOWED {
                return Ok(held);
            }
            self.hold(root, of_patience(patience))
        }

        fn hold(&self, root: &Path, resolve: ResolveFlags) -> io::Result<Held> {
            let held = Held::open(root, resolve)?;
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = held.clone();
            Ok(held)
        }
    }

    fn of_patience(patience: Patience) -> ResolveFlags {
        match patience {
            Patience::None => ResolveFlags::CACHED,
            Patience::Endless => ResolveFlags::empty(),
        }
    }

    fn resolve(
        folder: &File,
        root: &Path,
        path: &str,
        flags: OFlags,
        patience: Patience,
    ) -> io::Result<OwnedFd> {
        let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS | of_patience(patience);
        let find = |path: &Path, resolve| openat2(folder, path, flags, Mode::empty(), resolve);
        let mut found = find(path.as_ref(), beneath);
        if patience == Patience::Endless {
            // The kernel says so when a folder was moved while it went up from a link (openat2(2)).
            for _ in 1..TRIES {
                if !matches!(found, Err(Errno::AGAIN)) {
                    break;
                }
                found = find(path.as_ref(), beneath);
            }
            if matches!(found, Err(Errno::AGAIN)) {
                found = Err(Errno::NOENT);
            }
        }
        match (found, patience) {
            // An absolute link, be it to what is below the folder. Links are gone behind this, so none can lead out any more.
            (Err(Errno::XDEV), Patience::Endless) => {
                let root = root.canonicalize()?;
                let whole = root.join(path).canonicalize()?;
                let below = whole.strip_prefix(&root).map_err(|_| Errno::NOENT)?;
                Ok(find(below, beneath | ResolveFlags::NO_SYMLINKS)?)
            }
            // What is malformed for this kernel can still be found by a longer way; RESOLVE_CACHED came late (Linux 5.12).
            (Err(Errno::XDEV | Errno::INVAL), Patience::None) => Err(Errno::AGAIN.into()),
            (found, _) => Ok(found?),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder beside a secret, with a link for every way.
    fn folder() -> tempfile::TempDir {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("root");
        fs::create_dir_all(root.join("folder")).unwrap();
        fs::write(parent.path().join("secret"), "secret").unwrap();
        fs::write(root.join("file"), "file").unwrap();
        symlink("file", root.join("near")).unwrap();
        symlink(root.join("file"), root.join("absolute")).unwrap();
        symlink("../../root/file", root.join("folder/round")).unwrap();
        symlink("../secret", root.join("out")).unwrap();
        symlink(parent.path().join("secret"), root.join("absolute-out")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(root.join("pipe"))
            .status();
        assert!(made.unwrap().success());
        parent
    }

    #[track_caller]
    fn check(root: &Root, path: &str, is_there: bool) {
        let looked = root.look(path, Patience::Endless).unwrap();
        assert_eq!(looked.is_some(), is_there, "{path}");
        let opened = root.open(path, Patience::Endless).unwrap();
        assert_eq!(opened.map(|(_, identity)| identity), looked, "{path}");
    }

    fn check_all(root: &Root) {
        for path in ["file", "near", "absolute", "folder/round"] {
            check(root, path, true);
        }
        let long = "a".repeat(300);
        for path in [
            "out",
            "absolute-out",
            "loop",
            "pipe",
            "folder",
            "none",
            "file/none",
            &long,
        ] {
            check(root, path, false);
        }
    }

    #[test]
    fn nothing_outside_is_reached_with_the_help_of_the_kernel() {
        let folder = folder();
        check_all(&Root::new(folder.path().join("root")).unwrap());
    }

    #[test]
    fn nothing_outside_is_reached_without_it() {
        let folder = folder();
        let root = Root {
            path: folder.path().join("root"),
            #[cfg(target_os = "linux")]
            beneath: None,
        };
        check_all(&root);
        assert!(matches!(root.look("file", Patience::None), Err(Halt::Wait)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_in_memory_is_found_at_once() {
        let folder = folder();
        let root = Root::new(folder.path().join("root")).unwrap();
        check(&root, "file", true);
        let looked = root.look("file", Patience::None).unwrap();
        assert_eq!(looked, root.look("file", Patience::Endless).unwrap());
    }
}
