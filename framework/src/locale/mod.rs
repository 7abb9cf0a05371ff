//! Languages: what a program says, in those of the people who use it. Feature `locale`.
//!
//! [`messages`] finds what a program says, and [`pot`] writes it down for translators.

#[allow(
    dead_code,
    reason = "what reads the languages of a program is still to come"
)]
pub(crate) mod catalogue;
mod scan;

pub use scan::{Message, Place, messages, pot};
