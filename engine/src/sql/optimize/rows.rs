//! How many rows a step may give: rough, from the tables' true counts, and what ANALYZE made known of their values.

use super::columns;
use crate::sql::explain::cost;
use crate::sql::expression::{Comparison, Expression};
use crate::sql::plan::{JoinKind, Plan, Scan};
use crate::warehouse::catalog::{Database, Table};

/// Rows of an external table that nobody has counted (`numRows`): the planner takes it for huge.
pub const UNKNOWN_OUTSIDE: f64 = 10_000_000_000.0;

/// An estimate; only good for telling the larger from the smaller.
pub(super) fn rows(plan: &Plan, database: Option<&Database>) -> f64 {
    match plan {
        Plan::Empty => 1.0,
        Plan::Nothing { .. } => 0.0,
        Plan::Scan(scan) => {
            if let Some(external) = &scan.external {
                let stored = external.table.rows.map_or(UNKNOWN_OUTSIDE, |rows| rows as f64);
                return scan.filters.iter().fold(stored, |rows, filter| rows * passing(filter));
            }
            let Some(table) = table(scan, database) else { return 1_000.0 };
            let mut distinct = vec![None; scan.columns.len()];
            for column in scan.filters.iter().flat_map(columns::of) {
                distinct[column] = values(plan, column, database);
            }
            let known = cost::analyzed(table).then_some(&table.data);
            let bounds = |column: usize| known?.bounds(*scan.columns.get(column)?);
            cost::selected(table.data.visible_rows() as f64, &scan.filters, &distinct, &bounds)
        }
        // The order of joins must not tell how many rows a policy hides.
        Plan::Secure(_) => 1_000.0,
        Plan::SystemScan { .. } | Plan::CommonRead { .. } => 1_000.0,
        Plan::Values { rows, .. } => rows.len() as f64,
        Plan::Filter { input, predicate } => rows(input, database) * passing(predicate),
        Plan::Project { input, .. } | Plan::Window { input, .. } | Plan::Distinct { input } => {
            rows(input, database)
        }
        Plan::Aggregate { input, groups, .. } => {
            if groups.is_empty() {
                return 1.0;
            }
            let given = rows(input, database);
            let known: Option<f64> = groups.iter().map(|group| values_of(input, group, database)).product();
            known.unwrap_or_else(|| given.sqrt()).min(given).max(1.0)
        }
        Plan::Sort { input, limit, .. } => limited(rows(input, database), *limit),
        Plan::Limit { input, limit, .. } => limited(rows(input, database), *limit),
        Plan::Join(join) => {
            let (left, right) = (rows(&join.left, database), rows(&join.right, database));
            match join.kind {
                JoinKind::Cross => left * right,
                JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti => left / 2.0,
                _ if join.on.is_empty() => left * right / 3.0,
                _ => {
                    let pairs: Vec<_> = join
                        .on
                        .iter()
                        .map(|(one, other)| {
                            (values_of(&join.left, one, database), values_of(&join.right, other, database))
                        })
                        .collect();
                    cost::joined_rows(left, right, &pairs).unwrap_or(left.max(right))
                }
            }
        }
        // How long arrays are is not known; a handful is common.
        Plan::Unnest(unnest) => 5.0 * rows(&unnest.input, database),
        Plan::SetOperation { left, right, .. } => rows(left, database) + rows(right, database),
        Plan::Common { body, .. } => rows(body, database),
        Plan::Recursive { seed, step, .. } => rows(seed, database) + rows(step, database),
    }
}

fn table<'a>(scan: &Scan, database: Option<&'a Database>) -> Option<&'a Table> {
    database?.relation(scan.relation)?.table()
}

/// How many distinct values a column of a plan has, where the statistics of the table that it is from say so.
fn values(plan: &Plan, column: usize, database: Option<&Database>) -> Option<f64> {
    match plan {
        Plan::Scan(scan) => {
            let table = table(scan, database).filter(|table| cost::analyzed(table))?;
            table.data.distinct_values(*scan.columns.get(column)?)
        }
        Plan::Filter { input, .. } | Plan::Sort { input, .. } | Plan::Limit { input, .. } => {
            values(input, column, database)
        }
        Plan::Project { input, expressions, .. } => values_of(input, expressions.get(column)?, database),
        Plan::Join(join) => match column.checked_sub(join.left.fields().len()) {
            None => values(&join.left, column, database),
            Some(column) => values(&join.right, column, database),
        },
        _ => None,
    }
}

fn values_of(plan: &Plan, expression: &Expression, database: Option<&Database>) -> Option<f64> {
    match expression {
        Expression::Column { index, .. } => values(plan, *index, database),
        Expression::Cast { input, .. } => values_of(plan, input, database),
        _ => None,
    }
}

fn limited(rows: f64, limit: Option<u64>) -> f64 {
    limit.map_or(rows, |limit| rows.min(limit as f64))
}

fn passing(condition: &Expression) -> f64 {
    match condition {
        Expression::Compare { operator: Comparison::Equal, .. } => 0.05,
        Expression::InList { negated: false, .. } | Expression::Like { negated: false, .. } => 0.2,
        Expression::And(all) => all.iter().map(passing).product(),
        Expression::IsNull { negated: false, .. } => 0.1,
        _ => 0.4,
    }
}
