//! Where rows lie among the slices, and what a join must therefore move (Developer Guide, "Evaluating the query plan").

use super::cost::Moved;
use crate::warehouse::catalog::{Distribution, Table};

/// Where the rows of a step are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On the leader node: no slice has a part in it.
    Leader,
    /// A copy on every node.
    Everywhere,
    /// By the hash of an output column.
    Column(usize),
    Scattered,
}

/// `columns` are the table's columns in output order.
pub(super) fn of_table(table: &Table, columns: &[usize]) -> Place {
    match table.present_distribution() {
        Distribution::All => Place::Everywhere,
        Distribution::Auto | Distribution::Even => Place::Scattered,
        Distribution::Key(key) => match columns.iter().position(|column| *column == key) {
            Some(output) => Place::Column(output),
            None => Place::Scattered,
        },
    }
}

/// What a join sends over the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// The leader joins by itself.
    Leader,
    /// Both sides lie by the join's key.
    None,
    /// The inner side lies on every node.
    AllNone,
    /// The inner side is sent to every node.
    BroadcastInner,
    Inner,
    Outer,
    Both,
    /// The whole inner side goes to the one slice that reads the outer, which lies on every node.
    AllInner,
}

impl Move {
    pub fn label(self) -> &'static str {
        match self {
            Move::Leader => "",
            Move::None => " DS_DIST_NONE",
            Move::AllNone => " DS_DIST_ALL_NONE",
            Move::BroadcastInner => " DS_BCAST_INNER",
            Move::Inner => " DS_DIST_INNER",
            Move::Outer => " DS_DIST_OUTER",
            Move::Both => " DS_DIST_BOTH",
            Move::AllInner => " DS_DIST_ALL_INNER",
        }
    }

    pub fn inner_distributed(self) -> bool {
        matches!(self, Move::Inner | Move::Both | Move::AllInner)
    }

    pub fn outer_distributed(self) -> bool {
        matches!(self, Move::Outer | Move::Both)
    }

    /// What it costs.
    pub fn rows(self, outer: f64, inner: f64) -> Moved {
        let share = |moves: bool, rows: f64| if moves { rows } else { 0.0 };
        Moved {
            broadcast: share(self == Move::BroadcastInner, inner),
            redistributed: share(self.inner_distributed(), inner) + share(self.outer_distributed(), outer),
        }
    }
}

/// One side of a join: where it is, how many rows it has.
#[derive(Clone, Copy)]
pub(super) struct Side {
    pub place: Place,
    pub rows: f64,
}

/// What a join moves, and where its rows are afterwards. `pairs` are the plain columns that the two sides are
/// joined by, each numbered on its own side.
pub(super) fn of_join(left: Side, right: Side, pairs: &[(usize, usize)]) -> (Move, Place) {
    let keyed = |place: Place, side: fn(&(usize, usize)) -> usize| match place {
        Place::Column(column) => pairs.iter().position(|pair| side(pair) == column),
        _ => None,
    };
    let left_key = keyed(left.place, |pair| pair.0);
    let right_key = keyed(right.place, |pair| pair.1);
    match (left.place, right.place) {
        (Place::Leader, Place::Leader) => (Move::Leader, Place::Leader),
        // What the leader knows is sent to the slices that need it.
        (left_place, Place::Leader) => (Move::BroadcastInner, left_place),
        (Place::Leader, _) => (Move::Outer, Place::Scattered),
        (left_place, Place::Everywhere) => (Move::AllNone, left_place),
        (Place::Everywhere, _) if pairs.is_empty() => (Move::BroadcastInner, Place::Scattered),
        (Place::Everywhere, _) => (Move::AllInner, Place::Scattered),
        (left_place, _) if left_key.is_some() && left_key == right_key => (Move::None, left_place),
        (left_place, _) if left_key.is_some() => (Move::Inner, left_place),
        _ if right_key.is_some() && left.rows <= right.rows => (Move::Outer, Place::Scattered),
        (left_place, _) if pairs.is_empty() || right.rows * 2.0 <= left.rows => {
            (Move::BroadcastInner, left_place)
        }
        _ => (Move::Both, Place::Scattered),
    }
}
