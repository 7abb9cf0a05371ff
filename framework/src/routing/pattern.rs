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
        /// A hash of the text, made by the macro.
        hash: u64,
    },
    /// Matches a whole segment that a regular expression accepts: `{id:[0-9]+}`.
    Expression {
        /// The expression, without anchors.
        text: &'static str,
        /// A hash of the expression, made by the macro.
        hash: u64,
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
        /// A hash of the expression, made by the macro.
        hash: u64,
    },
}

impl Shape {
    /// The number of its segments.
    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Segments(segments) => segments.len(),
            Self::Expression { .. } => 0,
        }
    }
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

/// The number of prefixes that may stand in front of a route.
pub(crate) const MAX_PREFIXES: usize = 3;

/// The number of parameters that one pattern may have; the macro refuses more.
pub(crate) const MAX_PARAMETERS: usize = 16;

/// A route where it stands: its prefixes joined in front, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// What the attribute says.
    pub spec: &'static Spec,
    /// The type that answers, as an error names it.
    pub owner: &'static str,
    /// The texts of the prefixes, outermost first; unused ones are empty.
    pub prefixes: [&'static str; MAX_PREFIXES],
    /// The segments of the prefixes and of the route, outermost first; unused ones are empty.
    pub parts: [&'static [Segment]; MAX_PREFIXES + 1],
}

impl Place {
    /// No place: what an array holds before it is filled.
    pub const NONE: Self = Self {
        spec: &Spec::PLAIN,
        owner: "",
        prefixes: [""; MAX_PREFIXES],
        parts: [&[]; MAX_PREFIXES + 1],
    };

    /// Joins a route with the prefixes in front of it, of which there are at most three; the proof of a list says so
    /// where there are more.
    #[must_use]
    pub const fn new(
        spec: &'static Spec,
        owner: &'static str,
        prefix: Option<&'static Prefix>,
    ) -> Self {
        let mut prefixes = [""; MAX_PREFIXES];
        let mut parts: [&'static [Segment]; MAX_PREFIXES + 1] = [&[]; MAX_PREFIXES + 1];
        let mut next = prefix;
        let mut depth = 0;
        while let Some(prefix) = next
            && depth < MAX_PREFIXES
        {
            // Moves what is there one place to the right: the chain runs from the innermost outwards.
            let mut index = depth;
            while index > 0 {
                prefixes[index] = prefixes[index - 1];
                parts[index] = parts[index - 1];
                index -= 1;
            }
            prefixes[0] = prefix.text;
            parts[0] = prefix.segments;
            next = prefix.parent;
            depth += 1;
        }
        if let Shape::Segments(segments) = spec.shape {
            parts[MAX_PREFIXES] = segments;
        }
        Self {
            spec,
            owner,
            prefixes,
            parts,
        }
    }

    /// The number of segments, prefixes included.
    #[must_use]
    pub const fn len(&self) -> usize {
        let mut len = 0;
        let mut part = 0;
        while part < self.parts.len() {
            len += self.parts[part].len();
            part += 1;
        }
        len
    }

    /// Whether there is no segment: the case of an expression over the whole path without prefixes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The segment at this position, prefixes included.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub const fn segment(&self, mut index: usize) -> &'static Segment {
        let mut part = 0;
        while index >= self.parts[part].len() {
            index -= self.parts[part].len();
            part += 1;
        }
        &self.parts[part][index]
    }

    /// All segments, prefixes included.
    pub fn segments(&self) -> impl Iterator<Item = &'static Segment> + use<> {
        self.parts.into_iter().flatten()
    }

    /// The whole pattern as text, prefixes included.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.prefixes.concat();
        text.push_str(self.spec.text);
        text
    }
}
