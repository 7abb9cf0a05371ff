//! The plural rules of languages, for whole numbers.
//!
//! A table of our own: whole numbers need little of what CLDR has (no fractions, no compact numbers), a crate for it would cost more than
//! all the rest of the feature, and ICU4X's data has fewer languages. A test of the feature `icu` compares the two.
//!
//! A form is the place of a category among those that whole numbers of the language take, in the order zero, one, two, few, many, other:
//! Czech, which says `many` of fractions alone, has three. Two things are as catalogues have them, and not as CLDR has them: the `many` of
//! French, Spanish, Italian, Portuguese and their like is counted as `other` (it is said of whole millions alone: "un million *de*
//! livres"), and Vietnamese has one form (two from CLDR 49 on).

use super::tag::Tag;

/// The forms of one or more languages.
pub(super) struct Plurals {
    languages: &'static str,
    pub(super) forms: usize,
    pub(super) form: fn(u64) -> usize,
}

impl Plurals {
    /// `None` for a language that is not known.
    pub(super) fn of(tag: &Tag) -> Option<&'static Self> {
        tag.find(LANGUAGES.iter(), |rule| rule.languages)
    }

    pub(super) const ENGLISH: &'static Self = &rule("en", 2, |n| usize::from(n != 1));
}

const fn rule(languages: &'static str, forms: usize, form: fn(u64) -> usize) -> Plurals {
    Plurals {
        languages,
        forms,
        form,
    }
}

/// `plurals.json` (cardinal) of CLDR 48. Unicode data, © Unicode, Inc., under the Unicode License v3.
static LANGUAGES: &[Plurals] = &[
    rule(
        "bm bo dz hnj id ig ii in ja jbo jv jw kde kea km ko lkt lo ms my nqo osa sah ses sg su th to tpi vi wo yo yue zh",
        1,
        |_| 0,
    ),
    rule(
        "af an asa ast az bal bem bez bg brx ca ce cgg chr ckb da de dv ee el en eo es et eu fi fo fur fy gl gsw ha haw hu ia ie io it jgo \
         ji jmc ka kaj kcg kk kkj kl ks ksb ku ky lb lg lij lld mas mgo ml mn mr nah nb nd ne nl nn nnh no nr ny nyn om or os pap ps pt-PT \
         rm rof rwk saq sc scn sd sdh seh sn so sq ss ssy st sv sw syr ta te teo tig tk tn tr ts ug ur uz ve vec vo vun wae xh xog yi",
        2,
        |n| usize::from(n != 1),
    ),
    rule(
        "ak am as bho bn csw doi fa ff fr gu guw hi hy kab kn kok ln mg nso pa pcm pt si ti wa zu",
        2,
        |n| usize::from(n > 1),
    ),
    rule("is mk", 2, |n| usize::from(!ends_in_one(n))),
    rule("ceb fil tl", 2, |n| {
        usize::from(matches!(n % 10, 4 | 6 | 9))
    }),
    rule("tzm", 2, |n| usize::from(!matches!(n, 0 | 1 | 11..=99))),
    rule("he iu iw naq sat se sma smi smj smn sms", 3, |n| match n {
        1 => 0,
        2 => 1,
        _ => 2,
    }),
    rule("blo cv ksh lag", 3, |n| match n {
        0 => 0,
        1 => 1,
        _ => 2,
    }),
    rule("lv prg", 3, |n| match n {
        _ if n % 10 == 0 || (11..=19).contains(&(n % 100)) => 0,
        _ if ends_in_one(n) => 1,
        _ => 2,
    }),
    rule("be bs hr ru sh sr uk", 3, |n| match n {
        _ if ends_in_one(n) => 0,
        _ if ends_in_two_to_four(n) => 1,
        _ => 2,
    }),
    rule("pl", 3, |n| match n {
        1 => 0,
        _ if ends_in_two_to_four(n) => 1,
        _ => 2,
    }),
    rule("cs sk", 3, |n| match n {
        1 => 0,
        2..=4 => 1,
        _ => 2,
    }),
    rule("lt", 3, |n| match (n % 10, n % 100) {
        (_, 11..=19) | (0, _) => 2,
        (1, _) => 0,
        _ => 1,
    }),
    rule("mo ro", 3, |n| match n {
        1 => 0,
        _ if n == 0 || (1..=19).contains(&(n % 100)) => 1,
        _ => 2,
    }),
    rule("shi", 3, |n| match n {
        0 | 1 => 0,
        2..=10 => 1,
        _ => 2,
    }),
    rule("dsb hsb sl", 4, |n| match n % 100 {
        1 => 0,
        2 => 1,
        3 | 4 => 2,
        _ => 3,
    }),
    rule("gd", 4, |n| match n {
        1 | 11 => 0,
        2 | 12 => 1,
        3..=19 => 2,
        _ => 3,
    }),
    rule("gv", 4, |n| match (n % 10, n % 100) {
        (1, _) => 0,
        (2, _) => 1,
        (_, 0 | 20 | 40 | 60 | 80) => 2,
        _ => 3,
    }),
    rule("sgs", 4, |n| match (n % 10, n % 100) {
        _ if n == 2 => 1,
        (_, 11..=19) | (0, _) => 3,
        (1, _) => 0,
        _ => 2,
    }),
    rule("br", 5, |n| match (n % 10, n % 100) {
        (1, tens) if !matches!(tens, 11 | 71 | 91) => 0,
        (2, tens) if !matches!(tens, 12 | 72 | 92) => 1,
        (3 | 4 | 9, tens) if !matches!(tens, 10..=19 | 70..=79 | 90..=99) => 2,
        _ if n != 0 && n.is_multiple_of(1_000_000) => 3,
        _ => 4,
    }),
    rule("ga", 5, |n| match n {
        1 => 0,
        2 => 1,
        3..=6 => 2,
        7..=10 => 3,
        _ => 4,
    }),
    rule("mt", 5, |n| match (n, n % 100) {
        (1, _) => 0,
        (2, _) => 1,
        (0, _) | (_, 3..=10) => 2,
        (_, 11..=19) => 3,
        _ => 4,
    }),
    rule("ar ars", 6, |n| match (n, n % 100) {
        (0, _) => 0,
        (1, _) => 1,
        (2, _) => 2,
        (_, 3..=10) => 3,
        (_, 11..=99) => 4,
        _ => 5,
    }),
    rule("cy", 6, |n| match n {
        0..=3 => usize::try_from(n).unwrap_or(0),
        6 => 4,
        _ => 5,
    }),
    rule("kw", 6, |n| match (n % 100, n % 100_000) {
        _ if n == 0 => 0,
        _ if n == 1 => 1,
        (2 | 22 | 42 | 62 | 82, _) => 2,
        (_, 1_000..=20_000 | 40_000 | 60_000 | 80_000) if n.is_multiple_of(1_000) => 2,
        _ if n % 1_000_000 == 100_000 => 2,
        (3 | 23 | 43 | 63 | 83, _) => 3,
        (1 | 21 | 41 | 61 | 81, _) => 4,
        _ => 5,
    }),
];

/// 1, 21, 31, 101 …, but not 11.
fn ends_in_one(n: u64) -> bool {
    n % 10 == 1 && n % 100 != 11
}

/// 2, 3, 4, 22 …, but not 12, 13, 14.
fn ends_in_two_to_four(n: u64) -> bool {
    (2..=4).contains(&(n % 10)) && !(12..=14).contains(&(n % 100))
}

#[cfg(all(test, feature = "icu"))]
pub(super) fn languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().flat_map(|rule| rule.languages.split(' '))
}
