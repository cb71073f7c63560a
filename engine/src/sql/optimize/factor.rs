//! What every branch of an OR asks stands once beside it: `(a AND b) OR (a AND c)` is `a AND (b OR c)`, in
//! three-valued logic too. So a join condition written into each branch joins instead of multiplying.

use super::columns;
use crate::sql::bind::{conjunction, conjuncts, split};
use crate::sql::expression::Expression;
use crate::sql::plan::Plan;

pub(super) fn factor(mut plan: Plan) -> Plan {
    for input in plan.inputs_mut() {
        *input = factor(std::mem::replace(input, Plan::Empty));
    }
    match &mut plan {
        Plan::Filter { predicate, .. } if has_or(predicate) => {
            let whole = std::mem::replace(predicate, Expression::And(Vec::new()));
            *predicate = Expression::And(conjuncts(whole).into_iter().flat_map(factored).collect());
        }
        Plan::Join(join) if join.residual.as_ref().is_some_and(has_or) => {
            let whole = join.residual.take().into_iter().flat_map(conjuncts).flat_map(factored).collect();
            if let Some(whole) = conjunction(whole) {
                let (pairs, rest) = split(whole, join.left.fields().len());
                join.on.extend(pairs);
                join.residual = rest;
            }
        }
        _ => {}
    }
    plan
}

fn has_or(condition: &Expression) -> bool {
    match condition {
        Expression::Or(_) => true,
        Expression::And(all) => all.iter().any(has_or),
        _ => false,
    }
}

/// One conjunct as the conjuncts it is worth.
fn factored(condition: Expression) -> Vec<Expression> {
    let Expression::Or(all) = condition else { return vec![condition] };
    let mut branches: Vec<Vec<Expression>> = all.into_iter().map(conjuncts).collect();
    let Some((first, others)) = branches.split_first() else { return Vec::new() };
    let mut common: Vec<Expression> = first
        .iter()
        .filter(|one| columns::movable(one) && others.iter().all(|other| other.contains(one)))
        .cloned()
        .collect();
    if common.is_empty() {
        return vec![Expression::Or(branches.into_iter().filter_map(conjunction).collect())];
    }
    for branch in &mut branches {
        branch.retain(|one| !common.contains(one));
    }
    // A branch that asks nothing more makes the others superfluous.
    if branches.iter().all(|branch| !branch.is_empty()) {
        common.push(Expression::Or(branches.into_iter().filter_map(conjunction).collect()));
    }
    common
}

/// What an OR says of those columns alone that `speaks` accepts: each branch must say something of them.
/// It is asked beside the OR, so only what cannot fail is taken.
pub(super) fn implied(condition: &Expression, speaks: &dyn Fn(&Expression) -> bool) -> Option<Expression> {
    let Expression::Or(all) = condition else { return None };
    let branches: Option<Vec<Expression>> = all
        .iter()
        .map(|branch| {
            let said = conjuncts(branch.clone());
            conjunction(said.into_iter().filter(|one| safe(one) && speaks(one)).collect())
        })
        .collect();
    Some(Expression::Or(branches?))
}

/// Whether computing it cannot raise an error.
fn safe(expression: &Expression) -> bool {
    let mut safe = true;
    expression.visit(&mut |inner| {
        safe &= !matches!(
            inner,
            Expression::Call { .. }
                | Expression::Cast { .. }
                | Expression::Subquery(_)
                | Expression::Like { .. }
        );
    });
    safe
}
