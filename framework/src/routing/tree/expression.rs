//! One expression of a pattern, over a whole segment.

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind},
};

/// Accepts or refuses a segment.
#[derive(Debug)]
pub(super) enum Expression {
    /// Some bytes of one class: `[0-9]+`, `[a-z-]{2,8}`. Nearly all expressions are that, and need no automaton.
    Class(Run),
    /// Anything else.
    Regex(Regex),
}

/// Bytes of one class, this many.
#[derive(Debug)]
pub(super) struct Run {
    /// A bit for each byte of the class.
    members: [u64; 4],
    least: usize,
    most: usize,
}

impl Expression {
    /// Compiles an expression: ASCII, unless it says otherwise.
    ///
    /// # Errors
    ///
    /// It is none.
    pub(super) fn new(text: &str) -> Result<Self, regex::Error> {
        let hir = ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(text);
        match hir.ok().as_ref().and_then(run) {
            Some(run) => Ok(Self::Class(run)),
            None => compile(text).map(Self::Regex),
        }
    }

    /// Whether it accepts the whole segment.
    pub(super) fn accepts(&self, segment: &[u8]) -> bool {
        match self {
            Self::Class(run) => run.accepts(segment),
            Self::Regex(regex) => regex.is_match(segment),
        }
    }
}

impl Run {
    fn accepts(&self, segment: &[u8]) -> bool {
        let is_member = |&byte: &u8| self.members[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0;
        (self.least..=self.most).contains(&segment.len()) && segment.iter().all(is_member)
    }
}

/// The run that an expression is, when it is one.
fn run(hir: &Hir) -> Option<Run> {
    let (class, least, most) = match hir.kind() {
        HirKind::Repetition(repetition) => {
            (&*repetition.sub, repetition.min as usize, repetition.max)
        }
        _ => (hir, 1, Some(1)),
    };
    let HirKind::Class(Class::Bytes(class)) = class.kind() else {
        return None;
    };
    let mut members = [0; 4];
    for byte in class.iter().flat_map(|range| range.start()..=range.end()) {
        members[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    let most = most.map_or(usize::MAX, |most| most as usize);
    Some(Run {
        members,
        least,
        most,
    })
}

/// Compiles an expression that has to accept all of a text.
///
/// # Errors
///
/// It is none.
pub(super) fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{text})$"))
        .unicode(false)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, is_run: bool, yes: &[&str], no: &[&str]) {
        let expression = Expression::new(text).unwrap();
        assert_eq!(matches!(expression, Expression::Class(_)), is_run, "{text}");
        // The run and the automaton must agree.
        let regex = compile(text).unwrap();
        for (segments, accepted) in [(yes, true), (no, false)] {
            for segment in segments {
                assert_eq!(
                    expression.accepts(segment.as_bytes()),
                    accepted,
                    "{text}: {segment}"
                );
                assert_eq!(
                    regex.is_match(segment.as_bytes()),
                    accepted,
                    "{text}: {segment}"
                );
            }
        }
    }

    #[test]
    fn runs_and_automata_agree() {
        check("[0-9]+", true, &["0", "0123456789"], &["", "a", "1a", "-1"]);
        check(r"\d{4}", true, &["2026"], &["", "202", "20266", "202a"]);
        check("[a-z-]{2,3}", true, &["a-", "abc"], &["a", "abcd", "A-"]);
        check("[^/]*", true, &["", "x", "%C3%A9"], &["/"]);
        check("[a-z]?", true, &["", "q"], &["qq", "1"]);
        check("x", false, &["x"], &["", "y"]);
        check("a|b", false, &["a", "b"], &["", "ab"]);
        check("[a-z][0-9]+", false, &["a1"], &["a", "1a"]);
        check("(?:ab)+", false, &["abab"], &["", "aba"]);
        check(r"(?i)[a-c]+", true, &["aBc"], &["d"]);
        assert!(Expression::new("[").is_err());
    }
}
