//! [`Decoder`]: content out of a coding.
//!
//! What comes is not to be trusted. No output is longer than a piece, whatever unfolds; the memory is bounded by what a coding
//! may refer back to: 32 KiB for gzip and deflate, 8 MiB for zstd (RFC 9659 §3), 16 MiB for br, all that its format has (RFC 7932
//! §9.1). And what goes on for ever without any content in it is refused.

use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, enc::StandardAlloc};
use flate2::{Decompress, FlushDecompress, Status};
#[cfg(feature = "compression-zstd")]
use zstd::stream::raw::{self, DParameter, InBuffer, Operation, OutBuffer};

use super::{
    Coding,
    codec::{Codec, Fault, Step, has_room, is_full},
};

/// The codings that are understood, as a field names them.
#[cfg(feature = "compression-zstd")]
pub(crate) const UNDERSTOOD: &str = "br, zstd, gzip, deflate";
#[cfg(not(feature = "compression-zstd"))]
pub(crate) const UNDERSTOOD: &str = "br, gzip, deflate";

/// The largest window of zstd, as a power of two: 8 MiB.
#[cfg(feature = "compression-zstd")]
const ZSTD_WINDOW: u32 = 23;

/// The window of gzip and deflate: 32 KiB.
const WINDOW: u8 = 15;

/// How many times longer than its content something may be. An encoder that is told to let each byte go at once makes seven of it.
const HOLLOW_RATIO: u64 = 16;

/// How much longer it may be besides, in bytes.
const HOLLOW_REST: u64 = 64 * 1024;

/// Takes content out of a coding.
pub(crate) struct Decoder {
    kind: Kind,
    place: Place,
    taken: u64,
    given: u64,
}

enum Kind {
    Brotli(Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>),
    Gzip(Decompress),
    /// Made when the first byte tells which of the two formats of this name it is.
    Deflate(Option<Decompress>),
    #[cfg(feature = "compression-zstd")]
    Zstd(raw::Decoder<'static>),
}

/// Where a decoder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nothing has come.
    Beginning,
    Inside,
    /// Behind a whole piece of content; a further one may follow in gzip (RFC 1952 §2.2) and zstd (RFC 8878 §3).
    End,
}

impl Decoder {
    /// A decoder. `None` where there is none for this coding: it is not [`UNDERSTOOD`], or there is no memory for it.
    pub(crate) fn new(coding: Coding) -> Option<Self> {
        let kind = match coding {
            Coding::Brotli => Kind::Brotli(Box::new(brotli())),
            Coding::Gzip => Kind::Gzip(Decompress::new_gzip(WINDOW)),
            Coding::Deflate => Kind::Deflate(None),
            #[cfg(feature = "compression-zstd")]
            Coding::Zstd => Kind::Zstd(zstd().ok()?),
            #[cfg(not(feature = "compression-zstd"))]
            Coding::Zstd => return None,
        };
        Some(Self {
            kind,
            place: Place::Beginning,
            taken: 0,
            given: 0,
        })
    }

    /// Takes some input and gives some output, up to the capacity of that. Gives whether a whole piece of content has ended.
    fn advance(&mut self, input: &mut &[u8], output: &mut Vec<u8>) -> Result<bool, Fault> {
        match &mut self.kind {
            Kind::Brotli(state) => run_brotli(state, input, output),
            Kind::Gzip(decompress) => inflate(decompress, input, output),
            Kind::Deflate(decompress) => {
                let first = input.first().copied().unwrap_or_default();
                let decompress =
                    decompress.get_or_insert_with(|| Decompress::new(has_zlib_header(first)));
                inflate(decompress, input, output)
            }
            #[cfg(feature = "compression-zstd")]
            Kind::Zstd(decoder) => run_zstd(decoder, input, output),
        }
    }

    /// Goes on behind the end of a whole piece of content.
    fn go_on(&mut self) -> Result<(), Fault> {
        match &mut self.kind {
            Kind::Brotli(_) | Kind::Deflate(_) => return Err(Fault::Trailing),
            Kind::Gzip(decompress) => decompress.reset(true),
            // It begins anew by itself.
            #[cfg(feature = "compression-zstd")]
            Kind::Zstd(_) => {}
        }
        Ok(())
    }

    fn take(&mut self, input: &mut &[u8], output: &mut Vec<u8>) -> Result<bool, Fault> {
        while has_room(output) {
            if self.place == Place::End {
                if input.is_empty() {
                    return Ok(true);
                }
                self.go_on()?;
            }
            let before = (input.len(), output.len());
            let has_ended = self.advance(input, output)?;
            self.place = if has_ended { Place::End } else { Place::Inside };
            self.taken += (before.0 - input.len()) as u64;
            self.given += (output.len() - before.1) as u64;
            if self.taken > self.given * HOLLOW_RATIO + HOLLOW_REST {
                return Err(Fault::Hollow);
            }
            if input.is_empty() && !is_full(output) {
                return Ok(true);
            }
            if before == (input.len(), output.len()) && !has_ended && !is_full(output) {
                return Err(Fault::Corrupt);
            }
        }
        Ok(false)
    }
}

impl Codec for Decoder {
    fn run(&mut self, input: &mut &[u8], output: &mut Vec<u8>, step: Step) -> Result<bool, Fault> {
        match step {
            Step::Take => self.take(input, output),
            // It holds nothing back.
            Step::Flush => Ok(true),
            // Without a single byte there is no content to be decoded.
            Step::Finish if self.place == Place::Inside => Err(Fault::Truncated),
            Step::Finish => Ok(true),
        }
    }
}

/// Not `BrotliState::new`: that takes the windows of up to 1 GiB that are no part of RFC 7932.
fn brotli() -> BrotliState<StandardAlloc, StandardAlloc, StandardAlloc> {
    BrotliState::new_strict(
        StandardAlloc::default(),
        StandardAlloc::default(),
        StandardAlloc::default(),
    )
}

#[cfg(feature = "compression-zstd")]
fn zstd() -> std::io::Result<raw::Decoder<'static>> {
    let mut decoder = raw::Decoder::new()?;
    decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW))?;
    Ok(decoder)
}

/// Whether content in `deflate` is what it shall be (RFC 9110 §8.4.1.2), by its first byte: some clients leave the header of zlib out.
/// A stream without one does not begin like this: that would be a stored block with something in its padding.
fn has_zlib_header(first: u8) -> bool {
    first & 0x0f == 8
}

fn run_brotli(
    state: &mut BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    input: &mut &[u8],
    output: &mut Vec<u8>,
) -> Result<bool, Fault> {
    let (mut taken, mut end) = (0, output.len());
    let capacity = output.capacity();
    output.resize(capacity, 0);
    let result = BrotliDecompressStream(
        &mut input.len(),
        &mut taken,
        input,
        &mut (capacity - end),
        &mut end,
        output,
        &mut 0,
        state,
    );
    output.truncate(end);
    *input = &input[taken..];
    match result {
        BrotliResult::ResultSuccess => Ok(true),
        BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => Ok(false),
        BrotliResult::ResultFailure => Err(Fault::Corrupt),
    }
}

fn inflate(
    decompress: &mut Decompress,
    input: &mut &[u8],
    output: &mut Vec<u8>,
) -> Result<bool, Fault> {
    let before = decompress.total_in();
    let status = decompress.decompress_vec(input, output, FlushDecompress::None);
    let taken = decompress.total_in() - before;
    *input = &input[usize::try_from(taken).unwrap_or(input.len())..];
    match status {
        Ok(status) => Ok(status == Status::StreamEnd),
        Err(_) => Err(Fault::Corrupt),
    }
}

#[cfg(feature = "compression-zstd")]
fn run_zstd(
    decoder: &mut raw::Decoder<'static>,
    input: &mut &[u8],
    output: &mut Vec<u8>,
) -> Result<bool, Fault> {
    let before = output.len();
    let mut sink = OutBuffer::around_pos(output, before);
    let mut source = InBuffer::around(input);
    let left = decoder.run(&mut source, &mut sink);
    let taken = source.pos();
    *input = &input[taken..];
    Ok(left.map_err(|_| Fault::Corrupt)? == 0)
}
