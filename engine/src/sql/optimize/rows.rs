//! How many rows a step may give: rough, from the tables' true counts.

use crate::sql::expression::{Comparison, Expression};
use crate::sql::plan::{JoinKind, Plan};
use crate::warehouse::catalog::Database;

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
            let stored = database
                .and_then(|database| database.relation(scan.relation))
                .and_then(|relation| relation.table())
                .map_or(1_000.0, |table| table.data.visible_rows() as f64);
            scan.filters.iter().fold(stored, |rows, filter| rows * passing(filter))
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
                1.0
            } else {
                rows(input, database).sqrt().max(1.0)
            }
        }
        Plan::Sort { input, limit, .. } => limited(rows(input, database), *limit),
        Plan::Limit { input, limit, .. } => limited(rows(input, database), *limit),
        Plan::Join(join) => {
            let (left, right) = (rows(&join.left, database), rows(&join.right, database));
            match join.kind {
                JoinKind::Cross => left * right,
                JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti => left / 2.0,
                _ if join.on.is_empty() => left * right / 3.0,
                _ => left.max(right),
            }
        }
        // How long arrays are is not known; a handful is common.
        Plan::Unnest(unnest) => 5.0 * rows(&unnest.input, database),
        Plan::SetOperation { left, right, .. } => rows(left, database) + rows(right, database),
        Plan::Common { body, .. } => rows(body, database),
        Plan::Recursive { seed, step, .. } => rows(seed, database) + rows(step, database),
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
