//! Builds the [`Tree`]: gathers routes in a trie of segments' texts, and lays it out flat.

use std::{
    collections::{HashMap, VecDeque},
    error::Error,
    fmt,
    sync::{Arc, Mutex},
};

use super::{
    Fork, NONE, Node, Table, Tree, WholePath,
    expression::{Expression, compile},
};
use crate::routing::pattern::{MAX_PARAMETERS, Place, Segment, Shape};

/// Gathers routes for a [`Tree`].
#[derive(Debug, Default)]
pub struct Builder {
    drafts: HashMap<Option<&'static str>, Draft>,
    shapes: HashMap<ShapeKey, u32>,
    /// The expressions so far: one that stands in many patterns is compiled once.
    expressions: HashMap<&'static str, Arc<Expression>>,
}

/// Why a route was not taken into a [`Tree`].
#[derive(Debug)]
pub enum InsertError {
    /// The route with this target has the same shape: it matches the same paths on the same host.
    Taken(u32),
    /// An expression is not valid, or too large.
    Expression(regex::Error),
}

impl fmt::Display for InsertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken(_) => f.write_str("another route matches the same paths"),
            Self::Expression(error) => error.fmt(f),
        }
    }
}

impl Error for InsertError {}

impl From<regex::Error> for InsertError {
    fn from(error: regex::Error) -> Self {
        Self::Expression(error)
    }
}

impl Builder {
    /// Adds a route; `target` is what [`Tree::find`] answers when it matches. Any number but [`u32::MAX`] will do.
    ///
    /// # Errors
    ///
    /// Another route has the same shape, or an expression does not compile. The route is not added then.
    ///
    /// # Panics
    ///
    /// When there are more than 16 parameters: the macros refuse such a pattern.
    pub fn insert(&mut self, place: &Place, target: u32) -> Result<(), InsertError> {
        assert!(
            place.spec.parameters.len() <= MAX_PARAMETERS,
            "a pattern has at most {MAX_PARAMETERS} parameters"
        );
        let key = shape_key(place);
        if let Some(other) = self.shapes.get(&key) {
            return Err(InsertError::Taken(*other));
        }
        self.compile_expressions(place)?;
        let draft = self
            .drafts
            .entry(place.spec.host.map(|host| host.text))
            .or_default();
        match place.spec.shape {
            Shape::Segments(_) => draft.insert(place, &self.expressions, target),
            Shape::Expression { text, .. } => {
                draft.whole.push(WholePath::new(place, text, target)?);
            }
        }
        self.shapes.insert(key, target);
        Ok(())
    }

    /// Makes the tree.
    #[must_use]
    pub fn build(mut self) -> Tree {
        let anywhere = self.drafts.remove(&None).unwrap_or_default().lay_out();
        let (mut exact, mut below) = (Vec::new(), Vec::new());
        for (host, draft) in self.drafts {
            let host = host.unwrap_or_default();
            match host.strip_prefix('*') {
                Some(suffix) => below.push((suffix, draft.lay_out())),
                None => exact.push((host, draft.lay_out())),
            }
        }
        let host = |(host, _): &(&'static str, Table)| *host;
        exact.sort_unstable_by_key(host);
        below.sort_unstable_by_key(host);
        Tree {
            anywhere,
            exact,
            below,
        }
    }

    fn compile_expressions(&mut self, place: &Place) -> Result<(), regex::Error> {
        for segment in place.segments() {
            if let Segment::Expression { text, .. } = *segment
                && !self.expressions.contains_key(text)
            {
                self.expressions
                    .insert(text, Arc::new(Expression::new(text)?));
            }
        }
        Ok(())
    }
}

impl WholePath {
    fn new(place: &Place, text: &str, target: u32) -> Result<Self, regex::Error> {
        let mut prefix = String::new();
        for segment in place.segments() {
            if let Segment::Literal { text } = segment {
                prefix.push('/');
                prefix.push_str(text);
            }
        }
        let regex = compile(text)?;
        // A name that the expression does not have becomes a group that takes no part.
        let group = |name: &&str| {
            regex
                .capture_names()
                .position(|group| group == Some(*name))
                .unwrap_or(usize::MAX)
        };
        let groups = place.spec.parameters.iter().map(group).collect();
        let locations = Mutex::new(regex.capture_locations());
        Ok(Self {
            prefix,
            regex,
            groups,
            locations,
            target,
        })
    }
}

/// What must differ between two routes: all that they match by, but not the rank.
type ShapeKey = (Option<&'static str>, Vec<(u8, &'static str)>);

fn shape_key(place: &Place) -> ShapeKey {
    let step = |segment: &Segment| match *segment {
        Segment::Literal { text } => (0, text),
        Segment::Expression { text, .. } => (1, text),
        Segment::Parameter => (2, ""),
        Segment::CatchAll => (3, ""),
    };
    let whole = match place.spec.shape {
        Shape::Segments(_) => None,
        Shape::Expression { text, .. } => Some((4, text)),
    };
    (
        place.spec.host.map(|host| host.text),
        place.segments().map(step).chain(whole).collect(),
    )
}

/// The routes of one host while they are gathered: a tree with a node for each byte.
#[derive(Debug)]
struct Draft {
    nodes: Vec<DraftNode>,
    whole: Vec<WholePath>,
}

#[derive(Debug, Default)]
struct DraftNode {
    children: Vec<(u8, usize)>,
    forks: Vec<DraftFork>,
    parameter: Option<usize>,
    catch_all: Option<u32>,
    target: Option<u32>,
}

#[derive(Debug)]
struct DraftFork {
    rank: i32,
    text: &'static str,
    expression: Arc<Expression>,
    node: usize,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            nodes: vec![DraftNode::default()],
            whole: Vec::new(),
        }
    }
}

impl Draft {
    fn insert(
        &mut self,
        place: &Place,
        expressions: &HashMap<&'static str, Arc<Expression>>,
        target: u32,
    ) {
        let mut node = 0;
        for segment in place.segments() {
            node = self.literal(node, "/");
            node = match *segment {
                Segment::Literal { text } => self.literal(node, text),
                Segment::Expression { text, .. } => {
                    self.expression(node, place.spec.rank, text, &expressions[text])
                }
                Segment::Parameter => self.parameter(node),
                Segment::CatchAll => {
                    self.nodes[node].catch_all = Some(target);
                    return;
                }
            };
        }
        self.nodes[node].target = Some(target);
    }

    fn literal(&mut self, mut node: usize, text: &str) -> usize {
        for byte in text.bytes() {
            node = match self.nodes[node]
                .children
                .iter()
                .find(|child| child.0 == byte)
            {
                Some(child) => child.1,
                None => {
                    let new = self.add();
                    self.nodes[node].children.push((byte, new));
                    new
                }
            };
        }
        node
    }

    fn expression(
        &mut self,
        node: usize,
        rank: i32,
        text: &'static str,
        expression: &Arc<Expression>,
    ) -> usize {
        let forks = &self.nodes[node].forks;
        if let Some(fork) = forks
            .iter()
            .find(|fork| fork.rank == rank && fork.text == text)
        {
            return fork.node;
        }
        let behind = forks.partition_point(|fork| fork.rank <= rank);
        let new = self.add();
        self.nodes[node].forks.insert(
            behind,
            DraftFork {
                rank,
                text,
                expression: Arc::clone(expression),
                node: new,
            },
        );
        new
    }

    fn parameter(&mut self, node: usize) -> usize {
        if let Some(parameter) = self.nodes[node].parameter {
            return parameter;
        }
        let new = self.add();
        self.nodes[node].parameter = Some(new);
        new
    }

    fn add(&mut self) -> usize {
        self.nodes.push(DraftNode::default());
        self.nodes.len() - 1
    }

    /// Joins the bytes at which no patterns part into literals, and gives every node that is left its place in the table.
    fn lay_out(self) -> Table {
        let table = Table {
            nodes: Vec::new(),
            text: Vec::new(),
            forks: Vec::new(),
            whole: self.whole,
        };
        let mut layout = Layout {
            table,
            rows: Rows::default(),
            open: VecDeque::new(),
        };
        layout.place_anywhere(0);
        while let Some((draft, parent, place)) = layout.open.pop_front() {
            layout.fill(&self.nodes, draft, parent, place);
        }
        layout.table
    }
}

impl DraftNode {
    /// The only child, where nothing else can happen.
    fn only_way(&self) -> Option<(u8, usize)> {
        let alone = self.forks.is_empty()
            && self.parameter.is_none()
            && self.catch_all.is_none()
            && self.target.is_none();
        match self.children[..] {
            [child] if alone => Some(child),
            _ => None,
        }
    }
}

/// A table under construction.
struct Layout {
    table: Table,
    rows: Rows,
    /// The nodes of the draft that are still to be written, each with its parent and place in the table.
    open: VecDeque<(usize, u32, u32)>,
}

impl Layout {
    /// Writes a node, and gives those behind it their places.
    fn fill(&mut self, drafts: &[DraftNode], mut draft: usize, parent: u32, place: u32) {
        let start = number(self.table.text.len());
        while let Some((byte, child)) = drafts[draft].only_way() {
            self.table.text.push(byte);
            draft = child;
        }
        let draft = &drafts[draft];
        let node = Node {
            parent,
            base: self.place_children(&draft.children, place),
            start,
            end: number(self.table.text.len()),
            target: draft.target.unwrap_or(NONE),
            forks: self.place_forks(&draft.forks),
            parameter: draft
                .parameter
                .map_or(NONE, |node| self.place_anywhere(node)),
            catch_all: draft.catch_all.unwrap_or(NONE),
        };
        let nodes = &mut self.table.nodes;
        nodes.resize(nodes.len().max(place as usize + 1), Node::VACANT);
        nodes[place as usize] = node;
    }

    fn place_children(&mut self, children: &[(u8, usize)], parent: u32) -> u32 {
        let bytes: Vec<u8> = children.iter().map(|child| child.0).collect();
        let base = self.rows.take(&bytes);
        self.open.extend(
            children
                .iter()
                .map(|(byte, node)| (*node, parent, base + u32::from(*byte))),
        );
        base
    }

    fn place_forks(&mut self, drafts: &[DraftFork]) -> u32 {
        if drafts.is_empty() {
            return NONE;
        }
        let fork = |draft: &DraftFork| Fork {
            expression: Arc::clone(&draft.expression),
            node: self.place_anywhere(draft.node),
        };
        let forks = drafts.iter().map(fork).collect();
        self.table.forks.push(forks);
        number(self.table.forks.len() - 1)
    }

    /// Finds a place for a node that is not looked for by a byte.
    fn place_anywhere(&mut self, node: usize) -> u32 {
        let place = self.rows.take(&[0]);
        self.open.push_back((node, NONE, place));
        place
    }
}

/// Which places of a table's nodes are taken.
#[derive(Default)]
struct Rows {
    taken: Vec<bool>,
    /// No place before this one is free.
    free: usize,
}

impl Rows {
    /// Takes places for these bytes: the first base at which all of them are free.
    fn take(&mut self, bytes: &[u8]) -> u32 {
        let Some(least) = bytes.iter().min() else {
            return 0;
        };
        while self.taken.get(self.free).is_some_and(|taken| *taken) {
            self.free += 1;
        }
        let mut base = self.free.saturating_sub(usize::from(*least));
        while bytes.iter().any(|byte| {
            self.taken
                .get(base + usize::from(*byte))
                .is_some_and(|taken| *taken)
        }) {
            base += 1;
        }
        for byte in bytes {
            let place = base + usize::from(*byte);
            self.taken.resize(self.taken.len().max(place + 1), false);
            self.taken[place] = true;
        }
        number(base)
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("patterns in a program's text are fewer than 2^32 bytes")
}
