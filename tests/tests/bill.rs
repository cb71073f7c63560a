//! The bill, over random histories of an account: it never shrinks, every cent is some record's, and the same money
//! comes out whichever way it is grouped.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use sandshift_engine::aws::meter::usage::{Instance, MB};
use sandshift_engine::aws::meter::{BilledService, Of, Usage};
use sandshift_engine::aws::pricing::{Charge, charges, summary};
use sandshift_engine::cli::Files;
use sandshift_engine::clock::Instant;
use sandshift_engine::sandbox::{PRINCIPAL, Sandbox};
use sandshift_tests::choice::Choices;

const REGIONS: [&str; 4] = ["ap-northeast-2", "us-west-2", "us-east-1", "eu-west-1"];
const MINUTE: i64 = 60_000_000;

/// Usage of each kind that comes at a moment.
fn usage(choices: &mut Choices, sandbox: &mut Sandbox) {
    let now = sandbox.clock.now();
    let region = choices.of(&REGIONS);
    let resource = choices.of(&["a", "b", ""]);
    let meter = &mut Arc::make_mut(&mut sandbox.account).meter;
    let of = |usage| Of { usage, region, resource };
    let many = 1 + choices.below(1_000_000) as u128;
    match choices.below(11) {
        0 => meter.scan(of(Usage::SpectrumScan), many as u64 * 1_000, now),
        1 => meter.scan(of(Usage::AthenaScan), many as u64 * 1_000, now),
        2 => {
            let to = Instant(now.0 + many as i64 * 1_000);
            meter.compute(region, "default", 8 * (1 + choices.below(16) as u32), (now, to));
        }
        3 => meter.add(of(Usage::ModelCells), many * 40, now),
        4 => meter.add(of(Usage::TrainingTime(Instance::M54xlarge)), many * 1_000_000, now),
        5 => meter.add(of(Usage::HostingTime(Instance::M5Large)), many * 1_000_000, now),
        6 => meter.add(of(Usage::SnapshotCopy), many * 1_000_000, now),
        7 => meter.add(of(Usage::GlueRequests), many * 3, now),
        8 => meter.add(of(Usage::S3BytesOut), many * MB, now),
        9 => meter.add(of(Usage::CrawlerTime), many * 1_000, now),
        _ => meter.add(of(Usage::FreeCalls), many, now),
    }
}

/// One thing that a learner may do, or time that passes.
fn act(choices: &mut Choices, sandbox: &mut Sandbox, key: &mut u32) {
    let bucket = choices.of(&["bucket-one", "bucket-two"]);
    match choices.below(9) {
        0 => {
            let micros = MINUTE * (1 + choices.below(60 * 24 * 9) as i64);
            sandbox.clock.advance(micros);
        }
        1 => drop(sandbox.aws(PRINCIPAL, &format!("aws s3 mb s3://{bucket}"))),
        2 | 3 => {
            *key += 1;
            let size = choices.below(100_000);
            sandbox.disk.write("/home/learner/file", vec![7u8; size].into());
            sandbox.aws(PRINCIPAL, &format!("aws s3 cp file s3://{bucket}/{key}"));
        }
        4 => drop(sandbox.aws(PRINCIPAL, &format!("aws s3 cp s3://{bucket}/{key} back"))),
        5 => drop(sandbox.aws(PRINCIPAL, &format!("aws s3 rm s3://{bucket}/{key}"))),
        6 => drop(sandbox.aws(PRINCIPAL, "aws iam list-users")),
        _ => usage(choices, sandbox),
    }
}

/// The sum of the charges under each name.
fn grouped(charges: &[Charge<'_>], name: impl Fn(&Charge<'_>) -> String) -> u64 {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for charge in charges {
        *sums.entry(name(charge)).or_default() += charge.cost.0;
    }
    sums.values().sum()
}

/// Ten-billionths of a text with ten decimals at most.
fn amount(text: &str) -> u64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    whole.parse::<u64>().unwrap() * 10_000_000_000 + format!("{fraction:0<10}").parse::<u64>().unwrap()
}

/// What Cost Explorer answers, summed over all periods and groups.
fn explored(sandbox: &mut Sandbox, grouping: &str, granularity: &str, (from, to): (&str, &str)) -> u64 {
    let line = format!(
        "aws ce get-cost-and-usage --time-period Start={from},End={to} --granularity {granularity} --metrics UnblendedCost {grouping}"
    );
    // On a copy, because asking costs a cent.
    let printed = sandbox.clone().aws(PRINCIPAL, &line);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    let value: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    let of = |metrics: &serde_json::Value| amount(metrics["UnblendedCost"]["Amount"].as_str().unwrap_or("0"));
    value["ResultsByTime"]
        .as_array()
        .unwrap()
        .iter()
        .map(|period| {
            let groups = period["Groups"].as_array().unwrap();
            of(&period["Total"]) + groups.iter().map(|group| of(&group["Metrics"])).sum::<u64>()
        })
        .sum()
}

fn holds(seed: u64) {
    let mut choices = Choices::drawn(seed);
    let mut sandbox = Sandbox::new(seed);
    let (mut key, mut before) = (0, 0);
    for _ in 0..40 {
        act(&mut choices, &mut sandbox, &mut key);
        sandbox.reckon();
        let meter = &sandbox.account.meter;
        let charges = charges(meter);
        let total: u64 = charges.iter().map(|charge| charge.cost.0).sum();
        assert!(total >= before, "seed {seed}: the bill shrank from {before} to {total}");
        before = total;
        // Every cent has its record, and every record its time.
        for charge in &charges {
            assert!(charge.record.quantity > 0 && charge.record.times > 0, "seed {seed}: {:?}", charge.key);
            assert!(charge.record.from <= charge.record.to, "seed {seed}: {:?}", charge.key);
        }
        assert_eq!(charges.len(), meter.records().count());
        for name in [
            |charge: &Charge<'_>| charge.key.usage.telling().service.name().to_owned(),
            |charge: &Charge<'_>| charge.key.usage.name_in(&charge.key.region),
            |charge: &Charge<'_>| charge.key.region.clone(),
            |charge: &Charge<'_>| charge.key.resource.clone(),
            |charge: &Charge<'_>| charge.key.day.to_string(),
        ] {
            assert_eq!(grouped(&charges, name), total, "seed {seed}");
        }
        assert!(
            charges.iter().all(|charge| charge.key.usage.telling().service != BilledService::Free
                || charge.cost.0 == 0)
        );
        // What is told in millionths is the same sum, but for rounding.
        assert!(summary::so_far(&sandbox.account).abs_diff(total / 10_000) <= 1);
    }
    // Cost Explorer's own groupings, over all that it may be asked for.
    let year = ("2023-05-01", "2024-01-01");
    let now = sandbox.clock.now();
    if now >= Instant(1_703_980_800_000_000) {
        return;
    }
    sandbox.clock.advance(1_703_980_800_000_000 - now.0);
    let all = explored(&mut sandbox, "", "MONTHLY", year);
    for (grouping, granularity) in [
        ("", "DAILY"),
        ("--group-by Type=DIMENSION,Key=SERVICE", "MONTHLY"),
        ("--group-by Type=DIMENSION,Key=USAGE_TYPE Type=DIMENSION,Key=REGION", "MONTHLY"),
        ("--group-by Type=DIMENSION,Key=REGION", "DAILY"),
    ] {
        assert_eq!(explored(&mut sandbox, grouping, granularity, year), all, "seed {seed}: {grouping}");
    }
    sandbox.reckon();
    let total: u64 = charges(&sandbox.account.meter).iter().map(|charge| charge.cost.0).sum();
    assert_eq!(all, total, "seed {seed}");
}

#[test]
fn money_only_grows_and_adds_up() {
    for seed in 1..=40 {
        holds(seed);
    }
}
