//! One table back out of a snapshot or a recovery point.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{conflict, not_found, validation};
use super::{recovery_point, snapshot};
use crate::aws::redshift::snapshot::duration;
use crate::aws::table_copy::{self, TableCopy};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::warehouse::manifest::WarehouseId;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TableRestore {
    pub id: String,
    requested: Instant,
    pub done: Instant,
    /// `None` while it is on its way, then what went wrong, if anything did.
    pub outcome: Option<Result<(), String>>,
    warehouse: WarehouseId,
    namespace: String,
    workgroup: String,
    /// The member that names where it comes from, and the name.
    from: (String, String),
    contents: u64,
    pub table: TableCopy,
    bytes: u64,
}

/// It waits for so long before it begins (unconfirmed).
const WAIT: i64 = 10_000_000;

impl TableRestore {
    fn value(&self, now: Instant) -> Value {
        let table = &self.table;
        let span = (self.done.0 - self.requested.0).max(1);
        let passed = (now.0.min(self.done.0) - self.requested.0).max(0);
        let progress = (i128::from(self.bytes) * i128::from(passed) / i128::from(span)) as u64;
        let whole = if passed == 0 { 0 } else { self.bytes.div_ceil(1_048_576) };
        let mut value = json!({});
        if let Some(Err(message)) = &self.outcome {
            value["message"] = json!(message);
        }
        value["namespaceName"] = json!(self.namespace);
        value["newTableName"] = json!(table.new_name);
        value["progressInMegaBytes"] = json!(progress.div_ceil(1_048_576));
        let (member, name) = &self.from;
        if member == "recoveryPointId" {
            value[member] = json!(name);
        }
        value["requestTime"] = json!(iso(self.requested));
        if member == "snapshotName" {
            value[member] = json!(name);
        }
        value["sourceDatabaseName"] = json!(table.database);
        value["sourceSchemaName"] = json!(table.schema);
        value["sourceTableName"] = json!(table.name);
        value["status"] = json!(match self.outcome {
            None if now.0 < self.requested.0 + WAIT => "PENDING",
            None => "IN_PROGRESS",
            Some(Ok(())) => "SUCCEEDED",
            Some(Err(_)) => "FAILED",
        });
        value["tableRestoreRequestId"] = json!(self.id);
        value["targetDatabaseName"] = json!(table.to_database);
        value["targetSchemaName"] = json!(table.to_schema);
        value["totalDataInMegaBytes"] = json!(whole);
        value["workgroupName"] = json!(self.workgroup);
        value
    }
}

impl super::Serverless {
    /// What tables come from that are on their way.
    pub fn tables_on_their_way(&self) -> impl Iterator<Item = u64> {
        self.table_restores.iter().filter(|one| one.outcome.is_none()).map(|one| one.contents)
    }
}

pub fn restore(account: &mut Account, order: &Order<'_>, point: bool) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (member, contents, source) = if point {
        let found = recovery_point::named(account, order)?;
        ("recoveryPointId", found.contents, found.warehouse)
    } else {
        let found = snapshot::named(account, order.region, parameters.required("snapshotName"))?;
        if !found.finished {
            // unconfirmed: the sentence.
            return Err(conflict(format!("Snapshot {} is not available.", found.name)));
        }
        ("snapshotName", found.contents, found.warehouse)
    };
    let namespace = account.serverless.idle_namespace(order.region, parameters.required("namespaceName"))?;
    let workgroup = account.serverless.workgroup(order.region, parameters.required("workgroupName"))?;
    // unconfirmed: the sentences of the refusals that follow.
    if workgroup.namespace != namespace.name {
        return Err(conflict(format!(
            "Workgroup {} is not associated with namespace {}.",
            workgroup.name, namespace.name
        )));
    }
    if source != namespace.warehouse {
        return Err(validation("The snapshot is not of this namespace."));
    }
    let table = TableCopy::read(parameters, "sourceDatabaseName");
    let bytes = match account.vault.get(contents).map(|manifest| table_copy::look(manifest, &table)) {
        Some(Ok(bytes)) => bytes,
        Some(Err(table_copy::Refused::Interleaved)) => {
            return Err(validation("Tables with interleaved sort keys can not be restored."));
        }
        _ => {
            return Err(validation(
                "The value specified for the sourceDatabaseName, sourceSchemaName, or sourceTableName parameter, or a combination of these, doesn't exist in the snapshot.",
            ));
        }
    };
    let waiting = |one: &TableRestore| one.warehouse == source && one.outcome.is_none();
    if account.serverless.table_restores.iter().any(waiting) {
        return Err(conflict("Another table is being restored into the namespace. Try again later."));
    }
    let request = TableRestore {
        warehouse: namespace.warehouse,
        namespace: namespace.name.clone(),
        workgroup: workgroup.name.clone(),
        id: account.identifiers.uuid(),
        requested: order.now,
        done: Instant(order.now.0 + WAIT + duration(bytes)),
        outcome: None,
        from: (member.to_owned(), parameters.required(member).to_owned()),
        contents,
        table,
        bytes,
    };
    let value = request.value(order.now);
    account.serverless.table_restores.push(request);
    Ok(json!({"tableRestoreStatus": value}))
}

/// Puts the table there, when its time has come; its name, and whether it came.
pub fn finish(account: &mut Account, id: &str) -> Option<(String, bool)> {
    let request = account.serverless.table_restores.iter_mut().find(|one| one.id == id)?;
    let (from, to) = (account.vault.get(request.contents), account.holdings.get_mut(&request.warehouse));
    let outcome = match (from, to) {
        (Some(from), Some(to)) => table_copy::carry_out(from, to, &request.table),
        // unconfirmed: the sentence.
        _ => Err("The snapshot or the namespace is gone.".to_owned()),
    };
    let came = outcome.is_ok();
    request.outcome = Some(outcome);
    let name = request.table.new_name.clone();
    account.sweep_vault();
    Some((name, came))
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let id = order.parameters.required("tableRestoreRequestId");
    let found = account.serverless.table_restores.iter().find(|one| one.id == id);
    // unconfirmed: the sentence.
    let found = found.ok_or_else(|| not_found(format!("Table restore request {id} not found.")))?;
    Ok(json!({"tableRestoreStatus": found.value(order.now)}))
}

pub fn list(account: &Account, order: &Order<'_>) -> Value {
    let parameters = order.parameters;
    let values: Vec<Value> = account
        .serverless
        .table_restores
        .iter()
        .rev()
        .filter(|one| parameters.text("namespaceName").is_none_or(|name| one.namespace == name))
        .filter(|one| parameters.text("workgroupName").is_none_or(|name| one.workgroup == name))
        .map(|one| one.value(order.now))
        .collect();
    json!({"tableRestoreStatuses": values})
}
