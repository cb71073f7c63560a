//! Other nodes, or more of them: elastic in minutes, classic in hours (Management Guide, "Resizing clusters").

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use super::node;
use super::snapshot::{self, Kind};
use super::status::Status;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// A resize that is over: tables of older snapshots cannot be restored one by one any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resized {
    pub at: Instant,
    /// Elastic and of the same kind of node: older snapshots still do.
    pub in_place: bool,
}

pub fn resize(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    begin(account, order, order.parameters.flag("Classic"))
}

/// # Errors
/// unconfirmed: the sentences; the rules are the guide's.
pub fn begin(account: &mut Account, order: &Order<'_>, classic: bool) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ClusterIdentifier");
    let cluster = account.redshift.idle(order.region, name)?;
    let (old_type, old, warehouse) = (cluster.node_type.clone(), cluster.nodes, cluster.warehouse);
    let node_type = parameters.text("NodeType").unwrap_or(&old_type).to_owned();
    let number = parameters.integer("NumberOfNodes").or((old > 1).then_some(i64::from(old)));
    let nodes = node::count(parameters.text("ClusterType"), number, &node_type, !classic)?;
    let unsupported = |sentence: String| RedshiftFault::new(Code::UnsupportedOption, sentence);
    if node_type == old_type && nodes == old {
        return Err(
            RedshiftFault::value("The cluster has this node type and number of nodes already.").into()
        );
    }
    if !classic {
        if nodes == 1 || old == 1 {
            return Err(unsupported(
                "Elastic resize is not supported from or to a single-node cluster. Use classic resize."
                    .to_owned(),
            )
            .into());
        }
        let large = matches!(node_type.as_str(), "ra3.4xlarge" | "ra3.16xlarge");
        let most = if large { old * 4 } else { old * 2 };
        let least = old.div_ceil(if node::is_managed(&node_type) { 4 } else { 2 }).max(2);
        if node_type == old_type && !(least..=most).contains(&nodes) {
            return Err(unsupported(format!(
                "Elastic resize of {old} nodes of {node_type} is possible to between {least} and {most} nodes."
            ))
            .into());
        }
    }
    snapshot::take(account, warehouse, Kind::Automated, None, order.now);
    let cluster = account.redshift.cluster_mut(order.region, name)?;
    cluster.pending_nodes = Some((node_type, nodes));
    if classic {
        // The cluster is restarted and then reads only.
        cluster.cuts += 1;
    }
    cluster.turn(if classic { Status::ClassicResizing } else { Status::PreparingResize }, order.now);
    let cluster = cluster.clone();
    Ok(json!({"Cluster": cluster.value(account, order.now, &[])}))
}
