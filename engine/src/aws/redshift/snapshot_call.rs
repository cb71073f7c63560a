//! Calls on snapshots: taken, copied to keep, listed, kept longer, deleted.

use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use super::snapshot::{self, DAY, Kind, Snapshot};
use super::{event, identifier, tag};
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::parse;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let cluster = account.redshift.idle(order.region, parameters.required("ClusterIdentifier"))?;
    let (warehouse, default) = (cluster.warehouse, cluster.manual_retention);
    let asked = parameters.integer("ManualSnapshotRetentionPeriod");
    let retention = identifier::manual_retention(asked, default)?;
    let name = snapshot::free_name(account, order.region, parameters.required("SnapshotIdentifier"))?;
    let serial = snapshot::take(account, warehouse, Kind::Manual, Some(&name), order.now);
    let taken = by_serial(account, serial, &name)?;
    taken.retention = retention;
    taken.tags = tag::given(parameters);
    let taken = taken.clone();
    let mut value = taken.value(&account.id, order.now);
    // Nothing is known of its size while the answer is written (unconfirmed).
    for size in
        ["TotalBackupSizeInMegaBytes", "ActualIncrementalBackupSizeInMegaBytes", "BackupProgressInMegaBytes"]
    {
        value[size] = json!(-1.0);
    }
    value["CurrentBackupRateInMegaBytesPerSecond"] = json!(-1.0);
    value["EstimatedSecondsToCompletion"] = json!(-1);
    value["ElapsedTimeInSeconds"] = json!(-1);
    Ok(json!({"Snapshot": value}))
}

fn by_serial<'a>(
    account: &'a mut Account,
    serial: u64,
    name: &str,
) -> Result<&'a mut Snapshot, RedshiftFault> {
    let found = account.redshift.snapshots.iter_mut().find(|one| one.serial == serial);
    found.ok_or_else(|| RedshiftFault::no_snapshot(name))
}

/// CopyClusterSnapshot: an automated one becomes a manual one, which nobody deletes by itself.
pub fn copy(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let source = parameters.required("SourceSnapshotIdentifier");
    let cluster = parameters.text("SourceSnapshotClusterIdentifier");
    let Some(found) = snapshot::find(account, order.region, source, cluster) else {
        return Err(RedshiftFault::no_snapshot(source).into());
    };
    let mut copy = found.clone();
    let paused = |one: &super::cluster::Cluster| one.warehouse == copy.warehouse && !one.status.answers();
    if copy.kind != Kind::Automated {
        // unconfirmed: the sentence.
        return Err(
            RedshiftFault::value("Only automated snapshots can be copied to a manual snapshot.").into()
        );
    }
    let latest = account.redshift.snapshots.iter().rev().find(|one| {
        one.warehouse == copy.warehouse && one.kind == Kind::Automated && one.region == copy.region
    });
    let is_latest = latest.is_some_and(|one| one.serial == copy.serial);
    if !copy.finished || is_latest && account.redshift.clusters.iter().any(paused) {
        return Err(unavailable().into());
    }
    let asked = parameters.integer("ManualSnapshotRetentionPeriod");
    let retention = identifier::manual_retention(asked, copy.was.manual_retention)?;
    let name = snapshot::free_name(account, order.region, parameters.required("TargetSnapshotIdentifier"))?;
    account.redshift.serial += 1;
    copy.serial = account.redshift.serial;
    copy.identifier = name;
    copy.kind = Kind::Manual;
    copy.retention = retention;
    copy.retention_start = order.now;
    // Its blocks are there already.
    copy.added = 0;
    let value = copy.value(&account.id, order.now);
    account.redshift.snapshots.push(copy);
    Ok(json!({"Snapshot": value}))
}

pub fn unavailable() -> RedshiftFault {
    RedshiftFault::new(
        Code::SnapshotState,
        "The specified cluster snapshot is not in the available state, or other accounts are authorized to access the snapshot.",
    )
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let redshift = &account.redshift;
    let exists = |one: &Snapshot| redshift.clusters.iter().any(|cluster| cluster.warehouse == one.warehouse);
    let moment = |member: &str| parameters.text(member).and_then(parse).map(|seconds| seconds * 1_000_000);
    let (from, to) = (moment("StartTime"), moment("EndTime"));
    let cluster = parameters.text("ClusterIdentifier");
    let name = parameters.text("SnapshotIdentifier");
    let by_exist = parameters.get("ClusterExists").and_then(Value::as_bool);
    if by_exist == Some(true)
        && let Some(cluster) = cluster.filter(|cluster| redshift.cluster(order.region, cluster).is_none())
    {
        return Err(RedshiftFault::no_cluster(cluster).into());
    }
    let mut found: Vec<&Snapshot> = redshift
        .snapshots
        .iter()
        .filter(|one| one.region == order.region)
        .filter(|one| cluster.is_none_or(|name| one.cluster.eq_ignore_ascii_case(name)))
        .filter(|one| name.is_none_or(|name| one.identifier.eq_ignore_ascii_case(name)))
        .filter(|one| parameters.text("SnapshotArn").is_none_or(|arn| one.arn(&account.id) == arn))
        .filter(|one| match parameters.text("SnapshotType") {
            Some("automated") => one.kind == Kind::Automated,
            Some("manual") => one.kind == Kind::Manual,
            _ => true,
        })
        .filter(|one| {
            from.is_none_or(|from| one.created.0 >= from) && to.is_none_or(|to| one.created.0 <= to)
        })
        .filter(|one| by_exist.is_none_or(|wanted| exists(one) == wanted))
        .filter(|_| parameters.text("OwnerAccount").is_none_or(|owner| owner == account.id))
        .filter(|one| tag::wanted(&one.tags, parameters))
        .collect();
    if found.is_empty()
        && let Some(name) = name
    {
        return Err(RedshiftFault::no_snapshot(name).into());
    }
    for sorting in parameters.structures("SortingEntities").iter().rev() {
        let descending = sorting.text("SortOrder") == Some("DESC");
        let key = |one: &Snapshot| match sorting.required("Attribute") {
            "TOTAL_SIZE" => one.bytes as i64,
            "SOURCE_TYPE" => i64::from(one.kind == Kind::Manual),
            _ => one.created.0,
        };
        crate::sorted::sort_by(&mut found, |one, other| {
            let order = key(one).cmp(&key(other));
            if descending { order.reverse() } else { order }
        });
    }
    let values: Vec<Value> = found.iter().map(|one| one.value(&account.id, order.now)).collect();
    Ok(json!({"Snapshots": values}))
}

/// Another period for one manual snapshot.
fn keep_for(account: &mut Account, order: &Order<'_>, name: &str) -> Result<Value, RedshiftFault> {
    let parameters = order.parameters;
    let Some(found) = snapshot::find(account, order.region, name, None) else {
        return Err(RedshiftFault::no_snapshot(name));
    };
    if found.kind != Kind::Manual {
        // unconfirmed: the sentence.
        return Err(RedshiftFault::new(
            Code::SnapshotState,
            format!("Cannot modify the snapshot {name} because only manual snapshots may be modified"),
        ));
    }
    let (serial, current) = (found.serial, found.retention);
    let asked = parameters.integer("ManualSnapshotRetentionPeriod");
    let days = identifier::manual_retention(asked, current)?;
    let past = days >= 0 && found.retention_start.0 + days * DAY <= order.now.0;
    if past && !parameters.flag("Force") {
        return Err(RedshiftFault::retention());
    }
    // One whose time is over already goes at once (see `chore`).
    let kept = by_serial(account, serial, name)?;
    kept.retention = days;
    let kept = kept.clone();
    Ok(kept.value(&account.id, order.now))
}

pub fn modify(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let value = keep_for(account, order, order.parameters.required("SnapshotIdentifier"))?;
    Ok(json!({"Snapshot": value}))
}

/// An entry of `Errors` in the answer to a batch.
fn failure(name: &str, cluster: Option<&str>, fault: &RedshiftFault) -> Value {
    let mut value = json!({"SnapshotIdentifier": name});
    if let Some(cluster) = cluster {
        value["SnapshotClusterIdentifier"] = json!(cluster);
    }
    value["FailureCode"] = json!(fault.code());
    value["FailureReason"] = json!(fault.message());
    value
}

fn batch(results: Vec<(String, Option<String>, Result<(), RedshiftFault>)>) -> Value {
    let mut done = Vec::new();
    let mut failed = Vec::new();
    for (name, cluster, result) in results {
        match result {
            Ok(()) => done.push(Value::String(name)),
            Err(fault) => failed.push(failure(&name, cluster.as_deref(), &fault)),
        }
    }
    let mut value = json!({"Resources": done});
    if !failed.is_empty() {
        value["Errors"] = Value::Array(failed);
    }
    value
}

pub fn modify_many(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let names = order.parameters.texts("SnapshotIdentifierList");
    must_be_few(names.len())?;
    let mut results = Vec::new();
    for name in names {
        results.push((name.to_owned(), None, keep_for(account, order, name).map(|_| ())));
    }
    Ok(batch(results))
}

fn must_be_few(count: usize) -> Result<(), RedshiftFault> {
    if count <= 100 {
        return Ok(());
    }
    // unconfirmed: the sentence.
    let sentence = "The maximum number for a batch delete of snapshots has been reached. The limit is 100.";
    Err(RedshiftFault::new(Code::BatchSize, sentence))
}

fn remove(
    account: &mut Account,
    order: &Order<'_>,
    given: Parameters<'_>,
) -> Result<Snapshot, RedshiftFault> {
    let name = given.required("SnapshotIdentifier");
    let Some(found) = snapshot::find(account, order.region, name, given.text("SnapshotClusterIdentifier"))
    else {
        return Err(RedshiftFault::no_snapshot(name));
    };
    if found.kind != Kind::Manual {
        return Err(RedshiftFault::new(
            Code::SnapshotState,
            format!("Cannot delete the snapshot {name} because only manual snapshots may be deleted"),
        ));
    }
    if !found.finished || !found.access.is_empty() {
        return Err(unavailable());
    }
    let gone = found.clone();
    account.redshift.snapshots.retain(|one| one.serial != gone.serial);
    account.sweep_vault();
    event::note(account, &gone.region, 2011, &[&gone.identifier, &gone.cluster], order.now);
    Ok(gone)
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let gone = remove(account, order, order.parameters)?;
    let mut value = gone.value(&account.id, order.now);
    value["Status"] = json!("deleted");
    Ok(json!({"Snapshot": value}))
}

pub fn delete_many(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let given = order.parameters.structures("Identifiers");
    must_be_few(given.len())?;
    let mut results = Vec::new();
    for one in given {
        let name = one.required("SnapshotIdentifier").to_owned();
        let cluster = one.text("SnapshotClusterIdentifier").map(str::to_owned);
        results.push((name, cluster, remove(account, order, one).map(|_| ())));
    }
    Ok(batch(results))
}

/// DescribeStorage: what all backups of the region take, each block once, against what the nodes hold.
pub fn storage(account: &Account, order: &Order<'_>) -> Value {
    let here = account.redshift.snapshots.iter().filter(|one| one.region == order.region);
    let contents: Vec<u64> = here.map(|one| one.contents).collect();
    let clusters = account.redshift.clusters.iter().filter(|one| one.region == order.region);
    let provisioned: u64 = clusters.map(|one| super::node::storage_of(&one.node_type, one.nodes)).sum();
    json!({
        "TotalBackupSizeInMegaBytes": snapshot::megabytes(account.vault.bytes_of(&contents) as f64),
        "TotalProvisionedStorageInMegaBytes": provisioned as f64,
    })
}

/// The moment at which an automated snapshot that is not the latest goes.
pub fn expiry(one: &Snapshot, latest: bool) -> Option<Instant> {
    match (one.kind, one.retention) {
        (Kind::Automated, 0) => Some(one.created),
        (Kind::Automated, _) if latest => None,
        _ => one.expires(),
    }
}
