//! Tables of routes with paths that hit and miss them, and the matchers under test, each read in the same way.

use squall::__private::routing::{Captures, Place, Segment, Shape, Spec, Tree};

/// Routes as text, and paths to look up.
pub struct Table {
    pub patterns: Vec<String>,
    /// One path for each pattern, shuffled.
    pub hits: Vec<String>,
    /// Paths that no pattern matches, most of them almost.
    pub misses: Vec<String>,
}

impl Table {
    /// What an application with an interface for programs has: five routes for each resource.
    pub fn resources(routes: usize) -> Self {
        let shapes = ["", "/{id}", "/{id}/edit", "/{id}/comments/{comment}", "/{id}/comments/{comment}/votes/{vote}"];
        let pattern = |index: usize| format!("/api/v1/{}{}", name(index / shapes.len()), shapes[index % shapes.len()]);
        Self::new((0..routes).map(pattern).collect())
    }

    /// Many pages side by side at the root, without parameters.
    pub fn pages(routes: usize) -> Self {
        Self::new((0..routes).map(|index| format!("/{}", name(index))).collect())
    }

    fn new(patterns: Vec<String>) -> Self {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut hits: Vec<String> = patterns.iter().map(|pattern| example(pattern, &mut random)).collect();
        for index in (1..hits.len()).rev() {
            hits.swap(index, random.below(index + 1));
        }
        let endings = ["/", "x", "/unknown", "//edit"];
        let misses = hits.iter().enumerate().map(|(index, hit)| format!("{hit}{}", endings[index % endings.len()]));
        // An ending in the last parameter of a pattern makes another hit.
        let known: matchit::Router<()> = router(&patterns, |_| ());
        let misses = misses.filter(|path| known.at(path).is_err()).collect();
        Self { patterns, hits, misses }
    }

    /// The tree of squall; `id` is what `{id}` stands for.
    pub fn squall(&self, id: Segment) -> Tree {
        let mut builder = Tree::builder();
        for (index, pattern) in self.patterns.iter().enumerate() {
            builder.insert(&place(pattern, id), index as u32).expect("the patterns are all different");
        }
        builder.build()
    }

    /// The router of matchit.
    pub fn matchit(&self) -> matchit::Router<u32> {
        router(&self.patterns, |index| index as u32)
    }

    /// A regular expression for each route, as in Tornado.
    pub fn expressions(&self) -> Vec<regex::Regex> {
        let expression = |pattern: &String| {
            let parts = pattern.split('/').map(|part| if part.starts_with('{') { "([^/]+)" } else { part });
            regex::Regex::new(&format!("^{}$", parts.collect::<Vec<_>>().join("/"))).expect("it is well-formed")
        };
        self.patterns.iter().map(expression).collect()
    }
}

/// Looks a path up and reads all captures; the answer depends on both.
pub fn ask_squall(tree: &Tree, path: &str) -> usize {
    let mut captures = Captures::default();
    let Some(target) = tree.find("localhost", path, &mut captures) else { return 0 };
    let lengths = (0..captures.len()).filter_map(|index| captures.get(index, path)).map(str::len);
    target as usize + lengths.sum::<usize>()
}

/// The same with matchit.
pub fn ask_matchit(router: &matchit::Router<u32>, path: &str) -> usize {
    let Ok(found) = router.at(path) else { return 0 };
    *found.value as usize + found.params.iter().map(|(_, value)| value.len()).sum::<usize>()
}

/// The same with one expression after the other.
pub fn ask_expressions(expressions: &[regex::Regex], path: &str) -> usize {
    let mut found =
        expressions.iter().enumerate().filter_map(|(index, expression)| Some((index, expression.captures(path)?)));
    let Some((index, captures)) = found.next() else { return 0 };
    index + captures.iter().skip(1).flatten().map(|value| value.len()).sum::<usize>()
}

fn router<T>(patterns: &[String], target: impl Fn(usize) -> T) -> matchit::Router<T> {
    let mut router = matchit::Router::new();
    for (index, pattern) in patterns.iter().enumerate() {
        router.insert(pattern, target(index)).expect("the patterns are all different");
    }
    router
}

/// What the macros would write down for a pattern. The memory is never given back.
fn place(pattern: &str, id: Segment) -> Place {
    let pattern: &'static str = pattern.to_owned().leak();
    let segment = |text: &'static str| match text {
        "{id}" => id,
        _ if text.starts_with('{') => Segment::Parameter,
        _ => Segment::Literal { text },
    };
    let segments: Vec<Segment> = pattern[1..].split('/').map(segment).collect();
    let names: Vec<&'static str> =
        pattern.split('/').filter_map(|text| text.strip_prefix('{')?.strip_suffix('}')).collect();
    let spec = Spec {
        text: pattern,
        shape: Shape::Segments(segments.leak()),
        parameters: names.leak(),
        ..Spec::PLAIN
    };
    Place { spec: Box::leak(Box::new(spec)), owner: "Handler", prefix: None }
}

/// The first 20 are single words, all others have a hyphen.
fn name(index: usize) -> String {
    const WORDS: [&str; 20] = [
        "users",
        "orders",
        "products",
        "invoices",
        "posts",
        "projects",
        "teams",
        "messages",
        "articles",
        "customers",
        "payments",
        "reports",
        "sessions",
        "events",
        "files",
        "groups",
        "tags",
        "tickets",
        "labels",
        "albums",
    ];
    const KINDS: [&str; 50] = [
        "old", "new", "draft", "public", "private", "internal", "archived", "shared", "daily", "weekly", "monthly",
        "yearly", "open", "closed", "hidden", "popular", "recent", "pending", "failed", "paid", "local", "global",
        "remote", "active", "locked", "signed", "sorted", "merged", "copied", "moved", "linked", "pinned", "rated",
        "sold", "lost", "found", "sent", "kept", "read", "seen", "first", "last", "blue", "green", "red", "small",
        "large", "fast", "slow", "free",
    ];
    match index / WORDS.len() {
        0 => WORDS[index].to_owned(),
        kind => format!("{}-{}", KINDS[(kind - 1) % KINDS.len()], WORDS[index % WORDS.len()]),
    }
}

/// A path that a pattern matches: with numbers, short words, and every other comment named by what looks like a UUID.
fn example(pattern: &str, random: &mut Random) -> String {
    let number = random.below(1_000_000);
    let comment = if random.below(2) == 0 {
        random.below(1_000).to_string()
    } else {
        format!("{number:08x}-{number:04x}-4000-8000-{:012x}", random.below(1 << 48))
    };
    let vote = ["up", "down", "withdrawn"][random.below(3)];
    pattern.replace("{id}", &number.to_string()).replace("{comment}", &comment).replace("{vote}", vote)
}

/// Xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }
}
