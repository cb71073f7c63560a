//! Conditions go to where rows begin: through projections, to the sides of joins, into scans. An equality over
//! a comma list makes it a join.

use super::{columns, factor};
use crate::sql::bind::{Side, conjunction, conjuncts, side, split};
use crate::sql::expression::Expression;
use crate::sql::plan::{Join, JoinKind, Plan};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub(super) fn push_down(plan: Plan) -> Plan {
    push(plan, Vec::new())
}

/// The plan with `conditions` (over its output) applied somewhere inside or on top.
fn push(plan: Plan, mut conditions: Vec<Expression>) -> Plan {
    if conditions.iter().any(never) {
        return Plan::Nothing { fields: plan.fields().to_vec() };
    }
    conditions.retain(|condition| !always(condition));
    match plan {
        Plan::Filter { input, predicate } => {
            // The conditions from above come second: an inner one may keep rows away that they fail on.
            let mut all = conjuncts(predicate);
            all.append(&mut conditions);
            push(*input, all)
        }
        Plan::Project { input, expressions, fields } => {
            let (through, stay): (Vec<Expression>, Vec<Expression>) =
                conditions.into_iter().partition(|condition| {
                    columns::movable(condition)
                        && columns::of(condition).iter().all(|index| columns::movable(&expressions[*index]))
                });
            let through = through
                .into_iter()
                .map(|mut condition| {
                    columns::substitute(&mut condition, &expressions);
                    condition
                })
                .collect();
            let input = Box::new(push(*input, through));
            filtered(Plan::Project { input, expressions, fields }, stay)
        }
        Plan::Scan(mut scan) => {
            let (inside, stay): (Vec<Expression>, Vec<Expression>) =
                conditions.into_iter().partition(columns::movable);
            scan.filters.extend(inside);
            filtered(Plan::Scan(scan), stay)
        }
        Plan::Join(join) => push_join(*join, conditions),
        Plan::Aggregate { input, groups, aggregates, fields } => {
            let (through, stay): (Vec<Expression>, Vec<Expression>) =
                conditions.into_iter().partition(|condition| {
                    // Without a group there is a row even where the input has none.
                    !groups.is_empty()
                        && columns::movable(condition)
                        && columns::of(condition)
                            .iter()
                            .all(|index| groups.get(*index).is_some_and(columns::movable))
                });
            let through = through
                .into_iter()
                .map(|mut condition| {
                    columns::substitute(&mut condition, &groups);
                    condition
                })
                .collect();
            let input = Box::new(push(*input, through));
            filtered(Plan::Aggregate { input, groups, aggregates, fields }, stay)
        }
        Plan::Unnest(mut unnest) => {
            let width = unnest.input.fields().len();
            let (below, stay) = conditions.into_iter().partition(|condition| {
                columns::movable(condition) && columns::of(condition).range(width..).next().is_none()
            });
            unnest.input = push(unnest.input, below);
            filtered(Plan::Unnest(unnest), stay)
        }
        Plan::Sort { input, keys, limit: None } => {
            Plan::Sort { input: Box::new(push(*input, conditions)), keys, limit: None }
        }
        Plan::Distinct { input } => {
            let (through, stay) = conditions.into_iter().partition(columns::movable);
            filtered(Plan::Distinct { input: Box::new(push(*input, through)) }, stay)
        }
        Plan::SetOperation { operation, all, left, right, fields } => {
            let (through, stay): (Vec<Expression>, Vec<Expression>) =
                conditions.into_iter().partition(columns::movable);
            let left = Box::new(push(*left, through.clone()));
            let right = Box::new(push(*right, through));
            filtered(Plan::SetOperation { operation, all, left, right, fields }, stay)
        }
        Plan::Common { id, definition, body } => {
            let definition = std::sync::Arc::unwrap_or_clone(definition);
            Plan::Common {
                id,
                definition: push_down(definition).into(),
                body: Box::new(push(*body, conditions)),
            }
        }
        mut other => {
            for input in other.inputs_mut() {
                *input = push_down(std::mem::replace(input, Plan::Empty));
            }
            filtered(other, conditions)
        }
    }
}

fn push_join(join: Join, conditions: Vec<Expression>) -> Plan {
    let Join { left, right, mut kind, mut on, residual, fields } = join;
    let width = left.fields().len();
    let (mut to_left, mut to_right, mut stay, mut inner) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let keeps_left = matches!(
        kind,
        JoinKind::Inner
            | JoinKind::Cross
            | JoinKind::Left
            | JoinKind::Semi
            | JoinKind::Anti
            | JoinKind::NullAwareAnti
    );
    let keeps_right = matches!(kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Right);
    let joins = matches!(kind, JoinKind::Inner | JoinKind::Cross);
    for condition in conditions {
        if !columns::movable(&condition) {
            stay.push(condition);
            continue;
        }
        match side(&condition, width) {
            Some(Side::Left) if keeps_left => to_left.push(condition),
            Some(Side::Right) if keeps_right => to_right.push(unshifted(condition, width)),
            _ if joins => {
                to_left.extend(factor::implied(&condition, &|one| side(one, width) == Some(Side::Left)));
                let right = factor::implied(&condition, &|one| side(one, width) == Some(Side::Right));
                to_right.extend(right.map(|condition| unshifted(condition, width)));
                inner.push(condition);
            }
            _ => stay.push(condition),
        }
    }
    // Conditions of the join itself that speak of one side only.
    let mut rest = Vec::new();
    for condition in residual.into_iter().flat_map(conjuncts) {
        let free = columns::movable(&condition);
        match (side(&condition, width), kind) {
            (Some(Side::Left), JoinKind::Inner | JoinKind::Right | JoinKind::Semi) if free => {
                to_left.push(condition)
            }
            (Some(Side::Right), JoinKind::Inner | JoinKind::Left | JoinKind::Semi | JoinKind::Anti)
                if free =>
            {
                to_right.push(unshifted(condition, width));
            }
            _ => rest.push(condition),
        }
    }
    if !inner.is_empty() {
        let (pairs, more) = split(conjunction(inner).unwrap_or_else(truth), width);
        on.extend(pairs);
        rest.extend(more.into_iter().flat_map(conjuncts));
    }
    if kind == JoinKind::Cross && !(on.is_empty() && rest.is_empty()) {
        kind = JoinKind::Inner;
    }
    if kind == JoinKind::Inner && on.is_empty() && rest.is_empty() {
        kind = JoinKind::Cross;
    }
    let left = push(left, to_left);
    let right = push(right, to_right);
    let join = Join { left, right, kind, on, residual: conjunction(rest), fields };
    filtered(Plan::Join(Box::new(join)), stay)
}

fn unshifted(mut condition: Expression, width: usize) -> Expression {
    columns::renumber(&mut condition, &|index| index - width);
    condition
}

fn filtered(plan: Plan, conditions: Vec<Expression>) -> Plan {
    match conjunction(conditions) {
        Some(predicate) => Plan::Filter { input: Box::new(plan), predicate },
        None => plan,
    }
}

fn truth() -> Expression {
    Expression::Literal { value: Value::Boolean(true), data_type: DataType::Boolean }
}

fn always(condition: &Expression) -> bool {
    matches!(condition, Expression::Literal { value: Value::Boolean(true), .. })
}

fn never(condition: &Expression) -> bool {
    matches!(condition, Expression::Literal { value: Value::Boolean(false) | Value::Null, .. })
}
