//! `aws redshift wait ...`: looks again and again until a cluster or snapshot is as wanted, and lets time pass between.
//!
//! The clock stands still while nobody moves it; whoever waits moves it (botocore's waiters, "redshift").

use serde_json::Value;

use super::{CliOutput, Sandbox};

/// What a waiter looks at, what it waits for and what ends it, how often it looks and how long it waits in between.
struct Waiter {
    command: &'static str,
    name: &'static str,
    look: &'static str,
    query: &'static str,
    /// Every one is this; `None` waits until there is none.
    wanted: Option<&'static str>,
    failures: &'static [&'static str],
    /// What it means that there is none.
    missing: Missing,
    seconds: i64,
    attempts: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Retry,
    Done,
    Failure,
}

const WAITERS: [Waiter; 4] = [
    Waiter {
        command: "cluster-available",
        name: "ClusterAvailable",
        look: "describe-clusters",
        query: "Clusters[].ClusterStatus",
        wanted: Some("available"),
        failures: &["deleting"],
        missing: Missing::Retry,
        seconds: 60,
        attempts: 30,
    },
    Waiter {
        command: "cluster-deleted",
        name: "ClusterDeleted",
        look: "describe-clusters",
        query: "Clusters[].ClusterStatus",
        wanted: None,
        failures: &["creating", "modifying"],
        missing: Missing::Done,
        seconds: 60,
        attempts: 30,
    },
    Waiter {
        command: "cluster-restored",
        name: "ClusterRestored",
        look: "describe-clusters",
        query: "Clusters[].RestoreStatus.Status",
        wanted: Some("completed"),
        failures: &[],
        missing: Missing::Failure,
        seconds: 60,
        attempts: 30,
    },
    Waiter {
        command: "snapshot-available",
        name: "SnapshotAvailable",
        look: "describe-cluster-snapshots",
        query: "Snapshots[].Status",
        wanted: Some("available"),
        failures: &["failed", "deleted"],
        missing: Missing::Failure,
        seconds: 15,
        attempts: 20,
    },
];

impl Sandbox {
    /// Runs a line that waits; `None` for any other.
    pub(super) fn wait(&mut self, principal: &str, line: &str) -> Option<CliOutput> {
        let (before, after) = line.split_once(" wait ")?;
        if !before.trim_end().ends_with("redshift") {
            return None;
        }
        let after = after.trim_start();
        let command = after.split_whitespace().next().unwrap_or_default();
        let Some(waiter) = WAITERS.iter().find(|one| one.command == command) else {
            let names: Vec<String> = WAITERS.iter().map(|one| one.command.to_owned()).collect();
            return Some(crate::cli::usage::invalid_choice("waiter", command, &names));
        };
        let rest = &after[command.len()..];
        let look = format!("{before} {}{rest} --query '{}' --output json", waiter.look, waiter.query);
        Some(self.wait_for(principal, waiter, &look))
    }

    fn wait_for(&mut self, principal: &str, waiter: &Waiter, look: &str) -> CliOutput {
        let failed =
            |reason: String| CliOutput::failed(255, format!("Waiter {} failed: {reason}", waiter.name));
        for attempt in 0..waiter.attempts {
            if attempt > 0 {
                self.pass_on(waiter.seconds * 1_000_000);
            }
            let seen = self.aws(principal, look);
            if seen.code != 0 {
                let missing = seen.stderr.contains("NotFound)");
                match (missing, waiter.missing) {
                    (true, Missing::Done) => return CliOutput::default(),
                    (true, Missing::Retry) => continue,
                    _ if seen.code == 254 => return failed(seen.stderr.trim().to_owned()),
                    _ => return seen,
                }
            }
            let states: Vec<String> = match serde_json::from_str(&seen.stdout) {
                Ok(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                _ => Vec::new(),
            };
            if let Some(state) = states.iter().find(|state| waiter.failures.contains(&state.as_str())) {
                return failed(format!(
                    "Waiter encountered a terminal failure state: For expression \"{}\" we matched expected path: \"{state}\" at least once",
                    waiter.query
                ));
            }
            let all = |wanted: &str| !states.is_empty() && states.iter().all(|state| state == wanted);
            if waiter.wanted.is_some_and(all) {
                return CliOutput::default();
            }
        }
        failed("Max attempts exceeded".to_owned())
    }
}
