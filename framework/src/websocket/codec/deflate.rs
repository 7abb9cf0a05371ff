//! Compressing and inflating the content of messages ([RFC 7692 §7.2](https://www.rfc-editor.org/rfc/rfc7692#section-7.2)), on `flate2`.
//!
//! With context take-over a connection keeps its state: 371 KiB for what it sends and 46 KiB for what it gets, at a window of 15 bits.
//! Without, it borrows that of its thread for as long as a message takes.

use std::{cell::RefCell, fmt};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::{
    Agreed, Violation,
    offer::{LEAST, Way},
};

/// With this a message would end that was flushed; it is not sent (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// The last block of all, with nothing in it.
const LAST: [u8; 5] = [1, 0, 0, 0xff, 0xff];

const BROKEN: Violation = Violation::content("the compressed content is broken");

/// So much comes out at one time.
const PIECE: usize = 4096;

/// The states of one kind that a thread keeps.
const SPARE: usize = 2;

/// Compresses what is sent.
pub(super) struct Deflater {
    way: Way,
    level: u32,
    min_size: usize,
    /// The state, where it is taken over from message to message.
    own: Option<Compress>,
}

impl Deflater {
    pub(super) fn new(agreed: &Agreed) -> Self {
        Self {
            way: agreed.outgoing,
            level: agreed.level,
            min_size: agreed.min_size,
            own: None,
        }
    }

    /// The content compressed. `None` where it is to be sent as it is: it is short, or would be no shorter.
    pub(super) fn deflate(&mut self, content: &[u8]) -> Option<Vec<u8>> {
        if content.len() < self.min_size.max(1) {
            return None;
        }
        let key = (self.way.bits, self.level);
        let mut state = self.own.take().unwrap_or_else(|| {
            COMPRESSORS.take(key).unwrap_or_else(|| {
                Compress::new_with_window_bits(Compression::new(self.level), false, self.way.bits)
            })
        });
        let compressed = compressed(&mut state, content);
        if self.way.takes_over {
            // What was compressed is in the window from here on, so it must be sent.
            self.own = Some(state);
            return compressed;
        }
        state.reset();
        COMPRESSORS.give(key, state);
        compressed.filter(|compressed| compressed.len() < content.len())
    }
}

fn compressed(state: &mut Compress, content: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(content.len() / 2 + 64);
    let before = state.total_in();
    loop {
        let taken = (state.total_in() - before) as usize;
        // Nothing of that can fail: there is neither a dictionary nor an end.
        state
            .compress_vec(&content[taken..], &mut out, FlushCompress::Sync)
            .ok()?;
        if out.len() < out.capacity() {
            break;
        }
        out.reserve(out.capacity().max(64));
    }
    out.truncate(out.len().checked_sub(TAIL.len())?);
    Some(out)
}

/// Inflates what comes.
pub(super) struct Inflater {
    way: Way,
    /// The state: of the message under way, and where it is taken over, of the one before.
    state: Option<Decompress>,
}

impl Inflater {
    pub(super) fn new(way: Way) -> Self {
        // A window of 8 bits fits into one of 9, which is the least that zlib has.
        let bits = way.bits.max(LEAST);
        Self {
            way: Way { bits, ..way },
            state: None,
        }
    }

    /// Inflates a part of a message, piece by piece.
    pub(super) fn inflate(
        &mut self,
        mut bytes: &[u8],
        mut push: impl FnMut(&[u8]) -> Result<(), Violation>,
    ) -> Result<(), Violation> {
        let bits = self.way.bits;
        let fresh = || {
            DECOMPRESSORS
                .take(bits)
                .unwrap_or_else(|| Decompress::new_with_window_bits(false, bits))
        };
        let state = self.state.get_or_insert_with(fresh);
        let mut space = [0; PIECE];
        loop {
            let (came, gave) = (state.total_in(), state.total_out());
            let status = state.decompress(bytes, &mut space, FlushDecompress::None);
            let (came, gave) = (
                (state.total_in() - came) as usize,
                (state.total_out() - gave) as usize,
            );
            bytes = &bytes[came..];
            // First what came before anything that is broken: so it does not matter in what pieces it has come.
            push(&space[..gave])?;
            if status.map_err(|_| BROKEN)? == Status::StreamEnd {
                // A last block within a message (RFC 7692 §7.2.3.4).
                state.reset(false);
            }
            if bytes.is_empty() && gave < space.len() {
                return Ok(());
            }
            if came == 0 && gave == 0 {
                return Err(BROKEN);
            }
        }
    }

    /// Ends a message.
    pub(super) fn end(
        &mut self,
        push: impl FnMut(&[u8]) -> Result<(), Violation>,
    ) -> Result<(), Violation> {
        self.inflate(&TAIL, push)?;
        if !self.way.takes_over
            && let Some(mut state) = self.state.take()
        {
            // It fits only where the message has ended with a block: one that was cut off would be taken for something else.
            let ended = state.decompress(&LAST, &mut [0; 8], FlushDecompress::None);
            if !matches!(ended, Ok(Status::StreamEnd)) {
                return Err(BROKEN);
            }
            state.reset(false);
            DECOMPRESSORS.give(self.way.bits, state);
        }
        Ok(())
    }
}

/// States that a thread keeps for connections that keep none.
struct Spare<K: 'static, S: 'static>(&'static std::thread::LocalKey<RefCell<Vec<(K, S)>>>);

impl<K: PartialEq, S> Spare<K, S> {
    fn take(&self, key: K) -> Option<S> {
        self.0.with_borrow_mut(|spare| {
            let at = spare.iter().position(|(known, _)| *known == key)?;
            Some(spare.swap_remove(at).1)
        })
    }

    fn give(&self, key: K, state: S) {
        self.0.with_borrow_mut(|spare| {
            if spare.iter().filter(|(known, _)| *known == key).count() < SPARE {
                spare.push((key, state));
            }
        });
    }
}

thread_local! {
    static COMPRESS: RefCell<Vec<((u8, u32), Compress)>> = const { RefCell::new(Vec::new()) };
    static DECOMPRESS: RefCell<Vec<(u8, Decompress)>> = const { RefCell::new(Vec::new()) };
}

static COMPRESSORS: Spare<(u8, u32), Compress> = Spare(&COMPRESS);
static DECOMPRESSORS: Spare<u8, Decompress> = Spare(&DECOMPRESS);

impl fmt::Debug for Deflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deflater")
            .field("way", &self.way)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater")
            .field("way", &self.way)
            .finish_non_exhaustive()
    }
}
