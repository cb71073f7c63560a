//! What a provisioned cluster's nodes can be (fact sheet, section 1.5).

use serde::{Deserialize, Serialize};

/// The node types that could be had in 2023.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NodeType {
    Dc2Large,
    Dc28xlarge,
    Ra3Large,
    Ra3Xlplus,
    Ra34xlarge,
    Ra316xlarge,
    Ds2Xlarge,
    Ds28xlarge,
}

/// Names, and the storage of one node in bytes: disks of its own, or the most it manages elsewhere (RA3).
const TYPES: [(NodeType, &str, u64); 8] = [
    (NodeType::Dc2Large, "dc2.large", 160_000_000_000),
    (NodeType::Dc28xlarge, "dc2.8xlarge", 2_560_000_000_000),
    (NodeType::Ra3Large, "ra3.large", 8_000_000_000_000),
    (NodeType::Ra3Xlplus, "ra3.xlplus", 32_000_000_000_000),
    (NodeType::Ra34xlarge, "ra3.4xlarge", 128_000_000_000_000),
    (NodeType::Ra316xlarge, "ra3.16xlarge", 128_000_000_000_000),
    (NodeType::Ds2Xlarge, "ds2.xlarge", 2_000_000_000_000),
    (NodeType::Ds28xlarge, "ds2.8xlarge", 16_000_000_000_000),
];

impl NodeType {
    pub fn parse(name: &str) -> Option<Self> {
        TYPES.iter().find(|(_, known, _)| *known == name).map(|(found, ..)| *found)
    }

    fn line(self) -> &'static (NodeType, &'static str, u64) {
        &TYPES[self as usize]
    }

    pub fn name(self) -> &'static str {
        self.line().1
    }

    pub fn storage(self) -> u64 {
        self.line().2
    }

    /// Data lies in managed storage, billed for what is stored, and not on the node's own disks.
    pub fn managed(self) -> bool {
        matches!(
            self,
            NodeType::Ra3Large | NodeType::Ra3Xlplus | NodeType::Ra34xlarge | NodeType::Ra316xlarge
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_at_its_place() {
        for (at, (node, name, _)) in TYPES.into_iter().enumerate() {
            assert_eq!((node as usize, node.name(), NodeType::parse(name)), (at, name, Some(node)));
        }
    }
}
