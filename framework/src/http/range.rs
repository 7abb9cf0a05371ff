//! Ranges of bytes (RFC 9110 §14): what `range` asks for, and the values of `content-range`.
//!
//! How parts are sent, alone or as `multipart/byteranges`, is not said here.

use ::http::{HeaderMap, HeaderValue, Method, header::RANGE};

use super::preconditions::{Validators, if_range_holds};

/// The most ranges of one request. Who asks for more is sent the whole: so many small parts are dearer than that, for both sides.
const MOST: usize = 16;

/// What a request asks for of content whose length is known.
///
/// # Examples
///
/// ```
/// use squall::http::{ByteRanges, HeaderMap, Method, Validators};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("range", "bytes=0-9, -5".parse().unwrap());
/// let ranges = ByteRanges::of(&Method::GET, &headers, &Validators::new(), 100);
/// let ByteRanges::Parts(parts) = ranges else { panic!("two parts of the content") };
/// assert_eq!(parts[0].content_range(100), "bytes 0-9/100");
/// assert_eq!(parts[1].content_range(100), "bytes 95-99/100");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByteRanges {
    /// No part of it, but all: 200, as if there were no `range`.
    Whole,
    /// These parts, one at least, in the order in which they were asked for; none overlaps another: 206.
    ///
    /// One part that covers all of the content is a part too. Players look at the 206 to see whether they can seek.
    Parts(Vec<ByteRange>),
    /// Parts that it does not have: 416, with [`unsatisfied`](Self::unsatisfied) as `content-range`.
    Unsatisfiable,
}

impl ByteRanges {
    /// Reads the `range` and `if-range` of a request for content of this length
    /// ([RFC 9110 §14.2](https://www.rfc-editor.org/rfc/rfc9110#section-14.2)).
    ///
    /// *Shape*: `bytes=0-9`, `bytes=10-`, `bytes=-5` for the last five, and lists of them, with blanks around the commas. The end is cut to
    /// the length; numbers of any size are understood.
    ///
    /// *Effect*: all of the content, where the method is not `GET`, where the unit is not `bytes`, where anything in it is malformed, where
    /// `if-range` names another state, and where there are more than 16 ranges. Of several, those that the content does not have are left
    /// out, and those that overlap become one, so that no byte is sent twice.
    #[must_use]
    pub fn of(method: &Method, headers: &HeaderMap, validators: &Validators, length: u64) -> Self {
        let mut fields = headers.get_all(RANGE).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else {
            return Self::Whole;
        };
        if *method != Method::GET || !if_range_holds(headers, validators) {
            return Self::Whole;
        }
        let field = field.to_str().unwrap_or_default();
        parse(field, length).unwrap_or(Self::Whole)
    }

    /// The `content-range` of a 416: `bytes */100`.
    #[must_use]
    pub fn unsatisfied(length: u64) -> HeaderValue {
        value(format!("bytes */{length}"))
    }
}

/// A part of some content: from its first byte to its last, both in it. There is always one byte at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    first: u64,
    last: u64,
}

impl ByteRange {
    /// The position of the first byte.
    #[must_use]
    pub fn first(self) -> u64 {
        self.first
    }

    /// The position of the last byte.
    #[must_use]
    pub fn last(self) -> u64 {
        self.last
    }

    /// How many bytes it is, as `content-length` says it.
    #[must_use]
    pub fn size(self) -> u64 {
        self.last - self.first + 1
    }

    /// The `content-range` of this part of content of this length: `bytes 0-9/100`.
    #[must_use]
    pub fn content_range(self, length: u64) -> HeaderValue {
        let Self { first, last } = self;
        value(format!("bytes {first}-{last}/{length}"))
    }

    fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    fn joined(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("words and digits are a valid field value")
}

/// What a field asks for; `None` where it is malformed, or too much.
fn parse(field: &str, length: u64) -> Option<ByteRanges> {
    let (unit, set) = field.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let specs = set.split(',').map(|spec| spec.trim_matches([' ', '\t']));
    let mut parts = Vec::new();
    let mut count = 0;
    for spec in specs.filter(|spec| !spec.is_empty()) {
        count += 1;
        if count > MOST {
            return None;
        }
        match Spec::parse(spec)?.within(length) {
            Extent::Part(part) => add(&mut parts, part),
            Extent::All => return None,
            Extent::Nothing => {}
        }
    }
    if count == 0 {
        return None;
    }
    Some(if parts.is_empty() {
        ByteRanges::Unsatisfiable
    } else {
        ByteRanges::Parts(parts)
    })
}

/// Adds a part, joined with those that it overlaps, in the place of the first of them. These do not overlap one another, so neither
/// does what they become together overlap the rest.
fn add(parts: &mut Vec<ByteRange>, part: ByteRange) {
    let Some(at) = parts.iter().position(|other| other.overlaps(part)) else {
        parts.push(part);
        return;
    };
    let overlapped = parts.iter().filter(|other| other.overlaps(part));
    let joined = overlapped.fold(part, |joined, other| joined.joined(*other));
    parts[at] = joined;
    parts.retain(|other| *other == joined || !other.overlaps(joined));
}

/// A range as it is written (RFC 9110 §14.1.1).
enum Spec {
    /// From one byte to another, or to the end.
    From(u64, Option<u64>),
    /// So many at the end.
    Suffix(u64),
}

/// What a range is of content of some length.
enum Extent {
    Part(ByteRange),
    /// All, where that is nothing: the end of empty content.
    All,
    Nothing,
}

impl Spec {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once('-')? {
            ("", size) => Some(Self::Suffix(number(size)?)),
            (first, "") => Some(Self::From(number(first)?, None)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::From(first, Some(last)))
            }
        }
    }

    fn within(self, length: u64) -> Extent {
        let first = match self {
            Self::Suffix(0) => return Extent::Nothing,
            Self::Suffix(_) if length == 0 => return Extent::All,
            Self::Suffix(size) => length.saturating_sub(size),
            Self::From(first, _) => first,
        };
        if first >= length {
            return Extent::Nothing;
        }
        let end = length - 1;
        let last = match self {
            Self::From(_, Some(last)) => last.min(end),
            _ => end,
        };
        Extent::Part(ByteRange { first, last })
    }
}

/// A decimal number. One that is too large for any content is the largest.
fn number(digits: &str) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.bytes().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        Some(number.saturating_mul(10).saturating_add(digit.into()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::EntityTag;

    /// What of 100 bytes is sent, with the positions joined by a dash.
    fn asked(field: &str) -> String {
        of(field, 100)
    }

    fn of(field: &str, length: u64) -> String {
        match parse(field, length) {
            None => "all".to_owned(),
            Some(ByteRanges::Whole) => unreachable!("what is read is no part"),
            Some(ByteRanges::Unsatisfiable) => "none".to_owned(),
            Some(ByteRanges::Parts(parts)) => {
                let written = parts
                    .iter()
                    .map(|part| format!("{}-{}", part.first, part.last));
                written.collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[track_caller]
    fn check(field: &str, expected: &str) {
        assert_eq!(asked(field), expected, "{field}");
    }

    #[test]
    fn reads_one_range() {
        check("bytes=0-9", "0-9");
        check("bytes=0-0", "0-0");
        check("bytes=10-", "10-99");
        check("bytes=-5", "95-99");
        check("bytes=0-99", "0-99");
        check("bytes=0-", "0-99");
        check("BYTES=0-9", "0-9");
        check("bytes=007-0009", "7-9");
    }

    #[test]
    fn cuts_the_end_to_the_length() {
        check("bytes=90-100", "90-99");
        check("bytes=0-1000", "0-99");
        check("bytes=-100", "0-99");
        check("bytes=-1000", "0-99");
    }

    #[test]
    fn what_it_does_not_have_cannot_be_sent() {
        check("bytes=100-", "none");
        check("bytes=100-200", "none");
        check("bytes=-0", "none");
        check("bytes=100-, 200-300, -0", "none");
        assert_eq!(of("bytes=0-", 0), "none");
        assert_eq!(of("bytes=0-0", 0), "none");
        assert_eq!(of("bytes=-0", 0), "none");
        // The end of nothing is all of it.
        assert_eq!(of("bytes=-1", 0), "all");
    }

    #[test]
    fn reads_several_ranges() {
        check("bytes=0-9,20-29", "0-9 20-29");
        check("bytes= 0-9, 20-29 ,\t-10", "0-9 20-29 90-99");
        check("bytes=,0-9,,20-29,", "0-9 20-29");
        check("bytes=20-29, 0-9", "20-29 0-9");
        check("bytes=0-9, 100-200", "0-9");
        // That they touch is no reason to send them otherwise than they were asked for.
        check("bytes=0-9, 10-19", "0-9 10-19");
    }

    #[test]
    fn sends_no_byte_twice() {
        check("bytes=0-9, 5-14", "0-14");
        check("bytes=50-59, 0-9, 9-20", "50-59 0-20");
        check("bytes=0-9, 20-29, 40-49, 5-45", "0-49");
        check("bytes=0-9, 60-69, 20-29, 5-25", "0-29 60-69");
        check("bytes=0-, 0-, -1, 0-", "0-99");
        check("bytes=3-4, 0-9", "0-9");
    }

    #[test]
    fn malformed_ones_do_not_count() {
        for field in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=--1",
            "bytes=1",
            "bytes=a-b",
            "bytes=0-9-",
            "bytes=0-9x",
            "bytes=+0-9",
            "bytes=0x0-9",
            "bytes=9-0",
            "bytes=0 -9",
            "bytes=0- 9",
            "bytes =0-9",
            " bytes=0-9",
            "bytes:0-9",
            "byte=0-9",
            "items=0-9",
            "bytes=0-9, x",
            "bytes=0-9; 20-29",
            "bytes=0-9, 9-0",
            "bytes=0\u{660}-9",
        ] {
            check(field, "all");
        }
    }

    #[test]
    fn numbers_of_any_size_are_understood() {
        let huge = "9".repeat(1000);
        check(&format!("bytes=0-{huge}"), "0-99");
        check(&format!("bytes=-{huge}"), "0-99");
        check(&format!("bytes={huge}-"), "none");
        check("bytes=0-18446744073709551615", "0-99");
        check("bytes=18446744073709551616-", "none");
        let last = u64::MAX - 1;
        assert_eq!(of("bytes=-1", u64::MAX), format!("{last}-{last}"));
        assert_eq!(of("bytes=0-", u64::MAX), format!("0-{last}"));
        let whole = ByteRange { first: 0, last };
        assert_eq!(whole.size(), u64::MAX);
    }

    #[test]
    fn too_many_are_all() {
        let many = |count: u64| {
            let ranges: Vec<_> = (0..count).map(|at| format!("{0}-{0}", at * 2)).collect();
            format!("bytes={}", ranges.join(","))
        };
        assert_eq!(asked(&many(16)).split(' ').count(), 16);
        check(&many(17), "all");
        let hostile = format!("bytes={}", "0-,".repeat(1 << 20));
        check(&hostile, "all");
        let empty = format!("bytes=0-0{}", ",".repeat(1 << 20));
        check(&empty, "0-0");
    }

    fn requested(method: &Method, fields: &[(&'static str, &'static str)]) -> ByteRanges {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let tag = EntityTag::strong("a").unwrap();
        ByteRanges::of(method, &headers, &Validators::new().entity_tag(tag), 100)
    }

    #[test]
    fn only_get_has_ranges() {
        let range = ("range", "bytes=0-9");
        let parts = ByteRanges::Parts(vec![ByteRange { first: 0, last: 9 }]);
        assert_eq!(requested(&Method::GET, &[range]), parts);
        assert_eq!(requested(&Method::GET, &[]), ByteRanges::Whole);
        for method in [Method::HEAD, Method::POST, Method::PUT] {
            assert_eq!(requested(&method, &[range]), ByteRanges::Whole);
        }
        assert_eq!(requested(&Method::GET, &[range, range]), ByteRanges::Whole);
    }

    #[test]
    fn ranges_of_another_state_do_not_count() {
        let range = ("range", "bytes=200-");
        for (tag, expected) in [
            ("\"a\"", ByteRanges::Unsatisfiable),
            ("\"b\"", ByteRanges::Whole),
        ] {
            assert_eq!(
                requested(&Method::GET, &[range, ("if-range", tag)]),
                expected
            );
        }
    }

    #[test]
    fn says_which_part_it_is() {
        let part = ByteRange { first: 0, last: 9 };
        assert_eq!(part.content_range(100), "bytes 0-9/100");
        assert_eq!(part.size(), 10);
        assert_eq!(ByteRanges::unsatisfied(100), "bytes */100");
    }

    /// A range as it is written, and the bytes of it.
    fn spec(length: u64) -> impl Strategy<Value = (String, Vec<u64>)> {
        let position = 0..length * 2;
        prop_oneof![
            (position.clone(), position.clone()).prop_map(move |(one, other)| {
                let (first, last) = (one.min(other), one.max(other));
                (format!("{first}-{last}"), (first..=last).collect())
            }),
            position
                .clone()
                .prop_map(move |first| { (format!("{first}-"), (first..length).collect()) }),
            position.prop_map(move |size| {
                (
                    format!("-{size}"),
                    (length.saturating_sub(size)..length).collect(),
                )
            }),
        ]
        .prop_map(move |(written, bytes): (String, Vec<u64>)| {
            (
                written,
                bytes.into_iter().filter(|byte| *byte < length).collect(),
            )
        })
    }

    proptest! {
        #[test]
        fn anything_can_be_read(field in "(bytes=)?[0-9, \t=a-]{0,40}", length in any::<u64>()) {
            _ = parse(&field, length);
        }

        #[test]
        fn all_that_is_asked_for_is_sent_once(
            (length, specs) in (1..60_u64).prop_flat_map(|length| {
                (Just(length), proptest::collection::vec(spec(length), 1..=MOST))
            }),
        ) {
            let written: Vec<_> = specs.iter().map(|(written, _)| written.as_str()).collect();
            let field = format!("bytes={}", written.join(", "));
            let mut wanted: Vec<_> = specs.iter().flat_map(|(_, bytes)| bytes).copied().collect();
            wanted.sort_unstable();
            wanted.dedup();
            let sent = match parse(&field, length) {
                Some(ByteRanges::Parts(parts)) => parts,
                Some(ByteRanges::Unsatisfiable) => Vec::new(),
                other => panic!("{field}: {other:?}"),
            };
            let mut bytes: Vec<_> = sent.iter().flat_map(|part| part.first..=part.last).collect();
            bytes.sort_unstable();
            prop_assert_eq!(bytes, wanted, "{}", field);
            prop_assert_eq!(sent.iter().map(|part| part.size()).sum::<u64>() <= length, true);
        }

        #[test]
        fn a_part_is_read_as_it_was_written(first in any::<u64>(), size in any::<u64>()) {
            let last = first.saturating_add(size).min(u64::MAX - 1);
            prop_assume!(first <= last);
            let read = parse(&format!("bytes={first}-{last}"), u64::MAX);
            prop_assert_eq!(read, Some(ByteRanges::Parts(vec![ByteRange { first, last }])));
        }
    }
}
