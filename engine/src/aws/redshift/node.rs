//! How many nodes of each kind make a cluster, and what they store together (facts of spring 2023).

use super::fault::{Code, RedshiftFault};
use super::node_type::NodeType;

/// Least and most nodes at creation.
const NODES: [(NodeType, u32, u32); 7] = [
    (NodeType::Dc2Large, 1, 32),
    (NodeType::Dc28xlarge, 2, 128),
    (NodeType::Ra3Xlplus, 1, 16),
    (NodeType::Ra34xlarge, 2, 32),
    (NodeType::Ra316xlarge, 2, 128),
    (NodeType::Ds2Xlarge, 1, 32),
    (NodeType::Ds28xlarge, 2, 128),
];

/// Whether its storage is managed apart from its nodes (RA3).
pub fn is_managed(node_type: &str) -> bool {
    NodeType::parse(node_type).is_some_and(NodeType::managed)
}

/// Megabytes that `nodes` of them hold.
pub fn storage_of(node_type: &str, nodes: u32) -> u64 {
    let each = match (NodeType::parse(node_type), nodes) {
        (Some(NodeType::Ra3Xlplus), 1) => 4_000_000,
        (known, _) => known.map_or(0, |known| known.storage() / 1_000_000),
    };
    each * u64::from(nodes)
}

/// How many nodes `ClusterType` and `NumberOfNodes` mean.
///
/// # Errors
/// A kind or a number that there is not. Two of the sentences are AWS's, the others are unconfirmed.
pub fn count(
    cluster_type: Option<&str>,
    given: Option<i64>,
    node_type: &str,
    elastic: bool,
) -> Result<u32, RedshiftFault> {
    let known = NodeType::parse(node_type);
    let Some(&(_, least, most)) = NODES.iter().find(|(each, ..)| Some(*each) == known) else {
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
    // An elastic resize makes clusters that nobody may create.
    let grows = elastic && matches!(known, Some(NodeType::Ra3Xlplus | NodeType::Ra34xlarge));
    let most = if grows { most * 2 } else { most };
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
