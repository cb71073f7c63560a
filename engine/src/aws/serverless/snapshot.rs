//! Snapshots of namespaces, kept for days or for good.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{checked, conflict, not_found, retention};
use super::namespace::{Namespace, must_have_workgroup};
use crate::aws::redshift::snapshot::{DAY, duration, megabytes, sizes};
use crate::aws::timestamp::{iso, parse};
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::warehouse::manifest::WarehouseId;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    pub name: String,
    pub region: String,
    id: String,
    namespace: String,
    namespace_arn: String,
    pub warehouse: WarehouseId,
    pub admin: String,
    pub database: String,
    pub created: Instant,
    pub ready: Instant,
    pub finished: bool,
    /// Under which number the vault keeps what it holds.
    pub contents: u64,
    pub bytes: u64,
    added: u64,
    retention: i64,
}

impl Snapshot {
    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:redshift-serverless:{}:{account}:snapshot/{}", self.region, self.id)
    }

    pub fn expires(&self) -> Option<Instant> {
        (self.retention >= 0).then(|| Instant(self.created.0 + self.retention * DAY))
    }

    fn value(&self, account: &str, now: Instant) -> Value {
        let span = (self.ready.0 - self.created.0).max(1) as f64;
        let passed = (now.0.min(self.ready.0) - self.created.0).max(0);
        let done = if self.finished { 1.0 } else { passed as f64 / span };
        let left = if self.finished { 0 } else { (self.ready.0 - now.0).max(0) / 1_000_000 };
        let mut value = json!({
            "accountsWithProvisionedRestoreAccess": [],
            "accountsWithRestoreAccess": [],
            "actualIncrementalBackupSizeInMegaBytes": megabytes(self.added as f64),
            "adminUsername": self.admin,
            "backupProgressInMegaBytes": megabytes(self.added as f64 * done),
            "currentBackupRateInMegaBytesPerSecond": 0.0,
            "elapsedTimeInSeconds": passed / 1_000_000,
            "estimatedSecondsToCompletion": left,
            "kmsKeyId": "AWS_OWNED_KMS_KEY",
            "namespaceArn": self.namespace_arn,
            "namespaceName": self.namespace,
            "ownerAccount": account,
            "snapshotArn": self.arn(account),
            "snapshotCreateTime": iso(self.created),
            "snapshotName": self.name,
        });
        if let Some(end) = self.expires() {
            value["snapshotRemainingDays"] = json!(((end.0 - now.0).max(0) + DAY - 1) / DAY);
        }
        value["snapshotRetentionPeriod"] = json!(self.retention);
        value["snapshotRetentionStartTime"] = json!(iso(self.created));
        value["status"] = json!(if self.finished { "AVAILABLE" } else { "CREATING" });
        value["totalBackupSizeInMegaBytes"] = json!(megabytes(self.bytes as f64));
        value
    }
}

pub fn named<'a>(account: &'a Account, region: &str, name: &str) -> Result<&'a Snapshot, Fault> {
    let found = account.serverless.snapshots.iter().find(|one| one.region == region && one.name == name);
    // unconfirmed: the sentence.
    found.ok_or_else(|| not_found(format!("Snapshot {name} not found.")))
}

/// # Errors
/// unconfirmed: the sentence for a name that is taken.
pub fn free_name(account: &Account, region: &str, name: &str) -> Result<String, Fault> {
    let name = checked("snapshotName", name)?;
    if named(account, region, &name).is_ok() {
        return Err(conflict(format!("Snapshot {name} already exists.")));
    }
    let here = account.serverless.snapshots.iter().filter(|one| one.region == region).count();
    if here >= 20 {
        return Err(Fault::refused(
            "ServiceQuotaExceededException",
            402,
            "You have exceeded a service quota.",
        ));
    }
    Ok(name)
}

/// A snapshot of what the namespace holds now; its answer.
pub fn take(account: &mut Account, of: &Namespace, name: String, days: i64, now: Instant) -> Value {
    let Some(manifest) = account.holdings.get(&of.warehouse) else { return Value::Null };
    let contents = account.vault.keep(of.warehouse, manifest);
    put(account, of, name, contents, (days, now), now)
}

/// Puts one there that holds what lies under `contents` since `created`.
pub fn put(
    account: &mut Account,
    of: &Namespace,
    name: String,
    contents: u64,
    (days, created): (i64, Instant),
    now: Instant,
) -> Value {
    let earlier = account.serverless.snapshots.iter().rev().find(|one| one.warehouse == of.warehouse);
    let held = |number: u64| account.vault.get(number).map(|manifest| &**manifest);
    let (bytes, added) = match held(contents) {
        Some(manifest) => sizes(manifest, earlier.and_then(|one| held(one.contents))),
        None => (0, 0),
    };
    let snapshot = Snapshot {
        name,
        region: of.region.clone(),
        id: account.identifiers.uuid(),
        namespace: of.name.clone(),
        namespace_arn: of.arn(&account.id),
        warehouse: of.warehouse,
        admin: of.admin.clone(),
        database: of.database.clone(),
        created,
        ready: Instant(now.0 + duration(added)),
        finished: false,
        contents,
        bytes,
        added,
        retention: days,
    };
    let value = snapshot.value(&account.id, now);
    account.serverless.snapshots.push(snapshot);
    value
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("namespaceName");
    let namespace = account.serverless.namespace(order.region, name)?.clone();
    must_have_workgroup(account, &namespace)?;
    account.serverless.idle_namespace(order.region, name)?;
    let days = retention(parameters.integer("retentionPeriod"), -1)?;
    let name = free_name(account, order.region, parameters.required("snapshotName"))?;
    Ok(json!({"snapshot": take(account, &namespace, name, days, order.now)}))
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let found = match (parameters.text("snapshotName"), parameters.text("snapshotArn")) {
        (Some(name), _) => named(account, order.region, name)?,
        (None, Some(arn)) => {
            by_arn(account, arn).ok_or_else(|| not_found(format!("Snapshot {arn} not found.")))?
        }
        // unconfirmed: the sentence.
        (None, None) => return Err(super::fault::validation("Specify either snapshotName or snapshotArn.")),
    };
    Ok(json!({"snapshot": found.value(&account.id, order.now)}))
}

pub fn by_arn<'a>(account: &'a Account, arn: &str) -> Option<&'a Snapshot> {
    account.serverless.snapshots.iter().find(|one| one.arn(&account.id) == arn)
}

/// The stretch of time that a listing asks for.
pub fn wanted(order: &Order<'_>, created: Instant) -> bool {
    let moment = |member: &str| {
        let given = order.parameters.get(member)?;
        let text = given.as_str().map(str::to_owned).unwrap_or_else(|| given.to_string());
        parse(&text).map(|seconds| seconds * 1_000_000)
    };
    moment("startTime").is_none_or(|from| created.0 >= from)
        && moment("endTime").is_none_or(|to| created.0 <= to)
}

pub fn list(account: &Account, order: &Order<'_>) -> Value {
    let parameters = order.parameters;
    let values: Vec<Value> = account
        .serverless
        .snapshots
        .iter()
        .filter(|one| one.region == order.region && wanted(order, one.created))
        .filter(|one| parameters.text("namespaceName").is_none_or(|name| one.namespace == name))
        .filter(|one| parameters.text("namespaceArn").is_none_or(|arn| one.namespace_arn == arn))
        .map(|one| one.value(&account.id, order.now))
        .collect();
    json!({"snapshots": values})
}

pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("snapshotName");
    let current = named(account, order.region, name)?;
    let days = retention(order.parameters.integer("retentionPeriod"), current.retention)?;
    if days >= 0 && current.created.0 + days * DAY <= order.now.0 {
        // unconfirmed: the sentence.
        return Err(super::fault::validation("The retention period specified is in the past."));
    }
    for one in &mut account.serverless.snapshots {
        if one.region == order.region && one.name == name {
            one.retention = days;
        }
    }
    Ok(json!({"snapshot": named(account, order.region, name)?.value(&account.id, order.now)}))
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("snapshotName");
    let gone = named(account, order.region, name)?.clone();
    if !gone.finished {
        // unconfirmed: the sentence.
        return Err(conflict(format!("Snapshot {name} is being created.")));
    }
    account.serverless.snapshots.retain(|one| one.region != gone.region || one.name != gone.name);
    account.sweep_vault();
    let mut value = gone.value(&account.id, order.now);
    value["status"] = json!("DELETED");
    Ok(json!({"snapshot": value}))
}
