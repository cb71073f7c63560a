//! Other accounts that may restore a snapshot.

use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use super::snapshot::{self, Kind, Snapshot};
use super::snapshot_call::unavailable;
use crate::aws::{Account, Fault, Order};
use crate::json::json;

/// The snapshot that is named, by identifier or ARN.
fn named<'a>(account: &'a mut Account, order: &Order<'_>) -> Result<&'a mut Snapshot, RedshiftFault> {
    let parameters = order.parameters;
    let cluster = parameters.text("SnapshotClusterIdentifier");
    let (name, arn) = (parameters.text("SnapshotIdentifier"), parameters.text("SnapshotArn"));
    let serial = match (name, arn) {
        (Some(name), None) => snapshot::find(account, order.region, name, cluster).map(|one| one.serial),
        (None, Some(arn)) => {
            account.redshift.snapshots.iter().find(|one| one.arn(&account.id) == arn).map(|one| one.serial)
        }
        // unconfirmed: the sentence.
        _ => {
            return Err(RedshiftFault::new(
                Code::InvalidParameterCombination,
                "Specify either SnapshotIdentifier or SnapshotArn.",
            ));
        }
    };
    let found = account.redshift.snapshots.iter_mut().find(|one| Some(one.serial) == serial);
    found.ok_or_else(|| RedshiftFault::no_snapshot(name.or(arn).unwrap_or_default()))
}

pub fn authorize(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let other = order.parameters.required("AccountWithRestoreAccess");
    // `amazon-redshift-support` is the service's own.
    let valid = other.len() == 12 && other.bytes().all(|byte| byte.is_ascii_digit())
        || other == "amazon-redshift-support";
    // unconfirmed: the sentences.
    if !valid || other == account.id {
        return Err(RedshiftFault::value(format!("Invalid account id {other}")).into());
    }
    let found = named(account, order)?;
    if found.kind != Kind::Manual || !found.finished {
        return Err(unavailable().into());
    }
    if found.access.iter().any(|one| one == other) {
        let sentence =
            "The specified CIDR block or EC2 security group is already authorized for the specified cluster.";
        return Err(RedshiftFault::new(Code::AuthorizationExists, sentence).into());
    }
    if found.access.len() >= 20 {
        let sentence = "The authorization quota for the cluster security group has been reached.";
        return Err(RedshiftFault::new(Code::AuthorizationQuota, sentence).into());
    }
    found.access.push(other.to_owned());
    let found = found.clone();
    Ok(json!({"Snapshot": found.value(&account.id, order.now)}))
}

pub fn revoke(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let other = order.parameters.required("AccountWithRestoreAccess");
    let found = named(account, order)?;
    if !found.access.iter().any(|one| one == other) {
        // unconfirmed: the sentence.
        let sentence = format!("The account {other} is not authorized to restore the snapshot.");
        return Err(RedshiftFault::new(Code::AuthorizationNotFound, sentence).into());
    }
    found.access.retain(|one| one != other);
    let found = found.clone();
    Ok(json!({"Snapshot": found.value(&account.id, order.now)}))
}
