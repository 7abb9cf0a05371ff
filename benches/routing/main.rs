//! How long a route takes to find: squall, matchit, and one regular expression after the other.
//!
//! `cargo bench --bench routing` prints a table of nanoseconds per lookup, captures read, and ends with an error when
//! squall allocates in a lookup.

mod table;

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use squall::__private::routing::Segment;
use table::{Table, ask_expressions, ask_matchit, ask_squall};

/// Runs of each matcher; they take turns, and the median counts.
const RUNS: usize = 15;

/// The least time of a run.
const RUN: Duration = Duration::from_millis(20);

fn main() {
    println!("{:<28}{:>10}{:>10}{:>8}{:>13}   allocations", "", "squall", "matchit", "ratio", "expressions");
    for routes in [10, 100, 1_000] {
        let table = Table::resources(routes);
        measure(&format!("{routes} routes, hits"), &table, Segment::Parameter, &table.hits);
        measure(&format!("{routes} routes, misses"), &table, Segment::Parameter, &table.misses);
        // The others still have a plain parameter: matchit knows no other.
        let number = Segment::Expression { text: "[0-9]+", sample: "1" };
        measure(&format!("{routes} routes, {{id:[0-9]+}}"), &table, number, &table.hits);
    }
    let table = Table::pages(1_000);
    measure("1000 pages, hits", &table, Segment::Parameter, &table.hits);
    measure("1000 pages, misses", &table, Segment::Parameter, &table.misses);
    let table = Table::resources(1_000);
    let squall = milliseconds(|| _ = black_box(table.squall(Segment::Parameter)));
    let matchit = milliseconds(|| _ = black_box(table.matchit()));
    println!("building 1000 routes: squall {squall:.1} ms, matchit {matchit:.1} ms");
}

fn measure(title: &str, table: &Table, id: Segment, paths: &[String]) {
    let (tree, router, expressions) = (table.squall(id), table.matchit(), table.expressions());
    for path in paths {
        assert_eq!(ask_squall(&tree, path), ask_matchit(&router, path), "{path}");
        assert_eq!(ask_squall(&tree, path), ask_expressions(&expressions, path), "{path}");
    }
    let allocations = allocations(|| paths.iter().for_each(|path| _ = black_box(ask_squall(&tree, path))));
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for run in 0..RUNS {
        times[0].push(run_of(paths, |path| ask_squall(&tree, path)));
        times[1].push(run_of(paths, |path| ask_matchit(&router, path)));
        // The picture is clear without more of the slow ones.
        if run < 3 {
            times[2].push(run_of(paths, |path| ask_expressions(&expressions, path)));
        }
    }
    let [squall, matchit, expressions] = times.map(median);
    let ratio = squall / matchit;
    println!("{title:<28}{squall:>7.1} ns{matchit:>7.1} ns{ratio:>8.2}{expressions:>10.0} ns{allocations:>14}");
    assert_eq!(allocations, 0, "a lookup must not allocate");
}

/// Nanoseconds per lookup.
fn run_of(paths: &[String], ask: impl Fn(&str) -> usize) -> f64 {
    let started = Instant::now();
    let mut lookups = 0;
    while started.elapsed() < RUN {
        // Looking at the clock is dear, and some tables are short.
        for _ in 0..(1_000 / paths.len()).max(1) {
            for path in paths {
                black_box(ask(black_box(path)));
            }
            lookups += paths.len();
        }
    }
    started.elapsed().as_nanos() as f64 / lookups as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The median of a few runs.
fn milliseconds(mut work: impl FnMut()) -> f64 {
    let run = |_| {
        let started = Instant::now();
        work();
        started.elapsed().as_secs_f64() * 1e3
    };
    median((0..9).map(run).collect())
}

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.load(Relaxed);
    work();
    ALLOCATIONS.load(Relaxed) - before
}

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counting.
struct Counting;

// SAFETY: every call is passed on as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System.alloc` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
