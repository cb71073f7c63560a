//! Namespaces, workgroups and what is saved of them, over random histories: no state that there is not, no restore
//! that brings other rows than were there, recovery points that last a day, and work that is paid for once.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use sandshift_engine::aws::meter::Usage;
use sandshift_engine::aws::pricing::charges;
use sandshift_engine::sandbox::{CLUSTER, PRINCIPAL, Sandbox};
use sandshift_lessons::transcript::rows;
use sandshift_tests::choice::Choices;
use sandshift_tests::reload::reloaded;
use serde_json::Value;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440 * MINUTE;

/// What each namespace's table holds, what is saved, and what all work must have cost.
#[derive(Default)]
struct Model {
    namespaces: BTreeMap<String, Vec<i64>>,
    /// The namespace behind each workgroup that answers.
    workgroups: BTreeMap<String, String>,
    /// Namespace and rows of each snapshot.
    snapshots: BTreeMap<String, (String, Vec<i64>)>,
    points: BTreeMap<String, (String, Vec<i64>)>,
    /// RPU-microseconds that each workgroup must have paid, and until when.
    paid: BTreeMap<String, (u128, i64)>,
    next: i64,
}

struct World {
    /// How often each operation was carried out.
    done: BTreeMap<String, u32>,
    sandbox: Sandbox,
    model: Model,
    cost: u64,
    told: Vec<String>,
}

const RPUS: u128 = 8;

impl World {
    fn aws(&mut self, line: &str) -> Option<Value> {
        self.told.push(line.to_owned());
        let printed = self.sandbox.aws(PRINCIPAL, &format!("redshift-serverless {line}"));
        assert!(matches!(printed.code, 0 | 254), "{line}: {}", printed.stderr);
        if printed.code == 0 {
            *self.done.entry(line.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        (printed.code == 0).then(|| serde_json::from_str(&printed.stdout).unwrap_or(Value::Null))
    }

    /// The statement's rows; what it must have cost is written down.
    fn sql(&mut self, workgroup: &str, text: &str) -> Option<Vec<Vec<String>>> {
        self.told.push(format!("{workgroup}: {text}"));
        let session = self.sandbox.connect_to(workgroup, "admin", None).ok()?;
        let from = self.sandbox.clock.now().0;
        let executed = self.sandbox.execute(session, text);
        let to = self.sandbox.clock.now().0;
        self.sandbox.disconnect(session);
        let (sum, until) = self.model.paid.entry(workgroup.to_owned()).or_insert((0, i64::MIN));
        let (begin, least) = if from < *until { (*until, *until) } else { (from, from + MINUTE) };
        let end = to.max(least);
        *sum += RPUS * (end - begin).max(0) as u128;
        *until = end.max(begin);
        let last = executed.into_iter().next_back()?;
        Some(rows(&last.result.ok()?).unwrap_or_default())
    }

    fn holds(&mut self, workgroup: &str, table: &str, values: &[i64]) {
        let sum: i64 = values.iter().sum();
        let expected = vec![vec![values.len().to_string(), sum.to_string()]];
        let found = self.sql(workgroup, &format!("SELECT count(*), coalesce(sum(a), 0) FROM {table}"));
        assert_eq!(found, Some(expected), "{workgroup}.{table}: {:#?}", self.told);
    }

    fn any(&self, choices: &mut Choices, of: &[&str]) -> String {
        if of.is_empty() { "none".to_owned() } else { choices.of(of).to_owned() }
    }

    fn act(&mut self, choices: &mut Choices) {
        self.model.next += 1;
        let number = self.model.next;
        let names: Vec<String> = self.model.namespaces.keys().cloned().collect();
        let namespace = self.any(choices, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let found = self.model.workgroups.iter().find(|(_, of)| **of == namespace);
        let workgroup = found.map_or_else(|| "none".to_owned(), |(name, _)| name.clone());
        let names: Vec<String> = self.model.snapshots.keys().cloned().collect();
        let snapshot = self.any(choices, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let names: Vec<String> = self.model.points.keys().cloned().collect();
        let point = self.any(choices, &names.iter().map(String::as_str).collect::<Vec<_>>());
        match choices.below(14) {
            0 | 1 => drop(self.sandbox.advance(MINUTE * (1 + choices.below(100) as i64))),
            2 => drop(self.sandbox.advance_to_next()),
            3 if self.model.namespaces.len() < 3 => {
                let name = format!("namespace-{number}");
                self.aws(&format!("create-namespace --namespace-name {name}")).unwrap();
                self.model.namespaces.insert(name, Vec::new());
            }
            3 | 4 => {
                let name = format!("workgroup-{number}");
                let line = format!(
                    "create-workgroup --workgroup-name {name} --namespace-name {namespace} --base-capacity {RPUS}"
                );
                if self.aws(&line).is_some() {
                    assert_eq!(workgroup, "none", "{:#?}", self.told);
                    assert!(self.sql(&name, "SELECT 1").is_none(), "{:#?}", self.told);
                    self.sandbox.advance(3 * MINUTE);
                    let empty = "CREATE TABLE IF NOT EXISTS t (a bigint)";
                    self.sql(&name, empty).unwrap();
                    self.model.workgroups.insert(name, namespace);
                }
            }
            5 | 6 => {
                if self.sql(&workgroup, &format!("INSERT INTO t VALUES ({number})")).is_some() {
                    self.model.namespaces.get_mut(&namespace).unwrap().push(number);
                }
            }
            7 => {
                if self.sql(&workgroup, "DELETE FROM t WHERE a % 3 = 0").is_some() {
                    self.model.namespaces.get_mut(&namespace).unwrap().retain(|value| value % 3 != 0);
                }
            }
            8 => {
                let name = format!("s{number}-snapshot");
                let line = format!("create-snapshot --namespace-name {namespace} --snapshot-name {name}");
                if self.aws(&line).is_some() {
                    let held = self.model.namespaces[&namespace].clone();
                    self.model.snapshots.insert(name, (namespace, held));
                }
            }
            9 => {
                let name = format!("p{number}-snapshot");
                let line = format!(
                    "convert-recovery-point-to-snapshot --recovery-point-id {point} --snapshot-name {name}"
                );
                if self.aws(&line).is_some() {
                    let held = self.model.points[&point].clone();
                    self.model.snapshots.insert(name, held);
                }
            }
            10 => {
                let (line, from) = match choices.chance(50) {
                    true => {
                        (format!("restore-from-snapshot --snapshot-name {snapshot}"), &self.model.snapshots)
                    }
                    false => (
                        format!("restore-from-recovery-point --recovery-point-id {point}"),
                        &self.model.points,
                    ),
                };
                let held = from.get(if line.contains("point-id") { &point } else { &snapshot }).cloned();
                let line = format!("{line} --namespace-name {namespace} --workgroup-name {workgroup}");
                if self.aws(&line).is_some() {
                    assert!(self.sql(&workgroup, "SELECT 1").is_none(), "{:#?}", self.told);
                    self.sandbox.advance(5 * MINUTE);
                    self.sql(&workgroup, "CREATE TABLE IF NOT EXISTS t (a bigint)").unwrap();
                    self.model.namespaces.insert(namespace, held.unwrap().1);
                }
            }
            11 => {
                let table = format!("t{number}");
                let point_too = choices.chance(50);
                let source = match point_too {
                    true => format!("restore-table-from-recovery-point --recovery-point-id {point}"),
                    false => format!("restore-table-from-snapshot --snapshot-name {snapshot}"),
                };
                let line = format!(
                    "{source} --namespace-name {namespace} --workgroup-name {workgroup} --source-database-name dev --source-table-name t --new-table-name {table}"
                );
                if self.aws(&line).is_some() {
                    let of =
                        if point_too { &self.model.points[&point] } else { &self.model.snapshots[&snapshot] };
                    let (owner, held) = of.clone();
                    assert_eq!(owner, namespace, "{:#?}", self.told);
                    self.sandbox.advance(2 * MINUTE);
                    self.holds(&workgroup, &table, &held);
                    self.sql(&workgroup, &format!("DROP TABLE {table}")).unwrap();
                }
            }
            12 => {
                if self.aws(&format!("delete-snapshot --snapshot-name {snapshot}")).is_some() {
                    self.model.snapshots.remove(&snapshot);
                }
            }
            _ => {
                if choices.chance(60) {
                    if self.aws(&format!("delete-workgroup --workgroup-name {workgroup}")).is_some() {
                        self.model.workgroups.remove(&workgroup);
                    }
                } else {
                    let last = choices.chance(50).then(|| format!("f{number}-snapshot"));
                    let option = last
                        .as_ref()
                        .map_or_else(String::new, |last| format!(" --final-snapshot-name {last}"));
                    if self.aws(&format!("delete-namespace --namespace-name {namespace}{option}")).is_some() {
                        // Workgroups go before namespaces.
                        assert_eq!(workgroup, "none", "{:#?}", self.told);
                        let held = self.model.namespaces.remove(&namespace).unwrap();
                        if let Some(last) = last {
                            self.model.snapshots.insert(last, (namespace, held));
                        }
                    }
                }
            }
        }
        // What became due while statements ran.
        self.sandbox.advance(0);
    }

    fn check(&mut self) {
        let told = self.told.len();
        let states = |value: &Value, list: &str, name: &str| -> Vec<(String, String)> {
            let text = |one: &Value, member: &str| one[member].as_str().unwrap().to_owned();
            value[list].as_array().unwrap().iter().map(|one| (text(one, name), text(one, "status"))).collect()
        };
        let listed = self.aws("list-namespaces").unwrap();
        for (name, status) in states(&listed, "namespaces", "namespaceName") {
            let known = self.model.namespaces.contains_key(&name);
            let fits =
                if known { ["AVAILABLE", "MODIFYING"].contains(&&*status) } else { status == "DELETING" };
            assert!(fits, "{name} {status}: {:#?}", self.told);
        }
        assert!(
            listed["namespaces"].as_array().unwrap().len() >= self.model.namespaces.len(),
            "{:#?}",
            self.told
        );
        let listed = self.aws("list-workgroups").unwrap();
        for (name, status) in states(&listed, "workgroups", "workgroupName") {
            let known = self.model.workgroups.contains_key(&name);
            assert_eq!(status, if known { "AVAILABLE" } else { "DELETING" }, "{name}: {:#?}", self.told);
        }
        let listed = self.aws("list-snapshots").unwrap();
        let mut names: Vec<String> = Vec::new();
        for one in listed["snapshots"].as_array().unwrap() {
            let size = |member: &str| one[member].as_f64().unwrap();
            let (whole, added) =
                (size("totalBackupSizeInMegaBytes"), size("actualIncrementalBackupSizeInMegaBytes"));
            assert!(0.0 <= added && added <= whole, "{one}");
            names.push(one["snapshotName"].as_str().unwrap().to_owned());
        }
        names.sort();
        assert_eq!(names, self.model.snapshots.keys().cloned().collect::<Vec<_>>(), "{:#?}", self.told);
        self.check_points();
        for (workgroup, namespace) in self.model.workgroups.clone() {
            let values = self.model.namespaces[&namespace].clone();
            self.holds(&workgroup, "t", &values);
        }
        self.sandbox.advance(0);
        self.check_points();
        self.check_money();
        self.told.truncate(told);
    }

    /// New ones hold what is there now; none is older than a day, and none goes before that.
    fn check_points(&mut self) {
        let listed = self.aws("list-recovery-points").unwrap();
        let now = self.sandbox.clock.now().0;
        let mut points = BTreeMap::new();
        for one in listed["recoveryPoints"].as_array().unwrap() {
            let text = |member: &str| one[member].as_str().unwrap().to_owned();
            let (id, of) = (text("recoveryPointId"), text("namespaceName"));
            let created = sandshift_engine::aws::timestamp::parse(&text("recoveryPointCreateTime")).unwrap();
            assert!(now - created * 1_000_000 <= DAY, "{one}: {:#?}", self.told);
            let held = match (self.model.points.get(&id), self.model.namespaces.get(&of)) {
                (Some((_, held)), _) => held.clone(),
                (None, Some(held)) => held.clone(),
                // Of a namespace that is on its way out.
                (None, None) => continue,
            };
            points.insert(id, (of, held));
        }
        self.model.points = points;
    }

    /// Every RPU-second is accounted for, every cent has its record, and the bill never shrinks.
    fn check_money(&mut self) {
        let cost = self.sandbox.cost();
        assert!(cost >= self.cost, "{:#?}", self.told);
        self.cost = cost;
        let mut found: BTreeMap<String, u128> = BTreeMap::new();
        for (key, record) in self.sandbox.account.meter.records() {
            if key.usage == Usage::ServerlessCompute {
                *found.entry(key.resource.clone()).or_default() += record.quantity;
            }
        }
        let expected = self.model.paid.iter().filter(|(_, (sum, _))| *sum > 0);
        let expected: BTreeMap<String, u128> =
            expected.map(|(name, (sum, _))| (name.clone(), *sum)).collect();
        assert_eq!(found, expected, "{:#?}", self.told);
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
fn namespaces_come_back_as_they_were() {
    let mut done = BTreeMap::new();
    for seed in 0..20 {
        let mut choices = Choices::drawn(seed);
        let mut world =
            World { done, sandbox: Sandbox::new(seed), model: Model::default(), cost: 0, told: Vec::new() };
        for step in 0..60 {
            world.act(&mut choices);
            if step % 19 == 18 {
                world.reload();
            }
            world.check();
        }
        done = world.done;
    }
    // A history in which nothing succeeds proves nothing.
    for operation in [
        "create-snapshot",
        "convert-recovery-point-to-snapshot",
        "restore-from-snapshot",
        "restore-from-recovery-point",
        "restore-table-from-snapshot",
        "restore-table-from-recovery-point",
        "delete-snapshot",
        "delete-workgroup",
        "delete-namespace",
    ] {
        assert!(done.get(operation).is_some_and(|times| *times >= 3), "{operation}: {done:?}");
    }
}

/// At a full hour at which a recovery point is due, too.
#[test]
fn tables_are_looked_after_beside_recovery_points() {
    let (done, told) = (BTreeMap::new(), Vec::new());
    let mut world = World { done, sandbox: Sandbox::new(1), model: Model::default(), cost: 0, told };
    world.aws("create-namespace --namespace-name hourly").unwrap();
    let line = "create-workgroup --workgroup-name hourly --namespace-name hourly --base-capacity 8";
    world.aws(line).unwrap();
    let session = world.sandbox.connect_to(CLUSTER, "admin", None).unwrap();
    for text in ["CREATE TABLE t AS SELECT generate_series(1, 20000) AS a", "DELETE FROM t WHERE a % 5 = 0"] {
        for executed in world.sandbox.execute(session, text) {
            executed.result.unwrap();
        }
    }
    world.sandbox.disconnect(session);
    let happened = world.sandbox.advance(120 * MINUTE);
    let moments: Vec<i64> = happened
        .iter()
        .filter(|one| one.kind.name() == "table-vacuumed")
        .map(|one| one.at.0 % (60 * MINUTE))
        .collect();
    assert_eq!(moments, [0]);
    assert!(happened.iter().any(|one| one.kind.name() == "recovery-point-taken"));
}
