//! Several ranges in one answer: `multipart/byteranges` (RFC 9110 §14.6), streamed, its length known beforehand.

use std::{
    collections::VecDeque,
    hash::{BuildHasher, Hasher, RandomState},
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
};

use ::http::HeaderValue;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::asset::Content;
use crate::{
    handler::{Body, BoxError},
    http::ByteRange,
};

/// The parts of some content, with what stands between them.
pub(super) struct Parts {
    content: Content,
    chunks: VecDeque<Chunk>,
    current: Option<Body>,
    left: u64,
}

enum Chunk {
    Text(Bytes),
    Content(Range<u64>),
}

impl Chunk {
    fn length(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Content(range) => range.end - range.start,
        }
    }
}

impl Parts {
    /// The parts of content of this length and type, and the `content-type` of the whole.
    pub(super) fn new(
        content: Content,
        length: u64,
        content_type: &HeaderValue,
        ranges: &[ByteRange],
    ) -> (Self, HeaderValue) {
        let boundary = boundary();
        let mut chunks = VecDeque::with_capacity(2 * ranges.len() + 1);
        let mut line_end = "";
        for range in ranges {
            let content_range = range.content_range(length);
            let fields = [
                line_end.as_bytes(),
                b"--",
                boundary.as_bytes(),
                b"\r\ncontent-type: ",
                content_type.as_bytes(),
                b"\r\ncontent-range: ",
                content_range.as_bytes(),
                b"\r\n\r\n",
            ];
            chunks.push_back(Chunk::Text(fields.concat().into()));
            chunks.push_back(Chunk::Content(range.first()..range.last() + 1));
            line_end = "\r\n";
        }
        chunks.push_back(Chunk::Text(format!("\r\n--{boundary}--\r\n").into()));
        let parts = Self {
            content,
            left: chunks.iter().map(Chunk::length).sum(),
            chunks,
            current: None,
        };
        let content_type = format!("multipart/byteranges; boundary={boundary}");
        let content_type = HeaderValue::try_from(content_type);
        (parts, content_type.expect("a boundary is made of digits"))
    }
}

/// What stands between the parts. Nobody can have written it into the content: it cannot be foreseen.
fn boundary() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            if let Some(body) = &mut self.current {
                match ready!(Pin::new(body).poll_frame(cx)) {
                    Some(Ok(frame)) => {
                        let length = frame.data_ref().map_or(0, Bytes::len);
                        self.left -= length as u64;
                        return Poll::Ready(Some(Ok(frame)));
                    }
                    Some(error) => return Poll::Ready(Some(error)),
                    None => self.current = None,
                }
            }
            let body = match self.chunks.pop_front() {
                None => return Poll::Ready(None),
                Some(Chunk::Text(text)) => text.into(),
                Some(Chunk::Content(range)) => self.content.part(range),
            };
            self.current = Some(body);
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
