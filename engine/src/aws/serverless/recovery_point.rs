//! Recovery points: made by themselves every half hour, gone after a day.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{not_found, retention};
use super::namespace::{Namespace, must_have_workgroup};
use super::snapshot;
use crate::aws::redshift::snapshot::{megabytes, sizes};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::warehouse::manifest::WarehouseId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryPoint {
    pub id: String,
    region: String,
    pub namespace: String,
    namespace_arn: String,
    pub workgroup: String,
    pub warehouse: WarehouseId,
    pub created: Instant,
    /// Under which number the vault keeps what it holds.
    pub contents: u64,
    bytes: u64,
}

/// Half an hour.
pub const EVERY: i64 = 30 * 60_000_000;
/// A day.
pub const KEPT: i64 = 24 * 3_600_000_000;

impl RecoveryPoint {
    fn value(&self) -> Value {
        json!({
            "namespaceArn": self.namespace_arn,
            "namespaceName": self.namespace,
            "recoveryPointCreateTime": iso(self.created),
            "recoveryPointId": self.id,
            "totalSizeInMegaBytes": megabytes(self.bytes as f64),
            "workgroupName": self.workgroup,
        })
    }
}

/// Makes one of what the namespace holds now.
pub fn take(account: &mut Account, of: &Namespace, workgroup: String, now: Instant) {
    let Some(manifest) = account.holdings.get(&of.warehouse) else { return };
    let contents = account.vault.keep(of.warehouse, manifest);
    let before = account.serverless.points.iter().rev().find(|one| one.contents == contents);
    let bytes = match (before, account.vault.get(contents)) {
        (Some(same), _) => same.bytes,
        (None, held) => held.map_or(0, |manifest| sizes(manifest, None).0),
    };
    let point = RecoveryPoint {
        id: account.identifiers.uuid(),
        region: of.region.clone(),
        namespace: of.name.clone(),
        namespace_arn: of.arn(&account.id),
        workgroup,
        warehouse: of.warehouse,
        created: now,
        contents,
        bytes,
    };
    account.serverless.points.push(point);
}

pub fn list(account: &Account, order: &Order<'_>) -> Value {
    let parameters = order.parameters;
    let values: Vec<Value> = account
        .serverless
        .points
        .iter()
        .filter(|one| one.region == order.region && snapshot::wanted(order, one.created))
        .filter(|one| parameters.text("namespaceName").is_none_or(|name| one.namespace == name))
        .filter(|one| parameters.text("namespaceArn").is_none_or(|arn| one.namespace_arn == arn))
        .map(RecoveryPoint::value)
        .collect();
    json!({"recoveryPoints": values})
}

pub fn named<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a RecoveryPoint, Fault> {
    let id = order.parameters.required("recoveryPointId");
    let found = account.serverless.points.iter().find(|one| one.region == order.region && one.id == id);
    // unconfirmed: the sentence.
    found.ok_or_else(|| not_found(format!("Recovery point {id} not found.")))
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    Ok(json!({"recoveryPoint": named(account, order)?.value()}))
}

/// ConvertRecoveryPointToSnapshot: what would be gone tomorrow is kept.
pub fn convert(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let point = named(account, order)?.clone();
    let namespace = account.serverless.idle_namespace(order.region, &point.namespace)?.clone();
    must_have_workgroup(account, &namespace)?;
    let days = retention(parameters.integer("retentionPeriod"), -1)?;
    let name = snapshot::free_name(account, order.region, parameters.required("snapshotName"))?;
    let value = snapshot::put(account, &namespace, name, point.contents, (days, order.now), order.now);
    Ok(json!({"snapshot": value}))
}
