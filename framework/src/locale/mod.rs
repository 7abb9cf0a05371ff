//! Languages: what a program says, in those of the people who use it. Feature `locale`.

#[allow(
    dead_code,
    reason = "what reads the languages of a program is still to come"
)]
pub(crate) mod catalogue;
