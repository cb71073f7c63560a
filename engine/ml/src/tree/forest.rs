//! Grown trees: what they answer, and what they found important.

use serde::{Deserialize, Serialize};

use super::loss::Loss;

/// Values below the threshold go to `child`, the others to the node behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub feature: u32,
    pub threshold: f64,
    pub missing_left: bool,
    /// 0: a leaf.
    pub child: u32,
    /// Of a leaf, with the learning rate in it.
    pub value: f64,
    pub gain: f64,
    /// The sum of bends of the rows it was grown on.
    pub cover: f64,
}

impl Node {
    pub(super) fn leaf(value: f64, cover: f64) -> Self {
        Node { feature: 0, threshold: 0.0, missing_left: false, child: 0, value, gain: 0.0, cover }
    }

    pub(super) fn next(&self, row: &[f64]) -> u32 {
        let value = row[self.feature as usize];
        let left = if value.is_nan() { self.missing_left } else { value < self.threshold };
        self.child + u32::from(!left)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    pub nodes: Vec<Node>,
}

impl Tree {
    pub fn value(&self, row: &[f64]) -> f64 {
        let mut node = &self.nodes[0];
        while node.child != 0 {
            node = &self.nodes[node.next(row) as usize];
        }
        node.value
    }
}

/// Trees in order of rounds, and of outputs within a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    pub loss: Loss,
    pub base: f64,
    pub outputs: u32,
    pub trees: Vec<Tree>,
}

impl Forest {
    /// Scores before they become probabilities.
    pub fn scores(&self, row: &[f64], out: &mut [f64]) {
        out.fill(self.base);
        for trees in self.trees.chunks_exact(out.len().max(1)) {
            for (score, tree) in out.iter_mut().zip(trees) {
                *score += tree.value(row);
            }
        }
    }

    /// By feature: how often it splits, and the gain it brought in all.
    pub fn importance(&self, features: usize) -> Vec<(u32, f64)> {
        let mut found = vec![(0, 0.0); features];
        for node in self.trees.iter().flat_map(|tree| &tree.nodes).filter(|node| node.child != 0) {
            let (splits, gain) = &mut found[node.feature as usize];
            *splits += 1;
            *gain += node.gain;
        }
        found
    }
}
