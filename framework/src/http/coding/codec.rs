//! What encoders and decoders have in common: they go on a step at a time, with bounded output.

use std::fmt;

/// The most that is given at one time, in bytes.
pub(crate) const PIECE: usize = 64 * 1024;

/// The least memory that output is given, in bytes: most events and forms are no longer.
const ROOM: usize = 4 * 1024;

/// What encodes or decodes content.
pub(crate) trait Codec {
    /// Takes from `input` what it takes, and adds to `output`, up to [`PIECE`] bytes in all.
    ///
    /// Gives whether the step is done. Where it is not, the output is full, and the same step is taken again with an empty one.
    ///
    /// # Errors
    ///
    /// The content is not in this coding. After that nothing more may be asked for.
    fn run(&mut self, input: &mut &[u8], output: &mut Vec<u8>, step: Step) -> Result<bool, Fault>;
}

/// How far a codec shall go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Take all input. Output may be held back.
    Take,
    /// Give all that the other side needs to see what was taken so far.
    Flush,
    /// The input has ended.
    Finish,
}

/// What is wrong with content in a coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not in this coding, or damaged.
    Corrupt,
    /// It breaks off.
    Truncated,
    /// Something stands behind its end.
    Trailing,
    /// There is next to nothing in it, however long it goes on.
    Hollow,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Corrupt => "it is damaged, or something else",
            Self::Truncated => "it breaks off",
            Self::Trailing => "something stands behind its end",
            Self::Hollow => "there is next to nothing in it",
        })
    }
}

impl std::error::Error for Fault {}

/// Makes room for output, where there is none; gives whether there is some now.
pub(super) fn has_room(output: &mut Vec<u8>) -> bool {
    if is_full(output) && output.len() < PIECE {
        // It grows as it is needed: an event is short.
        let more = output.len().max(ROOM).min(PIECE - output.len());
        output.reserve_exact(more);
    }
    output.len() < PIECE
}

/// Whether output is up to its capacity, so that more may be held back.
pub(super) fn is_full(output: &Vec<u8>) -> bool {
    output.len() == output.capacity()
}
