//! Constants: what can be computed now is not computed for every row.

use std::sync::Arc;

use crate::clock::Instant;
use crate::sorted::SortedMap;
use crate::sql::execute::{self, Evaluation};
use crate::sql::expression::Expression;
use crate::sql::plan::Plan;
use crate::sql::session::RandomState;
use crate::warehouse::access::UserId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::value::Value;

pub(super) fn fold(mut plan: Plan, manifest: &Manifest) -> Plan {
    let mut evaluation = None;
    for_all(&mut plan, &mut |expression| {
        if !constant(expression) {
            simplify(expression);
            return;
        }
        let evaluation = evaluation.get_or_insert_with(|| surroundings(manifest));
        // What fails is left alone: it fails when, and only if, a row comes by.
        if let Ok(value) = execute::constant(expression, evaluation) {
            *expression = Expression::Literal { value, data_type: expression.data_type() };
        }
    });
    plan
}

/// As `Plan::transform_expressions`, without going into subqueries: they have been optimized on their own.
fn for_all(plan: &mut Plan, change: &mut dyn FnMut(&mut Expression)) {
    for input in plan.inputs_mut() {
        for_all(input, change);
    }
    for expression in plan.expressions_mut() {
        expression.transform(change);
    }
}

/// Literals under something that always answers the same.
fn constant(expression: &Expression) -> bool {
    match expression {
        Expression::Column { .. }
        | Expression::Literal { .. }
        | Expression::Parameter { .. }
        | Expression::Subquery(_) => return false,
        Expression::Call { function, .. } if !function.pure => return false,
        // Reading a timestamp with zone, or printing one, depends on the session's time zone; how strict a
        // SUPER is taken depends on its settings.
        // `intervalstyle` says how an INTERVAL becomes text.
        Expression::Cast { input, to, .. }
            if of_session(*to)
                || of_session(input.data_type())
                || (input.data_type().plain() == DataType::Interval && to.is_string()) =>
        {
            return false;
        }
        Expression::Call { data_type: DataType::Super, .. } => return false,
        // So does the order of day and month, and what `today` means.
        Expression::Cast { input, to: DataType::Date | DataType::Time | DataType::Timestamp, .. } => {
            let iso = |text: &str| text.as_bytes().get(4) == Some(&b'-') || text.contains(':');
            if matches!(&**input, Expression::Literal { value: Value::String(text), .. } if !iso(text)) {
                return false;
            }
        }
        _ => {}
    }
    let children = expression.children();
    !children.is_empty() && children.into_iter().all(|child| matches!(child, Expression::Literal { .. }))
}

fn of_session(data_type: DataType) -> bool {
    matches!(data_type, DataType::TimestampTz | DataType::TimeTz | DataType::Super)
}

/// TRUE in AND and FALSE in OR say nothing; the opposite says all.
fn simplify(expression: &mut Expression) {
    let literal = |expression: &Expression| match expression {
        Expression::Literal { value: Value::Boolean(value), .. } => Some(*value),
        _ => None,
    };
    match expression {
        Expression::And(all) => {
            if all.iter().any(|one| literal(one) == Some(false)) {
                *expression = truth(false);
                return;
            }
            all.retain(|one| literal(one) != Some(true));
            match all.len() {
                0 => *expression = truth(true),
                1 => *expression = all.remove(0),
                _ => {}
            }
        }
        Expression::Or(all) => {
            if all.iter().any(|one| literal(one) == Some(true)) {
                *expression = truth(true);
                return;
            }
            all.retain(|one| literal(one) != Some(false));
            match all.len() {
                0 => *expression = truth(false),
                1 => *expression = all.remove(0),
                _ => {}
            }
        }
        _ => {}
    }
}

fn truth(value: bool) -> Expression {
    Expression::Literal { value: Value::Boolean(value), data_type: DataType::Boolean }
}

/// Pure functions ask nothing of their surroundings, so these need not be the session's.
pub(crate) fn surroundings(manifest: &Manifest) -> Evaluation {
    Evaluation {
        statement_start: Instant(0),
        transaction_start: Instant(0),
        random: RandomState { words: [0; 34], position: 0 },
        settings: SortedMap::new(),
        manifest: Arc::new(manifest.clone()),
        user: UserId::RDSDB,
        parameters: Vec::new(),
        backends: Default::default(),
        predicted: Vec::new(),
    }
}
