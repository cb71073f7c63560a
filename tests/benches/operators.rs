//! Operators one by one, natively: `cargo bench --package sandshift-tests`.

#![expect(clippy::expect_used, reason = "a bench that cannot run says so")]

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sandshift_tests::scale::{OPERATORS, filled, run};

const ROWS: usize = 100_000;

fn operators(criterion: &mut Criterion) {
    let (mut sandbox, session) = filled(ROWS).expect("the table cannot be made");
    let mut group = criterion.benchmark_group("operators");
    group
        .sample_size(20)
        .measurement_time(Duration::from_secs(3))
        .throughput(Throughput::Elements(ROWS as u64));
    for (name, query) in OPERATORS {
        group.bench_function(name, |bench| {
            bench.iter(|| run(&mut sandbox, session, query).expect("the query fails"));
        });
    }
    group.finish();
}

criterion_group!(benches, operators);
criterion_main!(benches);
