//! Files that are part of the program, on `rust-embed`.

use std::{
    fmt,
    marker::PhantomData,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::asset::{Asset, AssetSource, Finding, version_of};

/// The files of a type that derives `RustEmbed`.
pub(super) struct Embedded<E>(PhantomData<fn() -> E>);

impl<E> Embedded<E> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E: RustEmbed + 'static> AssetSource for Embedded<E> {
    fn find<'s>(&'s self, path: &'s str) -> Finding<'s> {
        // A debug build of `rust-embed` reads the disk.
        if cfg!(debug_assertions) {
            let path = path.to_owned();
            let found = tokio::task::spawn_blocking(move || E::get(&path).map(asset));
            return Box::pin(async { Ok(found.await?) });
        }
        let found = E::get(path).map(asset);
        Box::pin(std::future::ready(Ok(found)))
    }

    fn version(&self, path: &str) -> Option<String> {
        E::get(path).map(|file| version_of(&file.metadata.sha256_hash()))
    }
}

fn asset(file: EmbeddedFile) -> Asset {
    let content = match file.data {
        std::borrow::Cow::Borrowed(content) => Bytes::from_static(content),
        std::borrow::Cow::Owned(content) => content.into(),
    };
    let asset = Asset::new(content).with_version(version_of(&file.metadata.sha256_hash()));
    match file.metadata.last_modified() {
        Some(seconds) => asset.with_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
        None => asset,
    }
}

impl<E> fmt::Debug for Embedded<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Embedded")
    }
}
