//! Entity tags (RFC 9110 §8.8.3): how they are made, compared, and read out of lists.
//!
//! What follows from a comparison is said in [`preconditions`](super::preconditions).

use std::{fmt, str::FromStr, sync::OnceLock};

use ::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use sha1::{Digest, Sha1};

use super::coding::Coding;

/// The name of one state of some content, for the `etag` field
/// ([RFC 9110 §8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)).
///
/// Written `"a1"`, or `W/"a1"` for a weak one, which stays the same where the difference does not matter. Inside the quotes stand visible
/// characters without blanks and quotes.
///
/// Two tags are compared with [`strong_eq`](Self::strong_eq) or [`weak_eq`](Self::weak_eq); `==` says whether they are written alike. A tag
/// becomes the value of a field without being copied.
///
/// # Examples
///
/// ```
/// use squall::http::{EntityTag, HeaderValue};
///
/// let tag = EntityTag::strong("story-7-v3")?;
/// assert_eq!(tag.to_string(), r#""story-7-v3""#);
/// assert!(tag.weak_eq(&r#"W/"story-7-v3""#.parse()?));
/// assert_eq!(HeaderValue::from(tag), r#""story-7-v3""#);
/// # Ok::<(), squall::http::InvalidEntityTag>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntityTag(HeaderValue);

impl EntityTag {
    /// A strong tag: content that differs in one byte has another one.
    ///
    /// # Errors
    ///
    /// When a blank, a control character or a double quote stands in it.
    pub fn strong(opaque: impl AsRef<str>) -> Result<Self, InvalidEntityTag> {
        Self::quoted("\"", opaque.as_ref())
    }

    /// A weak tag: content that says the same may have the same one. `if-match` and ranges never take it.
    ///
    /// # Errors
    ///
    /// As [`strong`](Self::strong).
    pub fn weak(opaque: impl AsRef<str>) -> Result<Self, InvalidEntityTag> {
        Self::quoted("W/\"", opaque.as_ref())
    }

    fn quoted(open: &str, opaque: &str) -> Result<Self, InvalidEntityTag> {
        if !opaque.bytes().all(is_opaque) {
            return Err(InvalidEntityTag(()));
        }
        Self::of_text(format!("{open}{opaque}\"").into())
    }

    fn of_text(text: Bytes) -> Result<Self, InvalidEntityTag> {
        let value = HeaderValue::from_maybe_shared(text).map_err(|_| InvalidEntityTag(()))?;
        Ok(Self(value))
    }

    /// The strong tag of this content: its SHA-1 in lower-case hexadecimal digits, as squall gives it to content in memory by itself, and
    /// Tornado before it.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        Self::of_text(digest(content).into())
            .expect("hexadecimal digits and quotes are a valid field value")
    }

    /// The tag of a text that lives as long as the program: made once.
    ///
    /// The address and the length name the text, since it can neither move nor change.
    pub(crate) fn of_static(content: &'static [u8]) -> Self {
        /// Texts remembered. Programs have few; what leaks memory to make more of them pays for the hash each time.
        const REMEMBERED: usize = 128;
        static TAGS: [OnceLock<Remembered>; REMEMBERED] = [const { OnceLock::new() }; REMEMBERED];

        let (address, len) = (content.as_ptr().addr(), content.len());
        // The address says where to begin, and what is there is nearly always it.
        for step in 0..REMEMBERED {
            let slot = &TAGS[(address / 8 + step) % REMEMBERED];
            let remembered = slot.get_or_init(|| Remembered::new(content));
            if (remembered.address, remembered.len) == (address, len) {
                return remembered.tag.clone();
            }
        }
        Self::of(content)
    }

    /// The tag of the same content in this coding: its name stands before the closing quote.
    pub(crate) fn with_coding(&self, coding: Coding) -> Self {
        let tag = self.0.as_bytes();
        let open = tag.strip_suffix(b"\"").unwrap_or(tag);
        let text = [open, b"-", coding.name().as_bytes(), b"\""].concat();
        Self::of_text(text.into()).expect("the name of a coding is visible ASCII")
    }

    /// Whether it is a weak one.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.as_tag().is_weak
    }

    /// Whether both are strong and name the same state: strong comparison
    /// ([RFC 9110 §8.8.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.2)).
    #[must_use]
    pub fn strong_eq(&self, other: &Self) -> bool {
        self.0 == other.0 && !self.is_weak()
    }

    /// Whether both name the same state, be they weak or strong: weak comparison.
    #[must_use]
    pub fn weak_eq(&self, other: &Self) -> bool {
        self.as_tag().opaque == other.as_tag().opaque
    }

    fn as_tag(&self) -> Tag<'_> {
        let (tag, _) = Tag::split(self.0.as_bytes()).expect("a tag is checked when it is made");
        tag
    }

    /// Where a tag of a client names the same state, in any coding: the tag that the client means.
    pub(crate) fn named_by(&self, candidate: &Tag<'_>) -> Option<Named> {
        let behind = candidate.opaque.strip_prefix(self.as_tag().opaque)?;
        if behind.is_empty() {
            return Some(Named::Itself);
        }
        let name = behind.strip_prefix(b"-")?;
        let coding = |coding: &Coding| coding.name().as_bytes() == name;
        Coding::ALL.into_iter().find(coding).map(Named::Coded)
    }
}

/// What a client names with a tag: the content as it is, or in a coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Itself,
    Coded(Coding),
}

impl TryFrom<&HeaderValue> for EntityTag {
    type Error = InvalidEntityTag;

    fn try_from(value: &HeaderValue) -> Result<Self, InvalidEntityTag> {
        match Tag::split(value.as_bytes()) {
            Some((tag, [])) if tag.opaque.iter().copied().all(is_opaque) => Ok(Self(value.clone())),
            _ => Err(InvalidEntityTag(())),
        }
    }
}

impl FromStr for EntityTag {
    type Err = InvalidEntityTag;

    fn from_str(text: &str) -> Result<Self, InvalidEntityTag> {
        let value = HeaderValue::from_bytes(text.as_bytes());
        Self::try_from(&value.map_err(|_| InvalidEntityTag(()))?)
    }
}

impl From<EntityTag> for HeaderValue {
    fn from(tag: EntityTag) -> Self {
        tag.0
    }
}

impl From<&EntityTag> for HeaderValue {
    fn from(tag: &EntityTag) -> Self {
        tag.0.clone()
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.0.as_bytes()))
    }
}

/// Why something is no entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidEntityTag(());

impl fmt::Display for InvalidEntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an entity tag stands in double quotes, and holds no blank, control character or double quote",
        )
    }
}

impl std::error::Error for InvalidEntityTag {}

/// Whether this may stand between the quotes: `etagc`.
fn is_opaque(byte: u8) -> bool {
    byte > b' ' && byte != b'"' && byte != 0x7f
}

/// The lower-case hexadecimal SHA-1 of this content, in quotes.
fn digest(content: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(42);
    text.push('"');
    for byte in Sha1::digest(content) {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text.push('"');
    text
}

/// The tag of a text, which lives as long as that.
struct Remembered {
    address: usize,
    len: usize,
    tag: EntityTag,
}

impl Remembered {
    fn new(content: &'static [u8]) -> Self {
        Self {
            address: content.as_ptr().addr(),
            len: content.len(),
            tag: EntityTag(HeaderValue::from_static(digest(content).leak())),
        }
    }
}

/// A tag where it stands in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'t> {
    pub(crate) is_weak: bool,
    opaque: &'t [u8],
}

impl<'t> Tag<'t> {
    /// The tag that a text begins with, and what stands behind it.
    fn split(text: &'t [u8]) -> Option<(Self, &'t [u8])> {
        let strong = text.strip_prefix(b"W/");
        let quoted = strong.unwrap_or(text).strip_prefix(b"\"")?;
        let end = quoted.iter().position(|&byte| byte == b'"')?;
        let tag = Self {
            is_weak: strong.is_some(),
            opaque: &quoted[..end],
        };
        Some((tag, &quoted[end + 1..]))
    }
}

/// A member of `if-match` or `if-none-match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member<'h> {
    /// `*`: whatever there is.
    Any,
    Tag(Tag<'h>),
}

/// The members of a list over all its lines. What is no member is passed over, up to the next comma.
pub(crate) fn members<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = Member<'h>> {
    let lines = headers.get_all(name).iter();
    lines.flat_map(|line| Members(line.as_bytes()))
}

/// What is left of a line.
struct Members<'h>(&'h [u8]);

impl<'h> Iterator for Members<'h> {
    type Item = Member<'h>;

    fn next(&mut self) -> Option<Member<'h>> {
        loop {
            let begin = self.0.iter().position(|byte| !b" \t,".contains(byte))?;
            let text = &self.0[begin..];
            let found = match text {
                [b'*', behind @ ..] => Some((Member::Any, behind)),
                _ => Tag::split(text).map(|(tag, behind)| (Member::Tag(tag), behind)),
            };
            let found = found.map(|(member, behind)| (member, behind.trim_ascii_start()));
            if let Some((member, behind @ ([] | [b',', ..]))) = found {
                self.0 = behind;
                return Some(member);
            }
            // Quotes that were looked for in vain are not looked for again: what comes next begins behind the last one, or ends at it.
            let comma = text.iter().position(|&byte| byte == b',');
            self.0 = comma.map_or(&[], |comma| &text[comma..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn makes_the_tag_of_hello() {
        let tag = "\"e02aa1b106d5c7c6a98def2b13005d5b84fd8dc8\"";
        assert_eq!(EntityTag::of(b"Hello, world").to_string(), tag);
        for _ in 0..2 {
            assert_eq!(EntityTag::of_static(b"Hello, world").to_string(), tag);
        }
    }

    #[test]
    fn what_may_not_stand_in_quotes_is_refused() {
        for opaque in ["a b", "a\"b", "a\tb", "a\nb", "a\0b", "a\x7fb"] {
            assert!(EntityTag::strong(opaque).is_err(), "{opaque:?}");
            assert!(EntityTag::weak(opaque).is_err(), "{opaque:?}");
        }
        for text in [
            "",
            "\"",
            "a",
            "*",
            "W/",
            "W/a",
            "w/\"a\"",
            "W/ \"a\"",
            "\"a",
            "a\"",
            "\"a\"b",
            "\"a\" ",
            " \"a\"",
            "\"a\",\"b\"",
            "\"a b\"",
            "\"a\x7f\"",
        ] {
            assert!(text.parse::<EntityTag>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn tags_are_compared_as_the_table_of_the_standard_says() {
        for (one, other, strongly, weakly) in [
            ("W/\"1\"", "W/\"1\"", false, true),
            ("W/\"1\"", "W/\"2\"", false, false),
            ("W/\"1\"", "\"1\"", false, true),
            ("\"1\"", "\"1\"", true, true),
        ] {
            let (one, other): (EntityTag, EntityTag) =
                (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(one.strong_eq(&other), strongly, "{one} {other}");
            assert_eq!(one.weak_eq(&other), weakly, "{one} {other}");
        }
    }

    #[test]
    fn a_coding_stands_before_the_closing_quote() {
        let weak = EntityTag::weak("a").unwrap();
        assert_eq!(weak.with_coding(Coding::Gzip).to_string(), "W/\"a-gzip\"");
        let strong = EntityTag::strong("").unwrap();
        assert_eq!(strong.with_coding(Coding::Brotli).to_string(), "\"-br\"");
    }

    #[test]
    fn a_tag_names_itself_and_its_codings() {
        let tag = EntityTag::strong("a").unwrap();
        for (candidate, named) in [
            ("\"a\"", Some(Named::Itself)),
            ("W/\"a\"", Some(Named::Itself)),
            ("\"a-br\"", Some(Named::Coded(Coding::Brotli))),
            ("\"a-zstd\"", Some(Named::Coded(Coding::Zstd))),
            ("W/\"a-gzip\"", Some(Named::Coded(Coding::Gzip))),
            ("\"a-\"", None),
            ("\"a-other\"", None),
            ("\"a-br-br\"", None),
            ("\"abr\"", None),
            ("\"\"", None),
        ] {
            let (candidate, _) = Tag::split(candidate.as_bytes()).unwrap();
            assert_eq!(tag.named_by(&candidate), named, "{candidate:?}");
        }
    }

    /// The members of a list, as they are written.
    fn listed(lines: &[&str]) -> Vec<String> {
        let name = HeaderName::from_static("if-match");
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let written = |member| match member {
            Member::Any => "*".to_owned(),
            Member::Tag(Tag { is_weak, opaque }) => format!(
                "{}\"{}\"",
                if is_weak { "W/" } else { "" },
                String::from_utf8_lossy(opaque)
            ),
        };
        members(&headers, &name).map(written).collect()
    }

    #[track_caller]
    fn check(lines: &[&str], expected: &[&str]) {
        assert_eq!(listed(lines), expected, "{lines:?}");
    }

    #[test]
    fn reads_lists() {
        check(&[], &[]);
        check(&[""], &[]);
        check(&["*"], &["*"]);
        check(&[" * "], &["*"]);
        check(&["\"a\",W/\"b\" ,\t\"c\""], &["\"a\"", "W/\"b\"", "\"c\""]);
        check(&["\"a,b\", \"\""], &["\"a,b\"", "\"\""]);
        check(&["\"a\"", "W/\"b\", \"c\""], &["\"a\"", "W/\"b\"", "\"c\""]);
        check(&[", ,\"a\",, ,"], &["\"a\""]);
        check(&["\"x\", *"], &["\"x\"", "*"]);
        check(&["\"\u{fc}\""], &["\"\u{fc}\""]);
    }

    #[test]
    fn passes_over_what_is_no_tag() {
        check(&["a, \"b\""], &["\"b\""]);
        check(&["\"a"], &[]);
        check(&["\"a, \"b\""], &["\"b\""]);
        check(&["w/\"a\", \"b\""], &["\"b\""]);
        check(&["W/ \"a\", \"b\""], &["\"b\""]);
        check(&["\"a\" \"b\", \"c\""], &["\"c\""]);
        check(&["\"a\"x, \"c\""], &["\"c\""]);
        check(&["**, \"c\""], &["\"c\""]);
    }

    /// This would take hours if each member looked at the rest of the list.
    #[test]
    fn hostile_lists_take_linear_work() {
        for piece in [
            "\"", "\",", "W/\"", "\"a\"", "\"a\"x,", "\" ,", ",", " ", "*", "*,", "a,",
        ] {
            let list = piece.repeat((1 << 20) / piece.len());
            let count = Members(list.as_bytes()).count();
            assert!(count <= list.len(), "{piece}");
        }
    }

    fn opaque() -> impl Strategy<Value = String> {
        "[!#-~\u{a1}-\u{ff}]{0,12}"
    }

    fn tag() -> impl Strategy<Value = EntityTag> {
        (opaque(), any::<bool>()).prop_map(|(opaque, is_weak)| {
            let tag = if is_weak {
                EntityTag::weak(opaque)
            } else {
                EntityTag::strong(opaque)
            };
            tag.unwrap()
        })
    }

    proptest! {
        #[test]
        fn a_tag_is_read_as_it_was_written(tag in tag()) {
            let value = HeaderValue::from(&tag);
            prop_assert_eq!(EntityTag::try_from(&value), Ok(tag.clone()));
            let read = HeaderValue::from_bytes(tag.to_string().as_bytes()).unwrap();
            prop_assert_eq!(EntityTag::try_from(&read), Ok(tag));
        }

        #[test]
        fn a_list_is_read_as_it_was_written(
            tags in proptest::collection::vec(tag(), 0..8),
            joint in "[ \t]{0,2},[ \t,]{0,3}",
        ) {
            let tags: Vec<_> = tags.iter().map(ToString::to_string).collect();
            prop_assert_eq!(listed(&[&tags.join(&joint)]), tags.clone());
            let lines: Vec<_> = tags.iter().map(String::as_str).collect();
            prop_assert_eq!(listed(&lines), tags);
        }

        #[test]
        fn anything_can_be_read(line in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(Members(&line).count() <= line.len());
            if let Ok(value) = HeaderValue::from_bytes(&line)
                && let Ok(tag) = EntityTag::try_from(&value)
            {
                prop_assert_eq!(HeaderValue::from(tag), value);
            }
        }

        #[test]
        fn comparing_follows_its_laws(one in tag(), other in tag()) {
            prop_assert!(one.weak_eq(&one));
            prop_assert_eq!(one.strong_eq(&one), !one.is_weak());
            prop_assert_eq!(one.weak_eq(&other), other.weak_eq(&one));
            prop_assert_eq!(one.strong_eq(&other), other.strong_eq(&one));
            prop_assert!(!one.strong_eq(&other) || one.weak_eq(&other));
        }

        #[test]
        fn a_coded_tag_names_what_is_coded(tag in tag(), coding in 0..Coding::ALL.len()) {
            let coding = Coding::ALL[coding];
            let coded = tag.with_coding(coding);
            prop_assert_eq!(coded.is_weak(), tag.is_weak());
            prop_assert!(!coded.weak_eq(&tag));
            prop_assert_eq!(tag.named_by(&coded.as_tag()), Some(Named::Coded(coding)));
            prop_assert_eq!(coded.named_by(&tag.as_tag()), None);
        }
    }
}
