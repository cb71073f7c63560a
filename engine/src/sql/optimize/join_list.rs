//! A comma list whose order would multiply tables is put in an order in which each next one is joined by a
//! condition. `FROM a, b, c WHERE a.x = c.x AND b.y = c.y` must not begin with `a` times `b`.

use super::columns;
use crate::sorted::SortedSet;
use crate::sql::bind::{conjunction, conjuncts};
use crate::sql::expression::{Comparison, Expression};
use crate::sql::plan::{Field, Join, JoinKind, Plan};

pub(super) fn join_list(mut plan: Plan) -> Plan {
    plan = match plan {
        Plan::Filter { input, predicate } if multiplies(&input) => {
            return ordered(*input, conjuncts(predicate));
        }
        Plan::Join(join) if join.kind == JoinKind::Inner && multiplies(&join.left) => {
            return ordered(Plan::Join(join), Vec::new());
        }
        other => other,
    };
    for input in plan.inputs_mut() {
        *input = join_list(std::mem::replace(input, Plan::Empty));
    }
    plan
}

/// Whether a cross join hides in the inner joins of this plan.
fn multiplies(plan: &Plan) -> bool {
    match plan {
        Plan::Join(join) if join.kind == JoinKind::Cross => true,
        Plan::Join(join) if join.kind == JoinKind::Inner => multiplies(&join.left) || multiplies(&join.right),
        _ => false,
    }
}

/// The tables of a nest of inner joins, and its conditions over all of them.
fn flatten(plan: Plan, offset: usize, leaves: &mut Vec<Plan>, conditions: &mut Vec<Expression>) {
    match plan {
        Plan::Join(join) if matches!(join.kind, JoinKind::Inner | JoinKind::Cross) => {
            let Join { left, right, on, residual, .. } = *join;
            let width = left.fields().len();
            for (mut one, mut other) in on {
                columns::renumber(&mut one, &|index| index + offset);
                columns::renumber(&mut other, &|index| index + offset + width);
                conditions.push(Expression::Compare {
                    operator: Comparison::Equal,
                    left: Box::new(one),
                    right: Box::new(other),
                });
            }
            for mut condition in residual.into_iter().flat_map(conjuncts) {
                columns::renumber(&mut condition, &|index| index + offset);
                conditions.push(condition);
            }
            flatten(left, offset, leaves, conditions);
            flatten(right, offset + width, leaves, conditions);
        }
        other => leaves.push(other),
    }
}

fn ordered(plan: Plan, filter: Vec<Expression>) -> Plan {
    let outer: Vec<Field> = plan.fields().to_vec();
    let mut leaves = Vec::new();
    let mut conditions = Vec::new();
    flatten(plan, 0, &mut leaves, &mut conditions);
    conditions.extend(filter);

    // The range of columns that each table has in the row as written.
    let mut starts = Vec::new();
    let mut width = 0;
    for leaf in &leaves {
        starts.push(width);
        width += leaf.fields().len();
    }
    let owner = |index: usize| starts.partition_point(|start| *start <= index).saturating_sub(1);
    // Which tables an equality joins each one to.
    let mut neighbours = vec![Vec::new(); leaves.len()];
    for condition in &conditions {
        if let Expression::Compare { operator: Comparison::Equal, .. } = condition {
            let tables: SortedSet<usize> = columns::of(condition).into_iter().map(owner).collect();
            if let (2, Some(&one), Some(&other)) = (tables.len(), tables.first(), tables.last()) {
                neighbours[one].push(other);
                neighbours[other].push(one);
            }
        }
    }

    // The first that is joined to those before; the first of all where none is.
    let mut order: Vec<usize> = Vec::with_capacity(leaves.len());
    let mut left: SortedSet<usize> = (0..leaves.len()).collect();
    let mut joined: SortedSet<usize> = SortedSet::new();
    while let Some(next) = joined.pop_first().or_else(|| left.first().copied()) {
        left.remove(&next);
        order.push(next);
        joined.extend(neighbours[next].iter().filter(|table| left.contains(table)));
    }

    let mut number = vec![0; width];
    let mut next = 0;
    for table in &order {
        for column in 0..leaves[*table].fields().len() {
            number[starts[*table] + column] = next;
            next += 1;
        }
    }
    for condition in &mut conditions {
        columns::renumber(condition, &|index| number[index]);
    }
    let mut leaves: Vec<Option<Plan>> = leaves.into_iter().map(|leaf| Some(join_list(leaf))).collect();
    let mut whole: Option<Plan> = None;
    for table in order {
        let Some(leaf) = leaves[table].take() else { continue };
        whole = Some(match whole {
            None => leaf,
            Some(left) => {
                let fields = left.fields().iter().chain(leaf.fields()).cloned().collect();
                let kind = JoinKind::Cross;
                Plan::Join(Box::new(Join { left, right: leaf, kind, on: Vec::new(), residual: None, fields }))
            }
        });
    }
    let mut plan = whole.unwrap_or(Plan::Empty);
    if let Some(predicate) = conjunction(conditions) {
        plan = Plan::Filter { input: Box::new(plan), predicate };
    }
    let expressions = outer
        .iter()
        .enumerate()
        .map(|(index, field)| Expression::Column { index: number[index], data_type: field.data_type })
        .collect();
    Plan::Project { input: Box::new(plan), expressions, fields: outer }
}
