//! Sizes and times in the arguments of attributes: `"1 GiB"`, `"30 s"`. What they mean at run time is no matter of this page.

use syn::{
    Lit, LitStr,
    parse::{Parse, ParseStream},
};

/// A number of bytes: a text with its unit, or a plain number.
#[derive(Clone, Copy)]
pub(crate) struct Size(pub(crate) u64);

/// A number of milliseconds: a text with its unit.
#[derive(Clone, Copy)]
pub(crate) struct Time(pub(crate) u64);

/// One of the two.
pub(crate) trait Quantity: Parse {
    /// How it is written.
    const USAGE: &'static str;
}

impl Quantity for Size {
    const USAGE: &'static str =
        "a size is a number with its unit: `\"64 KiB\"`, `\"2 MiB\"`, `\"1 GiB\"`";
}

impl Quantity for Time {
    const USAGE: &'static str =
        "a time is a number with its unit: `\"500 ms\"`, `\"30 s\"`, `\"5 m\"`, `\"1 h\"`";
}

impl Parse for Size {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const UNITS: &[(&str, u64)] = &[
            ("B", 1),
            ("KiB", 1 << 10),
            ("MiB", 1 << 20),
            ("GiB", 1 << 30),
            ("TiB", 1 << 40),
        ];
        match input.parse()? {
            Lit::Str(text) => read(&text, UNITS, Self::USAGE).map(Self),
            Lit::Int(bytes) => bytes.base10_parse().map(Self),
            other => Err(syn::Error::new(other.span(), Self::USAGE)),
        }
    }
}

impl Parse for Time {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const UNITS: &[(&str, u64)] = &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];
        match input.parse()? {
            Lit::Str(text) => read(&text, UNITS, Self::USAGE).map(Self),
            other => Err(syn::Error::new(other.span(), Self::USAGE)),
        }
    }
}

/// Reads a number from 1 on and its unit.
fn read(text: &LitStr, units: &[(&str, u64)], message: &str) -> syn::Result<u64> {
    let written = text.value();
    let end = written
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(written.len());
    let (number, unit) = (&written[..end], written[end..].trim_start());
    let unit = units.iter().find(|(name, _)| *name == unit);
    let found = unit.and_then(|(_, factor)| number.parse::<u64>().ok()?.checked_mul(*factor));
    found
        .filter(|&found| found > 0)
        .ok_or_else(|| syn::Error::new(text.span(), message))
}
