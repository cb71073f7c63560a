//! Clusters and their backups, over random histories: no state that there is not, no snapshot that restores other rows
//! than were there, sizes that add up, and an account that comes back from its bytes as it was.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use sandshift_engine::sandbox::{CLUSTER, PRINCIPAL, Sandbox};
use sandshift_lessons::generator::maker;
use sandshift_lessons::transcript::rows;
use sandshift_tests::choice::Choices;
use serde_json::Value;

/// In which clients get through.
const ANSWERS: [&str; 4] = ["available", "modifying", "resizing", "cancelling-resize"];

const STATES: [&str; 11] = [
    "creating",
    "available",
    "modifying",
    "renaming",
    "rebooting",
    "resizing",
    "cancelling-resize",
    "pausing",
    "paused",
    "resuming",
    "deleting",
];

/// What should be there.
#[derive(Default)]
struct Model {
    /// Values of the table of each cluster.
    clusters: BTreeMap<String, Vec<i64>>,
    /// Those that each manual snapshot holds, and whose it is.
    snapshots: BTreeMap<String, (String, Vec<i64>)>,
    next: i64,
}

struct World {
    sandbox: Sandbox,
    model: Model,
    told: Vec<String>,
}

impl World {
    fn aws(&mut self, line: &str) -> Option<Value> {
        self.told.push(line.to_owned());
        let printed = self.sandbox.aws(PRINCIPAL, line);
        assert!(matches!(printed.code, 0 | 254), "{line}: {}", printed.stderr);
        (printed.code == 0).then(|| serde_json::from_str(&printed.stdout).unwrap_or(Value::Null))
    }

    fn sql(&mut self, cluster: &str, text: &str) -> Option<Vec<Vec<String>>> {
        self.told.push(format!("{cluster}: {text}"));
        let session = self.sandbox.connect_to(cluster, "admin", None).ok()?;
        let executed = self.sandbox.execute(session, text);
        self.sandbox.disconnect(session);
        let last = executed.into_iter().next_back()?;
        Some(rows(&last.result.ok()?).unwrap_or_default())
    }

    fn number(&mut self) -> i64 {
        self.model.next += 1;
        self.model.next
    }

    fn any_cluster(&self, choices: &mut Choices) -> String {
        let names: Vec<&str> = self.model.clusters.keys().map(String::as_str).collect();
        if names.is_empty() { "none".to_owned() } else { choices.of(&names).to_owned() }
    }

    fn any_snapshot(&self, choices: &mut Choices) -> String {
        let names: Vec<&str> = self.model.snapshots.keys().map(String::as_str).collect();
        if names.is_empty() { "none".to_owned() } else { choices.of(&names).to_owned() }
    }

    fn act(&mut self, choices: &mut Choices) {
        let (cluster, snapshot, number) =
            (self.any_cluster(choices), self.any_snapshot(choices), self.number());
        match choices.below(16) {
            0 | 1 => {
                self.sandbox.advance(60_000_000 * (1 + choices.below(90) as i64));
            }
            2 => {
                self.sandbox.advance_to_next();
            }
            3 => {
                if self.sql(&cluster, &format!("INSERT INTO t VALUES ({number})")).is_some() {
                    self.model.clusters.get_mut(&cluster).unwrap().push(number);
                }
            }
            4 => {
                if self.sql(&cluster, "DELETE FROM t WHERE a % 3 = 0").is_some() {
                    self.model.clusters.get_mut(&cluster).unwrap().retain(|value| value % 3 != 0);
                }
            }
            5 | 6 => {
                let name = format!("s{number}");
                let line = format!(
                    "redshift create-cluster-snapshot --cluster-identifier {cluster} --snapshot-identifier {name}"
                );
                if self.aws(&line).is_some() {
                    let held = self.model.clusters[&cluster].clone();
                    self.model.snapshots.insert(name, (cluster, held));
                }
            }
            7 => {
                let name = format!("r{number}");
                let line = format!(
                    "redshift restore-from-cluster-snapshot --cluster-identifier {name} --snapshot-identifier {snapshot}"
                );
                if self.model.clusters.len() < 4 && self.aws(&line).is_some() {
                    let held = self.model.snapshots[&snapshot].1.clone();
                    self.model.clusters.insert(name, held);
                }
            }
            8 => {
                let verb = choices.of(&["pause", "resume", "reboot"]);
                self.aws(&format!("redshift {verb}-cluster --cluster-identifier {cluster}"));
            }
            9 => {
                let days = choices.below(3);
                self.aws(&format!(
                    "redshift modify-cluster --cluster-identifier {cluster} --automated-snapshot-retention-period {days}"
                ));
            }
            10 => {
                let last = choices.chance(50).then(|| format!("f{number}"));
                let option = match &last {
                    Some(name) => format!("--final-cluster-snapshot-identifier {name}"),
                    None => "--skip-final-cluster-snapshot".to_owned(),
                };
                if self
                    .aws(&format!("redshift delete-cluster --cluster-identifier {cluster} {option}"))
                    .is_some()
                {
                    let held = self.model.clusters.remove(&cluster).unwrap();
                    if let Some(last) = last {
                        self.model.snapshots.insert(last, (cluster, held));
                    }
                }
            }
            11 => {
                let table = format!("t{number}");
                let line = format!(
                    "redshift restore-table-from-cluster-snapshot --cluster-identifier {cluster} --snapshot-identifier {snapshot} --source-database-name dev --source-table-name t --new-table-name {table}"
                );
                if self.aws(&line).is_some() {
                    assert_eq!(self.model.snapshots[&snapshot].0, cluster, "{:#?}", self.told);
                    self.sandbox.advance(120_000_000);
                    let held = self.model.snapshots[&snapshot].1.clone();
                    self.holds(&cluster, &table, &held);
                }
            }
            12 => {
                let name = format!("n{number}");
                let line = format!(
                    "redshift modify-cluster --cluster-identifier {cluster} --new-cluster-identifier {name}"
                );
                if self.aws(&line).is_some() {
                    self.sandbox.advance(300_000_000);
                    let held = self.model.clusters.remove(&cluster).unwrap();
                    self.model.clusters.insert(name.clone(), held);
                    for (of, _) in self.model.snapshots.values_mut().filter(|(of, _)| *of == cluster) {
                        of.clone_from(&name);
                    }
                }
            }
            13 => {
                let nodes = 1 + choices.below(3);
                let kind = if nodes == 1 { "single-node" } else { "multi-node" };
                self.aws(&format!(
                    "redshift resize-cluster --cluster-identifier {cluster} --classic --cluster-type {kind} --number-of-nodes {nodes}"
                ));
            }
            14 => {
                self.aws(&format!("redshift cancel-resize --cluster-identifier {cluster}"));
            }
            _ => {
                if self
                    .aws(&format!("redshift delete-cluster-snapshot --snapshot-identifier {snapshot}"))
                    .is_some()
                {
                    self.model.snapshots.remove(&snapshot);
                }
            }
        }
    }

    /// Whether the table has these values.
    fn holds(&mut self, cluster: &str, table: &str, values: &[i64]) {
        let sum: i64 = values.iter().sum();
        let expected = vec![vec![values.len().to_string(), sum.to_string()]];
        let found = self.sql(cluster, &format!("SELECT count(*), coalesce(sum(a), 0) FROM {table}"));
        assert_eq!(found, Some(expected), "{cluster}.{table}: {:#?}", self.told);
    }

    fn check(&mut self) {
        let told = self.told.len();
        let clusters = self.aws("redshift describe-clusters").unwrap();
        let mut present = Vec::new();
        for cluster in clusters["Clusters"].as_array().unwrap() {
            let (name, status) =
                (cluster["ClusterIdentifier"].as_str().unwrap(), cluster["ClusterStatus"].as_str().unwrap());
            assert!(STATES.contains(&status) || status == "final-snapshot", "{status}: {:#?}", self.told);
            present.push(name.to_owned());
            let answers = ANSWERS.contains(&status);
            let Some(values) = self.model.clusters.get(name).cloned() else {
                assert!(matches!(status, "deleting" | "final-snapshot"), "{name} {status}: {:#?}", self.told);
                continue;
            };
            if answers {
                self.holds(name, "t", &values);
            } else {
                // The statements before this one have taken time: it may have become available meanwhile.
                let opened = self.sql(name, "SELECT 1").is_some();
                let line = format!(
                    "redshift describe-clusters --cluster-identifier {name} --query Clusters[0].ClusterStatus"
                );
                let now = self.aws(&line);
                let answers = now.as_ref().and_then(Value::as_str).is_some_and(|now| ANSWERS.contains(&now));
                assert!(answers || !opened, "{name} {status}: {:#?}", self.told);
            }
        }
        assert!(self.model.clusters.keys().all(|name| present.contains(name)), "{:#?}", self.told);
        let snapshots = self.aws("redshift describe-cluster-snapshots").unwrap();
        let mut manual = Vec::new();
        for snapshot in snapshots["Snapshots"].as_array().unwrap() {
            let size = |member: &str| snapshot[member].as_f64().unwrap();
            let (whole, added) =
                (size("TotalBackupSizeInMegaBytes"), size("ActualIncrementalBackupSizeInMegaBytes"));
            assert!(0.0 <= added && added <= whole, "{snapshot}");
            if snapshot["SnapshotType"] == "manual" {
                manual.push(snapshot["SnapshotIdentifier"].as_str().unwrap().to_owned());
            } else {
                let owner = snapshot["ClusterIdentifier"].as_str().unwrap().to_owned();
                assert!(present.contains(&owner), "{snapshot}");
            }
        }
        manual.sort();
        assert_eq!(manual, self.model.snapshots.keys().cloned().collect::<Vec<_>>(), "{:#?}", self.told);
        self.told.truncate(told);
    }

    /// Away and back, as when a tab is closed.
    fn reload(&mut self) {
        self.told.push("reload".to_owned());
        let saved = self.sandbox.save(&|_| false).unwrap();
        let blocks: BTreeMap<u64, Vec<u8>> = saved.blocks.into_iter().collect();
        assert_eq!(blocks.keys().copied().collect::<Vec<_>>(), saved.live);
        self.sandbox =
            Sandbox::load(&saved.manifest, &mut |number| blocks.get(&number).cloned(), maker).unwrap();
    }
}

#[test]
fn snapshots_restore_what_was_there() {
    for seed in 0..25 {
        let mut choices = Choices::drawn(seed);
        let mut world = World { sandbox: Sandbox::new(seed), model: Model::default(), told: Vec::new() };
        world.model.clusters.insert(CLUSTER.to_owned(), Vec::new());
        world.sql(CLUSTER, "CREATE TABLE t (a bigint)").unwrap();
        for step in 0..50 {
            world.act(&mut choices);
            if step % 17 == 16 {
                world.reload();
            }
            world.check();
        }
    }
}

/// Five gigabytes of changes a node are not kept waiting for the eighth hour, but a quarter of one.
#[test]
fn much_that_changes_is_saved_earlier() {
    let mut sandbox = Sandbox::new(1);
    let taken = |sandbox: &mut Sandbox| {
        let printed = sandbox.aws(PRINCIPAL, "redshift describe-cluster-snapshots --query length(Snapshots)");
        printed.stdout.trim().parse::<i64>().unwrap()
    };
    let session = sandbox.connect_to(CLUSTER, "admin", None).unwrap();
    let nodes = sandbox.account.redshift.clusters[0].nodes as usize;
    // A block of each of 1,024 columns is a gigabyte, as backups count.
    let columns: Vec<String> = (0..1_024).map(|column| format!("c{column} int DEFAULT 1")).collect();
    let run = |sandbox: &mut Sandbox, text: &str| {
        for executed in sandbox.execute(session, text) {
            executed.result.unwrap();
        }
    };
    for (table, backup) in [("big", ""), ("unsaved", "BACKUP NO")] {
        for number in 0..5 * nodes {
            run(&mut sandbox, &format!("CREATE TABLE {table}{number} ({}) {backup}", columns.join(", ")));
        }
    }
    let before = taken(&mut sandbox);
    let fill = |sandbox: &mut Sandbox, table: &str| {
        for number in 0..5 * nodes {
            run(sandbox, &format!("INSERT INTO {table}{number} (c0) VALUES (1)"));
        }
    };
    // What no backup holds is no reason for one.
    fill(&mut sandbox, "unsaved");
    sandbox.advance(60_000_000);
    assert_eq!(taken(&mut sandbox), before);
    fill(&mut sandbox, "big");
    sandbox.advance(60_000_000);
    assert_eq!(taken(&mut sandbox), before + 1);
    fill(&mut sandbox, "big");
    sandbox.advance(12 * 60_000_000);
    assert_eq!(taken(&mut sandbox), before + 1);
    sandbox.advance(3 * 60_000_000);
    assert_eq!(taken(&mut sandbox), before + 2);
    // And eight hours from the last one the next.
    sandbox.advance(7 * 3_600_000_000);
    assert_eq!(taken(&mut sandbox), before + 2);
    sandbox.advance(3_600_000_000);
    assert_eq!(taken(&mut sandbox), before + 3);
}
