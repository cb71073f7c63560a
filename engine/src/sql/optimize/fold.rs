//! Constants: what can be computed now is not computed for every row.

use std::sync::Arc;

use crate::clock::Instant;
use crate::sorted::SortedMap;
use crate::sql::execute::{self, Evaluation};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::plan::Plan;
use crate::sql::session::RandomState;
use crate::warehouse::access::UserId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::value::Value;

const ROUNDING: &str = "enable_numeric_rounding";

pub(super) fn fold(mut plan: Plan, manifest: &Manifest) -> Plan {
    let mut evaluation = None;
    for_all(&mut plan, &mut |expression| {
        if !constant(expression) {
            simplify(expression);
            return;
        }
        let evaluation = evaluation.get_or_insert_with(|| surroundings(manifest));
        // What fails is left alone: it fails when, and only if, a row comes by. So is what the session's
        // `enable_numeric_rounding` decides; `9::int` and `'1.5'::float` are the same with it and without.
        if let Ok(value) = execute::constant(expression, evaluation) {
            if to_number(expression) {
                evaluation.settings.insert(ROUNDING.to_owned(), "on".to_owned());
                let rounded = execute::constant(expression, evaluation);
                evaluation.settings.remove(ROUNDING);
                if rounded.ok().as_ref() != Some(&value) {
                    return;
                }
            }
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
            // A year of four digits comes first, or there is nothing but a time of day.
            let iso = |text: &str| {
                let bytes = text.as_bytes();
                let year = bytes.get(4) == Some(&b'-') && bytes[..4].iter().all(u8::is_ascii_digit);
                year || bytes.contains(&b':')
                    && bytes.iter().all(|&b| b.is_ascii_digit() || b == b':' || b == b'.')
            };
            if matches!(&**input, Expression::Literal { value: Value::String(text), .. } if !iso(text)) {
                return false;
            }
        }
        _ => {}
    }
    let children = expression.children();
    !children.is_empty() && children.into_iter().all(|child| matches!(child, Expression::Literal { .. }))
}

/// A cast that was written, to a number.
fn to_number(expression: &Expression) -> bool {
    matches!(expression, Expression::Cast { to, mode: CastMode::Explicit | CastMode::Try, .. } if to.is_numeric())
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
