//! Subqueries that are conditions become joins: each outer row is looked up once instead of running a query.
//!
//! Only where the answer is sure to stay: EXISTS and NOT EXISTS whose outer values meet inner ones in plain
//! conditions, and IN and NOT IN that take nothing from outside, or do so in the same way. Correlated queries
//! that give a value are the business of `scalar`.
//! What is left runs as it is, once for each distinct list of outer values.

use std::sync::Arc;

use super::lift::{self, Lifted};
use super::{columns, scalar};
use crate::sql::bind::{conjunction, conjuncts, split};
use crate::sql::expression::{Comparison, Expression, Subquery, SubqueryKind};
use crate::sql::plan::{Field, Join, JoinKind, Plan};

pub(super) fn decorrelate(mut plan: Plan) -> Plan {
    for input in plan.inputs_mut() {
        *input = decorrelate(std::mem::replace(input, Plan::Empty));
    }
    let Plan::Filter { input, predicate } = plan else { return scalar::joined(plan) };
    let mut below = *input;
    let mut rest = Vec::new();
    for condition in conjuncts(predicate) {
        let Expression::Subquery(subquery) = condition else {
            rest.push(condition);
            continue;
        };
        match join_for(&subquery, below.fields()) {
            Some((right, kind, on, residual)) => {
                let fields = below.fields().to_vec();
                below = Plan::Join(Box::new(Join { left: below, right, kind, on, residual, fields }));
            }
            None => rest.push(Expression::Subquery(subquery)),
        }
    }
    match conjunction(rest) {
        Some(predicate) => scalar::joined(Plan::Filter { input: Box::new(below), predicate }),
        None => below,
    }
}

type JoinParts = (Plan, JoinKind, Vec<(Expression, Expression)>, Option<Expression>);

fn join_for(subquery: &Subquery, outer: &[Field]) -> Option<JoinParts> {
    let width = outer.len();
    if !subquery.parameters.iter().all(columns::movable) {
        return None;
    }
    let plan = decorrelate(Arc::unwrap_or_clone(subquery.plan.clone()));
    match &subquery.kind {
        SubqueryKind::Exists { negated } => {
            if subquery.parameters.is_empty() {
                return None;
            }
            let plan = match plan {
                Plan::Limit { input, limit: None | Some(1..), offset: 0 } => *input,
                other => other,
            };
            let Lifted { plan, taken } = lift::lift(some_row(plan))?;
            let condition = outward(conjunction(taken)?, &subquery.parameters, width);
            let (on, residual) = split(condition, width);
            if on.is_empty() {
                return None;
            }
            Some((plan, if *negated { JoinKind::Anti } else { JoinKind::Semi }, on, residual))
        }
        SubqueryKind::Any { operands, operator: Comparison::Equal } => {
            let Lifted { plan, taken } = lift::lift(some_row(plan))?;
            let mut on = pairs(operands, &plan)?;
            let mut residual = None;
            if let Some(condition) = conjunction(taken) {
                let (more, rest) = split(outward(condition, &subquery.parameters, width), width);
                on.extend(more);
                residual = rest;
            }
            Some((plan, JoinKind::Semi, on, residual))
        }
        SubqueryKind::All { operands, operator: Comparison::NotEqual } if subquery.parameters.is_empty() => {
            if operands.len() != 1 {
                return None;
            }
            let on = pairs(operands, &plan)?;
            Some((plan, JoinKind::NullAwareAnti, on, None))
        }
        // Among the rows that the outer values pick, one that may be equal keeps the outer row away.
        SubqueryKind::All { operands, operator: Comparison::NotEqual } => {
            let Lifted { plan, taken } = lift::lift(some_row(plan))?;
            let condition = outward(conjunction(taken)?, &subquery.parameters, width);
            let (on, rest) = split(condition, width);
            if on.is_empty() {
                return None;
            }
            let mut residual: Vec<Expression> = rest.into_iter().flat_map(conjuncts).collect();
            for (operand, mut column) in pairs(operands, &plan)? {
                columns::renumber(&mut column, &|index| index + width);
                residual.push(maybe_equal(operand, column));
            }
            Some((plan, JoinKind::Anti, on, conjunction(residual)))
        }
        SubqueryKind::Scalar | SubqueryKind::Any { .. } | SubqueryKind::All { .. } => None,
    }
}

/// `left = right` is true or unknown.
fn maybe_equal(left: Expression, right: Expression) -> Expression {
    let unknown = |side: &Expression| Expression::IsNull { input: Box::new(side.clone()), negated: false };
    Expression::Or(vec![
        unknown(&left),
        unknown(&right),
        Expression::Compare { operator: Comparison::Equal, left: Box::new(left), right: Box::new(right) },
    ])
}

/// Where only what rows there are matters, neither order nor repetition does.
fn some_row(plan: Plan) -> Plan {
    match plan {
        Plan::Sort { input, limit: None, .. } | Plan::Distinct { input } => some_row(*input),
        // The hidden columns of ORDER BY are cut off again above it.
        Plan::Project { input, expressions, fields } => {
            Plan::Project { input: Box::new(some_row(*input)), expressions, fields }
        }
        other => other,
    }
}

fn pairs(operands: &[Expression], right: &Plan) -> Option<Vec<(Expression, Expression)>> {
    operands
        .iter()
        .zip(right.fields())
        .enumerate()
        .map(|(index, (operand, field))| {
            let plain = columns::movable(operand);
            plain.then(|| (operand.clone(), Expression::Column { index, data_type: field.data_type }))
        })
        .collect()
}

/// The conditions with parameters, as conditions over the outer row and then the inner.
fn outward(mut condition: Expression, parameters: &[Expression], width: usize) -> Expression {
    columns::renumber(&mut condition, &|index| index + width);
    lift::fill(&mut condition, parameters);
    condition
}
