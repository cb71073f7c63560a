//! Joins as they are printed: how they find their rows, and what they move for it.

use super::cost::{self, Statistics};
use super::distribution::{self, Move, Place, Side};
use super::expression;
use super::step::{Step, StepKind};
use crate::sql::expression::Expression;
use crate::sql::plan::{Join, JoinKind, Plan};
use crate::warehouse::catalog::Distribution;

pub(super) fn joined(join: &Join, left: Step, right: Step, statistics: &Statistics<'_>) -> Step {
    let pairs: Vec<(usize, usize)> = join
        .on
        .iter()
        .filter_map(|pair| match pair {
            (Expression::Column { index: left, .. }, Expression::Column { index: right, .. }) => {
                Some((*left, *right))
            }
            _ => None,
        })
        .collect();
    let [outer_side, inner_side] =
        [&left, &right].map(|side| Side { place: side.place, rows: side.cost.rows });
    let (moves, place) = distribution::of_join(outer_side, inner_side, &pairs);
    let moved = moves.rows(left.cost.rows, right.cost.rows);
    let width = cost::width(&join.fields);
    let values: Vec<(Option<f64>, Option<f64>)> = join
        .on
        .iter()
        .map(|(one, other)| {
            (cost::distinct_of(one, &left.distinct), cost::distinct_of(other, &right.distinct))
        })
        .collect();
    let rows = rows(join.kind, &values, left.cost.rows, right.cost.rows);
    let qualified = |side: &str, names: &[String]| -> Vec<String> {
        names.iter().map(|name| format!("\"{side}\".{}", last_part(name))).collect()
    };
    let outer = qualified("outer", &left.names);
    let inner = qualified("inner", &right.names);
    let both: Vec<String> = outer.iter().chain(&inner).cloned().collect();
    let residual = join.residual.as_ref().map(|residual| expression::text(residual, &both));
    let residual = residual.map(|residual| format!("Join Filter: {residual}"));
    let output = match join.kind {
        JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti => left.names.clone(),
        _ => left.names.iter().chain(&right.names).cloned().collect(),
    };
    let mut distinct = left.distinct.clone();
    distinct.resize(left.names.len(), None);
    if output.len() > distinct.len() {
        distinct.extend(&right.distinct);
    }
    let kind = match join.kind {
        JoinKind::Inner | JoinKind::Cross => "",
        JoinKind::Left => " Left",
        JoinKind::Right => " Right",
        JoinKind::Full => " Full",
        JoinKind::Semi => " IN",
        JoinKind::Anti | JoinKind::NullAwareAnti => " NOT IN",
    };
    let label = moves.label();
    if join.on.is_empty() {
        let cost = cost::nested_loop(left.cost, right.cost, moved, rows, width);
        let word = if kind.is_empty() { "" } else { " Join" };
        let title = format!("Nested Loop{kind}{word}{label}");
        let mut step =
            Step::over(StepKind::NestedLoop(moves), &title, cost, vec![left, right], place).named(output);
        step.distinct = distinct;
        step.details.extend(residual);
        return step;
    }
    let conditions: Vec<String> = join
        .on
        .iter()
        .map(|(left, right)| {
            format!("({} = {})", expression::text(left, &outer), expression::text(right, &inner))
        })
        .collect();
    let condition = match conditions.as_slice() {
        [only] => only.clone(),
        several => format!("({})", several.join(" AND ")),
    };
    let merges = moves == Move::None
        && matches!(join.kind, JoinKind::Inner | JoinKind::Left | JoinKind::Right)
        && pairs.iter().any(|(left, right)| {
            in_order(&join.left, *left, statistics) && in_order(&join.right, *right, statistics)
        });
    let mut step = if merges {
        let cost = cost::merge_join(left.cost, right.cost, rows, width);
        let title = format!("Merge{kind} Join{label}");
        Step::over(StepKind::MergeJoin, &title, cost, vec![left, right], place)
            .detail(format!("Merge Cond: {condition}"))
    } else {
        let cost = cost::join(left.cost, right.cost, moved, rows, width);
        let number = right.number;
        let inner_place = if place == Place::Leader { Place::Leader } else { Place::Scattered };
        let hash = Step::over(StepKind::Hash, "Hash", cost::hash(right.cost), vec![right], inner_place);
        let title = format!("Hash{kind} Join{label}");
        Step::over(StepKind::HashJoin(moves), &title, cost, vec![left, Step { number, ..hash }], place)
            .detail(format!("Hash Cond: {condition}"))
    };
    step.details.extend(residual);
    step.named(output).counted(distinct)
}

/// Whether a side comes sorted by this column without any work: a table whose distribution key and first sort key
/// it is, less than a fifth of it unsorted (Developer Guide, "Merge join").
fn in_order(side: &Plan, column: usize, statistics: &Statistics<'_>) -> bool {
    let Plan::Scan(scan) = side else { return false };
    let (Some(table), Some(&number)) = (statistics.table(scan), scan.columns.get(column)) else {
        return false;
    };
    table.distribution == Distribution::Key(number)
        && !table.interleaved
        && table.sort_key.first() == Some(&number)
        && cost::unsorted_share(table) < 0.2
}

/// An outer join keeps all rows of its side; of values that nobody knows, a join to a dimension keeps the larger
/// side's rows.
fn rows(kind: JoinKind, pairs: &[(Option<f64>, Option<f64>)], left: f64, right: f64) -> f64 {
    let inner = match pairs {
        [] => left * right,
        pairs => cost::joined_rows(left, right, pairs).unwrap_or(left.max(right).min(left * right)),
    };
    match kind {
        JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti => (left / 2.0).ceil(),
        JoinKind::Left if !pairs.is_empty() => inner.max(left),
        JoinKind::Right if !pairs.is_empty() => inner.max(right),
        JoinKind::Full if !pairs.is_empty() => inner.max(left).max(right),
        _ => inner,
    }
}

/// `t.c` is `c` behind its side's name.
fn last_part(name: &str) -> &str {
    if name.contains(['(', ' ']) { name } else { name.rsplit('.').next().unwrap_or(name) }
}
