//! Clusters and their backups, over random histories: no state that there is not, no snapshot that restores other rows
//! than were there, sizes that add up, and an account that comes back from its bytes as it was.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use sandshift_engine::aws::pricing::charges;
use sandshift_engine::aws::timestamp;
use sandshift_engine::sandbox::{CLUSTER, PRINCIPAL, Sandbox};
use sandshift_lessons::transcript::rows;
use sandshift_tests::choice::Choices;
use sandshift_tests::reload::reloaded;
use serde_json::Value;

#[path = "backups/due.rs"]
mod due;

/// In which clients get through.
const ANSWERS: [&str; 6] = [
    "available",
    "available, prep-for-resize",
    "available, resize-cleanup",
    "modifying",
    "resizing",
    "cancelling-resize",
];

const STATES: [&str; 13] = [
    "available, prep-for-resize",
    "available, resize-cleanup",
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

const HOME: &str = "ap-northeast-2";
const FAR: &str = "us-west-2";

/// Values of a table.
type Rows = Vec<i64>;

/// What should be there.
#[derive(Default)]
struct Model {
    /// Where each cluster is, and what its table holds.
    clusters: BTreeMap<String, (&'static str, Rows)>,
    /// What each manual snapshot holds that somebody made, and whose it is.
    snapshots: BTreeMap<String, (String, Rows)>,
    /// The same of what the service made: automated ones, and copies far away, by region and name.
    made: BTreeMap<(&'static str, String), (String, Rows)>,
    /// What manual snapshots held that are gone: their copies stay.
    ever: BTreeMap<String, Rows>,
    next: i64,
}

struct World {
    /// How often each operation was carried out, and each thing happened.
    done: BTreeMap<String, u32>,
    sandbox: Sandbox,
    model: Model,
    /// In millionths.
    cost: u64,
    told: Vec<String>,
}

impl World {
    fn aws(&mut self, line: &str) -> Option<Value> {
        self.told.push(line.to_owned());
        let printed = self.sandbox.aws(PRINCIPAL, line);
        assert!(matches!(printed.code, 0 | 254), "{line}: {}", printed.stderr);
        if printed.code == 0 {
            self.did(line.split(' ').nth(1).unwrap_or_default());
        }
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

    fn did(&mut self, what: &str) {
        *self.done.entry(what.to_owned()).or_default() += 1;
    }

    fn pass(&mut self, micros: i64) {
        for happened in self.sandbox.advance(micros) {
            self.did(happened.kind.name());
        }
    }

    fn number(&mut self) -> i64 {
        self.model.next += 1;
        self.model.next
    }

    fn any_cluster(&self, choices: &mut Choices) -> String {
        let names: Vec<&str> = self.model.clusters.keys().map(String::as_str).collect();
        if names.is_empty() { "none".to_owned() } else { choices.of(&names).to_owned() }
    }

    /// Any snapshot, whoever made it: where it lies, its name.
    fn any_snapshot(&self, choices: &mut Choices) -> (&'static str, String) {
        let manual = self.model.snapshots.keys().map(|name| (HOME, name.clone()));
        let all: Vec<(&'static str, String)> = manual.chain(self.model.made.keys().cloned()).collect();
        let copies: Vec<&(&'static str, String)> =
            all.iter().filter(|(_, name)| name.starts_with("copy:")).collect();
        if !copies.is_empty() && choices.chance(25) {
            return copies[choices.below(copies.len())].clone();
        }
        if all.is_empty() { (HOME, "none".to_owned()) } else { all[choices.below(all.len())].clone() }
    }

    fn held(&self, (region, name): &(&'static str, String)) -> (String, Rows) {
        let manual = self.model.snapshots.get(name).filter(|_| *region == HOME);
        manual.or_else(|| self.model.made.get(&(*region, name.clone()))).cloned().unwrap()
    }

    fn act(&mut self, choices: &mut Choices) {
        // What became due while statements ran is of the time before.
        self.pass(0);
        self.note_made();
        let (cluster, number) = (self.any_cluster(choices), self.number());
        let found = self.any_snapshot(choices);
        let region = self.model.clusters.get(&cluster).map_or(HOME, |(region, _)| *region);
        let of = format!("--region {region} --cluster-identifier {cluster}");
        match choices.below(25) {
            0 | 1 => self.pass(60_000_000 * (1 + choices.below(90) as i64)),
            2 => {
                for happened in self.sandbox.advance_to_next() {
                    self.did(happened.kind.name());
                }
            }
            3 => {
                if self.sql(&cluster, &format!("INSERT INTO t VALUES ({number})")).is_some() {
                    self.model.clusters.get_mut(&cluster).unwrap().1.push(number);
                }
            }
            4 => {
                if self.sql(&cluster, "DELETE FROM t WHERE a % 3 = 0").is_some() {
                    self.model.clusters.get_mut(&cluster).unwrap().1.retain(|value| value % 3 != 0);
                }
            }
            // Enough for the warehouse to look after the table by itself, within the next hours.
            5 => {
                let many: Rows = (0..1_500).map(|one| number * 10_000 - one).collect();
                let values: Vec<String> = many.iter().map(|value| format!("({value})")).collect();
                if self.sql(&cluster, &format!("INSERT INTO t VALUES {}", values.join(", "))).is_some() {
                    self.told.pop();
                    self.told.push(format!("{cluster}: many below {}", number * 10_000));
                    self.model.clusters.get_mut(&cluster).unwrap().1.extend(many);
                }
            }
            6 | 7 => {
                let name = format!("s{number}");
                if self
                    .aws(&format!("redshift create-cluster-snapshot {of} --snapshot-identifier {name}"))
                    .is_some()
                {
                    let held = self.model.clusters[&cluster].1.clone();
                    match region {
                        HOME => drop(self.model.snapshots.insert(name, (cluster, held))),
                        far => drop(self.model.made.insert((far, name), (cluster, held))),
                    }
                }
            }
            8 | 9 => {
                let (name, (at, snapshot)) = (format!("r{number}"), &found);
                let line = format!(
                    "redshift restore-from-cluster-snapshot --region {at} --cluster-identifier {name} --snapshot-identifier {snapshot}"
                );
                if self.model.clusters.len() < 4 && self.aws(&line).is_some() {
                    self.did(if snapshot.starts_with("copy:") { "restored-copy" } else { "restored" });
                    let held = self.held(&found).1;
                    self.model.clusters.insert(name, (at, held));
                }
            }
            10 | 23 => {
                let verb = choices.of(&["pause", "resume", "reboot"]);
                self.aws(&format!("redshift {verb}-cluster {of}"));
            }
            11 => {
                let days = choices.below(3);
                self.aws(&format!(
                    "redshift modify-cluster {of} --automated-snapshot-retention-period {days}"
                ));
            }
            12 => {
                let last = choices.chance(50).then(|| format!("f{number}"));
                let option = match &last {
                    Some(name) => format!("--final-cluster-snapshot-identifier {name}"),
                    None => "--skip-final-cluster-snapshot".to_owned(),
                };
                if self.aws(&format!("redshift delete-cluster {of} {option}")).is_some() {
                    let (_, held) = self.model.clusters.remove(&cluster).unwrap();
                    match (last, region) {
                        (Some(last), HOME) => drop(self.model.snapshots.insert(last, (cluster, held))),
                        (Some(last), far) => drop(self.model.made.insert((far, last), (cluster, held))),
                        (None, _) => {}
                    }
                }
            }
            13 | 14 => {
                let (table, snapshot) = (format!("t{number}"), &found.1);
                let line = format!(
                    "redshift restore-table-from-cluster-snapshot {of} --snapshot-identifier {snapshot} --source-database-name dev --source-table-name t --new-table-name {table}"
                );
                if self.aws(&line).is_some() {
                    assert_eq!(found.0, region, "{:#?}", self.told);
                    let (owner, held) = self.held(&found);
                    assert_eq!(owner, cluster, "{:#?}", self.told);
                    self.pass(120_000_000);
                    self.holds(&cluster, &table, &held);
                    self.sql(&cluster, &format!("DROP TABLE {table}")).unwrap();
                }
            }
            // A name that is taken: the request is accepted, and fails in its time.
            15 => {
                let snapshot = &found.1;
                let line = format!(
                    "redshift restore-table-from-cluster-snapshot {of} --snapshot-identifier {snapshot} --source-database-name dev --source-table-name t --new-table-name t"
                );
                if self.aws(&line).is_some() {
                    self.pass(120_000_000);
                    let line = format!(
                        "redshift describe-table-restore-status {of} --query TableRestoreStatusDetails[0].Status"
                    );
                    assert_eq!(self.aws(&line), Some("FAILED".into()), "{:#?}", self.told);
                }
            }
            16 => {
                let name = format!("n{number}");
                if self
                    .aws(&format!("redshift modify-cluster {of} --new-cluster-identifier {name}"))
                    .is_some()
                {
                    self.pass(300_000_000);
                    let held = self.model.clusters.remove(&cluster).unwrap();
                    self.model.clusters.insert(name.clone(), held);
                    let made = self.model.made.values_mut();
                    for (of, _) in self.model.snapshots.values_mut().chain(made) {
                        if *of == cluster {
                            of.clone_from(&name);
                        }
                    }
                }
            }
            17 => {
                let nodes = choices.one(&[1, 2, 4, 4]);
                let kind = if nodes == 1 { "single-node" } else { "multi-node" };
                let way = if choices.chance(30) { "--classic" } else { "--no-classic" };
                let line = format!(
                    "redshift resize-cluster {of} {way} --cluster-type {kind} --number-of-nodes {nodes}"
                );
                if self.aws(&line).is_some() {
                    self.did(way);
                }
            }
            18 => drop(self.aws(&format!("redshift cancel-resize {of}"))),
            19 | 24 => {
                let to = if region == HOME { FAR } else { HOME };
                let days = 1 + choices.below(2);
                let line = match choices.chance(70) {
                    true => format!(
                        "enable-snapshot-copy {of} --destination-region {to} --retention-period {days}"
                    ),
                    false => format!("disable-snapshot-copy {of}"),
                };
                self.aws(&format!("redshift {line}"));
            }
            20 => {
                let name = "hourly";
                self.aws(&format!(
                    "redshift create-snapshot-schedule --region {region} --schedule-identifier {name} --schedule-definitions 'rate(1 hours)'"
                ));
                let option = match choices.chance(70) {
                    true => format!("--schedule-identifier {name}"),
                    false => "--disassociate-schedule".to_owned(),
                };
                self.aws(&format!("redshift modify-cluster-snapshot-schedule {of} {option}"));
            }
            21 => self.reload(),
            _ => {
                let (at, snapshot) = &found;
                if self
                    .aws(&format!(
                        "redshift delete-cluster-snapshot --region {at} --snapshot-identifier {snapshot}"
                    ))
                    .is_some()
                {
                    let (_, held) = self.held(&found);
                    if *at == HOME {
                        self.model.snapshots.remove(snapshot);
                    }
                    self.model.made.remove(&found);
                    self.model.ever.insert(snapshot.clone(), held);
                }
            }
        }
        self.pass(0);
    }

    /// What the service has made since somebody last looked, and what is gone of it.
    fn note_made(&mut self) {
        let mut made = BTreeMap::new();
        for region in [HOME, FAR] {
            let listed = self.aws(&format!("redshift describe-cluster-snapshots --region {region}")).unwrap();
            self.told.pop();
            for one in listed["Snapshots"].as_array().unwrap() {
                let text = |member: &str| one[member].as_str().unwrap().to_owned();
                let (name, of) = (text("SnapshotIdentifier"), text("ClusterIdentifier"));
                let size = |member: &str| one[member].as_f64().unwrap();
                let (whole, added) =
                    (size("TotalBackupSizeInMegaBytes"), size("ActualIncrementalBackupSizeInMegaBytes"));
                assert!(0.0 <= added && added <= whole, "{one}");
                if region == HOME && self.model.snapshots.contains_key(&name) {
                    assert_eq!(one["SnapshotType"], "manual", "{one}");
                    continue;
                }
                let key = (region, name);
                let source = key.1.strip_prefix("copy:");
                let held = match (self.model.made.get(&key), source) {
                    (Some((_, held)), _) => held.clone(),
                    // A copy holds what its source does.
                    (None, Some(source)) => {
                        let other = if region == HOME { FAR } else { HOME };
                        let manual = self.model.snapshots.get(source).filter(|_| other == HOME);
                        let known = manual.or_else(|| self.model.made.get(&(other, source.to_owned())));
                        let known = known.map(|(_, held)| held.clone());
                        let known = known.or_else(|| self.model.ever.get(source).cloned());
                        known.unwrap_or_else(|| panic!("{one}: {:#?}", self.told))
                    }
                    (None, None) => match self.model.clusters.get(&of) {
                        Some((_, held)) => held.clone(),
                        // Of a cluster that is on its way out.
                        None => continue,
                    },
                };
                self.model.ever.insert(key.1.clone(), held.clone());
                made.insert(key, (of, held));
            }
        }
        self.model.made = made;
    }

    /// Whether the table has these values.
    fn holds(&mut self, cluster: &str, table: &str, values: &[i64]) {
        let sum: i64 = values.iter().sum();
        let expected = vec![vec![values.len().to_string(), sum.to_string()]];
        let found = self.sql(cluster, &format!("SELECT count(*), coalesce(sum(a), 0) FROM {table}"));
        assert_eq!(found, Some(expected), "{cluster}.{table}: {:#?}", self.told);
    }

    fn check(&mut self) {
        self.note_made();
        let told = self.told.len();
        let mut present = Vec::new();
        for region in [HOME, FAR] {
            let clusters = self.aws(&format!("redshift describe-clusters --region {region}")).unwrap();
            for cluster in clusters["Clusters"].as_array().unwrap() {
                present.push(cluster["ClusterIdentifier"].as_str().unwrap().to_owned());
                self.check_cluster(region, cluster);
            }
        }
        assert!(self.model.clusters.keys().all(|name| present.contains(name)), "{:#?}", self.told);
        let line = "redshift describe-cluster-snapshots --snapshot-type manual";
        let snapshots = self.aws(line).unwrap();
        let names = snapshots["Snapshots"].as_array().unwrap().iter();
        let names: Vec<&str> = names.map(|one| one["SnapshotIdentifier"].as_str().unwrap()).collect();
        for name in self.model.snapshots.keys() {
            assert!(names.contains(&name.as_str()), "{name}: {:#?}", self.told);
        }
        for name in names {
            let known = self.model.snapshots.contains_key(name) || name.starts_with("copy:");
            assert!(known, "{name}: {:#?}", self.told);
        }
        // Automated ones go with their cluster; copies stay for their days.
        for ((_, name), (of, _)) in &self.model.made {
            let stays = !name.starts_with("rs:") || present.contains(of);
            assert!(stays, "{name} of {of}: {:#?}", self.told);
        }
        self.check_money();
        self.told.truncate(told);
    }

    fn check_cluster(&mut self, region: &str, cluster: &Value) {
        let (name, status) =
            (cluster["ClusterIdentifier"].as_str().unwrap(), cluster["ClusterStatus"].as_str().unwrap());
        assert!(STATES.contains(&status) || status == "final-snapshot", "{status}: {:#?}", self.told);
        if cluster["ExpectedNextSnapshotScheduleTimeStatus"] == "OnTrack" {
            let next = cluster["ExpectedNextSnapshotScheduleTime"].as_str().unwrap();
            let ahead = timestamp::parse(next).unwrap() * 1_000_000 - self.sandbox.clock.now().0;
            assert!((-60_000_000..=3_600_000_000).contains(&ahead), "{cluster}: {:#?}", self.told);
        }
        let Some((_, values)) = self.model.clusters.get(name).cloned() else {
            assert!(matches!(status, "deleting" | "final-snapshot"), "{name} {status}: {:#?}", self.told);
            return;
        };
        if ANSWERS.contains(&status) {
            self.holds(name, "t", &values);
        } else {
            // The statements before this one have taken time: it may have become available meanwhile.
            let opened = self.sql(name, "SELECT 1").is_some();
            let line = format!(
                "redshift describe-clusters --region {region} --cluster-identifier {name} --query Clusters[0].ClusterStatus"
            );
            let now = self.aws(&line);
            let answers = now.as_ref().and_then(Value::as_str).is_some_and(|now| ANSWERS.contains(&now));
            assert!(answers || !opened, "{name} {status}: {:#?}", self.told);
        }
    }

    /// The bill never shrinks, and every cent has its record.
    fn check_money(&mut self) {
        let cost = self.sandbox.cost();
        assert!(cost >= self.cost, "{:#?}", self.told);
        self.cost = cost;
        let sum: u64 = charges(&self.sandbox.account.meter).iter().map(|charge| charge.cost.0).sum();
        assert!(cost.abs_diff(sum / 10_000) <= 1, "{:#?}", self.told);
    }

    /// Away and back, as when a tab is closed.
    fn reload(&mut self) {
        self.told.push("reload".to_owned());
        self.sandbox = reloaded(&self.sandbox).unwrap_or_else(|error| panic!("{error}: {:#?}", self.told));
    }
}

#[test]
fn snapshots_restore_what_was_there() {
    let mut done = BTreeMap::new();
    for seed in 0..30 {
        let mut choices = Choices::drawn(seed);
        let mut world =
            World { done, sandbox: Sandbox::new(seed), model: Model::default(), cost: 0, told: Vec::new() };
        world.model.clusters.insert(CLUSTER.to_owned(), (HOME, Vec::new()));
        world.sql(CLUSTER, "CREATE TABLE t (a bigint)").unwrap();
        if seed % 2 == 1 {
            let two = format!("--cluster-identifier {CLUSTER} --cluster-type multi-node --number-of-nodes 2");
            world.aws(&format!("redshift resize-cluster --classic {two}")).unwrap();
            world.pass(3 * 3_600_000_000);
        }
        world.note_made();
        for _ in 0..60 {
            world.act(&mut choices);
            world.check();
        }
        done = world.done;
    }
    // A history in which nothing succeeds proves nothing.
    for what in [
        "create-cluster-snapshot",
        "restored",
        "restored-copy",
        "restore-table-from-cluster-snapshot",
        "delete-cluster-snapshot",
        "pause-cluster",
        "resume-cluster",
        "reboot-cluster",
        "delete-cluster",
        "cancel-resize",
        "--classic",
        "--no-classic",
        "enable-snapshot-copy",
        "disable-snapshot-copy",
        "modify-cluster-snapshot-schedule",
        "snapshot-expired",
        "snapshot-copied",
        "table-vacuumed",
        "table-analyzed",
    ] {
        assert!(done.get(what).is_some_and(|times| *times >= 2), "{what}: {done:?}");
    }
}
