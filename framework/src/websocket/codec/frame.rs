//! The head of a frame (RFC 6455 §5.2).

use super::{Violation, mask::Mask};

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpCode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl OpCode {
    fn read(bits: u8) -> Result<Self, Violation> {
        Ok(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return Err(Violation::protocol("a frame of an unknown kind")),
        })
    }

    pub(super) fn is_control(self) -> bool {
        self as u8 >= 8
    }
}

/// The longest payload of a control frame, in bytes.
pub(super) const CONTROL: usize = 125;

const FINAL: u8 = 0x80;
const COMPRESSED: u8 = 0x40;
const RESERVED: u8 = 0x30;
const MASKED: u8 = 0x80;

/// In the second byte, the length follows in two bytes, or in eight.
const TWO: u8 = 126;
const EIGHT: u8 = 127;

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) is_final: bool,
    /// The first reserved bit, which compression gives a meaning.
    pub(super) is_compressed: bool,
    pub(super) op_code: OpCode,
    pub(super) length: u64,
    pub(super) mask: Option<Mask>,
}

impl Head {
    /// Reads the head with which these bytes begin, and says how many of them it takes. `None` where there are too few.
    ///
    /// # Errors
    ///
    /// As soon as it is known that this is no head.
    #[inline]
    pub(super) fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, Violation> {
        let [first, second, rest @ ..] = bytes else {
            // The first byte alone can be wrong.
            return match bytes {
                [first] => first_byte(*first).map(|_| None),
                _ => Ok(None),
            };
        };
        let (op_code, is_final) = first_byte(*first)?;
        let short = second & !MASKED;
        if op_code.is_control() && usize::from(short) > CONTROL {
            return Err(Violation::protocol("a control frame that is too long"));
        }
        let Some((length, rest)) = length(short, rest)? else {
            return Ok(None);
        };
        let (mask, rest) = match (second & MASKED != 0, rest.split_first_chunk()) {
            (false, _) => (None, rest),
            (true, Some((key, rest))) => (Some(Mask::new(*key)), rest),
            (true, None) => return Ok(None),
        };
        let head = Self {
            is_final,
            is_compressed: first & COMPRESSED != 0,
            op_code,
            length,
            mask,
        };
        Ok(Some((head, bytes.len() - rest.len())))
    }

    /// Whether it is the head of a whole message, as it is.
    pub(super) fn is_plain_message(&self) -> bool {
        self.is_final
            && !self.is_compressed
            && matches!(self.op_code, OpCode::Text | OpCode::Binary)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut first = self.op_code as u8;
        if self.is_final {
            first |= FINAL;
        }
        if self.is_compressed {
            first |= COMPRESSED;
        }
        let masked = if self.mask.is_some() { MASKED } else { 0 };
        match self.length {
            length @ 0..126 => out.extend_from_slice(&[first, masked | length as u8]),
            length @ 126..0x1_0000 => {
                out.extend_from_slice(&[first, masked | TWO]);
                out.extend_from_slice(&(length as u16).to_be_bytes());
            }
            length => {
                out.extend_from_slice(&[first, masked | EIGHT]);
                out.extend_from_slice(&length.to_be_bytes());
            }
        }
        if let Some(mask) = self.mask {
            out.extend_from_slice(&mask.key());
        }
    }
}

fn first_byte(byte: u8) -> Result<(OpCode, bool), Violation> {
    if byte & RESERVED != 0 {
        return Err(Violation::protocol("a reserved bit of a frame is set"));
    }
    let op_code = OpCode::read(byte & 0xf)?;
    let is_final = byte & FINAL != 0;
    if op_code.is_control() && !is_final {
        return Err(Violation::protocol("a control frame in pieces"));
    }
    if op_code.is_control() && byte & COMPRESSED != 0 {
        return Err(Violation::protocol("a control frame that is compressed"));
    }
    Ok((op_code, is_final))
}

/// The length of the payload, which must be written in as few bytes as it takes, and what follows.
fn length(short: u8, bytes: &[u8]) -> Result<Option<(u64, &[u8])>, Violation> {
    let (length, rest, least) = match short {
        TWO => match bytes.split_first_chunk() {
            Some((length, rest)) => (u64::from(u16::from_be_bytes(*length)), rest, 126),
            None => return Ok(None),
        },
        EIGHT => match bytes.split_first_chunk() {
            Some((length, rest)) => (u64::from_be_bytes(*length), rest, 0x1_0000),
            None => return Ok(None),
        },
        length => (u64::from(length), bytes, 0),
    };
    if length < least {
        return Err(Violation::protocol("a length in more bytes than it takes"));
    }
    if length > i64::MAX as u64 {
        return Err(Violation::protocol("a length beyond all lengths"));
    }
    Ok(Some((length, rest)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn heads() -> impl Strategy<Value = Head> {
        use OpCode::{Binary, Close, Continuation, Ping, Pong, Text};

        let data = prop::sample::select(vec![Continuation, Text, Binary]);
        let lengths = prop_oneof![0_u64..300, 0xff00_u64..0x1_0100, 0..=i64::MAX as u64];
        let data = (data, any::<bool>(), any::<bool>(), lengths);
        let control = prop::sample::select(vec![Close, Ping, Pong]);
        let control = (control, Just(true), Just(false), 0..=CONTROL as u64);
        let parts = prop_oneof![data, control];
        (parts, any::<Option<[u8; 4]>>()).prop_map(
            |((op_code, is_final, is_compressed, length), key)| Head {
                is_final,
                is_compressed,
                op_code,
                length,
                mask: key.map(Mask::new),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_nothing_before_it_is_whole(head in heads(), behind: Vec<u8>) {
            let mut bytes = Vec::new();
            head.write(&mut bytes);
            let length = bytes.len();
            for cut in 0..length {
                prop_assert_eq!(Head::read(&bytes[..cut]), Ok(None));
            }
            bytes.extend(behind);
            prop_assert_eq!(Head::read(&bytes), Ok(Some((head, length))));
        }

        #[test]
        fn whatever_comes_is_read_or_refused(bytes: Vec<u8>) {
            if let Ok(Some((head, length))) = Head::read(&bytes) {
                let mut again = Vec::new();
                head.write(&mut again);
                prop_assert_eq!(again, &bytes[..length]);
            }
        }
    }

    #[test]
    fn what_is_wrong_is_refused_at_its_first_byte() {
        for (bytes, reason) in [
            (&[0x90][..], "a reserved bit of a frame is set"),
            (&[0xa1], "a reserved bit of a frame is set"),
            (&[0x83], "a frame of an unknown kind"),
            (&[0x8b], "a frame of an unknown kind"),
            (&[0x09], "a control frame in pieces"),
            (&[0xc9], "a control frame that is compressed"),
            (&[0x88, 0xfe], "a control frame that is too long"),
            (&[0x82, 126, 0, 125], "a length in more bytes than it takes"),
            (
                &[0x82, 127, 0, 0, 0, 0, 0, 0, 255, 255],
                "a length in more bytes than it takes",
            ),
            (
                &[0x82, 127, 128, 0, 0, 0, 0, 0, 0, 0],
                "a length beyond all lengths",
            ),
        ] {
            assert_eq!(
                Head::read(bytes),
                Err(Violation::protocol(reason)),
                "{bytes:?}"
            );
        }
    }
}
