//! Which rows of two results are the same: what a comparison of two users shows.
//!
//! Only what is seen counts, not what the engine knows of policies: rows with equal values are one row. Of the
//! others, those that agree in every column but some are one row whose values differ (a masked column); a column
//! counts as differing when it holds values that the other side lacks. Where no column is left to tell rows by, one
//! and the same value in every row of one side, and several in as many of the other, is a mask. What cannot be told
//! apart for sure stays two rows, each seen by one user.

use std::collections::VecDeque;

use sandshift_engine::sorted::SortedMap;
use sandshift_protocol::ResultColumn;

pub(crate) type Row = Vec<Option<String>>;

/// What is compared of one user's result.
pub(crate) struct Side {
    pub columns: Vec<ResultColumn>,
    pub rows: Vec<Row>,
}

/// Rows of both sides in one order, by number; absent where that side has no such row.
pub(crate) type Pair = [Option<usize>; 2];

pub(crate) struct Matched {
    pub pairs: Vec<Pair>,
    /// Columns that both have, by their place in each.
    pub common: Vec<[usize; 2]>,
    /// Which of them hold other values in paired rows.
    pub differing: Vec<bool>,
}

/// Puts two results beside each other.
pub(crate) fn compare(sides: &[Side; 2]) -> Matched {
    let common = common_columns(sides);
    let every: Vec<usize> = (0..common.len()).collect();
    let mut partner: [Vec<Option<usize>>; 2] = [0, 1].map(|side: usize| vec![None; sides[side].rows.len()]);
    let mut open = [0, 1].map(|side: usize| (0..sides[side].rows.len()).collect::<Vec<_>>());
    pair(sides, &common, &every, &mut open, &mut partner);
    let mut differing = vec![false; common.len()];
    let fewer = open[0].len().min(open[1].len());
    if fewer > 0 {
        let lost: Vec<bool> = every.iter().map(|&at| shared(sides, &common, &[at], &open) < fewer).collect();
        let rest: Vec<usize> = every.iter().copied().filter(|&at| !lost[at]).collect();
        let masked = rest.is_empty() && fewer > 1 && hides(sides, &common, &every, &open);
        let known = !rest.is_empty() && rest.len() < every.len() && tells_apart(sides, &common, &rest, &open);
        if masked || known {
            let before = open[0].len();
            pair(sides, &common, &rest, &mut open, &mut partner);
            if open[0].len() < before {
                differing = lost;
            }
        }
    }
    Matched { pairs: in_order(&partner), common, differing }
}

/// Columns of the same name, the first of each side with the first of the other.
fn common_columns(sides: &[Side; 2]) -> Vec<[usize; 2]> {
    let mut free: Vec<Option<&str>> =
        sides[1].columns.iter().map(|column| Some(column.name.as_str())).collect();
    let find = |(at, column): (usize, &ResultColumn)| {
        let other = free.iter().position(|name| *name == Some(column.name.as_str()))?;
        free[other] = None;
        Some([at, other])
    };
    sides[0].columns.iter().enumerate().filter_map(find).collect()
}

/// The values of some common columns of a row, as one text that no other values give.
fn key(row: &Row, common: &[[usize; 2]], which: &[usize], side: usize) -> String {
    let mut key = String::new();
    for &at in which {
        match row.get(common[at][side]).and_then(Option::as_deref) {
            None => key.push('\u{0}'),
            Some(text) => {
                key.push('\u{1}');
                key.push_str(text);
            }
        }
        key.push('\u{1f}');
    }
    key
}

/// Open rows of a side by their values.
fn by_key(
    sides: &[Side; 2],
    common: &[[usize; 2]],
    which: &[usize],
    open: &[Vec<usize>; 2],
    side: usize,
) -> SortedMap<String, VecDeque<usize>> {
    let mut found: SortedMap<String, VecDeque<usize>> = SortedMap::new();
    for &row in &open[side] {
        found.entry(key(&sides[side].rows[row], common, which, side)).or_default().push_back(row);
    }
    found
}

/// Pairs open rows that have the same values, the first with the first.
fn pair(
    sides: &[Side; 2],
    common: &[[usize; 2]],
    which: &[usize],
    open: &mut [Vec<usize>; 2],
    partner: &mut [Vec<Option<usize>>; 2],
) {
    let mut others = by_key(sides, common, which, open, 1);
    for &row in &open[0] {
        let key = key(&sides[0].rows[row], common, which, 0);
        if let Some(other) = others.get_mut(&key).and_then(VecDeque::pop_front) {
            partner[0][row] = Some(other);
            partner[1][other] = Some(row);
        }
    }
    for (open, partner) in open.iter_mut().zip(partner) {
        open.retain(|&row| partner[row].is_none());
    }
}

/// How many open rows find one with the same values on the other side.
fn shared(sides: &[Side; 2], common: &[[usize; 2]], which: &[usize], open: &[Vec<usize>; 2]) -> usize {
    let others = by_key(sides, common, which, open, 1);
    let own = by_key(sides, common, which, open, 0);
    own.iter().map(|(key, rows)| others.get(key).map_or(0, |other| rows.len().min(other.len()))).sum()
}

/// Whether rows that agree in these columns may be taken for one: each key is there once, or as often on both sides.
fn tells_apart(sides: &[Side; 2], common: &[[usize; 2]], which: &[usize], open: &[Vec<usize>; 2]) -> bool {
    let others = by_key(sides, common, which, open, 1);
    let own = by_key(sides, common, which, open, 0);
    own.iter().all(|(key, rows)| match others.get(key) {
        None => true,
        Some(other) => rows.len() == other.len(),
    })
}

/// Whether one side has one row only, over and over, for as many different ones of the other.
fn hides(sides: &[Side; 2], common: &[[usize; 2]], which: &[usize], open: &[Vec<usize>; 2]) -> bool {
    let alike = [0, 1].map(|side| by_key(sides, common, which, open, side).iter().count() == 1);
    open[0].len() == open[1].len() && alike[0] != alike[1]
}

/// The first side's order, with the other's own rows where they stood.
fn in_order(partner: &[Vec<Option<usize>>; 2]) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(partner[0].len());
    let mut next = 0;
    let mut own = |pairs: &mut Vec<Pair>, until: usize| {
        while next < until {
            if partner[1][next].is_none() {
                pairs.push([None, Some(next)]);
            }
            next += 1;
        }
    };
    for (row, other) in partner[0].iter().enumerate() {
        if let Some(other) = *other {
            own(&mut pairs, other);
        }
        pairs.push([Some(row), *other]);
    }
    own(&mut pairs, partner[1].len());
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(names: &str, rows: &str) -> Side {
        let column = |name: &str| ResultColumn {
            name: name.to_owned(),
            data_type: "varchar".to_owned(),
            numeric: false,
        };
        Side {
            columns: names.split(' ').map(column).collect(),
            rows: rows
                .split('/')
                .filter(|row| !row.is_empty())
                .map(|row| row.split(' ').map(|cell| (cell != "-").then(|| cell.to_owned())).collect())
                .collect(),
        }
    }

    #[test]
    fn a_policy_hides_rows() {
        let found = compare(&[side("id area", "1 kr/2 us/3 kr"), side("id area", "1 kr/3 kr")]);
        assert_eq!(found.pairs, [[Some(0), Some(0)], [Some(1), None], [Some(2), Some(1)]]);
        assert_eq!(found.differing, [false, false]);
    }

    #[test]
    fn a_mask_changes_a_column_also_of_a_user_who_sees_fewer_rows() {
        let found = compare(&[side("id card", "1 4111/2 4222/3 4333"), side("id card", "1 XXXX/3 XXXX")]);
        assert_eq!(found.pairs, [[Some(0), Some(0)], [Some(1), None], [Some(2), Some(1)]]);
        assert_eq!(found.differing, [false, true]);
    }

    #[test]
    fn equal_rows_count_as_often_as_they_are_there() {
        let found = compare(&[side("a", "x/x/x"), side("a", "x")]);
        assert_eq!(found.pairs, [[Some(0), Some(0)], [Some(1), None], [Some(2), None]]);
    }

    #[test]
    fn a_column_that_only_one_may_read_is_left_out_of_the_comparison() {
        let found = compare(&[side("id card", "1 4111/2 4222"), side("id", "1/2")]);
        assert_eq!(found.common, [[0, 0]]);
        assert_eq!(found.pairs, [[Some(0), Some(0)], [Some(1), Some(1)]]);
    }

    #[test]
    fn rows_of_other_people_are_not_taken_for_masked_ones() {
        let found = compare(&[side("id kind", "1 a/2 a/3 b"), side("id kind", "7 a/8 b")]);
        assert_eq!(found.pairs.len(), 5);
        assert_eq!(found.differing, [false, false]);
    }

    #[test]
    fn a_mask_on_the_only_column_is_told_from_other_rows() {
        let found = compare(&[side("card", "4111/4222/4333"), side("card", "XXXX/XXXX/XXXX")]);
        assert_eq!(found.pairs, [[Some(0), Some(0)], [Some(1), Some(1)], [Some(2), Some(2)]]);
        assert_eq!(found.differing, [true]);
        let found = compare(&[side("name", "kim/lee"), side("name", "ann/bob")]);
        assert_eq!(found.pairs.len(), 4);
    }

    #[test]
    fn null_is_not_the_empty_string_and_the_second_order_is_kept() {
        let found = compare(&[side("a b", "- x/2 y"), side("a b", "9 z/- x/8 w")]);
        assert_eq!(found.pairs, [[None, Some(0)], [Some(0), Some(1)], [Some(1), None], [None, Some(2)]]);
    }
}
