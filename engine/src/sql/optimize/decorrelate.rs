//! Subqueries that are conditions become joins: each outer row is looked up once instead of running a query.
//!
//! Only where the answer is sure to stay: EXISTS and NOT EXISTS whose outer values meet inner ones in plain
//! WHERE conditions, and IN and NOT IN that take nothing from outside, or IN that does so in the same way.
//! What is left runs as it is, once for each distinct list of outer values.

use std::sync::Arc;

use super::columns;
use crate::sql::bind::{conjunction, conjuncts, split};
use crate::sql::expression::{Comparison, Expression, Subquery, SubqueryKind};
use crate::sql::plan::{Field, Join, JoinKind, Plan};

pub(super) fn decorrelate(mut plan: Plan) -> Plan {
    for input in plan.inputs_mut() {
        *input = decorrelate(std::mem::replace(input, Plan::Empty));
    }
    let Plan::Filter { input, predicate } = plan else { return plan };
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
                below = Plan::Join(Box::new(Join {
                    left: below,
                    right: decorrelate(right),
                    kind,
                    on,
                    residual,
                    fields,
                }));
            }
            None => rest.push(Expression::Subquery(subquery)),
        }
    }
    match conjunction(rest) {
        Some(predicate) => Plan::Filter { input: Box::new(below), predicate },
        None => below,
    }
}

type JoinParts = (Plan, JoinKind, Vec<(Expression, Expression)>, Option<Expression>);

fn join_for(subquery: &Subquery, outer: &[Field]) -> Option<JoinParts> {
    let width = outer.len();
    let plan = Arc::unwrap_or_clone(subquery.plan.clone());
    match &subquery.kind {
        SubqueryKind::Exists { negated } => {
            if subquery.parameters.is_empty() {
                return None;
            }
            let (right, taken) = lift(plan, 0)?;
            let condition = outward(conjunction(taken)?, &subquery.parameters, width);
            let (on, residual) = split(condition, width);
            if on.is_empty() {
                return None;
            }
            Some((right, if *negated { JoinKind::Anti } else { JoinKind::Semi }, on, residual))
        }
        SubqueryKind::Any { operands, operator: Comparison::Equal } => {
            let (right, taken) = lift(plan, operands.len())?;
            let mut on = pairs(operands, &right)?;
            let mut residual = None;
            if let Some(condition) = conjunction(taken) {
                let (more, rest) = split(outward(condition, &subquery.parameters, width), width);
                on.extend(more);
                residual = rest;
            }
            Some((right, JoinKind::Semi, on, residual))
        }
        SubqueryKind::All { operands, operator: Comparison::NotEqual } => {
            // A NULL in either matters here, and only within the rows that the outer values pick.
            if !subquery.parameters.is_empty() || operands.len() != 1 {
                return None;
            }
            let on = pairs(operands, &plan)?;
            Some((plan, JoinKind::NullAwareAnti, on, None))
        }
        SubqueryKind::Scalar | SubqueryKind::Any { .. } | SubqueryKind::All { .. } => None,
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
    condition.transform(&mut |inner| {
        if let Expression::Parameter { index, .. } = inner
            && let Some(parameter) = parameters.get(*index)
        {
            *inner = parameter.clone();
        }
    });
    condition
}

/// Takes the conditions with parameters out of a query. The plan left gives its first `keep` columns as
/// before, then whatever those conditions read; they speak of its output.
fn lift(plan: Plan, keep: usize) -> Option<(Plan, Vec<Expression>)> {
    if !takes(&plan) {
        return Some((plan, Vec::new()));
    }
    match plan {
        Plan::Project { input, expressions, mut fields } => {
            let (input, mut taken) = lift_rows(*input)?;
            let mut all: Vec<Expression> = expressions.into_iter().take(keep).collect();
            if all.iter().any(has_parameter) {
                return None;
            }
            fields.truncate(keep);
            let shift = all.len();
            for (index, field) in input.fields().iter().enumerate() {
                all.push(Expression::Column { index, data_type: field.data_type });
                fields.push(field.clone());
            }
            for condition in &mut taken {
                columns::renumber(condition, &|index| index + shift);
            }
            Some((Plan::Project { input: Box::new(input), expressions: all, fields }, taken))
        }
        // For EXISTS, and for it alone, neither order nor repetition matters.
        Plan::Sort { input, limit: None, .. } => lift(*input, keep),
        Plan::Distinct { input } => lift(*input, keep),
        _ => None,
    }
}

/// The row source under a projection: filters over something without parameters.
fn lift_rows(plan: Plan) -> Option<(Plan, Vec<Expression>)> {
    let Plan::Filter { input, predicate } = plan else {
        return (!takes(&plan)).then_some((plan, Vec::new()));
    };
    let (input, mut taken) = lift_rows(*input)?;
    let mut stay = Vec::new();
    for condition in conjuncts(predicate) {
        if has_parameter(&condition) {
            if !columns::movable(&condition) {
                return None;
            }
            taken.push(condition);
        } else {
            stay.push(condition);
        }
    }
    let plan = match conjunction(stay) {
        Some(predicate) => Plan::Filter { input: Box::new(input), predicate },
        None => input,
    };
    Some((plan, taken))
}

fn has_parameter(expression: &Expression) -> bool {
    let mut found = false;
    expression.visit(&mut |inner| found |= matches!(inner, Expression::Parameter { .. }));
    found
}

/// Whether any expression of the plan takes a value from outside.
fn takes(plan: &Plan) -> bool {
    let mut plan = plan.clone();
    takes_inside(&mut plan)
}

fn takes_inside(plan: &mut Plan) -> bool {
    plan.inputs_mut().into_iter().any(takes_inside)
        || plan.expressions_mut().into_iter().any(|expression| has_parameter(expression))
}
