//! The content of an open file, as the body of an answer: read a piece at a time, when the connection has room for it.
//!
//! What the system has in memory is read where the body is polled. For the rest a piece is read on the blocking pool; that the next
//! one comes into memory meanwhile is the system's work. A file that has become shorter breaks the answer off, since the head has
//! said how long it is.

use std::{
    cell::RefCell,
    fs::File,
    io,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::task::JoinHandle;

use crate::handler::{Body, BoxError};

/// What is read from a disk at one time, in bytes.
pub(super) const FETCHED: usize = 256 * 1024;

/// A part of a file.
pub(super) struct FileBody {
    file: Arc<File>,
    rest: Range<u64>,
    /// Bytes that were fetched and not handed on yet.
    fetched: Bytes,
    fetching: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl FileBody {
    pub(super) fn new(file: Arc<File>, part: Range<u64>) -> Self {
        Self {
            file,
            rest: part,
            fetched: Bytes::new(),
            fetching: None,
        }
    }

    fn left(&self) -> u64 {
        self.rest.end - self.rest.start
    }

    /// Takes note of what was read.
    fn took(&mut self, piece: Bytes) -> Result<Bytes, BoxError> {
        if piece.is_empty() {
            let error = "the file has become shorter while it was sent";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, error).into());
        }
        self.rest.start += piece.len() as u64;
        Ok(piece)
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, BoxError>> {
        if self.fetched.is_empty() && self.fetching.is_none() {
            match Piece::read(
                &self.file,
                self.rest.start,
                at_most(self.left(), Body::PIECE),
            ) {
                Ok(Some(piece)) => return Poll::Ready(self.took(piece)),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Err(error.into())),
            }
            let (file, at) = (Arc::clone(&self.file), self.rest.start);
            let length = at_most(self.left(), FETCHED);
            let fetch = move || fetch(&file, at, length);
            self.fetching = Some(tokio::task::spawn_blocking(fetch));
        }
        if let Some(fetching) = &mut self.fetching {
            let fetched = ready!(Pin::new(fetching).poll(cx));
            self.fetching = None;
            self.fetched = fetched??.into();
        }
        let piece = self.fetched.split_to(self.fetched.len().min(Body::PIECE));
        Poll::Ready(self.took(piece))
    }
}

/// A length that fits into memory, and is no more than this.
pub(super) fn at_most(length: u64, most: usize) -> usize {
    usize::try_from(length).map_or(most, |length| length.min(most))
}

impl http_body::Body for FileBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.left() == 0 {
            return Poll::Ready(None);
        }
        let piece = ready!(self.poll_piece(cx));
        Poll::Ready(Some(piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}

thread_local! {
    /// Buffers of pieces that were sent, to be used again: a connection that waits holds none.
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// The buffers that a thread keeps.
const KEPT: usize = 4;

/// A piece of a file in a buffer that is used again.
struct Piece {
    buffer: Vec<u8>,
    length: usize,
}

impl Piece {
    /// Reads what the system has in memory; `None` when that is nothing.
    fn read(file: &File, at: u64, length: usize) -> io::Result<Option<Bytes>> {
        let spare = SPARE.with_borrow_mut(Vec::pop);
        let buffer = spare.unwrap_or_else(|| vec![0; Body::PIECE]);
        let mut piece = Self { buffer, length: 0 };
        match read_now(file, at, &mut piece.buffer[..length])? {
            Some(length) => {
                piece.length = length;
                Ok(Some(Bytes::from_owner(piece)))
            }
            None => Ok(None),
        }
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        // Where the thread ends, nobody wants it.
        _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < KEPT {
                spare.push(buffer);
            }
        });
    }
}

/// Reads without waiting for a disk; `None` where that cannot be.
#[cfg(target_os = "linux")]
fn read_now(file: &File, at: u64, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    use rustix::io::{Errno, ReadWriteFlags, preadv2};
    let mut buffers = [io::IoSliceMut::new(buffer)];
    match preadv2(file, &mut buffers, at, ReadWriteFlags::NOWAIT) {
        Ok(read) => Ok(Some(read)),
        // Not in memory; not with this file system; not with this kernel.
        Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn read_now(_: &File, _: u64, _: &mut [u8]) -> io::Result<Option<usize>> {
    Ok(None)
}

/// Reads so many bytes from a position on, or what there is.
pub(super) fn fetch(file: &File, mut at: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut content = Vec::with_capacity(length);
    while content.len() < length {
        let read = read_at(file, at, length, &mut content)?;
        if read == 0 {
            break;
        }
        at += read as u64;
    }
    content.truncate(length);
    Ok(content)
}

/// Reads behind what is in the buffer, into the room that it has.
#[cfg(unix)]
fn read_at(file: &File, at: u64, _: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
    loop {
        match rustix::io::pread(file, rustix::buffer::spare_capacity(buffer), at) {
            Err(rustix::io::Errno::INTR) => {}
            read => return Ok(read?),
        }
    }
}

#[cfg(windows)]
fn read_at(file: &File, at: u64, length: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
    use std::os::windows::fs::FileExt;
    let filled = buffer.len();
    buffer.resize(length, 0);
    let read = file.seek_read(&mut buffer[filled..], at);
    buffer.truncate(filled + read.as_ref().map_or(0, |read| *read));
    read
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, io::Write};

    use http_body::Body as _;

    use super::*;

    async fn read(mut body: FileBody) -> Result<Vec<u8>, BoxError> {
        let mut content = Vec::new();
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let piece = frame?.into_data().unwrap();
            assert!(piece.len() <= Body::PIECE);
            content.extend_from_slice(&piece);
        }
        assert!(body.is_end_stream());
        Ok(content)
    }

    fn file(content: &[u8]) -> Arc<File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file.sync_all().unwrap();
        Arc::new(file)
    }

    #[tokio::test]
    async fn a_part_is_read_from_memory_and_from_disk() {
        let content: Vec<u8> = (0..1_000_000_u32).map(|at| (at % 251) as u8).collect();
        let file = file(&content);
        for range in [
            0..1_000_000,
            0..1,
            65_535..65_537,
            300_000..900_001,
            500..500,
        ] {
            #[cfg(target_os = "linux")]
            rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
            for _ in ["from disk", "from memory"] {
                let body = FileBody::new(Arc::clone(&file), range.clone());
                assert_eq!(body.size_hint().exact(), Some(range.end - range.start));
                let expected = &content[range.start as usize..range.end as usize];
                assert!(read(body).await.unwrap() == expected, "{range:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_file_that_is_shorter_fails() {
        let body = FileBody::new(file(b"short"), 0..10);
        let error = read(body).await.unwrap_err();
        assert!(error.to_string().contains("shorter"));
    }

    #[test]
    fn what_is_fetched_is_never_longer() {
        let file = file(&[7; 1000]);
        assert_eq!(fetch(&file, 0, 10).unwrap(), [7; 10]);
        assert_eq!(fetch(&file, 995, 10).unwrap(), [7; 5]);
        assert!(fetch(&file, 2000, 10).unwrap().is_empty());
    }
}
