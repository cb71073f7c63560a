//! The smaller side of an inner join is built (right), the larger one streams past it.

use super::columns;
use super::rows::rows;
use crate::sql::expression::Expression;
use crate::sql::plan::{Join, JoinKind, Plan};
use crate::warehouse::catalog::Database;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

pub(super) fn join_order(plan: Plan, manifest: &Manifest, database: &Identifier) -> Plan {
    order(plan, manifest.catalog.database(database).map(|database| &**database))
}

fn order(mut plan: Plan, database: Option<&Database>) -> Plan {
    for input in plan.inputs_mut() {
        *input = order(std::mem::replace(input, Plan::Empty), database);
    }
    match plan {
        Plan::Join(join) => turn(*join, database),
        other => other,
    }
}

/// Swaps the sides when that puts the smaller one right, and puts the columns back in their order.
fn turn(join: Join, database: Option<&Database>) -> Plan {
    let turned = match join.kind {
        JoinKind::Inner | JoinKind::Cross => join.kind,
        JoinKind::Left => JoinKind::Right,
        JoinKind::Right => JoinKind::Left,
        JoinKind::Full | JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti => {
            return Plan::Join(Box::new(join));
        }
    };
    let (left, right) = (rows(&join.left, database), rows(&join.right, database));
    // An outer join is only turned for a clear gain.
    let gain = if matches!(join.kind, JoinKind::Inner | JoinKind::Cross) { 1.0 } else { 4.0 };
    if right <= left * gain {
        return Plan::Join(Box::new(join));
    }
    let (one, other) = (join.left.fields().len(), join.right.fields().len());
    let mut residual = join.residual;
    if let Some(residual) = &mut residual {
        columns::renumber(residual, &|index| if index < one { index + other } else { index - one });
    }
    let outer = join.fields;
    let mut fields = outer[one..].to_vec();
    fields.extend_from_slice(&outer[..one]);
    let turned = Join {
        left: join.right,
        right: join.left,
        kind: turned,
        on: join.on.into_iter().map(|(left, right)| (right, left)).collect(),
        residual,
        fields,
    };
    let expressions = outer
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let index = if index < one { index + other } else { index - one };
            Expression::Column { index, data_type: field.data_type }
        })
        .collect();
    Plan::Project { input: Box::new(Plan::Join(Box::new(turned))), expressions, fields: outer }
}
