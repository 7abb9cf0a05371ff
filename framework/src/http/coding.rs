//! Content codings (RFC 9110 §8.4.1): their names, and which of them a client takes (§12.5.3).
//!
//! `encoder` and `decoder` do the work, a piece at a time, on the crates of each coding. None of it knows which answer is encoded, or
//! what becomes of content that cannot be decoded.

#[cfg(feature = "compression")]
pub(crate) mod codec;
#[cfg(feature = "compression")]
pub(crate) mod decoder;
#[cfg(feature = "compression")]
pub(crate) mod encoder;

use ::http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT_ENCODING, VARY},
};

use super::accept;

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// `br` (RFC 7932).
    Brotli,
    /// `zstd` (RFC 8878, RFC 9659).
    Zstd,
    /// `gzip` (RFC 1952).
    Gzip,
    /// `deflate`: the zlib format (RFC 1950). For requests only: what goes by this name was two formats for too long.
    Deflate,
}

impl Coding {
    /// All that answers come in, as the server prefers them.
    pub(crate) const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// Its name in a field.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// The coding of this name, in any case; `x-gzip` is gzip (RFC 9110 §8.4.1.3).
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("x-gzip") {
            return Some(Self::Gzip);
        }
        [Self::Brotli, Self::Zstd, Self::Gzip, Self::Deflate]
            .into_iter()
            .find(|coding| name.eq_ignore_ascii_case(coding.name()))
    }
}

/// What to send to a client, as far as its `accept-encoding` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The best coding; `None` where the content should go as it is, or where nothing is acceptable.
    pub(crate) coding: Option<Coding>,
    /// Whether the content may go as it is.
    pub(crate) identity: bool,
}

impl Chosen {
    /// Whether neither a coding nor the content as it is will do: 406.
    pub(crate) fn is_nothing(self) -> bool {
        self.coding.is_none() && !self.identity
    }
}

/// Chooses a coding from those that there are, by the weights of `accept-encoding` (RFC 9110 §12.5.3); of two that weigh the same, the
/// one that stands first in the list.
///
/// No field and an empty one mean no coding. The content as it is comes last, unless `identity` is named with a greater weight.
/// An element that is not a name with at most a weight behind it, or whose weight is none, is passed over. Of a name that stands there
/// twice, the first counts.
pub(crate) fn negotiate(headers: &HeaderMap, available: &[Coding]) -> Chosen {
    let weights = Weights::of(headers);
    let best = available
        .iter()
        .map(|&coding| (weights.of_coding(coding), coding))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    let coding = best
        .filter(|&(weight, _)| weight > 0 && weight >= weights.identity.unwrap_or(0))
        .map(|(_, coding)| coding);
    Chosen {
        coding,
        identity: weights.identity.or(weights.any) != Some(0),
    }
}

/// Whether a client takes this coding. Who says nothing takes any (RFC 9110 §12.5.3).
pub(crate) fn takes(headers: &HeaderMap, coding: Coding) -> bool {
    !headers.contains_key(ACCEPT_ENCODING) || Weights::of(headers).of_coding(coding) > 0
}

/// The weights of a request, in thousandths.
#[derive(Default)]
struct Weights {
    codings: [Option<u16>; Coding::Deflate as usize + 1],
    identity: Option<u16>,
    any: Option<u16>,
}

impl Weights {
    fn of(headers: &HeaderMap) -> Self {
        let mut weights = Self::default();
        let fields = headers.get_all(ACCEPT_ENCODING).iter();
        let elements = fields
            .filter_map(|field| field.to_str().ok())
            .flat_map(|field| field.split(','));
        for (name, weight) in elements.filter_map(weighted) {
            if let Some(slot) = weights.slot(name) {
                slot.get_or_insert(weight);
            }
        }
        weights
    }

    /// The place of what is named.
    fn slot(&mut self, name: &str) -> Option<&mut Option<u16>> {
        if name == "*" {
            return Some(&mut self.any);
        }
        if name.eq_ignore_ascii_case("identity") {
            return Some(&mut self.identity);
        }
        let coding = Coding::of_name(name)?;
        Some(&mut self.codings[coding as usize])
    }

    fn of_coding(&self, coding: Coding) -> u16 {
        self.codings[coding as usize].or(self.any).unwrap_or(0)
    }
}

/// A name and its weight.
fn weighted(element: &str) -> Option<(&str, u16)> {
    let Some((name, parameter)) = element.split_once(';') else {
        return Some((element.trim(), 1000));
    };
    Some((name.trim(), accept::weight(parameter.trim())??))
}

/// Says in `vary` that the answer depends on `accept-encoding`, beside what it says already (RFC 9110 §12.5.5).
pub(crate) fn vary(headers: &mut HeaderMap) {
    let says_so = |name: &[u8]| {
        let name = name.trim_ascii();
        name == b"*" || name.eq_ignore_ascii_case(ACCEPT_ENCODING.as_str().as_bytes())
    };
    let fields = headers.get_all(VARY);
    let mut names = fields
        .iter()
        .flat_map(|field| field.as_bytes().split(|byte| *byte == b','));
    if names.any(says_so) {
        return;
    }
    let mut names: Vec<_> = fields.iter().map(HeaderValue::as_bytes).collect();
    names.push(ACCEPT_ENCODING.as_str().as_bytes());
    if let Ok(names) = HeaderValue::from_bytes(&names.join(&b", "[..])) {
        headers.insert(VARY, names);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn accepting(fields: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_str(field).unwrap());
        }
        headers
    }

    #[track_caller]
    fn check(field: &str, coding: Option<Coding>, identity: bool) {
        let chosen = negotiate(&accepting(&[field]), &Coding::ALL);
        assert_eq!(chosen, Chosen { coding, identity }, "{field}");
    }

    #[test]
    fn weights_decide_and_then_the_server() {
        check("gzip", Some(Coding::Gzip), true);
        check("gzip, deflate, br, zstd", Some(Coding::Brotli), true);
        check("gzip;q=1, br;q=0.9", Some(Coding::Gzip), true);
        check("gzip;q=0.5, zstd; q=0.501", Some(Coding::Zstd), true);
        check("GZip;Q=1", Some(Coding::Gzip), true);
        check("x-gzip", Some(Coding::Gzip), true);
        check("gzip \t;\t q=0.3\t,", Some(Coding::Gzip), true);
        check("br;q=0, gzip", Some(Coding::Gzip), true);
        check("deflate", None, true);
        check("compress, gzip;q=0.1", Some(Coding::Gzip), true);
    }

    #[test]
    fn any_is_what_is_not_named() {
        check("*", Some(Coding::Brotli), true);
        check("br;q=0, *", Some(Coding::Zstd), true);
        check("gzip, *;q=0.5", Some(Coding::Gzip), true);
        check("gzip, *;q=0", Some(Coding::Gzip), false);
        check("*;q=0", None, false);
        check("*;q=0, identity", None, true);
        check("*;q=0, identity;q=0.1", None, true);
    }

    #[test]
    fn identity_comes_last_unless_it_weighs_more() {
        check("identity", None, true);
        check("identity;q=1, gzip;q=0.5", None, true);
        check("identity;q=0.5, gzip;q=0.5", Some(Coding::Gzip), true);
        check("identity;q=0, gzip;q=0.001", Some(Coding::Gzip), false);
        check("identity;q=0", None, false);
        check("identity;q=0, deflate", None, false);
        assert!(negotiate(&accepting(&["identity;q=0"]), &Coding::ALL).is_nothing());
    }

    #[test]
    fn nothing_said_is_identity() {
        assert!(!negotiate(&HeaderMap::new(), &Coding::ALL).is_nothing());
        assert_eq!(negotiate(&HeaderMap::new(), &Coding::ALL).coding, None);
        check("", None, true);
        check(" , ,", None, true);
        assert_eq!(negotiate(&accepting(&["gzip"]), &[]).coding, None);
    }

    #[test]
    fn a_malformed_element_is_passed_over() {
        for element in [
            "gzip;q=x",
            "gzip;q=2",
            "gzip;q=0.1234",
            "gzip;level=1",
            "gzip;q=1;q=1",
            "gzip;",
            "gzip br",
            "identity;q=-0",
        ] {
            check(element, None, true);
            check(&format!("{element}, zstd"), Some(Coding::Zstd), true);
        }
    }

    #[test]
    fn lines_are_one_list_and_the_first_of_a_name_counts() {
        let chosen = negotiate(&accepting(&["deflate", "br;q=0.1, gzip"]), &Coding::ALL);
        assert_eq!(chosen.coding, Some(Coding::Gzip));
        check("gzip;q=0, x-gzip", None, true);
        check("gzip, gzip;q=0", Some(Coding::Gzip), true);
    }

    #[test]
    fn vary_says_it_once() {
        for (fields, expected) in [
            (&[][..], "accept-encoding"),
            (&["accept"], "accept, accept-encoding"),
            (
                &["accept, cookie", "origin"],
                "accept, cookie, origin, accept-encoding",
            ),
            (&["Accept-Encoding"], "Accept-Encoding"),
            (&["cookie,accept-encoding"], "cookie,accept-encoding"),
            (&["*"], "*"),
        ] {
            let mut headers = HeaderMap::new();
            for field in fields {
                headers.append(VARY, HeaderValue::from_static(field));
            }
            vary(&mut headers);
            let said: Vec<_> = headers.get_all(VARY).iter().collect();
            assert_eq!(said, [expected], "{fields:?}");
        }
    }

    /// The rules of RFC 9110 §12.5.3 once more, word by word: whether a coding is acceptable.
    fn is_acceptable(field: &str, name: &str) -> bool {
        let mut named = Vec::new();
        for element in field.split(',') {
            let parts: Vec<_> = element.split(';').map(str::trim).collect();
            let weight = match parts[1..] {
                [] => "1",
                [weight] if weight.starts_with("q=") => &weight[2..],
                _ => continue,
            };
            let has_grammar = weight.len() <= 5
                && weight.bytes().enumerate().all(|(at, byte)| match at {
                    0 => matches!(byte, b'0' | b'1'),
                    1 => byte == b'.',
                    _ => byte.is_ascii_digit(),
                });
            match weight.parse::<f64>() {
                Ok(weight) if has_grammar && weight <= 1.0 => named.push((parts[0], weight)),
                _ => {}
            }
        }
        let weight_of = |name: &str| named.iter().find(|named| named.0 == name).map(|it| it.1);
        match weight_of(name).or_else(|| weight_of("*")) {
            Some(weight) => weight > 0.0,
            None => name == "identity",
        }
    }

    proptest! {
        #[test]
        fn what_is_chosen_is_acceptable(
            elements in proptest::collection::vec(
                ("(gzip|br|zstd|identity|\\*|deflate|x)", "(|;q=0|;q=1|; q=0\\.[0-9]{0,4}|;q=1\\.00|;q=2|;x)"),
                0..6,
            ),
        ) {
            let elements: Vec<_> = elements.iter().map(|(name, weight)| format!("{name}{weight}")).collect();
            let field = elements.join(", ");
            let chosen = negotiate(&accepting(&[&field]), &Coding::ALL);
            prop_assert_eq!(chosen.identity, is_acceptable(&field, "identity"));
            match chosen.coding {
                Some(coding) => prop_assert!(is_acceptable(&field, coding.name())),
                // Nothing would do, or the content as it is weighs more.
                None if !field.contains("identity") => {
                    prop_assert!(!Coding::ALL.iter().any(|coding| is_acceptable(&field, coding.name())));
                }
                None => {}
            }
        }

        #[test]
        fn no_field_is_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut headers = HeaderMap::new();
            if let Ok(field) = HeaderValue::from_bytes(&bytes) {
                headers.append(ACCEPT_ENCODING, field);
            }
            negotiate(&headers, &Coding::ALL);
        }
    }
}
