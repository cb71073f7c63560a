//! A plan as text, in the shape Redshift prints it (Developer Guide, "Query plan").
//!
//! `step` turns the plan into the steps that are printed, `cost` prices them, `distribution` says which rows a join
//! moves between slices, `expression` writes conditions. Here the tree becomes lines.

mod cost;
mod distribution;
mod expression;
mod step;
#[cfg(test)]
mod tests;

use step::Step;

use super::plan::Plan;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

/// What Redshift appends to a plan that multiplies its inputs.
const NESTED_LOOP_WARNING: &str =
    "----- Nested Loop Join in the query plan - review the join predicates to avoid Cartesian products -----";

/// One line a row of EXPLAIN's answer.
pub fn explain(plan: &Plan, manifest: &Manifest, database: &Identifier) -> Vec<String> {
    let statistics = cost::Statistics { manifest, database };
    let step = step::whole(plan, &statistics);
    let mut lines = Vec::new();
    print(&step, 0, &mut lines);
    if multiplies(&step) {
        lines.push(NESTED_LOOP_WARNING.to_owned());
    }
    lines
}

/// A child's arrow stands two columns to the right of its parent's text, its own details two further.
fn print(step: &Step, indent: usize, lines: &mut Vec<String>) {
    let arrow = if lines.is_empty() { "" } else { "->  " };
    let margin = " ".repeat(indent);
    lines.push(format!("{margin}{arrow}{}  {}", step.title, step.cost));
    let inner = indent + arrow.len() + 2;
    lines.extend(step.details.iter().map(|detail| format!("{}{detail}", " ".repeat(inner))));
    for input in &step.inputs {
        print(input, inner, lines);
    }
}

fn multiplies(step: &Step) -> bool {
    step.title.contains("Nested Loop") || step.inputs.iter().any(multiplies)
}
