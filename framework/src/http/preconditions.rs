//! Preconditions (RFC 9110 §13): whether a request that says under which conditions it is meant shall be answered as it is.
//!
//! One function, [`evaluate`], decides it for all: for what handlers return, for what they ask, for files. What follows is not said
//! here: 304 and 412 are made where answers are made.

use std::time::SystemTime;

use ::http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{
        ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
        LAST_MODIFIED,
    },
};

use super::{
    coding, date,
    entity_tag::{self, EntityTag, Member, Named},
};

/// What tells one state of a resource from another: its entity tag, the time of its last change, and whether it exists at all
/// ([RFC 9110 §8.8](https://www.rfc-editor.org/rfc/rfc9110#section-8.8)).
///
/// The preconditions of a request are compared with them by
/// [`Context::check_preconditions`](crate::Context::check_preconditions).
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
///
/// use squall::http::{EntityTag, Validators};
///
/// let validators = Validators::new()
///     .entity_tag(EntityTag::strong("v3")?)
///     .last_modified(SystemTime::now());
/// # let _ = validators;
/// # Ok::<(), squall::http::InvalidEntityTag>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validators {
    exists: bool,
    tag: Option<EntityTag>,
    /// In seconds since 1970.
    modified: Option<u64>,
}

impl Validators {
    /// Those of a resource that exists, and of which nothing else is known.
    #[must_use]
    pub fn new() -> Self {
        Self {
            exists: true,
            tag: None,
            modified: None,
        }
    }

    /// Those of a resource that does not exist: `if-none-match: *` holds, and `if-match` does not. It has no tag and no date.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            exists: false,
            ..Self::new()
        }
    }

    /// Says what its entity tag is: of the content without a coding.
    #[must_use]
    pub fn entity_tag(mut self, tag: EntityTag) -> Self {
        self.tag = self.exists.then_some(tag);
        self
    }

    /// Says when it was changed last, to the second.
    #[must_use]
    pub fn last_modified(mut self, time: SystemTime) -> Self {
        self.modified = self.exists.then(|| date::to_seconds(time));
        self
    }

    /// Those that stand on an answer. What is malformed is none.
    pub(crate) fn of_answer(headers: &HeaderMap) -> Self {
        let tag = headers.get(ETAG);
        Self {
            exists: true,
            tag: tag.and_then(|tag| EntityTag::try_from(tag).ok()),
            modified: seconds_in(headers, &LAST_MODIFIED),
        }
    }

    /// Puts them on an answer.
    pub(crate) fn put_on(&self, headers: &mut HeaderMap) {
        if let Some(tag) = &self.tag {
            headers.insert(ETAG, tag.into());
        }
        if let Some(modified) = self.modified {
            headers.insert(LAST_MODIFIED, date::to_value(modified));
        }
    }
}

impl Default for Validators {
    fn default() -> Self {
        Self::new()
    }
}

/// What the preconditions of a request come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The request is answered as it is.
    Proceed,
    /// 304, under this entity tag: that of the state, in the coding that the client has it in.
    NotModified(Option<EntityTag>),
    /// 412.
    Failed,
}

/// Whether a request has preconditions at all. One look at each name: most have few fields, and to hash four names costs more.
#[inline]
pub(crate) fn is_conditional(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        *name == IF_NONE_MATCH
            || *name == IF_MODIFIED_SINCE
            || *name == IF_MATCH
            || *name == IF_UNMODIFIED_SINCE
    })
}

/// Compares the preconditions of a request with the state of the resource, in the order of
/// [RFC 9110 §13.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2). `if-range` is left to [`if_range_holds`].
pub(crate) fn evaluate(method: &Method, headers: &HeaderMap, validators: &Validators) -> Verdict {
    // They neither read nor change a representation (§13.2.1).
    if [Method::OPTIONS, Method::TRACE, Method::CONNECT].contains(method) {
        return Verdict::Proceed;
    }
    let reads = reads(method);
    if headers.contains_key(IF_MATCH) {
        if !match_holds(headers, validators) {
            return Verdict::Failed;
        }
    } else if validators.is_newer_than(headers, &IF_UNMODIFIED_SINCE) == Some(true) {
        return Verdict::Failed;
    }
    if headers.contains_key(IF_NONE_MATCH) {
        match none_match(headers, validators, reads) {
            Listed::No => Verdict::Proceed,
            Listed::As(tag) if reads => Verdict::NotModified(tag),
            Listed::As(_) => Verdict::Failed,
        }
    } else if reads && validators.is_newer_than(headers, &IF_MODIFIED_SINCE) == Some(false) {
        Verdict::NotModified(validators.tag.clone())
    } else {
        Verdict::Proceed
    }
}

/// Whether a method only reads the representation: 304 is an answer to it.
#[inline]
pub(crate) fn reads(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

/// Whether the ranges of a request are meant for this state (RFC 9110 §13.1.5). They are where no `if-range` stands beside them.
///
/// The bytes of one state must not get mixed with those of another, nor those of one coding: a tag must be the same, and strong. A date
/// must be the same to the second. Whether it is a strong validator is for the client to know, which has the `date` of its answer beside
/// it, and must not send the field otherwise.
pub(crate) fn if_range_holds(headers: &HeaderMap, validators: &Validators) -> bool {
    if !headers.contains_key(IF_RANGE) {
        return true;
    }
    let Some(value) = single(headers, &IF_RANGE) else {
        return false;
    };
    match EntityTag::try_from(value) {
        Ok(tag) => validators
            .tag
            .as_ref()
            .is_some_and(|own| own.strong_eq(&tag)),
        Err(_) => {
            let date = seconds_of(value);
            date.is_some() && date == validators.modified
        }
    }
}

impl Validators {
    /// Whether it was changed after the date in this field. `None` where that is no single date, or where it is not known when it was
    /// changed: the field does not count then.
    fn is_newer_than(&self, headers: &HeaderMap, field: &HeaderName) -> Option<bool> {
        let date = seconds_in(headers, field)?;
        Some(self.modified? > date)
    }
}

/// Whether `if-match` holds (§13.1.1). A `*` counts alone: beside tags it is malformed, and who guards a change means it narrowly.
fn match_holds(headers: &HeaderMap, validators: &Validators) -> bool {
    let mut members = entity_tag::members(headers, &IF_MATCH).peekable();
    if members.peek() == Some(&Member::Any) {
        return validators.exists && members.count() == 1;
    }
    let tag = validators.tag.as_ref().filter(|tag| !tag.is_weak());
    tag.is_some_and(|own| {
        members.any(|member| match member {
            Member::Tag(tag) => !tag.is_weak && own.named_by(&tag).is_some(),
            Member::Any => false,
        })
    })
}

/// Whether the state is one of those in `if-none-match`.
enum Listed {
    No,
    /// It is, under this tag.
    As(Option<EntityTag>),
}

/// Looks for the state in `if-none-match` (§13.1.2). A `*` counts where it stands first, as in Tornado.
///
/// The content without a coding is for every client; so its tag wins over those of codings. Who reads has only those that it takes: a
/// cache lists all that it holds, and what the 304 names goes to a client that may not understand it (RFC 9111 §4.3.3).
fn none_match(headers: &HeaderMap, validators: &Validators, reads: bool) -> Listed {
    let mut members = entity_tag::members(headers, &IF_NONE_MATCH).peekable();
    if validators.exists && members.peek() == Some(&Member::Any) {
        return Listed::As(validators.tag.clone());
    }
    let Some(own) = &validators.tag else {
        return Listed::No;
    };
    let mut coded = None;
    for member in members {
        let Member::Tag(tag) = member else { continue };
        match own.named_by(&tag) {
            Some(Named::Itself) => return Listed::As(Some(own.clone())),
            Some(Named::Coded(coding)) if !reads || coding::takes(headers, coding) => {
                coded = coded.or(Some(coding));
            }
            Some(Named::Coded(_)) | None => {}
        }
    }
    coded.map_or(Listed::No, |coding| {
        Listed::As(Some(own.with_coding(coding)))
    })
}

/// The value of a field that stands there once.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// The date in a field, in seconds since 1970; `None` where there is not exactly one.
fn seconds_in(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    seconds_of(single(headers, name)?)
}

fn seconds_of(value: &HeaderValue) -> Option<u64> {
    date::parse(value.to_str().ok()?).map(date::to_seconds).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const CHANGED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";
    /// Neither counts as a date.
    const NO_DATES: [&str; 3] = ["yesterday", "", "Sun, 06 Nov 1994 08:49:37"];

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }

    /// Of a state with the tag `"a"`, changed at half past `CHANGED`.
    fn validators() -> Validators {
        let changed = UNIX_EPOCH + Duration::from_millis(784_111_777_500);
        Validators::new()
            .entity_tag(EntityTag::strong("a").unwrap())
            .last_modified(changed)
    }

    fn weak() -> Validators {
        validators().entity_tag(EntityTag::weak("a").unwrap())
    }

    fn not_modified(tag: &str) -> Verdict {
        Verdict::NotModified(Some(tag.parse().unwrap()))
    }

    #[track_caller]
    fn check(
        method: &Method,
        fields: &[(&'static str, &str)],
        validators: &Validators,
        expected: &Verdict,
    ) {
        let verdict = evaluate(method, &headers(fields), validators);
        assert_eq!(verdict, *expected, "{method} {fields:?} {validators:?}");
    }

    /// For a reading and for a changing method.
    #[track_caller]
    fn check_both(
        fields: &[(&'static str, &str)],
        validators: &Validators,
        read: &Verdict,
        changed: &Verdict,
    ) {
        for method in [Method::GET, Method::HEAD] {
            check(&method, fields, validators, read);
        }
        for method in [Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
            check(&method, fields, validators, changed);
        }
    }

    #[test]
    fn without_preconditions_all_goes_on() {
        for validators in [validators(), Validators::new(), Validators::absent()] {
            check_both(&[], &validators, &Verdict::Proceed, &Verdict::Proceed);
            let other = [("if-range", "\"b\""), ("range", "bytes=0-1")];
            check_both(&other, &validators, &Verdict::Proceed, &Verdict::Proceed);
        }
    }

    #[test]
    fn if_match_compares_strongly() {
        let check = |field, validators: &Validators, holds| {
            let verdict = if holds {
                Verdict::Proceed
            } else {
                Verdict::Failed
            };
            check_both(&[("if-match", field)], validators, &verdict, &verdict);
        };
        for (field, holds) in [
            ("\"a\"", true),
            ("\"b\", \"a\"", true),
            ("\"a-gzip\"", true),
            ("W/\"a\"", false),
            ("W/\"a-gzip\"", false),
            ("\"b\"", false),
            ("a", false),
            ("", false),
            ("*", true),
            ("*, \"b\"", false),
            ("\"b\", *", false),
        ] {
            check(field, &validators(), holds);
        }
        check("\"a\"", &weak(), false);
        check("W/\"a\"", &weak(), false);
        check("*", &weak(), true);
        check("\"a\"", &Validators::new(), false);
        check("*", &Validators::new(), true);
        let absent = Validators::absent();
        check("*", &absent, false);
        check("\"a\"", &absent, false);
    }

    #[test]
    fn what_does_not_exist_has_no_tag_and_no_date() {
        let told = Validators::absent()
            .entity_tag(EntityTag::strong("a").unwrap())
            .last_modified(UNIX_EPOCH);
        assert_eq!(told, Validators::absent());
    }

    #[test]
    fn if_unmodified_since_holds_up_to_the_second_of_the_change() {
        let check = |field, validators: &Validators, holds| {
            let verdict = if holds {
                Verdict::Proceed
            } else {
                Verdict::Failed
            };
            let fields = [("if-unmodified-since", field)];
            check_both(&fields, validators, &verdict, &verdict);
        };
        check(BEFORE, &validators(), false);
        check(CHANGED, &validators(), true);
        check(AFTER, &validators(), true);
        for field in NO_DATES {
            check(field, &validators(), true);
        }
        check(BEFORE, &Validators::new(), true);
        check(BEFORE, &Validators::absent(), true);
    }

    #[test]
    fn if_match_keeps_if_unmodified_since_from_counting() {
        for (tag, date, holds) in [("\"a\"", BEFORE, true), ("\"b\"", AFTER, false)] {
            let verdict = if holds {
                Verdict::Proceed
            } else {
                Verdict::Failed
            };
            let fields = [("if-match", tag), ("if-unmodified-since", date)];
            check_both(&fields, &validators(), &verdict, &verdict);
        }
    }

    #[test]
    fn if_none_match_compares_weakly() {
        let check = |field, validators: &Validators, tag: Option<&str>| {
            let read = tag.map_or(Verdict::Proceed, not_modified);
            let changed = tag.map_or(Verdict::Proceed, |_| Verdict::Failed);
            check_both(&[("if-none-match", field)], validators, &read, &changed);
        };
        for (field, tag) in [
            ("\"a\"", Some("\"a\"")),
            ("W/\"a\"", Some("\"a\"")),
            ("\"b\", \"a\"", Some("\"a\"")),
            ("*", Some("\"a\"")),
            ("*, \"b\"", Some("\"a\"")),
            ("\"b\", *", None),
            ("\"b\"", None),
            ("a", None),
            ("", None),
        ] {
            check(field, &validators(), tag);
        }
        check("\"a\"", &weak(), Some("W/\"a\""));
        check("W/\"a\"", &weak(), Some("W/\"a\""));
        check("\"a\"", &Validators::new(), None);
        check("\"a\"", &Validators::absent(), None);
        check("*", &Validators::absent(), None);
        let star = [("if-none-match", "*")];
        check_both(
            &star,
            &Validators::new(),
            &Verdict::NotModified(None),
            &Verdict::Failed,
        );
    }

    #[test]
    fn a_304_has_the_tag_that_the_client_has() {
        let check = |field, validators: &Validators, tag| {
            let fields = [("if-none-match", field)];
            check(&Method::GET, &fields, validators, &not_modified(tag));
        };
        check("\"a-br\"", &validators(), "\"a-br\"");
        check("W/\"a-zstd\"", &validators(), "\"a-zstd\"");
        check("\"b\", \"a-gzip\", \"a-br\"", &validators(), "\"a-gzip\"");
        check("\"a-gzip\"", &weak(), "W/\"a-gzip\"");
        // What is in no coding is for all.
        check("\"a-gzip\", \"a\"", &validators(), "\"a\"");
    }

    #[test]
    fn if_modified_since_is_for_reading() {
        let check = |field, validators: &Validators, read: &Verdict| {
            let fields = [("if-modified-since", field)];
            check_both(&fields, validators, read, &Verdict::Proceed);
        };
        check(BEFORE, &validators(), &Verdict::Proceed);
        check(CHANGED, &validators(), &not_modified("\"a\""));
        check(AFTER, &validators(), &not_modified("\"a\""));
        for field in NO_DATES {
            check(field, &validators(), &Verdict::Proceed);
        }
        check(AFTER, &Validators::new(), &Verdict::Proceed);
        check(AFTER, &Validators::absent(), &Verdict::Proceed);
        let dated = Validators::new().last_modified(UNIX_EPOCH);
        check(AFTER, &dated, &Verdict::NotModified(None));
    }

    #[test]
    fn several_dates_are_none() {
        let (field, twice) = ("if-modified-since", format!("{AFTER}, {AFTER}"));
        for fields in [&[(field, AFTER), (field, AFTER)][..], &[(field, &*twice)]] {
            check(&Method::GET, fields, &validators(), &Verdict::Proceed);
        }
    }

    #[test]
    fn if_none_match_keeps_if_modified_since_from_counting() {
        let check = |tag, date, read: &Verdict| {
            let fields = [("if-none-match", tag), ("if-modified-since", date)];
            check(&Method::GET, &fields, &validators(), read);
        };
        check("\"b\"", AFTER, &Verdict::Proceed);
        check("nonsense", AFTER, &Verdict::Proceed);
        check("\"a\"", BEFORE, &not_modified("\"a\""));
    }

    #[test]
    fn what_guards_a_change_comes_before_what_saves_content() {
        let check = |guard, value, read: &Verdict| {
            let fields = [(guard, value), ("if-none-match", "\"a\"")];
            check(&Method::GET, &fields, &validators(), read);
        };
        check("if-match", "\"b\"", &Verdict::Failed);
        check("if-match", "\"a\"", &not_modified("\"a\""));
        check("if-unmodified-since", BEFORE, &Verdict::Failed);
        check("if-unmodified-since", AFTER, &not_modified("\"a\""));
    }

    #[test]
    fn methods_without_a_representation_have_no_preconditions() {
        for method in [Method::OPTIONS, Method::TRACE, Method::CONNECT] {
            for field in ["if-match", "if-none-match"] {
                for value in ["\"a\"", "\"b\"", "*"] {
                    let fields = [(field, value)];
                    check(&method, &fields, &validators(), &Verdict::Proceed);
                }
            }
        }
    }

    #[test]
    fn if_range_takes_the_same_state_only() {
        let check = |field, validators: &Validators, holds| {
            let headers = headers(&[("if-range", field)]);
            assert_eq!(if_range_holds(&headers, validators), holds, "{field}");
        };
        for (field, holds) in [
            ("\"a\"", true),
            ("W/\"a\"", false),
            ("\"b\"", false),
            ("\"a-gzip\"", false),
            ("\"a\", \"b\"", false),
            ("*", false),
            ("", false),
            (BEFORE, false),
            (CHANGED, true),
            ("Sunday, 06-Nov-94 08:49:37 GMT", true),
            (AFTER, false),
        ] {
            check(field, &validators(), holds);
        }
        check("W/\"a\"", &weak(), false);
        check("\"a\"", &weak(), false);
        check("\"a\"", &Validators::new(), false);
        check(CHANGED, &Validators::new(), false);
        check("nonsense", &Validators::new(), false);
        assert!(if_range_holds(&headers(&[]), &Validators::new()));
        let twice = headers(&[("if-range", "\"a\""), ("if-range", "\"a\"")]);
        assert!(!if_range_holds(&twice, &validators()));
    }

    #[test]
    fn validators_stand_on_an_answer_as_they_are_read_from_it() {
        for validators in [validators(), weak(), Validators::new()] {
            let mut answer = HeaderMap::new();
            validators.put_on(&mut answer);
            assert_eq!(Validators::of_answer(&answer), validators);
        }
        let malformed = headers(&[("etag", "a"), ("last-modified", "yesterday")]);
        assert_eq!(Validators::of_answer(&malformed), Validators::new());
    }

    proptest! {
        #[test]
        fn anything_can_be_compared(
            fields in proptest::collection::vec((0..5_usize, "[ -~\u{e9}]{0,24}"), 0..4),
            method in 0..3_usize,
            exists in any::<bool>(),
        ) {
            let names = [IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE];
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(&names[name], HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            let method = [Method::GET, Method::PUT, Method::OPTIONS][method].clone();
            let validators = if exists { validators() } else { Validators::absent() };
            let verdict = evaluate(&method, &headers, &validators);
            prop_assert!(is_conditional(&headers) || verdict == Verdict::Proceed);
            prop_assert!(!matches!(verdict, Verdict::NotModified(_)) || method == Method::GET);
            _ = if_range_holds(&headers, &validators);
        }
    }
}
