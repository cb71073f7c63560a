//! Takes the conditions that read outer values out of a correlated query, so that what is left can be read
//! once for all outer rows and joined on them.

use super::columns;
use crate::sql::bind::{conjunction, conjuncts};
use crate::sql::expression::{Comparison, Expression};
use crate::sql::plan::{Field, Join, JoinKind, Plan};
use crate::warehouse::data_type::DataType;

/// A plan that takes nothing from outside: its own columns first, then those that `taken` reads besides.
/// The conditions speak of its output and of parameters.
pub(super) struct Lifted {
    pub plan: Plan,
    pub taken: Vec<Expression>,
}

/// `None` where taking the conditions out would change the rows.
pub(super) fn lift(plan: Plan) -> Option<Lifted> {
    if !takes(&plan) {
        return Some(Lifted { plan, taken: Vec::new() });
    }
    match plan {
        Plan::Filter { input, predicate } => lift_filter(*input, predicate),
        Plan::Project { input, mut expressions, mut fields } => {
            if expressions.iter().any(has_parameter) {
                return None;
            }
            let Lifted { plan, mut taken } = lift(*input)?;
            let shift = expressions.len();
            for (index, field) in plan.fields().iter().enumerate() {
                expressions.push(column(index, field));
                fields.push(field.clone());
            }
            for condition in &mut taken {
                columns::renumber(condition, &|index| index + shift);
            }
            Some(Lifted { plan: Plan::Project { input: Box::new(plan), expressions, fields }, taken })
        }
        Plan::Join(join) => lift_join(*join),
        Plan::Aggregate { input, mut groups, aggregates, fields } if !groups.is_empty() => {
            let parts = groups.iter().chain(aggregates.iter().flat_map(|call| &call.arguments));
            if parts
                .chain(aggregates.iter().flat_map(|call| call.order.iter().map(|key| &key.expression)))
                .any(has_parameter)
            {
                return None;
            }
            let Lifted { plan, taken } = lift(*input)?;
            // For one outer row an equal value is one value: grouping by it too splits nothing.
            let known = groups.len();
            let mut all = fields.clone();
            let mut outside = Vec::new();
            for condition in taken {
                let (inner, outer) = equal_pair(&condition)?;
                let data_type = inner.data_type();
                let place = groups.len();
                groups.push(inner.clone());
                all.insert(place, Field { qualifier: None, name: format!("key{place}"), data_type });
                outside.push((place, outer.clone()));
            }
            let added = groups.len() - known;
            let grouped = Plan::Aggregate { input: Box::new(plan), groups, aggregates, fields: all };
            let number = |index: usize| if index < known { index } else { index + added };
            let width = fields.len();
            let order: Vec<usize> = (0..width).map(number).chain(known..known + added).collect();
            let taken = outside
                .into_iter()
                .map(|(place, outer)| {
                    equal(
                        Expression::Column { index: width + place - known, data_type: outer.data_type() },
                        outer,
                    )
                })
                .collect();
            Some(Lifted { plan: reordered(grouped, &order), taken })
        }
        Plan::Distinct { input } => {
            let Lifted { plan, taken } = lift(*input)?;
            taken
                .iter()
                .all(|condition| equal_pair(condition).is_some())
                .then(|| Lifted { plan: Plan::Distinct { input: Box::new(plan) }, taken })
        }
        Plan::Sort { input, limit: None, .. } => lift(*input),
        _ => None,
    }
}

fn lift_filter(input: Plan, predicate: Expression) -> Option<Lifted> {
    let Lifted { plan, mut taken } = lift(input)?;
    let mut stay = Vec::new();
    for condition in conjuncts(predicate) {
        if !has_parameter(&condition) {
            stay.push(condition);
        } else if columns::movable(&condition) {
            taken.push(condition);
        } else {
            return None;
        }
    }
    let plan = match conjunction(stay) {
        Some(predicate) => Plan::Filter { input: Box::new(plan), predicate },
        None => plan,
    };
    Some(Lifted { plan, taken })
}

fn lift_join(join: Join) -> Option<Lifted> {
    let Join { left, right, kind, on, residual, .. } = join;
    let (left_width, right_width) = (left.fields().len(), right.fields().len());
    let joins = matches!(kind, JoinKind::Inner | JoinKind::Cross);
    let mut taken = Vec::new();
    let mut pairs = Vec::new();
    for (one, mut other) in on {
        if !has_parameter(&one) && !has_parameter(&other) {
            pairs.push((one, other));
        } else if joins {
            columns::renumber(&mut other, &|index| index + left_width);
            taken.push(equal(one, other));
        } else {
            return None;
        }
    }
    let mut rest = Vec::new();
    for condition in residual.into_iter().flat_map(conjuncts) {
        if !has_parameter(&condition) {
            rest.push(condition);
        } else if joins && columns::movable(&condition) {
            taken.push(condition);
        } else {
            return None;
        }
    }
    let left = lift(left)?;
    let right = if joins {
        lift(right)?
    } else {
        (!takes(&right)).then(|| Lifted { plan: right, taken: Vec::new() })?
    };
    let more_left = left.plan.fields().len() - left_width;
    let more_right = right.plan.fields().len() - right_width;
    // Within the join: left, what left brings besides, right, what right brings besides.
    let inside = |index: usize| if index < left_width { index } else { index + more_left };
    for condition in &mut rest {
        columns::renumber(condition, &inside);
    }
    let filtering = matches!(kind, JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti);
    let mut fields = left.plan.fields().to_vec();
    if !filtering {
        fields.extend_from_slice(right.plan.fields());
    }
    let kind = match kind {
        JoinKind::Inner if pairs.is_empty() && rest.is_empty() => JoinKind::Cross,
        kind => kind,
    };
    let plan = Plan::Join(Box::new(Join {
        left: left.plan,
        right: right.plan,
        kind,
        on: pairs,
        residual: conjunction(rest),
        fields,
    }));
    let width = left_width + if filtering { 0 } else { right_width };
    for mut condition in left.taken {
        columns::renumber(&mut condition, &|index| {
            if index < left_width { index } else { index - left_width + width }
        });
        taken.push(condition);
    }
    for mut condition in right.taken {
        columns::renumber(&mut condition, &|index| {
            if index < right_width { index + left_width } else { index - right_width + width + more_left }
        });
        taken.push(condition);
    }
    if filtering || more_left == 0 {
        return Some(Lifted { plan, taken });
    }
    let right_at = left_width + more_left;
    let order: Vec<usize> = (0..left_width)
        .chain(right_at..right_at + right_width)
        .chain(left_width..right_at)
        .chain(right_at + right_width..right_at + right_width + more_right)
        .collect();
    Some(Lifted { plan: reordered(plan, &order), taken })
}

/// The columns of `plan` in another order.
fn reordered(plan: Plan, order: &[usize]) -> Plan {
    let fields: Vec<Field> = order.iter().map(|&index| plan.fields()[index].clone()).collect();
    let expressions = order.iter().zip(&fields).map(|(&index, field)| column(index, field)).collect();
    Plan::Project { input: Box::new(plan), expressions, fields }
}

pub(super) fn column(index: usize, field: &Field) -> Expression {
    Expression::Column { index, data_type: field.data_type }
}

fn equal(left: Expression, right: Expression) -> Expression {
    Expression::Compare { operator: Comparison::Equal, left: Box::new(left), right: Box::new(right) }
}

/// `inner = outer`: one side reads rows alone, the other outer values alone.
pub(super) fn equal_pair(condition: &Expression) -> Option<(&Expression, &Expression)> {
    let Expression::Compare { operator: Comparison::Equal, left, right } = condition else { return None };
    match (reads(left), reads(right)) {
        ((true, false), (false, true)) => Some((left, right)),
        ((false, true), (true, false)) => Some((right, left)),
        _ => None,
    }
}

/// Whether it reads columns; whether it reads parameters.
fn reads(expression: &Expression) -> (bool, bool) {
    let (mut columns, mut parameters) = (false, false);
    expression.visit(&mut |inner| {
        columns |= matches!(inner, Expression::Column { .. });
        parameters |= matches!(inner, Expression::Parameter { .. });
    });
    (columns, parameters)
}

pub(super) fn reads_columns(expression: &Expression) -> bool {
    reads(expression).0
}

pub(super) fn has_parameter(expression: &Expression) -> bool {
    reads(expression).1
}

/// Whether any expression of the plan takes a value from outside.
pub(super) fn takes(plan: &Plan) -> bool {
    let mut plan = plan.clone();
    takes_inside(&mut plan)
}

fn takes_inside(plan: &mut Plan) -> bool {
    plan.inputs_mut().into_iter().any(takes_inside)
        || plan.expressions_mut().into_iter().any(|expression| has_parameter(expression))
}

/// Puts the outer row's own expressions in the place of parameters.
pub(super) fn fill(expression: &mut Expression, parameters: &[Expression]) {
    expression.transform(&mut |inner| {
        if let Expression::Parameter { index, .. } = inner
            && let Some(parameter) = parameters.get(*index)
        {
            *inner = parameter.clone();
        }
    });
}

/// A constant, for what an empty group gives.
pub(super) fn zero(data_type: DataType) -> Expression {
    Expression::Literal { value: crate::warehouse::value::Value::BigInt(0), data_type }
}
