use super::{DateStyle, Locale};
use std::time::SystemTime;
pub const PHRASES: &[&str] = &[];
#[derive(Clone, Copy, Debug)]
pub enum Direction {
    LeftToRight,
    RightToLeft,
}
impl Direction {
    pub fn of(_: &str) -> Self {
        Self::LeftToRight
    }
}
impl std::fmt::Display for Direction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ltr")
    }
}
pub(crate) enum ListKind {
    And,
}
pub(crate) fn native_name(_: &str) -> Option<&'static str> {
    None
}
pub(crate) struct Format;
impl Format {
    pub(crate) fn new(_: &str) -> Self {
        Self
    }
    pub(crate) fn number(&self, n: &str) -> Option<String> {
        Some(n.to_owned())
    }
    pub(crate) fn list(&self, n: &[String], _: ListKind) -> String {
        n.join(", ")
    }
    pub(crate) fn plural(&self, _: u64) -> usize {
        0
    }
    pub(crate) fn plural_forms(&self) -> usize {
        0
    }
    pub(crate) fn date(&self, _: SystemTime, _: DateStyle) -> String {
        String::new()
    }
    pub(crate) fn relative(
        &self,
        _: SystemTime,
        _: SystemTime,
        _: DateStyle,
        _: &Locale,
    ) -> String {
        String::new()
    }
}
