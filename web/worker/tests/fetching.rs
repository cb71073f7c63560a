//! A module that takes its time to come: what Glue has begun waits for it, and the simulated time, too.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_engine::extension::{Extensions, Progress, Work};
use sandshift_lessons::extensions::linked;
use sandshift_protocol::{EventKind, Message, Request, StorageState};
use sandshift_worker::workspace::{Found, Workspace};

/// More looks than any call takes by itself.
const LOOKS: u32 = 25_000;

struct Fetched(Box<dyn Work>, u32);

impl Work for Fetched {
    fn step(&mut self, budget: u64) -> Progress {
        if self.1 < LOOKS {
            self.1 += 1;
            return Progress::Fetching;
        }
        self.0.step(budget)
    }
}

/// Time that passes by a thousandth of a millisecond at every look.
fn ticking() -> f64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static TICKS: AtomicU64 = AtomicU64::new(0);
    TICKS.fetch_add(1, Ordering::Relaxed) as f64 / 1_000.0
}

fn open() -> Workspace {
    let slow = Extensions::new(|extension, task| Box::new(Fetched(linked().begin(extension, task), 0)));
    let mut workspace = Workspace::open(ticking, slow, None, None, Found::Nothing, &mut |_| None).unwrap();
    workspace.opened(1, StorageState::Kept);
    workspace.events();
    let text = "userid,channel\n1,Youtube\n2,Google\n".to_owned();
    send(&mut workspace, Request::Upload { path: "/data/some.csv".into(), text });
    for line in [
        "s3 mb s3://lake",
        "s3 cp /data/some.csv s3://lake/raw/some.csv",
        r#"iam create-role --role-name etl --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"glue.amazonaws.com"},"Action":"sts:AssumeRole"}]}'"#,
        "iam attach-role-policy --role-name etl --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess",
        "iam attach-role-policy --role-name etl --policy-arn arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole",
    ] {
        aws(&mut workspace, line);
    }
    workspace
}

fn send(workspace: &mut Workspace, request: Request) -> Vec<EventKind> {
    workspace.take(Message { id: 7, request });
    while workspace.is_running() {
        workspace.step(5.0);
    }
    let mut events = workspace.events();
    events.extend(workspace.events_when_stored());
    events.into_iter().map(|event| event.event).collect()
}

fn aws(workspace: &mut Workspace, line: &str) -> String {
    let line = format!("aws {line}");
    let told = send(workspace, Request::Aws { principal: "learner".into(), line: line.clone() });
    let printed = told.into_iter().find_map(|event| match event {
        EventKind::AwsDone { stdout, stderr, code: 0 } => Some(stdout + &stderr),
        EventKind::AwsDone { stderr, .. } => panic!("{line}: {stderr}"),
        _ => None,
    });
    printed.expect("an answer").trim().to_owned()
}

const JOB: &str = r#"glue create-job --name some --role etl --command Name=glueetl --code-gen-configuration-nodes '{"a":{"S3CsvSource":{"Name":"Raw","Paths":["s3://lake/raw/"],"WithHeader":true}},"b":{"S3DirectTarget":{"Name":"Out","Inputs":["a"],"Path":"s3://lake/out/","Format":"json"}}}'"#;
const RUN: &str =
    "glue get-job-runs --job-name some --query JobRuns[0].[JobRunState,ExecutionTime] --output text";

#[test]
fn a_run_takes_as_long_as_ever() {
    let mut workspace = open();
    aws(&mut workspace, JOB);
    aws(&mut workspace, "glue start-job-run --job-name some");
    send(&mut workspace, Request::Advance { micros: Some(3_600_000_000) });
    assert_eq!(aws(&mut workspace, RUN), "SUCCEEDED\t40");
}

/// Where something else than the clock's menu lets the time pass.
#[test]
fn a_run_that_begins_behind_a_call_is_worked_on_after_it() {
    let mut workspace = open();
    aws(&mut workspace, JOB);
    aws(&mut workspace, "glue start-job-run --job-name some");
    workspace.take(Message { id: 7, request: Request::Advance { micros: Some(10_000_000) } });
    // Stopped at once: what was begun is given back.
    workspace.take(Message { id: 8, request: Request::Cancel { run: Some(7) } });
    while workspace.is_running() {
        workspace.step(5.0);
    }
    workspace.events();
    send(&mut workspace, Request::Advance { micros: Some(3_600_000_000) });
    assert_eq!(aws(&mut workspace, RUN), "SUCCEEDED\t40");
}

#[test]
fn a_crawl_is_looked_at_when_the_module_has_come() {
    let mut workspace = open();
    aws(
        &mut workspace,
        r#"glue create-crawler --name some --role etl --database-name lake --targets '{"S3Targets":[{"Path":"s3://lake/raw/"}]}'"#,
    );
    aws(&mut workspace, "glue start-crawler --name some");
    send(&mut workspace, Request::Advance { micros: Some(3_600_000_000) });
    let asked = "glue get-crawler-metrics --query CrawlerMetricsList[0].[LastRuntimeSeconds,TablesCreated] --output text";
    assert_eq!(aws(&mut workspace, asked), "55.1\t1");
}
