//! What a route says, as constant data: the macros parse a pattern and write it down in these types, so
//! that `const` code can prove a list of routes and the table can be built without parsing anything.
//!
//! Nothing here matches a path; see [`tree`](super::tree) for that. The text of a literal stands in its percent-encoded
//! form, because matching works on the path as it came in (RFC 3986 §2.1).

/// One segment of a path pattern: what stands between two slashes.
#[derive(Clone, Copy, Debug)]
pub enum Segment {
    /// Matches exactly this text.
    Literal {
        /// The text, percent-encoded. Empty behind a trailing slash.
        text: &'static str,
    },
    /// Matches a whole segment that a regular expression accepts: `{id:[0-9]+}`.
    Expression {
        /// The expression, without anchors.
        text: &'static str,
        /// A text that the expression accepts, for the example in an error; empty when none was found.
        sample: &'static str,
    },
    /// Matches any segment that is not empty: `{id}`.
    Parameter,
    /// Matches the rest of the path, also the empty rest: `{*path}`. Always the last segment.
    CatchAll,
}

/// What a route matches.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// An ordinary pattern.
    Segments(&'static [Segment]),
    /// A regular expression over the whole path, tried after all ordinary patterns.
    Expression {
        /// The expression, without anchors.
        text: &'static str,
    },
}

impl Shape {
    /// Goes on with a hash over all that it matches.
    pub(super) const fn hash(&self, hash: u64) -> u64 {
        match self {
            Self::Segments(segments) => hash_segments(hash, segments),
            Self::Expression { text } => hash_text(hash_byte(hash, b'^'), text),
        }
    }

    /// The number of its segments.
    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Segments(segments) => segments.len(),
            Self::Expression { .. } => 0,
        }
    }
}

/// Where a hash starts: FNV-1a, 64 bits. The macros make the same hashes.
pub(super) const START: u64 = 0xcbf2_9ce4_8422_2325;

/// Goes on with a hash over one byte.
const fn hash_byte(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
}

/// Goes on with a hash over a text.
const fn hash_text(mut hash: u64, text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        hash = hash_byte(hash, bytes[index]);
        index += 1;
    }
    hash
}

impl Segment {
    /// Goes on with a hash over this segment.
    pub(super) const fn hash(&self, hash: u64) -> u64 {
        match self {
            Self::Literal { text } => hash_text(hash_byte(hash, b'/'), text),
            Self::Expression { text, .. } => hash_text(hash_byte(hash, b':'), text),
            Self::Parameter => hash_byte(hash, b'{'),
            Self::CatchAll => hash_byte(hash, b'*'),
        }
    }
}

const fn hash_segments(mut hash: u64, segments: &[Segment]) -> u64 {
    let mut index = 0;
    while index < segments.len() {
        hash = segments[index].hash(hash);
        index += 1;
    }
    hash
}

/// A text with its hash: the name of a route, or a host.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// The text.
    pub text: &'static str,
    /// A hash of the text, made by the macro.
    pub hash: u64,
}

/// One `#[route(…)]` attribute, or one `"…" =>` of a list.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// The pattern as the author wrote it.
    pub text: &'static str,
    /// What it matches.
    pub shape: Shape,
    /// A hash of the shape, made by the macro.
    pub hash: u64,
    /// The names of its parameters, in the order of the captures.
    pub parameters: &'static [&'static str],
    /// The host it is limited to, in lower case: `api.example.com`, or `*.example.com` for all names below.
    pub host: Option<Label>,
    /// The name under which [`Context::reverse_url`](crate::Context::reverse_url) finds it.
    pub name: Option<Label>,
    /// Which of two expressions at one position is tried first: the lower rank.
    pub rank: i32,
    /// The file of the attribute.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
}

impl Spec {
    /// What most routes do not say.
    pub const PLAIN: Self = Self {
        text: "",
        shape: Shape::Segments(&[]),
        hash: START,
        parameters: &[],
        host: None,
        name: None,
        rank: 0,
        file: "",
        line: 0,
    };
}

/// A `#[prefix("…")]`, with the one of the base's own base.
#[derive(Clone, Copy, Debug)]
pub struct Prefix {
    /// The text: begins with a slash and does not end with one.
    pub text: &'static str,
    /// Its segments: literals only.
    pub segments: &'static [Segment],
    /// The prefix that stands in front of this one.
    pub parent: Option<&'static Prefix>,
}

/// The number of parameters that one pattern may have; the macro refuses more.
pub(crate) const MAX_PARAMETERS: usize = 16;

impl Prefix {
    /// The number of segments of this prefix and of those in front of it.
    pub(super) const fn len(mut prefix: Option<&Self>) -> usize {
        let mut len = 0;
        while let Some(next) = prefix {
            len += next.segments.len();
            prefix = next.parent;
        }
        len
    }

    /// A hash over the prefixes in front of this one, and over this one.
    const fn hash(prefix: Option<&Self>) -> u64 {
        match prefix {
            None => START,
            Some(prefix) => hash_segments(Self::hash(prefix.parent), prefix.segments),
        }
    }

    /// This prefix and those in front of it, outermost first.
    fn chain(innermost: Option<&'static Self>) -> impl Iterator<Item = &'static Self> {
        let mut chain: Vec<_> = std::iter::successors(innermost, |prefix| prefix.parent).collect();
        chain.reverse();
        chain.into_iter()
    }
}

/// A route where it stands: behind its prefixes, and whose it is. Small, because the compiler copies thousands of them when it
/// proves a list.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// What the attribute says.
    pub spec: &'static Spec,
    /// The type that answers, as an error names it.
    pub owner: &'static str,
    /// What stands in front of it.
    pub prefix: Option<&'static Prefix>,
}

impl Place {
    /// No place: what an array holds before it is filled.
    pub const NONE: Self = Self {
        spec: &Spec::PLAIN,
        owner: "",
        prefix: None,
    };

    /// The segments of the route alone.
    pub(super) const fn own_segments(&self) -> &'static [Segment] {
        match self.spec.shape {
            Shape::Segments(segments) => segments,
            Shape::Expression { .. } => &[],
        }
    }

    /// The number of segments, those of the prefixes included.
    pub(super) const fn len(&self) -> usize {
        Prefix::len(self.prefix) + self.own_segments().len()
    }

    /// A hash over all that a path must be. Only behind a prefix it is more than was made by the macro.
    pub(super) const fn hash(&self) -> u64 {
        match self.prefix {
            None => self.spec.hash,
            Some(_) => self.spec.shape.hash(Prefix::hash(self.prefix)),
        }
    }

    /// The segment at this position, those of the prefixes included.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub(super) const fn segment(&self, index: usize) -> &'static Segment {
        let mut start = Prefix::len(self.prefix);
        let mut segments = self.own_segments();
        let mut prefix = self.prefix;
        while index < start
            && let Some(next) = prefix
        {
            segments = next.segments;
            start -= segments.len();
            prefix = next.parent;
        }
        &segments[index - start]
    }

    /// All segments, those of the prefixes included.
    pub fn segments(&self) -> impl Iterator<Item = &'static Segment> + use<> {
        Prefix::chain(self.prefix)
            .flat_map(|prefix| prefix.segments)
            .chain(self.own_segments())
    }

    /// The whole pattern as text, prefixes included.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text: String = Prefix::chain(self.prefix)
            .map(|prefix| prefix.text)
            .collect();
        text.push_str(self.spec.text);
        text
    }
}
