//! Only the columns that somebody reads: down to the scans, where a column that is not read costs nothing.

use std::sync::Arc;

use super::columns;
use crate::sorted::{SortedMap, SortedSet};
use crate::sql::expression::Expression;
use crate::sql::plan::{Field, JoinKind, Plan};

pub(super) fn prune(plan: Plan) -> Plan {
    let width = plan.fields().len();
    let (plan, kept) = narrow(plan, (0..width).collect());
    debug_assert_eq!(kept.len(), width);
    plan
}

/// The plan giving at least the `wanted` columns of its output, and which ones it gives, in order.
fn narrow(plan: Plan, wanted: SortedSet<usize>) -> (Plan, Vec<usize>) {
    match plan {
        Plan::Scan(mut scan) => {
            let mut used = wanted;
            for filter in &scan.filters {
                columns::collect(filter, &mut used);
            }
            let stored = scan.columns.len();
            let row_id = scan.with_row_id;
            let kept: Vec<usize> = used.iter().copied().filter(|index| *index < stored).collect();
            let mut outer = kept.clone();
            if row_id {
                outer.push(stored);
            }
            let number = numbering(&outer);
            for filter in &mut scan.filters {
                columns::renumber(filter, &number);
            }
            scan.fields = outer.iter().map(|index| scan.fields[*index].clone()).collect();
            scan.columns = kept.iter().map(|index| scan.columns[*index]).collect();
            (Plan::Scan(scan), outer)
        }
        // Which columns are read tells nothing of the rows. Those that the policies read besides stay below.
        Plan::Secure(mut secure) => {
            let kept: Vec<usize> = wanted.into_iter().collect();
            secure.input = exactly(secure.input, &kept);
            secure.fields = kept.iter().map(|index| secure.fields[*index].clone()).collect();
            (Plan::Secure(secure), kept)
        }
        Plan::Project { input, expressions, fields } => {
            let mut below = SortedSet::new();
            for index in &wanted {
                columns::collect(&expressions[*index], &mut below);
            }
            let (input, given) = narrow(*input, below);
            let number = numbering(&given);
            let kept: Vec<usize> = wanted.into_iter().collect();
            let mut expressions: Vec<Expression> =
                kept.iter().map(|index| expressions[*index].clone()).collect();
            for expression in &mut expressions {
                columns::renumber(expression, &number);
            }
            let fields: Vec<Field> = kept.iter().map(|index| fields[*index].clone()).collect();
            (unless_idle(input, expressions, fields), kept)
        }
        Plan::Filter { input, mut predicate } => {
            let mut below = wanted;
            columns::collect(&predicate, &mut below);
            let (input, given) = narrow(*input, below);
            columns::renumber(&mut predicate, &numbering(&given));
            (Plan::Filter { input: Box::new(input), predicate }, given)
        }
        Plan::Sort { input, mut keys, limit } => {
            let mut below = wanted;
            for key in &keys {
                columns::collect(&key.expression, &mut below);
            }
            let (input, given) = narrow(*input, below);
            for key in &mut keys {
                columns::renumber(&mut key.expression, &numbering(&given));
            }
            (Plan::Sort { input: Box::new(input), keys, limit }, given)
        }
        Plan::Limit { input, limit, offset } => {
            let (input, given) = narrow(*input, wanted);
            (Plan::Limit { input: Box::new(input), limit, offset }, given)
        }
        Plan::Join(join) => narrow_join(*join, wanted),
        Plan::Aggregate { input, groups, aggregates, fields } => {
            let count = groups.len();
            let kept: Vec<usize> =
                (0..fields.len()).filter(|index| *index < count || wanted.contains(index)).collect();
            let mut aggregates: Vec<_> = kept
                .iter()
                .filter(|index| **index >= count)
                .map(|index| aggregates[index - count].clone())
                .collect();
            let mut groups = groups;
            let mut below = SortedSet::new();
            let arguments = aggregates
                .iter()
                .flat_map(|call| call.arguments.iter().chain(call.order.iter().map(|key| &key.expression)));
            for expression in groups.iter().chain(arguments) {
                columns::collect(expression, &mut below);
            }
            let (input, given) = narrow(*input, below);
            let number = numbering(&given);
            for group in &mut groups {
                columns::renumber(group, &number);
            }
            for call in &mut aggregates {
                for argument in &mut call.arguments {
                    columns::renumber(argument, &number);
                }
                for key in &mut call.order {
                    columns::renumber(&mut key.expression, &number);
                }
            }
            let fields = kept.iter().map(|index| fields[*index].clone()).collect();
            (Plan::Aggregate { input: Box::new(input), groups, aggregates, fields }, kept)
        }
        Plan::Window { input, calls, fields } => {
            let width = input.fields().len();
            let used: Vec<usize> = (0..calls.len()).filter(|call| wanted.contains(&(width + call))).collect();
            let mut calls: Vec<_> = used.iter().map(|call| calls[*call].clone()).collect();
            let mut below: SortedSet<usize> = wanted.range(..width).copied().collect();
            for call in &calls {
                let keys = call.order.iter().map(|key| &key.expression);
                for expression in call.arguments.iter().chain(&call.partition).chain(keys) {
                    columns::collect(expression, &mut below);
                }
            }
            let (input, mut given) = narrow(*input, below);
            let number = numbering(&given);
            for call in &mut calls {
                let keys = call.order.iter_mut().map(|key| &mut key.expression);
                for expression in call.arguments.iter_mut().chain(&mut call.partition).chain(keys) {
                    columns::renumber(expression, &number);
                }
            }
            given.extend(used.iter().map(|call| width + call));
            if calls.is_empty() {
                return (input, given);
            }
            let fields = given.iter().map(|index| fields[*index].clone()).collect();
            (Plan::Window { input: Box::new(input), calls, fields }, given)
        }
        Plan::Unnest(mut unnest) => {
            let width = unnest.input.fields().len();
            let mut below: SortedSet<usize> = wanted.range(..width).copied().collect();
            columns::collect(&unnest.value, &mut below);
            if let Some(condition) = &unnest.condition {
                below.extend(columns::of(condition).range(..width));
            }
            let (input, mut given) = narrow(unnest.input, below);
            unnest.input = input;
            given.extend(width..unnest.fields.len());
            let number = numbering(&given);
            columns::renumber(&mut unnest.value, &number);
            if let Some(condition) = &mut unnest.condition {
                columns::renumber(condition, &number);
            }
            unnest.fields = given.iter().map(|index| unnest.fields[*index].clone()).collect();
            (Plan::Unnest(unnest), given)
        }
        Plan::SetOperation { operation, all, left, right, fields } if all => {
            let kept: Vec<usize> = wanted.into_iter().collect();
            let left = Box::new(exactly(*left, &kept));
            let right = Box::new(exactly(*right, &kept));
            let fields = kept.iter().map(|index| fields[*index].clone()).collect();
            (Plan::SetOperation { operation, all, left, right, fields }, kept)
        }
        Plan::Common { id, definition, body } => {
            let (body, given) = narrow(*body, wanted);
            let definition = prune(Arc::unwrap_or_clone(definition));
            (Plan::Common { id, definition: Arc::new(definition), body: Box::new(body) }, given)
        }
        // What the rounds hand on they hand on whole.
        Plan::Recursive { id, seed, step, fields } => {
            let (seed, given) = whole(*seed);
            let (step, _) = whole(*step);
            (Plan::Recursive { id, seed: Box::new(seed), step: Box::new(step), fields }, given)
        }
        // These give all their columns: rows are compared whole, or made whole.
        Plan::Distinct { input } => {
            let (input, given) = whole(*input);
            (Plan::Distinct { input: Box::new(input) }, given)
        }
        Plan::SetOperation { operation, all, left, right, fields } => {
            let (left, given) = whole(*left);
            let (right, _) = whole(*right);
            (
                Plan::SetOperation { operation, all, left: Box::new(left), right: Box::new(right), fields },
                given,
            )
        }
        other => {
            let width = other.fields().len();
            (other, (0..width).collect())
        }
    }
}

fn whole(plan: Plan) -> (Plan, Vec<usize>) {
    let width = plan.fields().len();
    narrow(plan, (0..width).collect())
}

/// As [`narrow`], giving nothing but `kept`.
fn exactly(plan: Plan, kept: &[usize]) -> Plan {
    let outer: Vec<Field> = kept.iter().map(|index| plan.fields()[*index].clone()).collect();
    let (plan, given) = narrow(plan, kept.iter().copied().collect());
    let number = numbering(&given);
    let expressions = kept
        .iter()
        .zip(&outer)
        .map(|(index, field)| Expression::Column { index: number(*index), data_type: field.data_type })
        .collect();
    unless_idle(plan, expressions, outer)
}

fn narrow_join(join: crate::sql::plan::Join, wanted: SortedSet<usize>) -> (Plan, Vec<usize>) {
    let mut join = join;
    let width = join.left.fields().len();
    let mut all = wanted;
    if let Some(residual) = &join.residual {
        columns::collect(residual, &mut all);
    }
    let mut left: SortedSet<usize> = all.range(..width).copied().collect();
    let mut right: SortedSet<usize> = all.range(width..).map(|index| index - width).collect();
    for (one, other) in &join.on {
        columns::collect(one, &mut left);
        columns::collect(other, &mut right);
    }
    let (left_plan, left_given) = narrow(join.left, left);
    let (right_plan, right_given) = narrow(join.right, right);
    for (one, other) in &mut join.on {
        columns::renumber(one, &numbering(&left_given));
        columns::renumber(other, &numbering(&right_given));
    }
    let mut both = left_given.clone();
    both.extend(right_given.iter().map(|index| index + width));
    if let Some(residual) = &mut join.residual {
        columns::renumber(residual, &numbering(&both));
    }
    let half = matches!(join.kind, JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti);
    let given = if half { left_given } else { both };
    join.fields = given.iter().map(|index| join.fields[*index].clone()).collect();
    join.left = left_plan;
    join.right = right_plan;
    (Plan::Join(Box::new(join)), given)
}

/// New numbers for what is left of the old ones.
fn numbering(given: &[usize]) -> impl Fn(usize) -> usize + use<> {
    let map: SortedMap<usize, usize> = given.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    move |old| map.get(&old).copied().unwrap_or(old)
}

/// A projection that hands every column on as it is needs no step of its own, if the names agree too.
fn unless_idle(input: Plan, expressions: Vec<Expression>, fields: Vec<Field>) -> Plan {
    let idle = expressions.len() == input.fields().len()
        && expressions.iter().enumerate().all(
            |(number, expression)| matches!(expression, Expression::Column { index, .. } if *index == number),
        )
        && fields == input.fields();
    if idle { input } else { Plan::Project { input: Box::new(input), expressions, fields } }
}
