//! Kinds of nodes: how many make a cluster and what they store (facts of spring 2023).

use super::fault::{Code, RedshiftFault};

/// Name, least and most nodes at creation, gigabytes of a node, managed storage.
type Row = (&'static str, u32, u32, u64, bool);

const NODES: [Row; 7] = [
    ("dc2.large", 1, 32, 160, false),
    ("dc2.8xlarge", 2, 128, 2_560, false),
    ("ra3.xlplus", 1, 16, 32_000, true),
    ("ra3.4xlarge", 2, 32, 128_000, true),
    ("ra3.16xlarge", 2, 128, 128_000, true),
    ("ds2.xlarge", 1, 32, 2_000, false),
    ("ds2.8xlarge", 2, 128, 16_000, false),
];

fn row(node_type: &str) -> Option<&'static Row> {
    NODES.iter().find(|row| row.0 == node_type)
}

/// Whether its storage is managed apart from its nodes (RA3).
pub fn is_managed(node_type: &str) -> bool {
    row(node_type).is_some_and(|row| row.4)
}

/// Megabytes that `nodes` of them hold.
pub fn storage_of(node_type: &str, nodes: u32) -> u64 {
    let each = match (node_type, nodes) {
        ("ra3.xlplus", 1) => 4_000,
        _ => row(node_type).map_or(0, |row| row.3),
    };
    each * 1_000 * u64::from(nodes)
}

/// How many nodes `ClusterType` and `NumberOfNodes` mean.
///
/// # Errors
/// A kind or a number that there is not. Two of the sentences are AWS's, the others are unconfirmed.
pub fn count(cluster_type: Option<&str>, given: Option<i64>, node_type: &str) -> Result<u32, RedshiftFault> {
    let Some(&(_, least, most, ..)) = row(node_type) else {
        return Err(RedshiftFault::value(format!("Invalid node type: {node_type}")));
    };
    let nodes = match (cluster_type, given) {
        (Some("single-node"), None | Some(1)) | (None, None) => 1,
        (Some("single-node"), Some(_)) => {
            return Err(RedshiftFault::new(
                Code::InvalidParameterCombination,
                "Number of nodes for cluster type single-node must be 1",
            ));
        }
        (None, Some(nodes)) if nodes >= 1 => nodes,
        (Some("multi-node"), Some(nodes)) if nodes >= 2 => nodes,
        (Some("multi-node") | None, _) => {
            return Err(RedshiftFault::new(
                Code::InvalidParameterCombination,
                "Number of nodes for cluster type multi-node must be greater than or equal to 2",
            ));
        }
        (Some(_), _) => {
            return Err(RedshiftFault::value(
                "Invalid cluster type. Cluster type can be one of multi-node or single-node",
            ));
        }
    };
    let nodes = u32::try_from(nodes).unwrap_or(u32::MAX);
    if nodes < least {
        return Err(RedshiftFault::value(format!(
            "The node type {node_type} needs at least {least} nodes in a cluster."
        )));
    }
    if nodes > most {
        return Err(RedshiftFault::new(
            Code::NodesPerClusterLimit,
            format!(
                "The number of nodes requested exceeds the limit of {most} for the node type {node_type}."
            ),
        ));
    }
    Ok(nodes)
}
