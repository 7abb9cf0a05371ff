//! The mask of a client's frames (RFC 6455 §5.3).

/// A mask, turned to the byte that comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mask([u8; 4]);

impl Mask {
    pub(super) fn new(key: [u8; 4]) -> Self {
        Self(key)
    }

    pub(super) fn key(self) -> [u8; 4] {
        self.0
    }

    /// Masks bytes, or takes the mask off again, and turns to those that follow.
    #[inline]
    pub(super) fn apply(&mut self, bytes: &mut [u8]) {
        let wide = u128::from(u32::from_ne_bytes(self.0)) * 0x1_0000_0001_0000_0001_0000_0001;
        let (chunks, rest) = bytes.as_chunks_mut::<16>();
        for chunk in chunks {
            *chunk = (u128::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
        }
        if !rest.is_empty() {
            self.apply_to_rest(rest);
        }
    }

    #[inline(never)]
    fn apply_to_rest(&mut self, rest: &mut [u8]) {
        for (byte, key) in rest.iter_mut().zip(self.0.iter().cycle()) {
            *byte ^= key;
        }
        self.0.rotate_left(rest.len() % 4);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Mask;

    proptest! {
        #[test]
        fn pieces_are_masked_like_the_whole(bytes: Vec<u8>, key: [u8; 4], cut in 0_usize..64) {
            let expected: Vec<u8> = bytes.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
            let mut masked = bytes.clone();
            let (front, back) = masked.split_at_mut(cut.min(bytes.len()));
            let mut mask = Mask::new(key);
            mask.apply(front);
            mask.apply(back);
            prop_assert_eq!(masked, expected);
        }
    }
}
