//! [`Encoder`]: from messages to bytes.

use std::hash::{BuildHasher as _, RandomState};

use super::{
    Agreed, CloseCode, Role,
    deflate::Deflater,
    frame::{CONTROL, Head, OpCode},
    mask::Mask,
};

/// What a message is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Binary,
}

/// Writes what is sent to a peer: each message in one frame.
#[derive(Debug)]
pub(crate) struct Encoder {
    /// Where masks come from; a server has none.
    masks: Option<Masks>,
    deflater: Option<Deflater>,
}

impl Encoder {
    pub(crate) fn new(role: Role, agreed: Option<&Agreed>) -> Self {
        Self {
            masks: (role == Role::Client).then(Masks::default),
            deflater: agreed.map(Deflater::new),
        }
    }

    #[inline]
    pub(crate) fn message(&mut self, kind: Kind, payload: &[u8], out: &mut Vec<u8>) {
        let op_code = match kind {
            Kind::Text => OpCode::Text,
            Kind::Binary => OpCode::Binary,
        };
        match &self.deflater {
            Some(_) => self.compressed(op_code, payload, out),
            None => self.frame(op_code, false, payload, out),
        }
    }

    #[inline(never)]
    fn compressed(&mut self, op_code: OpCode, payload: &[u8], out: &mut Vec<u8>) {
        let compressed = self
            .deflater
            .as_mut()
            .and_then(|deflater| deflater.deflate(payload));
        match compressed {
            Some(compressed) => self.frame(op_code, true, &compressed, out),
            None => self.frame(op_code, false, payload, out),
        }
    }

    /// A ping. More than 125 bytes do not fit, and are left out.
    pub(crate) fn ping(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        self.frame(OpCode::Ping, false, fitting(payload), out);
    }

    pub(crate) fn pong(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        self.frame(OpCode::Pong, false, fitting(payload), out);
    }

    /// A close frame. Of a reason that does not fit, the beginning is sent. [`CloseCode::NO_CODE`] is a close frame without a code.
    pub(crate) fn close(&mut self, code: CloseCode, reason: &str, out: &mut Vec<u8>) {
        let mut payload = Vec::new();
        if CloseCode::new(code.get()).is_some() {
            payload.extend_from_slice(&code.get().to_be_bytes());
            payload
                .extend_from_slice(&reason.as_bytes()[..reason.floor_char_boundary(CONTROL - 2)]);
        }
        self.frame(OpCode::Close, false, &payload, out);
    }

    #[inline]
    fn frame(&mut self, op_code: OpCode, is_compressed: bool, payload: &[u8], out: &mut Vec<u8>) {
        let mask = self.masks.as_mut().map(Masks::next);
        let head = Head {
            is_final: true,
            is_compressed,
            op_code,
            length: payload.len() as u64,
            mask,
        };
        out.reserve(payload.len() + 14);
        head.write(out);
        let start = out.len();
        out.extend_from_slice(payload);
        if let Some(mut mask) = mask {
            mask.apply(&mut out[start..]);
        }
    }
}

fn fitting(payload: &[u8]) -> &[u8] {
    &payload[..payload.len().min(CONTROL)]
}

/// Masks that nobody can foresee (RFC 6455 §5.3): a counter, hashed with a key of this connection.
#[derive(Debug, Default)]
struct Masks {
    key: RandomState,
    count: u64,
}

impl Masks {
    fn next(&mut self) -> Mask {
        self.count += 1;
        let [a, b, c, d, ..] = self.key.hash_one(self.count).to_ne_bytes();
        Mask::new([a, b, c, d])
    }
}
