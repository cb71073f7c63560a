//! Which columns of tables a query filters, joins and groups by: what ANALYZE PREDICATE COLUMNS goes by.

use crate::sql::expression::Expression;
use crate::sql::plan::{JoinKind, Plan};
use crate::warehouse::catalog::ObjectId;

/// A table, and a column of it by number.
type Origin = (ObjectId, usize);

/// Each once, in the order in which they are met.
pub fn predicate_columns(plan: &Plan) -> Vec<Origin> {
    let mut found = Vec::new();
    outputs(plan, &mut found);
    found
}

/// Which column of a table each column of a plan is.
fn outputs(plan: &Plan, found: &mut Vec<Origin>) -> Vec<Option<Origin>> {
    let mut inputs: Vec<Vec<Option<Origin>>> = match plan {
        Plan::Scan(scan) if scan.external.is_none() => {
            vec![scan.columns.iter().map(|column| Some((scan.relation, *column))).collect()]
        }
        _ => plan.inputs().into_iter().map(|input| outputs(input, found)).collect(),
    };
    let first = inputs.drain(..1.min(inputs.len())).next().unwrap_or_default();
    match plan {
        Plan::Scan(scan) => {
            scan.filters.iter().for_each(|filter| note(filter, &first, found));
            first
        }
        Plan::Filter { predicate, .. } => {
            note(predicate, &first, found);
            first
        }
        Plan::Sort { .. } | Plan::Limit { .. } | Plan::Distinct { .. } | Plan::Window { .. } => first,
        Plan::Project { expressions, .. } => expressions.iter().map(|made| origin(made, &first)).collect(),
        Plan::Aggregate { groups, .. } => {
            groups.iter().for_each(|group| note(group, &first, found));
            groups.iter().map(|group| origin(group, &first)).collect()
        }
        Plan::Join(join) => {
            let second = inputs.pop().unwrap_or_default();
            for (one, other) in &join.on {
                note(one, &first, found);
                note(other, &second, found);
            }
            let mut both = first;
            let kept = both.len();
            both.resize(join.left.fields().len(), None);
            both.extend(second);
            join.residual.iter().for_each(|residual| note(residual, &both, found));
            if matches!(join.kind, JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti) {
                both.truncate(kept);
            }
            both
        }
        _ => Vec::new(),
    }
}

fn origin(expression: &Expression, row: &[Option<Origin>]) -> Option<Origin> {
    match expression {
        Expression::Column { index, .. } => row.get(*index).copied().flatten(),
        _ => None,
    }
}

fn note(expression: &Expression, row: &[Option<Origin>], found: &mut Vec<Origin>) {
    expression.visit(&mut |inner| {
        if let Some(column) = origin(inner, row)
            && !found.contains(&column)
        {
            found.push(column);
        }
    });
}
