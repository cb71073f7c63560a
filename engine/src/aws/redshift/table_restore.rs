//! RestoreTableFromClusterSnapshot: one table back out of a snapshot, beside what is there now.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use super::snapshot_call::unavailable;
use super::{snapshot, status::Status};
use crate::aws::table_copy::{self, TableCopy};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::warehouse::manifest::WarehouseId;

/// A request, on its way or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRestore {
    pub id: String,
    pub requested: Instant,
    pub done: Instant,
    pub outcome: Outcome,
    pub warehouse: WarehouseId,
    cluster: String,
    snapshot: String,
    contents: u64,
    pub table: TableCopy,
    bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Waiting,
    Succeeded,
    Failed(String),
}

/// It waits for so long before it begins (unconfirmed).
const WAIT: i64 = 10_000_000;

impl TableRestore {
    /// What it comes from, while it is on its way.
    pub fn waits_for(&self) -> Option<u64> {
        (self.outcome == Outcome::Waiting).then_some(self.contents)
    }

    fn value(&self, now: Instant) -> Value {
        let mut value = json!({
            "TableRestoreRequestId": self.id,
            "Status": match &self.outcome {
                Outcome::Waiting if now.0 < self.requested.0 + WAIT => "PENDING",
                Outcome::Waiting => "IN_PROGRESS",
                Outcome::Succeeded => "SUCCEEDED",
                Outcome::Failed(_) => "FAILED",
            },
        });
        if let Outcome::Failed(message) = &self.outcome {
            value["Message"] = json!(message);
        }
        value["RequestTime"] = json!(iso(self.requested));
        if now.0 > self.requested.0 {
            let span = (self.done.0 - self.requested.0).max(1);
            let passed = (now.0.min(self.done.0) - self.requested.0).max(0);
            let bytes = (self.bytes as i128 * i128::from(passed) / i128::from(span)) as u64;
            value["ProgressInMegaBytes"] = json!(bytes.div_ceil(1_048_576));
            value["TotalDataInMegaBytes"] = json!(self.bytes.div_ceil(1_048_576));
        }
        value["ClusterIdentifier"] = json!(self.cluster);
        value["SnapshotIdentifier"] = json!(self.snapshot);
        let table = &self.table;
        for (member, text) in [
            ("SourceDatabaseName", &table.database),
            ("SourceSchemaName", &table.schema),
            ("SourceTableName", &table.name),
            ("TargetDatabaseName", &table.to_database),
            ("TargetSchemaName", &table.to_schema),
            ("NewTableName", &table.new_name),
        ] {
            value[member] = json!(text);
        }
        value
    }
}

pub fn restore(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (name, from) = (parameters.required("ClusterIdentifier"), parameters.required("SnapshotIdentifier"));
    let Some(cluster) = account.redshift.cluster(order.region, name) else {
        return Err(RedshiftFault::no_cluster(name).into());
    };
    if cluster.status != Status::Available {
        let sentence = "The specified cluster is not in the available state.";
        return Err(RedshiftFault::new(Code::InvalidClusterState, sentence).into());
    }
    let Some(found) = snapshot::find(account, order.region, from, None) else {
        return Err(RedshiftFault::no_snapshot(from).into());
    };
    if !found.finished {
        return Err(unavailable().into());
    }
    let unsupported = |sentence: &str| RedshiftFault::new(Code::UnsupportedOperation, sentence);
    // unconfirmed: the sentences of the rules that follow, and which code they have.
    if found.warehouse != cluster.warehouse {
        return Err(unsupported(
            "The snapshot is not of this cluster. A table is restored from the cluster's own snapshots.",
        )
        .into());
    }
    if cluster.resized.is_some_and(|resized| !resized.in_place && found.created < resized.at) {
        return Err(unsupported("The snapshot was taken before the cluster was resized.").into());
    }
    let table = TableCopy::read(parameters, "SourceDatabaseName");
    let (contents, warehouse) = (found.contents, cluster.warehouse);
    let bytes = match account.vault.get(contents).map(|manifest| table_copy::look(manifest, &table)) {
        Some(Ok(bytes)) => bytes,
        Some(Err(table_copy::Refused::Missing)) | None => {
            return Err(RedshiftFault::new(
                Code::InvalidTableRestore,
                "The value specified for the sourceDatabaseName, sourceSchemaName, or sourceTableName parameter, or a combination of these, doesn't exist in the snapshot.",
            )
            .into());
        }
        Some(Err(table_copy::Refused::Interleaved)) => {
            return Err(unsupported("Tables with interleaved sort keys can not be restored.").into());
        }
    };
    let running = |one: &&TableRestore| one.warehouse == warehouse && one.outcome == Outcome::Waiting;
    // unconfirmed: that one waits for no other; the guide says one table at a time.
    if account.redshift.table_restores.iter().any(|one| running(&one)) {
        return Err(RedshiftFault::new(
            Code::TableRestoreQuota,
            "You have exceeded the allowed number of table restore requests. Wait for your current table restore requests to complete before making a new request.",
        )
        .into());
    }
    let request = TableRestore {
        id: account.identifiers.uuid(),
        requested: order.now,
        done: Instant(order.now.0 + WAIT + snapshot::duration(bytes)),
        outcome: Outcome::Waiting,
        warehouse,
        cluster: name.to_owned(),
        snapshot: from.to_owned(),
        contents,
        table,
        bytes,
    };
    let value = request.value(order.now);
    account.redshift.table_restores.push(request);
    Ok(json!({"TableRestoreStatus": value}))
}

/// Puts the table there, when its time has come.
pub fn finish(account: &mut Account, id: &str) {
    let Some(request) = account.redshift.table_restores.iter_mut().find(|one| one.id == id) else { return };
    let (from, to) = (account.vault.get(request.contents), account.holdings.get_mut(&request.warehouse));
    request.outcome = match (from, to) {
        (Some(from), Some(to)) => match table_copy::carry_out(from, to, &request.table) {
            Ok(()) => Outcome::Succeeded,
            Err(message) => Outcome::Failed(message),
        },
        // unconfirmed: the sentence.
        _ => Outcome::Failed("The snapshot or the cluster is gone.".to_owned()),
    };
    account.sweep_vault();
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (cluster, id) = (parameters.text("ClusterIdentifier"), parameters.text("TableRestoreRequestId"));
    if let Some(name) = cluster
        && account.redshift.cluster(order.region, name).is_none()
    {
        return Err(RedshiftFault::no_cluster(name).into());
    }
    let all = account.redshift.table_restores.iter().rev();
    let wanted = |one: &&TableRestore| {
        cluster.is_none_or(|name| one.cluster == name) && id.is_none_or(|id| one.id == id)
    };
    let found: Vec<Value> = all.filter(wanted).map(|one| one.value(order.now)).collect();
    if let (Some(id), true) = (id, found.is_empty()) {
        // unconfirmed: the sentence.
        return Err(RedshiftFault::new(
            Code::TableRestoreNotFound,
            format!("Table restore request {id} not found."),
        )
        .into());
    }
    Ok(json!({"TableRestoreStatusDetails": found}))
}
