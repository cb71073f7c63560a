//! One tree, grown node by node.
//!
//! Rows of a node lie together; a split parts them in place. Rows that only watch (not drawn for this tree, or kept
//! for validation) are parted along, so that every row ends in its leaf and needs no walk down the tree.

use std::ops::Range;

use super::bins::{Cuts, Lane};
use super::forest::{Node, Tree};
use super::split::{Regularization, Sum, best};
use crate::random::Random;

/// Depth of a tree whose depth is not limited, and from where on histograms are not kept for subtraction: memory must
/// stay bounded on any data.
const DEEPEST: u32 = 40;
const KEPT_DEPTH: u32 = 12;

/// XGBoost's three shares of columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Columns {
    pub by_tree: f64,
    pub by_level: f64,
    pub by_node: f64,
}

impl Columns {
    fn sampled(&self) -> bool {
        self.by_tree < 1.0 || self.by_level < 1.0 || self.by_node < 1.0
    }
}

pub(super) struct Options {
    pub max_depth: u32,
    pub eta: f64,
    pub weights: Regularization,
    pub columns: Columns,
    pub seed: u64,
}

struct Open {
    node: u32,
    rows: Range<usize>,
    watchers: Range<usize>,
    depth: u32,
    sum: Sum,
    histogram: Option<Vec<Sum>>,
}

pub(super) struct Growing {
    tree: Tree,
    rows: Vec<u32>,
    watchers: Vec<u32>,
    open: Vec<Open>,
    scratch: Vec<u32>,
    /// Slopes of a node's rows, in the order of its rows.
    slopes: Vec<Sum>,
    bins: usize,
    features: usize,
    /// Features drawn for the tree; empty means all.
    drawn: Vec<u32>,
}

impl Growing {
    pub fn new(
        rows: Vec<u32>,
        watchers: Vec<u32>,
        slopes: &[Sum],
        lanes: &[Lane],
        options: &Options,
    ) -> Self {
        let total = rows.iter().fold([0.0, 0.0], |[a, b], row| {
            let [slope, bend] = slopes[*row as usize];
            [a + slope, b + bend]
        });
        let bins = lanes.last().map_or(0, |lane| lane.offset + usize::from(lane.cuts.missing()) + 1);
        let features = lanes.last().map_or(0, |lane| match lane.cuts {
            Cuts::Ordered(_) => lane.feature as usize + 1,
            Cuts::Choice(width) => lane.feature as usize + usize::from(width),
        });
        let mut drawn = Vec::new();
        if options.columns.sampled() {
            let all: Vec<u32> = (0..features as u32).collect();
            drawn = draw(&all, options.columns.by_tree, options.seed, 1);
        }
        let root = Open {
            node: 0,
            rows: 0..rows.len(),
            watchers: 0..watchers.len(),
            depth: 0,
            sum: total,
            histogram: None,
        };
        Growing {
            tree: Tree { nodes: vec![Node::leaf(0.0, total[1])] },
            rows,
            watchers,
            open: vec![root],
            scratch: Vec::new(),
            slopes: Vec::new(),
            bins,
            features,
            drawn,
        }
    }

    /// Splits one node or makes it a leaf, whose value is added to its rows' scores. What it cost; nothing is open
    /// any more at 0.
    pub fn unit(
        &mut self,
        lanes: &[Lane],
        slopes: &[Sum],
        options: &Options,
        mut add: impl FnMut(u32, f64),
    ) -> usize {
        let Some(mut open) = self.open.pop() else { return 0 };
        let mut cost = open.rows.len() + 1;
        let deepest = if options.max_depth == 0 { DEEPEST } else { options.max_depth };
        let mut found = None;
        if open.depth < deepest && open.sum[1] >= 2.0 * options.weights.min_child_weight {
            let histogram = match open.histogram.take() {
                Some(histogram) => histogram,
                None => {
                    cost += open.rows.len() * lanes.len();
                    self.sum_up(lanes, slopes, open.rows.clone())
                }
            };
            cost += self.bins;
            let allowed = self.allowed(&open, options);
            found =
                best(lanes, &histogram, open.sum, &allowed, &options.weights).map(|split| (split, histogram));
        }
        let Some((split, histogram)) = found else {
            let value = options.weights.weight(open.sum) * options.eta;
            self.tree.nodes[open.node as usize] = Node::leaf(value, open.sum[1]);
            self.rows[open.rows].iter().for_each(|row| add(*row, value));
            self.watchers[open.watchers].iter().for_each(|row| add(*row, value));
            return cost;
        };
        let lane = &lanes[split.lane];
        let left = |row: u32| split.goes_left(&lane.cuts, lane.codes[row as usize]);
        let middle = open.rows.start + part(&mut self.rows[open.rows.clone()], &mut self.scratch, left);
        let watched =
            open.watchers.start + part(&mut self.watchers[open.watchers.clone()], &mut self.scratch, left);
        let child = self.tree.nodes.len() as u32;
        let node = &mut self.tree.nodes[open.node as usize];
        node.feature = split.feature(lane);
        node.threshold = split.threshold(&lane.cuts);
        node.missing_left = split.missing_left;
        node.child = child;
        node.gain = split.gain;
        let right_sum = [open.sum[0] - split.left[0], open.sum[1] - split.left[1]];
        self.tree.nodes.push(Node::leaf(0.0, split.left[1]));
        self.tree.nodes.push(Node::leaf(0.0, right_sum[1]));
        let depth = open.depth + 1;
        let mut children = [
            Open {
                node: child,
                rows: open.rows.start..middle,
                watchers: open.watchers.start..watched,
                depth,
                sum: split.left,
                histogram: None,
            },
            Open {
                node: child + 1,
                rows: middle..open.rows.end,
                watchers: watched..open.watchers.end,
                depth,
                sum: right_sum,
                histogram: None,
            },
        ];
        if depth < deepest && depth <= KEPT_DEPTH {
            // The smaller child is summed up; the larger one is what is left of the parent.
            let small = usize::from(children[1].rows.len() < children[0].rows.len());
            let summed = self.sum_up(lanes, slopes, children[small].rows.clone());
            cost += children[small].rows.len() * lanes.len() + self.bins;
            let mut rest = histogram;
            for (rest, part) in rest.iter_mut().zip(&summed) {
                *rest = [rest[0] - part[0], rest[1] - part[1]];
                // What rounding leaves of an empty bin must not look like a row.
                if rest[1] < 1e-12 {
                    *rest = [0.0, 0.0];
                }
            }
            children[small].histogram = Some(summed);
            children[1 - small].histogram = Some(rest);
        }
        let [left, right] = children;
        self.open.push(right);
        self.open.push(left);
        cost
    }

    pub fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    pub fn finish(self) -> Tree {
        self.tree
    }

    fn sum_up(&mut self, lanes: &[Lane], slopes: &[Sum], rows: Range<usize>) -> Vec<Sum> {
        let rows = &self.rows[rows];
        self.slopes.clear();
        self.slopes.extend(rows.iter().map(|row| slopes[*row as usize]));
        let mut histogram = vec![[0.0, 0.0]; self.bins];
        for lane in lanes {
            let bins = &mut histogram[lane.offset..=lane.offset + usize::from(lane.cuts.missing())];
            for (row, [slope, bend]) in rows.iter().zip(&self.slopes) {
                let bin = &mut bins[usize::from(lane.codes[*row as usize])];
                bin[0] += slope;
                bin[1] += bend;
            }
        }
        histogram
    }

    /// The features that this node may split by; empty means all.
    fn allowed(&self, open: &Open, options: &Options) -> Vec<bool> {
        if self.drawn.is_empty() {
            return Vec::new();
        }
        let of_level = draw(&self.drawn, options.columns.by_level, options.seed, 2 + u64::from(open.depth));
        let of_node = draw(&of_level, options.columns.by_node, options.seed, 1_000 + u64::from(open.node));
        let mut allowed = vec![false; self.features];
        of_node.iter().for_each(|feature| allowed[*feature as usize] = true);
        allowed
    }
}

/// At least one of them.
fn draw(from: &[u32], share: f64, seed: u64, stream: u64) -> Vec<u32> {
    let mut all = from.to_vec();
    if share < 1.0 {
        Random::new(seed, stream).shuffle(&mut all);
        all.truncate(((all.len() as f64 * share) as usize).max(1));
    }
    all
}

/// Those that go left come first, everything else stays in order. How many they are.
fn part(rows: &mut [u32], scratch: &mut Vec<u32>, left: impl Fn(u32) -> bool) -> usize {
    scratch.clear();
    let mut kept = 0;
    for at in 0..rows.len() {
        let row = rows[at];
        if left(row) {
            rows[kept] = row;
            kept += 1;
        } else {
            scratch.push(row);
        }
    }
    rows[kept..].copy_from_slice(scratch);
    kept
}
