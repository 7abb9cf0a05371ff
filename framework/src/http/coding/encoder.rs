//! [`Encoder`]: content into a coding.
//!
//! The levels are those where more time buys little: gzip 4, br 4, zstd 3. What an encoder remembers of a stream is 256 KiB
//! (32 KiB for gzip), so that it takes little memory: up to 0.4 MiB for gzip, 1.2 MiB for zstd and 2.5 MiB for br; half a megabyte where a
//! stream has had few and short events.

use brotli::enc::{
    StandardAlloc,
    encode::{BrotliEncoderOperation, BrotliEncoderParameter, BrotliEncoderStateStruct},
};
use flate2::{Compress, Compression, FlushCompress, Status};
#[cfg(feature = "compression-zstd")]
use zstd::stream::raw::{self, CParameter, InBuffer, Operation, OutBuffer};

use super::{
    Coding,
    codec::{Codec, Fault, PIECE, Step, has_room, is_full},
};

/// The codings that content can be put into, as the server prefers them.
pub(crate) const AVAILABLE: &[Coding] = &[
    Coding::Brotli,
    #[cfg(feature = "compression-zstd")]
    Coding::Zstd,
    Coding::Gzip,
];

const GZIP_LEVEL: u32 = 4;
const BROTLI_LEVEL: u32 = 4;
#[cfg(feature = "compression-zstd")]
const ZSTD_LEVEL: i32 = 3;

/// What is remembered of a stream, as a power of two: 256 KiB.
const WINDOW: u32 = 18;

/// The same of content that is encoded whole, and no longer than this: 64 KiB.
const SMALL_WINDOW: u32 = 16;

/// The window of gzip, which has no larger one: 32 KiB.
const GZIP_WINDOW: u8 = 15;

/// Puts content into a coding.
pub(crate) enum Encoder {
    Brotli(Box<BrotliEncoderStateStruct<StandardAlloc>>),
    Gzip(Compress),
    #[cfg(feature = "compression-zstd")]
    Zstd(raw::Encoder<'static>),
}

impl Encoder {
    /// An encoder for a stream. `None` where there is none for this coding: it is not [`AVAILABLE`], or there is no memory for it.
    pub(crate) fn new(coding: Coding) -> Option<Self> {
        Self::with_length(coding, None)
    }

    /// Encodes content whole. `None` where that cannot be done.
    pub(crate) fn whole(coding: Coding, mut content: &[u8]) -> Option<Vec<u8>> {
        let mut encoder = Self::with_length(coding, Some(content.len()))?;
        let mut encoded = Vec::new();
        loop {
            let mut piece = Vec::new();
            let is_done = encoder.run(&mut content, &mut piece, Step::Finish).ok()?;
            if is_done && encoded.is_empty() {
                return Some(piece);
            }
            encoded.append(&mut piece);
            if is_done {
                return Some(encoded);
            }
        }
    }

    /// An encoder for content of this length.
    fn with_length(coding: Coding, length: Option<usize>) -> Option<Self> {
        let length = length.filter(|length| *length <= 1 << SMALL_WINDOW);
        match coding {
            Coding::Brotli => Some(Self::Brotli(brotli(length))),
            Coding::Gzip => {
                let level = Compression::new(GZIP_LEVEL);
                Some(Self::Gzip(Compress::new_gzip(level, GZIP_WINDOW)))
            }
            #[cfg(feature = "compression-zstd")]
            Coding::Zstd => zstd(length).ok().map(Self::Zstd),
            #[cfg(not(feature = "compression-zstd"))]
            Coding::Zstd => None,
            Coding::Deflate => None,
        }
    }
}

fn brotli(length: Option<usize>) -> Box<BrotliEncoderStateStruct<StandardAlloc>> {
    let mut state = Box::new(BrotliEncoderStateStruct::new(StandardAlloc::default()));
    let window = if length.is_some() {
        SMALL_WINDOW
    } else {
        WINDOW
    };
    state.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_QUALITY, BROTLI_LEVEL);
    state.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_LGWIN, window);
    if let Some(length) = length.and_then(|length| u32::try_from(length).ok()) {
        state.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_SIZE_HINT, length);
    }
    state
}

#[cfg(feature = "compression-zstd")]
fn zstd(length: Option<usize>) -> std::io::Result<raw::Encoder<'static>> {
    let mut encoder = raw::Encoder::new(ZSTD_LEVEL)?;
    match length {
        Some(length) => encoder.set_pledged_src_size(Some(length as u64))?,
        None => encoder.set_parameter(CParameter::WindowLog(WINDOW))?,
    }
    Ok(encoder)
}

impl Codec for Encoder {
    fn run(&mut self, input: &mut &[u8], output: &mut Vec<u8>, step: Step) -> Result<bool, Fault> {
        match self {
            Self::Brotli(state) => run_brotli(state, input, output, step),
            Self::Gzip(compress) => run_gzip(compress, input, output, step),
            #[cfg(feature = "compression-zstd")]
            Self::Zstd(encoder) => run_zstd(encoder, input, output, step),
        }
    }
}

fn run_brotli(
    state: &mut BrotliEncoderStateStruct<StandardAlloc>,
    input: &mut &[u8],
    output: &mut Vec<u8>,
    step: Step,
) -> Result<bool, Fault> {
    let operation = match step {
        Step::Take => BrotliEncoderOperation::BROTLI_OPERATION_PROCESS,
        Step::Flush => BrotliEncoderOperation::BROTLI_OPERATION_FLUSH,
        Step::Finish => BrotliEncoderOperation::BROTLI_OPERATION_FINISH,
    };
    while output.len() < PIECE {
        let mut taken = 0;
        // Its output stays with it, to be taken from there.
        let went_well = state.compress_stream(
            operation,
            &mut input.len(),
            input,
            &mut taken,
            &mut 0,
            &mut [],
            &mut 0,
            &mut None,
            &mut |_, _, _, _| (),
        );
        if !went_well {
            return Err(Fault::Corrupt);
        }
        *input = &input[taken..];
        let mut given = PIECE - output.len();
        let piece = state.take_output(&mut given);
        output.extend_from_slice(&piece[..given]);
        if taken == 0 && given == 0 {
            let is_done = step != Step::Finish || state.is_finished();
            return if is_done {
                Ok(true)
            } else {
                Err(Fault::Corrupt)
            };
        }
    }
    Ok(false)
}

fn run_gzip(
    compress: &mut Compress,
    input: &mut &[u8],
    output: &mut Vec<u8>,
    step: Step,
) -> Result<bool, Fault> {
    let flush = match step {
        Step::Take => FlushCompress::None,
        Step::Flush => FlushCompress::Sync,
        Step::Finish => FlushCompress::Finish,
    };
    while has_room(output) {
        let before = compress.total_in();
        let status = compress.compress_vec(input, output, flush);
        let taken = compress.total_in() - before;
        *input = &input[usize::try_from(taken).unwrap_or(input.len())..];
        match status {
            Ok(Status::StreamEnd) => return Ok(true),
            // What is not full has all there is.
            Ok(_) if is_full(output) => {}
            Ok(_) if step == Step::Finish || !input.is_empty() => return Err(Fault::Corrupt),
            Ok(_) => return Ok(true),
            Err(_) => return Err(Fault::Corrupt),
        }
    }
    Ok(false)
}

#[cfg(feature = "compression-zstd")]
fn run_zstd(
    encoder: &mut raw::Encoder<'static>,
    input: &mut &[u8],
    output: &mut Vec<u8>,
    step: Step,
) -> Result<bool, Fault> {
    while has_room(output) {
        let before = output.len();
        let mut sink = OutBuffer::around_pos(output, before);
        let mut source = InBuffer::around(input);
        let left = match step {
            _ if !source.src.is_empty() => encoder.run(&mut source, &mut sink).map(|_| 1),
            Step::Take => return Ok(true),
            Step::Flush => encoder.flush(&mut sink),
            Step::Finish => encoder.finish(&mut sink, true),
        };
        let taken = source.pos();
        *input = &input[taken..];
        if left.map_err(|_| Fault::Corrupt)? == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
