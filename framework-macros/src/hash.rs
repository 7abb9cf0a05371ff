//! The hashes by which a list is proven, made here so that the compiler need not: those of `squall::routing::pattern`, which makes
//! them again for a route behind a `#[prefix]`. FNV-1a, 64 bits.

use crate::pattern::{Segment, Shape};

const START: u64 = 0xcbf2_9ce4_8422_2325;

/// A hash of a text.
pub(crate) fn of_text(text: &str) -> u64 {
    over_text(START, text)
}

/// A hash of all that a path must be.
pub(crate) fn of_shape(shape: &Shape) -> u64 {
    match shape {
        Shape::Segments(segments) => segments.iter().fold(START, over_segment),
        Shape::Expression(text) => over_text(over_byte(START, b'^'), text),
    }
}

fn over_segment(hash: u64, segment: &Segment) -> u64 {
    match segment {
        Segment::Literal(text) => over_text(over_byte(hash, b'/'), text),
        Segment::Expression { text, .. } => over_text(over_byte(hash, b':'), text),
        Segment::Parameter => over_byte(hash, b'{'),
        Segment::CatchAll => over_byte(hash, b'*'),
    }
}

fn over_text(hash: u64, text: &str) -> u64 {
    text.bytes().fold(hash, over_byte)
}

fn over_byte(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}
