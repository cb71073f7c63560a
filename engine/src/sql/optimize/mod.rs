//! Makes a plan cheaper without changing its answer. One rule a file, run in this order:
//!
//! `decorrelate` (EXISTS and IN to joins, with `scalar` and `lift`) -> `fold` (constants) -> `factor` (what the
//! branches of an OR share) -> `join_list` (comma lists in an order
//! that their conditions join) -> `push_down` (conditions towards the tables) -> `join_order` (the smaller side is built) -> `top` (ORDER BY with LIMIT keeps few
//! rows) -> `prune` (only the columns that are used).

mod columns;
mod decorrelate;
mod documents;
mod factor;
mod fold;
mod join_list;
mod join_order;
mod lift;
mod prune;
mod push_down;
mod rows;
mod scalar;
#[cfg(test)]
mod tests;
mod top;

pub(crate) use fold::surroundings;
pub use rows::UNKNOWN_OUTSIDE;

use std::sync::Arc;

use super::expression::Expression;
use super::plan::Plan;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

/// Push-down, pruning, decorrelation and join order by row counts. The output's fields stay as they are.
pub fn optimize(plan: Plan, manifest: &Manifest, database: &Identifier) -> Plan {
    let mut plan = decorrelate::decorrelate(plan);
    inner_plans(&mut plan, &mut |inner| {
        *inner = optimize(std::mem::replace(inner, Plan::Empty), manifest, database)
    });
    let plan = fold::fold(documents::documents(plan), manifest);
    let plan = push_down::push_down(join_list::join_list(factor::factor(plan)));
    let plan = join_order::join_order(plan, manifest, database);
    let plan = top::top(plan);
    prune::prune(plan)
}

/// Every query inside an expression of this plan; those further inside are the callee's business.
fn inner_plans(plan: &mut Plan, meet: &mut dyn FnMut(&mut Plan)) {
    for input in plan.inputs_mut() {
        inner_plans(input, meet);
    }
    for expression in plan.expressions_mut() {
        expression.transform(&mut |expression| {
            if let Expression::Subquery(subquery) = expression {
                meet(Arc::make_mut(&mut subquery.plan));
            }
        });
    }
}
