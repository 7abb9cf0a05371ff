//! [`Count`]: what a message can count.

/// A whole number of things, for the plural of a message; references to one count as well.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number of things",
    label = "a message counts by a whole number"
)]
pub trait Count {
    /// The number without its sign, which chooses the form of the message.
    fn magnitude(&self) -> u64;
    /// The number in digits.
    fn decimal(&self) -> String;
}

macro_rules! counts {
    ($($ty:ty)*) => {$(
        impl Count for $ty {
            #[allow(
                unused_comparisons,
                clippy::cast_lossless,
                clippy::allow_attributes,
                reason = "one text for signed and unsigned numbers of all sizes"
            )]
            fn magnitude(&self) -> u64 {
                let number = *self as i128;
                u64::try_from(number.unsigned_abs()).unwrap_or(u64::MAX)
            }

            fn decimal(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

counts!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl<T: Count + ?Sized> Count for &T {
    fn magnitude(&self) -> u64 {
        (**self).magnitude()
    }

    fn decimal(&self) -> String {
        (**self).decimal()
    }
}
