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

/// One side of a join: where it is, how many rows it has.
#[derive(Clone, Copy)]
pub(super) struct Side {
    pub place: Place,
    pub rows: f64,
}

/// What a join moves: its label in the plan, its price, and where its rows are afterwards. `pairs` are the plain
/// columns that the two sides are joined by, each numbered on its own side.
pub(super) fn of_join(left: Side, right: Side, pairs: &[(usize, usize)]) -> (&'static str, Moved, Place) {
    let keyed = |place: Place, side: fn(&(usize, usize)) -> usize| match place {
        Place::Column(column) => pairs.iter().position(|pair| side(pair) == column),
        _ => None,
    };
    let left_key = keyed(left.place, |pair| pair.0);
    let right_key = keyed(right.place, |pair| pair.1);
    let still = Moved::default();
    let broadcast = Moved { broadcast: right.rows, redistributed: 0.0 };
    let redistribute = |rows| Moved { broadcast: 0.0, redistributed: rows };
    match (left.place, right.place) {
        (Place::Leader, _) => ("", still, Place::Leader),
        (left_place, Place::Everywhere) => ("DS_DIST_ALL_NONE", still, left_place),
        (Place::Everywhere, right_place) => (
            "DS_DIST_ALL_INNER",
            redistribute(right.rows),
            match right_place {
                Place::Leader => Place::Leader,
                _ => Place::Scattered,
            },
        ),
        (left_place, _) if left_key.is_some() && left_key == right_key => ("DS_DIST_NONE", still, left_place),
        (left_place, _) if left_key.is_some() => ("DS_DIST_INNER", redistribute(right.rows), left_place),
        _ if right_key.is_some() && left.rows <= right.rows => {
            ("DS_DIST_OUTER", redistribute(left.rows), Place::Scattered)
        }
        (left_place, _) if pairs.is_empty() || right.rows * 2.0 <= left.rows => {
            ("DS_BCAST_INNER", broadcast, left_place)
        }
        _ => ("DS_DIST_BOTH", redistribute(left.rows + right.rows), Place::Scattered),
    }
}
