//! Copies of a cluster's snapshots in another region, with a retention of their own.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use super::identifier;
use super::snapshot::{self, Kind, Snapshot};
use crate::aws::meter::{Of, Usage};
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// Where a cluster's snapshots go, and for how many days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyRule {
    pub region: String,
    pub automated: i64,
    pub manual: i64,
}

/// Regions of the standard partition that take copies.
pub const REGIONS: &str = "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-west-1 eu-west-2 eu-west-3 \
eu-central-1 eu-north-1 eu-south-1 me-south-1 af-south-1 ap-east-1 ap-south-1 ap-northeast-1 ap-northeast-2 \
ap-northeast-3 ap-southeast-1 ap-southeast-2 ap-southeast-3";

impl CopyRule {
    pub fn value(&self) -> Value {
        json!({
            "DestinationRegion": self.region,
            "RetentionPeriod": self.automated,
            "ManualSnapshotRetentionPeriod": self.manual,
        })
    }
}

fn automated(days: i64) -> Result<i64, RedshiftFault> {
    if (1..=35).contains(&days) { Ok(days) } else { Err(RedshiftFault::retention()) }
}

fn answer(account: &Account, order: &Order<'_>, name: &str) -> Result<Value, Fault> {
    let found = account.redshift.cluster(order.region, name);
    let cluster = found.ok_or_else(|| RedshiftFault::no_cluster(name))?;
    Ok(json!({"Cluster": cluster.value(account, order.now, &[])}))
}

pub fn enable(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ClusterIdentifier");
    let cluster = account.redshift.idle(order.region, name)?;
    let region = parameters.required("DestinationRegion");
    if region == order.region {
        return Err(RedshiftFault::value(format!("Invalid region {region}")).into());
    }
    if !REGIONS.split(' ').any(|known| known == region) {
        // unconfirmed: the sentence.
        return Err(RedshiftFault::new(Code::UnknownCopyRegion, format!("Invalid region {region}")).into());
    }
    if cluster.copy.is_some() {
        let sentence = format!("Snapshot Copy is already enabled on Cluster {name}.");
        return Err(RedshiftFault::new(Code::CopyEnabled, sentence).into());
    }
    let rule = CopyRule {
        region: region.to_owned(),
        automated: automated(parameters.integer("RetentionPeriod").unwrap_or(7))?,
        manual: identifier::manual_retention(parameters.integer("ManualSnapshotRetentionPeriod"), -1)?,
    };
    account.redshift.cluster_mut(order.region, name)?.copy = Some(rule);
    answer(account, order, name)
}

/// Copies that are there already go as their days are over.
pub fn disable(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("ClusterIdentifier");
    if account.redshift.idle(order.region, name)?.copy.is_none() {
        let sentence = format!("Snapshot Copy is already disabled on Cluster {name}.");
        return Err(RedshiftFault::new(Code::CopyAlreadyDisabled, sentence).into());
    }
    account.redshift.cluster_mut(order.region, name)?.copy = None;
    answer(account, order, name)
}

pub fn modify_retention(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ClusterIdentifier");
    let days = parameters.integer("RetentionPeriod").unwrap_or(0);
    let manual = parameters.flag("Manual");
    let cluster = account.redshift.cluster_mut(order.region, name)?;
    let warehouse = cluster.warehouse;
    let Some(rule) = &mut cluster.copy else {
        let sentence =
            format!("Cannot modify retention period because snapshot copy is disabled on Cluster {name}.");
        return Err(RedshiftFault::new(Code::CopyDisabled, sentence).into());
    };
    if manual {
        // New copies only (API reference).
        rule.manual = identifier::manual_retention(Some(days), -1)?;
    } else {
        rule.automated = automated(days)?;
        for one in &mut account.redshift.snapshots {
            if one.warehouse == warehouse && one.copied.is_some() && one.kind == Kind::Automated {
                one.retention = days;
            }
        }
    }
    answer(account, order, name)
}

/// Sends a finished snapshot on its way to the other region, if its cluster wants that.
pub fn send(account: &mut Account, of: &Snapshot, now: Instant) {
    let redshift = &mut account.redshift;
    let rule =
        redshift.clusters.iter().find(|one| one.warehouse == of.warehouse).and_then(|one| one.copy.clone());
    let Some(rule) = rule.filter(|_| of.copied.is_none()) else { return };
    redshift.serial += 1;
    let earlier = redshift
        .snapshots
        .iter()
        .rev()
        .find(|one| one.warehouse == of.warehouse && one.copied.is_some() && one.region == rule.region);
    let held = |number: u64| account.vault.get(number).map(|manifest| &**manifest);
    let added = match held(of.contents) {
        Some(manifest) => snapshot::sizes(manifest, earlier.and_then(|one| held(one.contents))).1,
        None => 0,
    };
    let usage = Of { usage: Usage::SnapshotCopy, region: &of.region, resource: &of.cluster };
    account.meter.add(usage, added.into(), now);
    let copy = Snapshot {
        serial: redshift.serial,
        identifier: format!("copy:{}", of.identifier),
        region: rule.region.clone(),
        ready: Instant(now.0 + snapshot::duration(added)),
        finished: false,
        copied: Some(of.region.clone()),
        added,
        retention: if of.kind == Kind::Automated { rule.automated } else { rule.manual },
        retention_start: now,
        access: Vec::new(),
        ..of.clone()
    };
    redshift.snapshots.push(copy);
}
