//! A backup of 1,000,000 rows and a table back from it, natively: `cargo bench --package sandshift-tests --bench backups`.
//! A snapshot is to take a millisecond at most, a table's restore five.

#![expect(clippy::expect_used, reason = "a bench that cannot run says so")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use sandshift_engine::sandbox::{PRINCIPAL, Sandbox};
use sandshift_tests::scale::filled;

const ROWS: usize = 1_000_000;

fn aws(sandbox: &mut Sandbox, line: &str) {
    let printed = sandbox.aws(PRINCIPAL, line);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
}

fn backups(criterion: &mut Criterion) {
    let (warehouse, _) = filled(ROWS).expect("the table cannot be made");
    let mut group = criterion.benchmark_group("backups");
    group.sample_size(20);
    let take =
        "redshift create-cluster-snapshot --cluster-identifier course-cluster --snapshot-identifier one";
    group.bench_function("snapshot", |bench| {
        bench.iter_batched_ref(|| warehouse.clone(), |sandbox| aws(sandbox, take), BatchSize::LargeInput);
    });
    let mut saved = warehouse.clone();
    aws(&mut saved, take);
    saved.advance(300_000_000);
    let back = "redshift restore-table-from-cluster-snapshot --cluster-identifier course-cluster --snapshot-identifier one --source-database-name dev --source-table-name fact --new-table-name again";
    group.bench_function("table restore", |bench| {
        bench.iter_batched_ref(
            || saved.clone(),
            |sandbox| {
                aws(sandbox, back);
                // Until it is there.
                sandbox.advance_to_next();
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, backups);
criterion_main!(benches);
