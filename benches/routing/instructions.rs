//! One matcher at work for `instructions.sh`: `routing-instructions squall|matchit <routes> <rounds>`.
//!
//! A round looks up every path of the table once. The difference between two runs that differ in their rounds only is
//! the cost of the lookups alone, without what it takes to start and to build the table.

#[allow(dead_code, reason = "a part of it is for the other program")]
mod table;

use std::hint::black_box;

use squall::__private::routing::Segment;
use table::{Table, ask_matchit, ask_squall};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, matcher, routes, rounds] = &arguments[..] else {
        panic!("usage: routing-instructions squall|matchit <routes> <rounds>")
    };
    let table = Table::resources(routes.parse().expect("a number of routes"));
    let rounds = rounds.parse().expect("a number of rounds");
    let (tree, router) = (table.squall(Segment::Parameter), table.matchit());
    match matcher.as_str() {
        "squall" => repeat(rounds, &table, |path| ask_squall(&tree, path)),
        "matchit" => repeat(rounds, &table, |path| ask_matchit(&router, path)),
        _ => panic!("no matcher is called `{matcher}`"),
    }
}

fn repeat(rounds: usize, table: &Table, ask: impl Fn(&str) -> usize) {
    for _ in 0..rounds {
        for path in &table.hits {
            black_box(ask(black_box(path)));
        }
    }
}
