//! The proof against the tree: small random lists, put into the tree in several orders and asked many paths.
//!
//! A list that the proof calls clear must answer every path the same way whatever the order of its routes; two routes that it calls
//! the same must be refused by the tree.

use super::{
    super::tree::{Captures, Tree},
    *,
};

/// A list has this many routes; it is small, so that paths of few letters meet its corners.
const ROUTES: usize = 4;

/// Marsaglia's xorshift: the same lists at each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % end as u64).expect("it is below a small number")
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// A segment by its text.
fn segment(text: &'static str) -> Segment {
    match text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
    {
        None => Segment::Literal { text },
        Some("") => Segment::Parameter,
        Some("*") => Segment::CatchAll,
        Some(text) => Segment::Expression { text, sample: "" },
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// A route of one to three segments, some of them with a rank, a host or a prefix. A weak hash of a host is always the same: the
/// comparison behind it must decide then.
fn route(random: &mut Random, is_weak: bool) -> Item<()> {
    const TEXTS: [&str; 9] = [
        "a", "b", "ab", "", "{}", "{}", "{[ab]+}", "{[a-z]+}", "{a*}",
    ];
    let mut segments: Vec<Segment> = (0..=random.below(3))
        .map(|_| segment(random.of(&TEXTS)))
        .collect();
    if random.below(6) == 0 {
        segments.pop();
        segments.push(Segment::CatchAll);
    }
    let parameters = segments
        .iter()
        .filter(|segment| !matches!(segment, Segment::Literal { .. }));
    let parameters = vec!["p"; parameters.count()].leak();
    let host = random.of(&[None, None, None, Some("h.x"), Some("*.x")]);
    let prefix = Prefix {
        text: "/a",
        segments: leak([segment("a")]),
        parent: None,
    };
    let shape = Shape::Segments(segments.leak());
    let spec = Spec {
        text: "/?",
        shape,
        hash: shape.hash(START),
        parameters,
        host: host.map(|text| Label {
            text,
            hash: if is_weak {
                1
            } else {
                u64::from(text.as_bytes()[0])
            },
        }),
        rank: random.of(&[0, 0, 1]),
        ..Spec::PLAIN
    };
    let prefix = (random.below(3) == 0).then(|| leak(prefix));
    Item::Handler {
        owner: "T",
        specs: leak([spec]),
        prefix,
        target: (),
    }
}

/// All paths of up to three segments of a few letters.
fn paths() -> Vec<String> {
    let texts = ["a", "b", "ab", "", "aa", "z"];
    let longer = |paths: &[String]| -> Vec<String> {
        paths
            .iter()
            .flat_map(|path| texts.map(|text| format!("{path}/{text}")))
            .collect()
    };
    let one = longer(&[String::new()]);
    let two = longer(&one);
    let three = longer(&two);
    [one, two, three].concat()
}

/// What the tree answers for each host and path, and whether it refused a route.
fn answers(
    proof: &Proof<(), ROUTES, ROUTES>,
    order: [usize; ROUTES],
    paths: &[String],
) -> (Vec<Option<u32>>, bool) {
    let mut tree = Tree::builder();
    let mut is_refused = false;
    for index in order {
        let target = u32::try_from(index).expect("a small number");
        is_refused |= tree.insert(proof.place(index), target).is_err();
    }
    let tree = tree.build();
    let find = |host: &'static str| paths.iter().map(move |path| (host, path));
    let asked = ["q", "h.x", "y.x"].into_iter().flat_map(find);
    (
        asked
            .map(|(host, path)| tree.find(host, path, &mut Captures::default()))
            .collect(),
        is_refused,
    )
}

#[test]
fn a_clear_list_does_not_depend_on_its_order() {
    const ORDERS: [[usize; ROUTES]; 4] = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let paths = paths();
    let (mut clear, mut same) = (0, 0);
    for round in 0..300 {
        let items = [(); ROUTES].map(|()| route(&mut random, round % 2 == 0));
        let proof = Proof::<(), ROUTES, ROUTES>::new::<64>(&items, ());
        let asked = ORDERS.map(|order| answers(&proof, order, &paths));
        let is_refused = asked.iter().any(|(_, is_refused)| *is_refused);
        if proof.findings == [Finding::Clear; ROUTES] {
            clear += 1;
            assert!(
                !is_refused && asked.iter().all(|answers| *answers == asked[0]),
                "{items:?}"
            );
        }
        if proof
            .findings
            .iter()
            .any(|finding| matches!(finding, Finding::SameShape(_)))
        {
            same += 1;
            assert!(is_refused, "{items:?}");
        }
    }
    assert!(
        clear > 100 && same >= 3,
        "the lists are of both kinds: {clear} clear, {same} not"
    );
}
