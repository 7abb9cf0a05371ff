//! What a program says in the languages of its users. Feature `locale`; feature `icu` for the ways of writing of all languages.

#[allow(dead_code, reason = "Locale is to call it")]
mod format;

pub use format::{Direction, MESSAGES, Message, native_name};
