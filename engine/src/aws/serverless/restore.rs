//! A namespace put back: everything in it gives way to what a recovery point or a snapshot holds.

use serde_json::Value;

use super::fault::{conflict, not_found, validation};
use super::namespace::{RESTORE, Status};
use super::{recovery_point, snapshot};
use crate::aws::{Account, Fault, Order};
use crate::json::json;

/// Begins it; what comes is there when the namespace is available again.
fn begin(account: &mut Account, order: &Order<'_>, incoming: (u64, String, String)) -> Result<Value, Fault> {
    let (name, group) =
        (order.parameters.required("namespaceName"), order.parameters.required("workgroupName"));
    let namespace = account.serverless.idle_namespace(order.region, name)?;
    let workgroup = account.serverless.workgroup(order.region, group)?;
    if workgroup.namespace != namespace.name {
        // unconfirmed: the sentence.
        return Err(conflict(format!("Workgroup {group} is not associated with namespace {name}.")));
    }
    if !workgroup.status.answers() {
        return Err(super::namespace::busy());
    }
    let found = account.serverless.namespace_mut(order.region, name)?;
    found.incoming = Some(incoming);
    found.cuts += 1;
    found.turn(Status::Restoring, RESTORE, order.now);
    Ok(account.serverless.namespace(order.region, name)?.value(account))
}

pub fn from_point(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let point = recovery_point::named(account, order)?;
    let (id, contents) = (point.id.clone(), point.contents);
    let own = account.serverless.namespaces.iter().find(|one| one.warehouse == point.warehouse);
    let Some(own) = own else {
        return Err(not_found(format!("Serverless namespace {} not found.", point.namespace)));
    };
    let incoming = (contents, own.admin.clone(), own.database.clone());
    let namespace = begin(account, order, incoming)?;
    Ok(json!({"namespace": namespace, "recoveryPointId": id}))
}

/// From a snapshot of a namespace, or of a cluster, which is named by its ARN.
pub fn from_snapshot(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (name, incoming) = match (parameters.text("snapshotName"), parameters.text("snapshotArn")) {
        (Some(name), None) => {
            let found = snapshot::named(account, order.region, name)?;
            (name.to_owned(), ready(found)?)
        }
        (None, Some(arn)) => {
            let cluster = account.redshift.snapshots.iter().find(|one| one.arn(&account.id) == arn);
            match (snapshot::by_arn(account, arn), cluster) {
                (Some(found), _) => (found.name.clone(), ready(found)?),
                (None, Some(found)) if found.finished => {
                    let was = &found.was;
                    (found.identifier.clone(), (found.contents, was.admin.clone(), was.database.clone()))
                }
                // unconfirmed: both sentences.
                (None, Some(_)) => return Err(conflict(format!("Snapshot {arn} is not available."))),
                (None, None) => return Err(not_found(format!("Snapshot {arn} not found."))),
            }
        }
        // unconfirmed: the sentence.
        _ => return Err(validation("Specify either snapshotName or snapshotArn.")),
    };
    let namespace = begin(account, order, incoming)?;
    Ok(json!({"namespace": namespace, "ownerAccount": account.id, "snapshotName": name}))
}

fn ready(found: &snapshot::Snapshot) -> Result<(u64, String, String), Fault> {
    if found.finished {
        return Ok((found.contents, found.admin.clone(), found.database.clone()));
    }
    // unconfirmed: the sentence.
    Err(conflict(format!("Snapshot {} is not available.", found.name)))
}
