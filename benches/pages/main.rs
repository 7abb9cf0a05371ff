//! What an answer with `View` takes beside one with Askama by hand: `cargo bench --bench pages`.

mod pages;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pages::{NAMES, Site};

fn measure(criterion: &mut Criterion) {
    let mut site = Site::new();
    for name in NAMES {
        let mut group = criterion.benchmark_group(name);
        for way in ["view", "hand"] {
            let path = format!("/{way}/{name}");
            group.throughput(Throughput::Bytes(site.ask(&path) as u64));
            group.bench_function(way, |bencher| bencher.iter(|| site.ask(&path)));
        }
        group.finish();
    }
}

criterion_group!(benches, measure);
criterion_main!(benches);
