//! The table of routes while the server runs: a path goes in, the route and its captures come out.
//!
//! Every host has a radix tree over the bytes of its patterns. Literals are joined across slashes, so a table of plain
//! patterns is matched in a few long comparisons; where patterns part, one array access finds the branch. A node at the
//! beginning of a segment may also lead on by expressions, by a parameter or to a catch-all, which are tried in that
//! order once the literals have failed. Expressions over the whole path are kept in a list and come last.
//!
//! Matching works on the path as it came in, does not slow down as routes are added, and allocates nothing; only an
//! expression makes its scratch memory when a thread first uses it.
//!
//! Backtracking needs no memory of failures. A node of a tree is reached along one way only, and with it goes one
//! position in the path, because a way that enters the n-th segment always enters it at its first byte. So a lookup
//! visits no node twice: whatever a client sends, the work is bounded by the patterns that the program has written down,
//! and the recursion by the number of segments of the longest of them. More than one way is open only where patterns
//! overlap, as `/a/{x}` and `/{y}/b` do.

mod builder;
mod expression;

use std::sync::{Arc, Mutex};

use regex::bytes::{CaptureLocations, Regex};

use super::pattern::MAX_PARAMETERS;
use crate::http::host;
pub use builder::{Builder, InsertError};
use expression::Expression;

/// Finds the route of a request.
///
/// What is found is the `target` that was given to [`Builder::insert`]: the index of the route in the caller's own list.
#[derive(Debug)]
pub struct Tree {
    /// The routes without a host.
    anywhere: Table,
    /// The routes of one host, sorted by it.
    exact: Vec<(&'static str, Table)>,
    /// The routes of all hosts below one, sorted by its name, which is kept with the dot in front of it.
    below: Vec<(&'static str, Table)>,
}

impl Tree {
    /// Begins an empty tree.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Finds the route of a path, still percent-encoded and without its query, and writes down what its parameters captured.
    ///
    /// `host` may carry a port and be in any case. It is looked at only when there is a route that has a host: first the
    /// routes of exactly this host are tried, then those of `*.` hosts, longest first, and last those without a host.
    #[must_use]
    #[inline]
    pub fn find(&self, host: &str, path: &str, captures: &mut Captures) -> Option<u32> {
        captures.len = 0;
        if !path.starts_with('/') || path.len() > MAX_PATH {
            return None;
        }
        if self.exact.is_empty() && self.below.is_empty() {
            return self.anywhere.find(path, captures);
        }
        self.find_on_host(host::split(host).0, path, captures)
    }

    fn find_on_host(&self, host: &str, path: &str, captures: &mut Captures) -> Option<u32> {
        // A name in the DNS has at most 127 labels; without a limit a host of dots would be work for nothing. What stands
        // in front of the first dot must not be empty.
        let suffixes = host
            .match_indices('.')
            .filter(|(dot, _)| *dot > 0)
            .map(|(dot, _)| &host[dot..])
            .take(127);
        let below = suffixes.filter_map(|suffix| of_host(&self.below, suffix));
        let mut tables = of_host(&self.exact, host)
            .into_iter()
            .chain(below)
            .chain([&self.anywhere]);
        tables.find_map(|table| table.find(path, captures))
    }
}

/// What the parameters of a route captured, as places in the path.
///
/// It is kept small, because it is copied once or twice for each request; `MAX_PATH` says why small positions suffice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Captures {
    len: usize,
    /// Where each begins, and how many bytes it has.
    ranges: [(u16, u16); MAX_PARAMETERS],
}

/// The longest path that is matched: [`http::Uri`] accepts one byte less.
const MAX_PATH: usize = u16::MAX as usize;

impl Captures {
    /// The number of parameters of the route.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the route has no parameters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What the parameter at this index captured of the path that was matched, still percent-encoded.
    ///
    /// There is nothing where a group of an expression over the whole path took no part in the match, or stands for a
    /// part of a character.
    #[must_use]
    pub fn get<'p>(&self, index: usize, path: &'p str) -> Option<&'p str> {
        let (start, len) = *self.ranges[..self.len].get(index)?;
        let start = usize::from(start);
        path.get(start..start + usize::from(len))
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "no path that is matched is longer than `MAX_PATH`"
    )]
    fn push(&mut self, start: usize, len: usize) {
        self.ranges[self.len] = (start as u16, len as u16);
        self.len += 1;
    }

    /// Adds a group that took no part in the match: a place that lies in no path.
    fn push_absent(&mut self) {
        self.push(MAX_PATH, 1);
    }
}

/// The routes of one host.
#[derive(Debug)]
struct Table {
    /// The tree, its root first. Where a node has children, the one for a byte is at the node's `base` plus that byte,
    /// if it names the node as its parent; the rows of all nodes lie over each other, with gaps filled (a "double
    /// array"), so that a branch costs one access however many children there are.
    nodes: Vec<Node>,
    /// The literals of all nodes, one behind the other.
    text: Vec<u8>,
    /// The expressions that stand side by side at a node, in the order in which they are tried.
    forks: Vec<Box<[Fork]>>,
    /// The expressions over the whole path, in the order in which they are tried.
    whole: Vec<WholePath>,
}

/// Stands for no node, no target, no fork.
const NONE: u32 = u32::MAX;

/// The place where the patterns that begin with the same segments, or bytes of them, go on.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// The node whose literal goes on here; none for the root and for what stands behind an expression or a parameter.
    parent: u32,
    /// Where in the nodes its row of children begins.
    base: u32,
    /// The literal that has to follow here, as a range of the table's text; the byte that led here is not in it.
    start: u32,
    end: u32,
    /// The route that ends behind the literal.
    target: u32,
    /// Where to go on by an expression: an index of the table's forks.
    forks: u32,
    /// Where to go on behind a parameter.
    parameter: u32,
    /// The route that takes all the rest.
    catch_all: u32,
}

/// One of the expressions at a node.
#[derive(Debug)]
struct Fork {
    expression: Arc<Expression>,
    node: u32,
}

impl Table {
    #[inline]
    fn find(&self, path: &str, captures: &mut Captures) -> Option<u32> {
        let mut walk = Walk {
            table: self,
            path: path.as_bytes(),
            captures,
        };
        let target = walk.follow(0, walk.path);
        target.or_else(|| {
            let mut whole = self.whole.iter();
            whole.find_map(|whole| whole.matches(path, captures))
        })
    }

    /// The child of a node for the next byte, and what is left behind that.
    fn child<'p>(&self, id: u32, base: u32, rest: &'p [u8]) -> Option<(u32, &'p [u8])> {
        let (byte, rest) = rest.split_first()?;
        let child = base + u32::from(*byte);
        (self.nodes.get(child as usize)?.parent == id).then_some((child, rest))
    }
}

/// One lookup in the tree of a table. `rest` is the part of the path that is still to be matched.
struct Walk<'w> {
    table: &'w Table,
    path: &'w [u8],
    captures: &'w mut Captures,
}

impl Walk<'_> {
    /// Goes on from a node, as long as only literals lead on.
    fn follow(&mut self, mut id: u32, mut rest: &[u8]) -> Option<u32> {
        let table = self.table;
        loop {
            let node = &table.nodes[id as usize];
            rest = strip(rest, &table.text[node.start as usize..node.end as usize])?;
            if rest.is_empty() && node.target != NONE {
                return Some(node.target);
            }
            let next = table.child(id, node.base, rest);
            if node.branches() {
                return self.branch(node, next, rest);
            }
            (id, rest) = next?;
        }
    }

    /// Tries the ways that lead on at the beginning of a segment, one after the other.
    fn branch(&mut self, node: &Node, literal: Option<(u32, &[u8])>, rest: &[u8]) -> Option<u32> {
        if let Some((child, rest)) = literal
            && let Some(target) = self.follow(child, rest)
        {
            return Some(target);
        }
        let len = segment_len(rest);
        if node.forks != NONE {
            for fork in &self.table.forks[node.forks as usize] {
                if fork.expression.accepts(&rest[..len])
                    && let Some(target) = self.capture(len, fork.node, rest)
                {
                    return Some(target);
                }
            }
        }
        if node.parameter != NONE
            && len > 0
            && let Some(target) = self.capture(len, node.parameter, rest)
        {
            return Some(target);
        }
        if node.catch_all != NONE {
            self.captures.push(self.path.len() - rest.len(), rest.len());
            return Some(node.catch_all);
        }
        None
    }

    /// Captures a segment and goes on behind it; takes it back when there is no route that way.
    fn capture(&mut self, len: usize, id: u32, rest: &[u8]) -> Option<u32> {
        self.captures.push(self.path.len() - rest.len(), len);
        let target = self.follow(id, &rest[len..]);
        if target.is_none() {
            self.captures.len -= 1;
        }
        target
    }
}

impl Node {
    /// A gap between the rows.
    const VACANT: Self = Self {
        parent: NONE,
        base: 0,
        start: 0,
        end: 0,
        target: NONE,
        forks: NONE,
        parameter: NONE,
        catch_all: NONE,
    };

    /// Whether not only literals lead on.
    fn branches(&self) -> bool {
        self.forks & self.parameter & self.catch_all != NONE
    }
}

/// What is left behind a literal. Where patterns part it is often empty, and to compare nothing costs as much as to
/// compare a word.
fn strip<'p>(rest: &'p [u8], literal: &[u8]) -> Option<&'p [u8]> {
    if literal.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix(literal)
    }
}

/// The number of bytes in front of the next slash, or of the end.
fn segment_len(rest: &[u8]) -> usize {
    const SLASHES: u64 = u64::from_ne_bytes([b'/'; 8]);
    const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let (words, tail) = rest.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        // Sets the upper bit of every byte that is a slash, and perhaps of bytes behind the first one.
        let other = u64::from_le_bytes(*word) ^ SLASHES;
        let found = other.wrapping_sub(LOW) & !other & HIGH;
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    words.len() * 8
        + tail
            .iter()
            .position(|byte| *byte == b'/')
            .unwrap_or(tail.len())
}

/// An expression over the whole path.
#[derive(Debug)]
struct WholePath {
    /// The literal text in front of it.
    prefix: String,
    regex: Regex,
    /// The groups of the parameters, in their order.
    groups: Vec<usize>,
    /// The memory for the groups of a match. A thread that finds it in use makes its own, so nobody ever waits.
    locations: Mutex<CaptureLocations>,
    target: u32,
}

impl WholePath {
    fn matches(&self, path: &str, captures: &mut Captures) -> Option<u32> {
        let rest = path.strip_prefix(self.prefix.as_str())?.as_bytes();
        let mut shared = self.locations.try_lock().ok();
        let mut own = None;
        let locations = match &mut shared {
            Some(shared) => &mut **shared,
            None => own.insert(self.regex.capture_locations()),
        };
        self.regex.captures_read(locations, rest)?;
        captures.len = 0;
        for group in &self.groups {
            match locations.get(*group) {
                Some((start, end)) => captures.push(self.prefix.len() + start, end - start),
                None => captures.push_absent(),
            }
        }
        Some(self.target)
    }
}

/// Looks a host in any case up in a sorted list of hosts in lower case.
fn of_host<'t>(tables: &'t [(&'static str, Table)], host: &str) -> Option<&'t Table> {
    let lower = || host.bytes().map(|byte| byte.to_ascii_lowercase());
    let index = tables
        .binary_search_by(|(name, _)| name.bytes().cmp(lower()))
        .ok()?;
    Some(&tables[index].1)
}

#[cfg(test)]
mod tests {
    use super::super::pattern::{Label, Place, Prefix, Segment, Shape, Spec};
    use super::*;

    /// Looks for a path without a host: the place of the route in the list, and its captures.
    fn ask(tree: &Tree, path: &str) -> Option<String> {
        ask_on(tree, "localhost", path)
    }

    fn ask_on(tree: &Tree, host: &str, path: &str) -> Option<String> {
        let mut captures = Captures::default();
        let target = tree.find(host, path, &mut captures)?;
        let captured = (0..captures.len())
            .map(|index| format!(" {}", captures.get(index, path).unwrap_or("?")));
        Some(target.to_string() + &captured.collect::<String>())
    }

    /// Builds a tree of patterns and compares, for each path, the place of the pattern that is found and the captures.
    #[track_caller]
    fn check(patterns: &[&str], cases: &[(&str, &str)]) {
        let tree = tree(patterns.iter().map(|pattern| Route::of(pattern)));
        for (path, expected) in cases {
            assert_eq!(ask(&tree, path).unwrap_or_default(), *expected, "{path}");
        }
    }

    #[test]
    fn literals_match_exactly() {
        check(
            &[
                "/",
                "/users",
                "/users/",
                "/users/me",
                "/user",
                "/a//b",
                "/%C3%BC",
            ],
            &[
                ("/", "0"),
                ("/users", "1"),
                ("/users/", "2"),
                ("/users/me", "3"),
                ("/user", "4"),
                ("/a//b", "5"),
                ("/%C3%BC", "6"),
                ("/use", ""),
                ("/Users", ""),
                ("/users/m", ""),
                ("/users/me/", ""),
                ("/a/b", ""),
                ("//", ""),
            ],
        );
    }

    #[test]
    fn only_paths_from_the_root_match() {
        for path in ["", "*", "x", "users", "http://localhost/"] {
            check(&["/", "/users", "/{x}", "/{*rest}"], &[(path, "")]);
        }
        let tree = tree([Route::whole("", ".*", &[])]);
        assert_eq!(
            (ask(&tree, "/x"), ask(&tree, "*"), ask(&tree, "")),
            (Some("0".into()), None, None)
        );
    }

    #[test]
    fn paths_too_long_for_a_target_do_not_match() {
        let tree = tree([Route::of("/{x}")]);
        let path = "/".to_owned() + &"x".repeat(MAX_PATH - 1);
        assert_eq!(
            ask(&tree, &path).map(|found| found.len()),
            Some(2 + MAX_PATH - 1)
        );
        assert_eq!(ask(&tree, &(path + "x")), None);
    }

    #[test]
    fn parameters_take_whole_segments() {
        check(
            &["/{a}", "/{a}/", "/{a}/b/{c}", "/x/{a}/{b}/y"],
            &[
                ("/1", "0 1"),
                ("/%2F", "0 %2F"),
                ("/1/", "1 1"),
                ("/1/b/2", "2 1 2"),
                (
                    "/long-segment-of-text/b/another-long-one",
                    "2 long-segment-of-text another-long-one",
                ),
                ("/x/12345678/1234567/y", "3 12345678 1234567"),
                ("/", ""),
                ("//", ""),
                ("//b/2", ""),
                ("/1/b/", ""),
                ("/1/b/2/", ""),
            ],
        );
    }

    #[test]
    fn sixteen_parameters_are_captured() {
        let path: String = (10..26).map(|number| format!("/{number}")).collect();
        let expected: String = (10..26).map(|number| format!(" {number}")).collect();
        let tree = tree([Route::of(&"/{x}".repeat(16))]);
        assert_eq!(ask(&tree, &path), Some("0".to_owned() + &expected));
        let mut captures = Captures::default();
        assert_eq!(tree.find("", &path, &mut captures), Some(0));
        assert_eq!(captures.get(16, &path), None);
    }

    #[test]
    fn literal_before_expression_before_parameter_before_catch_all() {
        check(
            &["/{*rest}", "/{x}", "/{n:[0-9]+}", "/7"],
            &[
                ("/7", "3"),
                ("/77", "2 77"),
                ("/7x", "1 7x"),
                ("/7/x", "0 7/x"),
                ("/", "0 "),
            ],
        );
    }

    #[test]
    fn the_leftmost_segment_decides() {
        check(
            &["/{x}/b/c", "/a/{y}/{z}"],
            &[("/a/b/c", "1 b c"), ("/x/b/c", "0 x")],
        );
    }

    #[test]
    fn failed_ways_are_taken_back() {
        check(
            &[
                "/a/{x}",
                "/{y}/b/c",
                "/{n:[0-9]+}/{m}/x",
                "/{*rest}",
                "/abc/d",
            ],
            &[
                ("/a/b", "0 b"),
                ("/a/b/c", "1 a"),
                ("/1/b/c", "1 1"),
                ("/1/b/x", "2 1 b"),
                ("/a/b/x", "3 a/b/x"),
                ("/abc/d", "4"),
                ("/abc/e", "3 abc/e"),
                ("/ab", "3 ab"),
            ],
        );
    }

    #[test]
    fn a_literal_that_only_begins_alike_is_no_trap() {
        check(
            &["/users/new", "/users/{id}", "/users/newest/{x}"],
            &[
                ("/users/new", "0"),
                ("/users/newe", "1 newe"),
                ("/users/ne", "1 ne"),
                ("/users/newest", "1 newest"),
                ("/users/newest/1", "2 1"),
            ],
        );
    }

    #[test]
    fn catch_alls_take_the_rest() {
        check(
            &["/static/{*path}", "/static/{x}/edit", "/static/"],
            &[
                ("/static/a", "0 a"),
                ("/static/a/b/", "0 a/b/"),
                ("/static/a/edit", "1 a"),
                ("/static//", "0 /"),
                ("/static//edit", "0 /edit"),
                ("/static/", "2"),
                ("/static", ""),
            ],
        );
        check(&["/static/{*path}"], &[("/static/", "0 "), ("/static", "")]);
    }

    #[test]
    fn expressions_accept_whole_segments() {
        check(
            &["/{n:[0-9]+}", "/x/{n:a|b}/y", "/e/{n:[a-z]*}"],
            &[
                ("/12", "0 12"),
                ("/12a", ""),
                ("/a12", ""),
                ("/x/b/y", "1 b"),
                ("/x/ab/y", ""),
                ("/e/", "2 "),
                ("/e/z", "2 z"),
                ("/e", ""),
                ("/", ""),
            ],
        );
        check(
            &["/e/{n:[a-z]*}", "/e/", "/f/{n:x*}/g"],
            &[("/e/", "1"), ("/f//g", "2 "), ("/f/x/g", "2 x")],
        );
    }

    #[test]
    fn expressions_are_ascii_unless_they_say_otherwise() {
        check(
            &[r"/a/{x:\w}", r"/u/{x:(?u)\w}"],
            &[
                ("/a/ü", ""),
                ("/a/u", "0 u"),
                ("/u/ü", "1 ü"),
                ("/u/%C3", ""),
            ],
        );
    }

    #[test]
    fn ranks_order_expressions() {
        let routes = || {
            [
                Route::of("/{x:[a-z]+}").rank(1),
                Route::of("/{x:[a-f]+}"),
                Route::of("/{x:[a-c]+}").rank(-1),
            ]
        };
        for routes in [routes().to_vec(), routes().into_iter().rev().collect()] {
            let texts: Vec<String> = routes.iter().map(|route| route.place.text()).collect();
            let tree = tree(routes);
            let found = |path| {
                tree.find("", path, &mut Captures::default())
                    .map(|target| texts[target as usize].as_str())
            };
            assert_eq!(found("/a"), Some("/{x:[a-c]+}"));
            assert_eq!(found("/f"), Some("/{x:[a-f]+}"));
            assert_eq!(found("/z"), Some("/{x:[a-z]+}"));
        }
    }

    #[test]
    fn expressions_of_one_rank_keep_their_order() {
        check(
            &["/{x:[a-b]+}", "/{x:[a-c]+}", "/{x:[a-d]+}/e"],
            &[("/a", "0 a"), ("/c", "1 c"), ("/a/e", "2 a")],
        );
        check(&["/{x:[a-c]+}", "/{x:[a-b]+}"], &[("/a", "0 a")]);
    }

    #[test]
    fn whole_paths_come_last() {
        let tree = tree([
            Route::whole(
                "",
                "/(?<year>[0-9]+)-(?<month>[0-9]+)(?:-(?<day>[0-9]+))?",
                &["day", "year", "month"],
            ),
            Route::whole("", "/.*-(?<rest>.*)", &["rest"]),
            Route::of("/2024-1"),
            Route::of("/x/{y}"),
        ]);
        assert_eq!(ask(&tree, "/2024-1").as_deref(), Some("2"));
        assert_eq!(ask(&tree, "/2024-2").as_deref(), Some("0 ? 2024 2"));
        assert_eq!(ask(&tree, "/2024-2-3").as_deref(), Some("0 3 2024 2"));
        assert_eq!(ask(&tree, "/x/a-b").as_deref(), Some("3 a-b"));
        assert_eq!(ask(&tree, "/y/a-b").as_deref(), Some("1 b"));
        assert_eq!(ask(&tree, "/y/ab"), None);
    }

    #[test]
    fn whole_paths_stand_behind_their_prefix() {
        let tree = tree([
            Route::whole("/api/v.1", "/(?<id>[0-9]+)", &["id"]),
            Route::of("/api/{x}"),
        ]);
        assert_eq!(ask(&tree, "/api/v.1/42").as_deref(), Some("0 42"));
        assert_eq!(ask(&tree, "/api/v.1"), Some("1 v.1".into()));
        assert_eq!(ask(&tree, "/api/vx1/42"), None);
        assert_eq!(ask(&tree, "/42"), None);
    }

    #[test]
    fn whole_paths_match_while_another_thread_does() {
        let tree = tree([Route::whole("", "/(?<id>[0-9]+)", &["id"])]);
        let _busy = tree.anywhere.whole[0].locations.lock();
        assert_eq!(ask(&tree, "/42").as_deref(), Some("0 42"));
    }

    #[test]
    fn half_a_character_is_not_captured() {
        let tree = tree([Route::whole("", r"/(?<x>(?-u:.)).*", &["x"])]);
        assert_eq!(ask(&tree, "/ü").as_deref(), Some("0 ?"));
    }

    #[test]
    fn hosts_are_tried_from_the_narrowest() {
        let tree = tree([
            Route::of("/{x}"),
            Route::of("/a").host("api.example.com"),
            Route::of("/{x}").host("*.example.com"),
            Route::of("/b").host("*.v2.example.com"),
            Route::of("/a").host("[::1]"),
            Route::whole("", "/c.*", &[]).host("api.example.com"),
            Route::of("/c/d"),
        ]);
        let cases = [
            ("api.example.com", "/a", "1"),
            ("API.Example.COM:8080", "/a", "1"),
            ("api.example.com", "/b", "2 b"),
            ("api.example.com", "/c/d", "5"),
            ("v2.example.com", "/b", "2 b"),
            ("x.v2.example.com", "/b", "3"),
            ("x.y.v2.Example.com:1", "/b", "3"),
            ("x.v2.example.com", "/a", "2 a"),
            ("x.v2.example.com", "/c/d", "6"),
            ("example.com", "/a", "0 a"),
            (".example.com", "/a", "0 a"),
            ("notexample.com", "/a", "0 a"),
            ("api.example.com.evil.org", "/a", "0 a"),
            ("[::1]", "/a", "4"),
            ("[::1]:80", "/a", "4"),
            ("[::1", "/a", "0 a"),
            ("", "/a", "0 a"),
            (":80", "/a", "0 a"),
        ];
        for (host, path, expected) in cases {
            assert_eq!(
                ask_on(&tree, host, path).as_deref(),
                Some(expected),
                "{host} {path}"
            );
        }
        assert_eq!(ask_on(&tree, "api.example.com", "/d/d"), None);
    }

    #[test]
    fn a_tree_may_have_hosts_only_or_nothing() {
        assert_eq!(ask(&tree([]), "/"), None);
        let tree = tree([Route::of("/").host("a.b")]);
        assert_eq!(
            (ask_on(&tree, "a.b", "/"), ask_on(&tree, "b", "/")),
            (Some("0".into()), None)
        );
    }

    #[test]
    fn prefixes_stand_in_front() {
        let tree = tree([
            Route::of("/{x}").prefix("/api/v1"),
            Route::of("/").prefix("/api"),
        ]);
        assert_eq!(ask(&tree, "/api/v1/2").as_deref(), Some("0 2"));
        assert_eq!(ask(&tree, "/api/").as_deref(), Some("1"));
    }

    #[test]
    fn one_shape_is_taken_once() {
        let taken = |first: Route, second: Route| {
            let mut builder = Tree::builder();
            builder.insert(&first.place, 7).expect("the first is new");
            matches!(builder.insert(&second.place, 8), Err(InsertError::Taken(7)))
        };
        assert!(taken(Route::of("/a/{x}"), Route::of("/a/{y}")));
        assert!(taken(
            Route::of("/a/{x:b+}").rank(1),
            Route::of("/a/{y:b+}")
        ));
        assert!(taken(Route::of("/b").prefix("/a"), Route::of("/a/b")));
        assert!(taken(Route::of("/a").host("x"), Route::of("/a").host("x")));
        assert!(taken(
            Route::whole("/a", "b", &[]),
            Route::whole("/a", "b", &[])
        ));
        assert!(!taken(Route::of("/a").host("x"), Route::of("/a")));
        assert!(!taken(Route::of("/a/"), Route::of("/a")));
        assert!(!taken(Route::of("/{x:a}"), Route::of("/a")));
        assert!(!taken(
            Route::whole("/a", "b", &[]),
            Route::whole("", "b", &[])
        ));
    }

    #[test]
    fn invalid_expressions_are_refused() {
        for route in [Route::of("/{x:[}"), Route::whole("", "(", &[])] {
            let mut builder = Tree::builder();
            assert!(matches!(
                builder.insert(&route.place, 0),
                Err(InsertError::Expression(_))
            ));
            assert_eq!(ask(&builder.build(), "/"), None);
        }
    }

    /// A thousand random tables give what a matcher gives that compares every route with every path.
    #[test]
    fn agrees_with_a_naive_matcher() {
        let texts = ["", "a", "b", "ab", "abc", "ba"];
        let patterns = [
            "",
            "a",
            "b",
            "ab",
            "abc",
            "ba",
            "{x}",
            "{x}",
            "{x:[ab]+}",
            "{x:a*}",
            "{x:.b.*}",
        ];
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut found = 0;
        for _ in 0..1_000 {
            let mut builder = Tree::builder();
            let mut routes: Vec<Route> = Vec::new();
            for _ in 0..1 + random.below(16) {
                let mut pattern: String = (0..1 + random.below(4))
                    .map(|_| format!("/{}", random.pick(&patterns)))
                    .collect();
                if random.below(5) == 0 {
                    pattern += "/{*rest}";
                }
                let route = Route::of(&pattern).rank(random.below(2) as i32);
                let twin = routes
                    .iter()
                    .position(|other| other.shape() == route.shape());
                match builder.insert(&route.place, u32::try_from(routes.len()).unwrap()) {
                    Ok(()) => routes.push(route),
                    Err(InsertError::Taken(other)) => {
                        assert_eq!(Some(other as usize), twin, "{pattern}");
                    }
                    Err(InsertError::Expression(error)) => panic!("{error}"),
                }
            }
            let tree = builder.build();
            for _ in 0..40 {
                let path: String = (0..1 + random.below(5))
                    .map(|_| format!("/{}", random.pick(&texts)))
                    .collect();
                let expected = naive(&routes, &path);
                found += usize::from(expected.is_some());
                assert_eq!(ask(&tree, &path), expected, "{path} in {routes:#?}");
            }
        }
        assert!(found > 10_000, "only {found} paths were found");
    }

    /// The first, by precedence from left to right, of all routes that match.
    fn naive(routes: &[Route], path: &str) -> Option<String> {
        let keyed = routes.iter().enumerate().filter_map(|(index, route)| {
            let (key, captures) = route.naive(routes, path)?;
            Some((key, format!("{index}{captures}")))
        });
        keyed.min().map(|(_, found)| found)
    }

    impl Route {
        /// Whether the path matches: for each segment what kind it is, its rank, and which of its siblings was first; and
        /// the captures.
        #[allow(
            clippy::type_complexity,
            reason = "a rank for each segment, for comparison only"
        )]
        fn naive(&self, routes: &[Self], path: &str) -> Option<(Vec<(u8, i32, usize)>, String)> {
            let mut rest = Some(path.strip_prefix('/')?);
            let (mut key, mut captures) = (Vec::new(), String::new());
            for (depth, segment) in self.place.segments().enumerate() {
                let here = rest?;
                let (text, behind) = here
                    .split_once('/')
                    .map_or((here, None), |(text, behind)| (text, Some(behind)));
                rest = behind;
                let (entry, captured) = match segment {
                    Segment::Literal { text: literal, .. } if *literal == text => ((0, 0, 0), None),
                    Segment::Expression {
                        text: expression, ..
                    } if accepts(expression, text) => {
                        let same = |other: &Self| other.way(depth) == self.way(depth);
                        (
                            (1, self.place.spec.rank, routes.iter().position(same)?),
                            Some(text),
                        )
                    }
                    Segment::Parameter if !text.is_empty() => ((2, 0, 0), Some(text)),
                    Segment::CatchAll => {
                        rest = None;
                        ((3, 0, 0), Some(here))
                    }
                    _ => return None,
                };
                key.push(entry);
                captures.extend(captured.map(|text| format!(" {text}")));
            }
            rest.is_none().then_some((key, captures))
        }

        /// The segments up to one, with the rank of the expressions among them.
        fn way(&self, depth: usize) -> Vec<(u8, &'static str, i32)> {
            self.steps()
                .map(|(kind, text)| (kind, text, if kind == 1 { self.place.spec.rank } else { 0 }))
                .take(depth + 1)
                .collect()
        }

        fn shape(&self) -> Vec<(u8, &'static str)> {
            self.steps().collect()
        }

        fn steps(&self) -> impl Iterator<Item = (u8, &'static str)> {
            self.place.segments().map(|segment| match *segment {
                Segment::Literal { text } => (0, text),
                Segment::Expression { text, .. } => (1, text),
                Segment::Parameter => (2, ""),
                Segment::CatchAll => (3, ""),
            })
        }
    }

    /// What the three expressions of the random tables mean, without regular expressions.
    fn accepts(expression: &str, text: &str) -> bool {
        match expression {
            "[ab]+" => !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a' | b'b')),
            "a*" => text.bytes().all(|byte| byte == b'a'),
            ".b.*" => text.as_bytes().get(1) == Some(&b'b'),
            _ => unreachable!("{expression}"),
        }
    }

    fn tree(routes: impl IntoIterator<Item = Route>) -> Tree {
        let mut builder = Tree::builder();
        for (route, target) in routes.into_iter().zip(0..) {
            builder
                .insert(&route.place, target)
                .expect("the routes of a test differ");
        }
        builder.build()
    }

    /// A route under construction; what it is made of is never freed.
    #[derive(Clone, Debug)]
    struct Route {
        place: Place,
    }

    impl Route {
        fn of(pattern: &str) -> Self {
            let pattern = leak(pattern);
            Self::new(
                Spec {
                    text: pattern,
                    shape: Shape::Segments(segments(pattern)),
                    parameters: names(pattern),
                    ..Spec::PLAIN
                },
                None,
            )
        }

        fn whole(prefix: &str, text: &str, parameters: &'static [&'static str]) -> Self {
            let text = leak(text);
            Self::new(
                Spec {
                    text,
                    shape: Shape::Expression { text },
                    parameters,
                    ..Spec::PLAIN
                },
                Some(prefix),
            )
        }

        fn prefix(&self, prefix: &str) -> Self {
            Self::new(*self.place.spec, Some(prefix))
        }

        fn host(&self, text: &'static str) -> Self {
            Self {
                place: Place {
                    spec: Box::leak(Box::new(Spec {
                        host: Some(Label { text, hash: 0 }),
                        ..*self.place.spec
                    })),
                    ..self.place
                },
            }
        }

        fn rank(&self, rank: i32) -> Self {
            Self {
                place: Place {
                    spec: Box::leak(Box::new(Spec {
                        rank,
                        ..*self.place.spec
                    })),
                    ..self.place
                },
            }
        }

        fn new(spec: Spec, prefix: Option<&str>) -> Self {
            let prefix = prefix.filter(|text| !text.is_empty()).map(|text| {
                let text = leak(text);
                &*Box::leak(Box::new(Prefix {
                    text,
                    segments: segments(text),
                    parent: None,
                }))
            });
            Self {
                place: Place {
                    spec: Box::leak(Box::new(spec)),
                    owner: "Test",
                    prefix,
                },
            }
        }
    }

    fn segments(pattern: &'static str) -> &'static [Segment] {
        let segment = |text: &'static str| match text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
        {
            None => Segment::Literal { text },
            Some(text) if text.starts_with('*') => Segment::CatchAll,
            Some(text) => match text.split_once(':') {
                Some((_, text)) => Segment::Expression { text, sample: "" },
                None => Segment::Parameter,
            },
        };
        pattern[1..]
            .split('/')
            .map(segment)
            .collect::<Vec<_>>()
            .leak()
    }

    fn names(pattern: &'static str) -> &'static [&'static str] {
        pattern
            .split('/')
            .filter(|text| text.starts_with('{'))
            .collect::<Vec<_>>()
            .leak()
    }

    fn leak(text: &str) -> &'static str {
        text.to_owned().leak()
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

        fn pick(&mut self, texts: &[&'static str]) -> &'static str {
            texts[self.below(texts.len())]
        }
    }
}
