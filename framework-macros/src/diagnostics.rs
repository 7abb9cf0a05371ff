//! Collects the mistakes found in one item, so that all of them are reported in one build.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds a mistake, underlined at these tokens.
    pub(crate) fn at(&mut self, tokens: &impl ToTokens, message: impl Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds a mistake, underlined at this span.
    pub(crate) fn at_span(&mut self, span: Span, message: impl Display) {
        self.0.push(syn::Error::new(span, message));
    }

    /// Adds a mistake that somebody else found.
    pub(crate) fn add(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// Adds a mistake if there is one.
    pub(crate) fn extend(&mut self, error: Option<syn::Error>) {
        self.0.extend(error);
    }

    /// Takes over the error of a result.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All mistakes as `compile_error!`s.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// `; did you mean …` when one of the known words is close, otherwise nothing.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> String {
    match closest(word, known) {
        Some(close) => format!("; did you mean `{close}`?"),
        None => String::new(),
    }
}

/// The known word that a typing mistake would make into this one.
pub(crate) fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |known: &&&str| edits(word, known);
    if let Some(begun) = known.iter().find(|known| is_beginning(word, known)) {
        return Some(begun);
    }
    let close = known.iter().min_by_key(distance)?;
    let allowed = if close.len() <= 4 { 1 } else { 2 };
    (edits(word, close) <= allowed).then_some(close)
}

/// Whether somebody is still typing a word.
fn is_beginning(word: &str, known: &str) -> bool {
    word.len() >= 3 && word.len() < known.len() && known.starts_with(word)
}

/// Letters to add, remove, change or swap to make one word into the other.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swapped {
                    best.min(rows[i - 2][j - 2] + 1)
                } else {
                    best
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

/// Words as an enumeration: `a`, `b` and `c`.
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typing_mistakes() {
        assert_eq!(
            closest("prepere", &["prepare", "on_finish"]),
            Some("prepare")
        );
        assert_eq!(closest("gte", &["get", "put"]), Some("get"));
        assert_eq!(
            closest("on_finsh", &["prepare", "on_finish"]),
            Some("on_finish")
        );
        assert_eq!(closest("prep", &["prepare", "on_finish"]), Some("prepare"));
        assert_eq!(closest("helper", &["get", "head", "prepare"]), None);
    }
}
