//! DescribeResize and CancelResize: how far the last resize is, and back to the nodes of before.

use serde_json::Value;

use super::cluster::Cluster;
use super::fault::{Code, RedshiftFault};
use super::snapshot;
use super::status::Status;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// # Errors
/// unconfirmed: the sentence.
fn found<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a Cluster, RedshiftFault> {
    let name = order.parameters.required("ClusterIdentifier");
    let cluster = account.redshift.cluster(order.region, name);
    let cluster = cluster.ok_or_else(|| RedshiftFault::no_cluster(name))?;
    if cluster.pending_nodes.is_none() && cluster.resized.is_none() {
        let sentence = format!("A resize operation for cluster {name} is not found.");
        return Err(RedshiftFault::new(Code::ResizeNotFound, sentence));
    }
    Ok(cluster)
}

fn value(account: &Account, cluster: &Cluster, now: Instant) -> Value {
    let (node_type, nodes) =
        cluster.pending_nodes.clone().unwrap_or((cluster.node_type.clone(), cluster.nodes));
    let held = account.holdings.get(&cluster.warehouse);
    let total = held.map_or(0, |manifest| snapshot::sizes(manifest, None).0.div_ceil(1_048_576));
    let running = |status: Status, until: Instant| {
        let span = status.lasts().unwrap_or(0).max(1);
        let passed = (span - (until.0 - now.0)).clamp(0, span);
        (passed, span)
    };
    let elastic = Status::ElasticResizing.lasts().unwrap_or(1);
    let (status, (passed, span)) = match (cluster.status, cluster.until) {
        (Status::CancellingResize, _) => ("CANCELLING", (0, 1)),
        (Status::PreparingResize, _) => ("IN_PROGRESS", (0, elastic)),
        (Status::CleaningUpResize, _) => ("IN_PROGRESS", (elastic, elastic)),
        (status @ (Status::ElasticResizing | Status::ClassicResizing), Some(until)) => {
            ("IN_PROGRESS", running(status, until))
        }
        _ => ("SUCCEEDED", (1, 1)),
    };
    let mut value = json!({
        "TargetNodeType": node_type,
        "TargetNumberOfNodes": nodes,
        "TargetClusterType": if nodes > 1 { "multi-node" } else { "single-node" },
        "Status": status,
    });
    if status == "IN_PROGRESS" {
        let done = (total as i128 * i128::from(passed) / i128::from(span)) as u64;
        value["TotalResizeDataInMegaBytes"] = json!(total);
        value["ProgressInMegaBytes"] = json!(done);
        value["ElapsedTimeInSeconds"] = json!(passed / 1_000_000);
        value["EstimatedTimeToCompletionInSeconds"] = json!((span - passed) / 1_000_000);
        let classic = cluster.status == Status::ClassicResizing;
        value["ResizeType"] = json!(if classic { "ClassicResize" } else { "ElasticResize" });
        value["TargetEncryptionType"] = json!(if cluster.encrypted { "KMS" } else { "NONE" });
        value["DataTransferProgressPercent"] = json!(100.0 * passed as f64 / span as f64);
    }
    value
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    Ok(value(account, found(account, order)?, order.now))
}

/// A classic resize to other nodes than RA3 can be cancelled; the cluster stays what it was.
///
/// # Errors
/// unconfirmed: the sentence and its code.
pub fn cancel(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let cluster = found(account, order)?;
    let to_managed = |nodes: &(String, u32)| super::node::is_managed(&nodes.0);
    if cluster.status != Status::ClassicResizing || cluster.pending_nodes.as_ref().is_none_or(to_managed) {
        let sentence = "There is no resize operation on the Cluster that can be cancelled.";
        return Err(RedshiftFault::new(Code::InvalidClusterState, sentence).into());
    }
    let name = order.parameters.required("ClusterIdentifier");
    let cluster = account.redshift.cluster_mut(order.region, name)?;
    cluster.turn(Status::CancellingResize, order.now);
    let cluster = cluster.clone();
    Ok(value(account, &cluster, order.now))
}
