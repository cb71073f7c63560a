//! RestoreFromClusterSnapshot: a new cluster that holds what a snapshot holds, users and grants included.

use serde_json::Value;

use super::cluster::Cluster;
use super::fault::{Code, RedshiftFault};
use super::snapshot;
use super::snapshot_call::unavailable;
use super::{lifecycle, node};
use crate::aws::{Account, Fault, Order, serverless};
use crate::json::json;

/// What a new cluster takes over: the vault's number, and the cluster or namespace as it was.
struct Source {
    contents: u64,
    bytes: u64,
    admin: String,
    database: String,
    was: Option<Cluster>,
}

pub fn restore(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let member = "ClusterIdentifier";
    let name = lifecycle::free_name(account, order, member, parameters.required(member))?;
    let source = source(account, order)?;
    let Some(manifest) = account.vault.get(source.contents).cloned() else {
        return Err(unavailable().into());
    };
    let mut identifiers = account.identifiers.clone();
    let mut cluster = Cluster::named(&name, order.region, order.now, &mut identifiers);
    if let Some(was) = &source.was {
        cluster.node_type.clone_from(&was.node_type);
        cluster.nodes = was.nodes;
        cluster.port = was.port;
        cluster.encrypted = was.encrypted;
        cluster.enhanced_routing = was.enhanced_routing;
        cluster.track.clone_from(&was.track);
        cluster.automated_retention = was.automated_retention;
        cluster.manual_retention = was.manual_retention;
    } else {
        cluster.node_type = "ra3.xlplus".to_owned();
    }
    if let Some(node_type) = parameters.text("NodeType") {
        node_type.clone_into(&mut cluster.node_type);
    }
    let number = parameters.integer("NumberOfNodes").unwrap_or_else(|| i64::from(cluster.nodes));
    cluster.nodes = node::count(None, Some(number), &cluster.node_type, false)?;
    if let Some(was) = &source.was
        && !node::is_managed(&was.node_type)
        && !node::is_managed(&cluster.node_type)
        && (was.node_type != cluster.node_type || was.nodes != cluster.nodes)
    {
        // unconfirmed: the sentence; the rule is the guide's.
        return Err(RedshiftFault::new(
            Code::UnsupportedOption,
            format!(
                "A snapshot of {} nodes of {} must be restored to a cluster of the same node type and size.",
                was.nodes, was.node_type
            ),
        )
        .into());
    }
    cluster.admin = source.admin;
    cluster.database = source.database;
    lifecycle::settings(account, order, &mut cluster)?;
    cluster.restored_from = Some(source.bytes.div_ceil(1_048_576));
    let from = order.parameters.text("SnapshotIdentifier").or(order.parameters.text("SnapshotArn"));
    cluster.restored_snapshot = from.map(str::to_owned);
    account.identifiers = identifiers;
    cluster.warehouse = account.open_warehouse(manifest);
    let value = cluster.value(account, order.now, &[]);
    account.redshift.add(cluster);
    Ok(json!({"Cluster": value}))
}

fn source(account: &Account, order: &Order<'_>) -> Result<Source, RedshiftFault> {
    let parameters = order.parameters;
    let (name, arn) = (parameters.text("SnapshotIdentifier"), parameters.text("SnapshotArn"));
    if let Some(found) = arn.and_then(|arn| serverless::snapshot::by_arn(account, arn)) {
        if !found.finished {
            return Err(unavailable());
        }
        return Ok(Source {
            contents: found.contents,
            bytes: found.bytes,
            admin: found.admin.clone(),
            database: found.database.clone(),
            was: None,
        });
    }
    let cluster = parameters.text("SnapshotClusterIdentifier");
    let found = match (name, arn) {
        (Some(name), None) => snapshot::find(account, order.region, name, cluster),
        (None, Some(arn)) => {
            let mut here = account.redshift.snapshots.iter().filter(|one| one.region == order.region);
            here.find(|one| one.arn(&account.id) == arn)
        }
        // unconfirmed: the sentence.
        _ => {
            return Err(RedshiftFault::new(
                Code::InvalidParameterCombination,
                "Specify either SnapshotIdentifier or SnapshotArn.",
            ));
        }
    };
    if parameters.text("OwnerAccount").is_some_and(|owner| owner != account.id) {
        // unconfirmed: the sentence. There is no other account here that could have shared one.
        return Err(RedshiftFault::new(
            Code::SnapshotAccessDenied,
            "The owner of the specified snapshot has not authorized your account to access the snapshot.",
        ));
    }
    let Some(found) = found else {
        return Err(RedshiftFault::no_snapshot(name.or(arn).unwrap_or_default()));
    };
    if !found.finished {
        return Err(unavailable());
    }
    Ok(Source {
        contents: found.contents,
        bytes: found.bytes,
        admin: found.was.admin.clone(),
        database: found.was.database.clone(),
        was: Some(found.was.clone()),
    })
}
