//! [`Upload`]: a file that a form has brought, in memory or in a temporary file; and [`HeldForm`], a whole form with its files.

use std::{fmt, io, mem, path::Path};

use bytes::{Bytes, BytesMut};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
    runtime::Handle,
};

use super::{context::Context, error::Result, extract::FromRequest, multipart::Multipart};
use crate::http::query;

/// The longest file that is held in memory, in bytes.
const HELD: usize = 64 * 1024;

/// A file that a form has brought, whole. Feature `multipart`.
///
/// It is given by [`cx.files`](crate::Context::files) and [`Part::upload`](crate::handler::Part::upload), and is no field of a
/// [`Form`](crate::Form): what the form says besides is that, and its files stand beside it.
///
/// Up to 64 KiB are held in memory, and beyond that it lies in a temporary file in the folder for such
/// ([`std::env::temp_dir`]). That file has no name, so that it is gone when this is dropped, and also when the program is killed.
pub struct Upload {
    file_name: Option<String>,
    content_type: Option<String>,
    length: u64,
    content: Content,
}

enum Content {
    Held(BytesMut),
    Spilled(File),
}

impl Default for Content {
    fn default() -> Self {
        Self::Held(BytesMut::new())
    }
}

impl Upload {
    /// The name that the file has at the client, without folders.
    ///
    /// It says nothing about what the file is, and is no name to write to: two clients may send the same.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// The media type that the client claims.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether it has no content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Its content, in memory: all of it, as long as it is.
    ///
    /// # Errors
    ///
    /// 500 when the temporary file cannot be read.
    pub async fn bytes(&mut self) -> Result<Bytes> {
        match &mut self.content {
            Content::Held(content) => Ok(content.clone().freeze()),
            Content::Spilled(file) => {
                file.rewind().await?;
                let mut content = Vec::with_capacity(usize::try_from(self.length)?);
                file.read_to_end(&mut content).await?;
                Ok(content.into())
            }
        }
    }

    /// Writes it into a file of this name, which is made, or emptied before. What could be written of it is removed when it fails.
    ///
    /// # Errors
    ///
    /// 500 when it cannot be written.
    pub async fn save(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let mut target = File::create(path).await?;
        if let Err(error) = self.copy_to(&mut target).await {
            drop(target);
            _ = tokio::fs::remove_file(path).await;
            return Err(error.into());
        }
        Ok(())
    }

    async fn copy_to(&mut self, target: &mut File) -> io::Result<()> {
        match &mut self.content {
            Content::Held(content) => target.write_all(content).await?,
            Content::Spilled(file) => {
                file.rewind().await?;
                tokio::io::copy(file, target).await?;
            }
        }
        target.flush().await
    }

    /// The file itself, to be read from its beginning: what was held in memory goes into a temporary file. It has no name, and is gone
    /// when it is dropped.
    ///
    /// # Errors
    ///
    /// 500 when the temporary file cannot be made.
    pub async fn into_file(mut self) -> Result<File> {
        let mut file = match mem::take(&mut self.content) {
            Content::Held(content) => {
                let mut file = temporary().await?;
                file.write_all(&content).await?;
                file.flush().await?;
                file
            }
            Content::Spilled(file) => file,
        };
        file.rewind().await?;
        Ok(file)
    }

    pub(super) fn new(file_name: Option<&str>, content_type: Option<&str>) -> Self {
        Self {
            file_name: file_name.map(str::to_owned),
            content_type: content_type.map(str::to_owned),
            length: 0,
            content: Content::default(),
        }
    }

    /// Whether it would still be held in memory with so much more.
    pub(super) fn is_held_with(&self, more: usize) -> bool {
        matches!(&self.content, Content::Held(content) if content.len() + more <= HELD)
    }

    /// Adds a piece, in memory if it may stay there. Gives how much memory has become free, where it has gone into a file now.
    pub(super) async fn push(&mut self, chunk: Bytes, is_held: bool) -> io::Result<Option<usize>> {
        self.length += chunk.len() as u64;
        match &mut self.content {
            Content::Held(content) if is_held => {
                content.extend_from_slice(&chunk);
                Ok(None)
            }
            Content::Held(content) => {
                let mut file = temporary().await?;
                file.write_all(content).await?;
                file.write_all(&chunk).await?;
                let freed = content.len();
                self.content = Content::Spilled(file);
                Ok(Some(freed))
            }
            Content::Spilled(file) => {
                file.write_all(&chunk).await?;
                Ok(None)
            }
        }
    }

    /// Waits until all of it is written.
    pub(super) async fn finish(mut self) -> Result<Self> {
        if let Content::Spilled(file) = &mut self.content {
            file.flush().await?;
        }
        Ok(self)
    }
}

/// To close a temporary file frees its space, a third of a second for a gigabyte: no event loop waits for that.
impl Drop for Upload {
    fn drop(&mut self) {
        if let (Content::Spilled(file), Ok(runtime)) =
            (mem::take(&mut self.content), Handle::try_current())
        {
            runtime.spawn_blocking(move || drop(file));
        }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// A file without a name.
async fn temporary() -> io::Result<File> {
    let file = tokio::task::spawn_blocking(tempfile::tempfile).await??;
    Ok(File::from_std(file))
}

/// A form that was read whole: its values as one text, encoded like the content of a form without files, and its files.
#[derive(Debug)]
pub(crate) struct HeldForm {
    pub(crate) values: Bytes,
    files: Vec<(String, Upload)>,
}

impl HeldForm {
    /// Reads the content of a request.
    ///
    /// # Errors
    ///
    /// Those of [`Multipart`].
    pub(super) async fn read(cx: &mut Context) -> Result<Self> {
        let mut form = Multipart::from_request(cx).await?;
        let mut values = String::new();
        let mut files = Vec::new();
        while let Some(part) = form.next_part().await? {
            let name = part.name().to_owned();
            if part.file_name().is_some() {
                files.push((name, part.upload().await?));
                continue;
            }
            if !values.is_empty() {
                values.push('&');
            }
            query::write_encoded(&mut values, &name);
            values.push('=');
            query::write_encoded(&mut values, &part.text().await?);
        }
        Ok(Self {
            values: values.into(),
            files,
        })
    }

    /// Takes the files of a name out.
    pub(super) fn take(&mut self, name: &str) -> Vec<Upload> {
        let found = self.files.extract_if(.., |(own, _)| own == name);
        found.map(|(_, upload)| upload).collect()
    }
}
