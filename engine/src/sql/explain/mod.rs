//! A plan as text, in the shape Redshift prints it (Developer Guide, "Query plan").
//!
//! `step` turns the plan into the steps that are printed, `join`, `aggregate` and `window` the larger of them,
//! `cost` prices them, `distribution` says which rows a join moves between slices, `expression` writes conditions,
//! `secure` keeps policies out of sight. Here the tree
//! becomes lines. After a query has run, `segment` says which work its steps were and `alert` what was wrong with it.

mod aggregate;
mod alert;
pub(super) mod cost;
mod distribution;
mod expression;
mod join;
mod load;
mod outside;
mod predicate;
mod secure;
mod segment;
mod set_operation;
mod step;
#[cfg(test)]
mod tests;
mod verbose;
mod window;

use step::{Planner, Step, StepKind};

use super::execute::profile::Profile;
use super::plan::Plan;
use crate::sorted::SortedSet;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

pub use alert::Alert;
pub use load::Load;
pub use predicate::predicate_columns;
pub use segment::{Ending, Work, WorkKind};

/// What Redshift appends to a plan that multiplies its inputs.
const NESTED_LOOP_WARNING: &str =
    "----- Nested Loop Join in the query plan - review the join predicates to avoid Cartesian products -----";
const STATISTICS_ADVICE: &str =
    "----- Update statistics by running the ANALYZE command on these tables -----";

/// One line a row of EXPLAIN's answer.
pub fn explain(plan: &Plan, manifest: &Manifest, database: &Identifier, verbose: bool) -> Vec<String> {
    let step = Planner::new(cost::Statistics { manifest, database }).whole(plan);
    let nodes = nodes(&step);
    let mut lines = if verbose { verbose::dump(&step) } else { Vec::new() };
    for node in &nodes {
        lines.push(node.line.clone());
        lines.extend(node.details.iter().cloned());
    }
    let unknown = without_statistics(&step);
    if !unknown.is_empty() {
        let names = unknown.into_iter().collect::<Vec<_>>().join(", ");
        lines.push(format!("----- Tables missing statistics: {names} -----"));
        lines.push(STATISTICS_ADVICE.to_owned());
    }
    if multiplies(&step) {
        lines.push(NESTED_LOOP_WARNING.to_owned());
    }
    lines
}

/// A printed step, as `stl_explain` keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// From 1; 0 is the parent of the first.
    pub parent: usize,
    /// Indented as EXPLAIN prints it.
    pub line: String,
    pub details: Vec<String>,
    pub start: f64,
    pub total: f64,
    pub rows: f64,
    pub width: usize,
    pub on_leader: bool,
}

/// What is known of a query that has run.
#[derive(Clone, Debug)]
pub struct Account {
    pub nodes: Vec<Node>,
    pub work: Vec<Work>,
    pub alerts: Vec<Alert>,
}

/// The plan as it was printed, the work that its steps were, and what the optimizer would complain of.
pub fn account(
    plan: &Plan,
    manifest: &Manifest,
    database: &Identifier,
    profile: &Profile,
    ending: Ending,
) -> Account {
    let planner = Planner::new(cost::Statistics { manifest, database });
    let step = planner.whole(plan);
    let work = segment::work(&planner.put_aside(), &step, profile, ending);
    let alerts = alert::alerts(&step, &work);
    Account { nodes: nodes(&step), work, alerts }
}

/// Every table that the plan reads, queries inside its expressions included.
pub fn tables_read(plan: &Plan) -> SortedSet<ObjectId> {
    let mut tables = SortedSet::new();
    collect_tables(&mut plan.clone(), &mut tables);
    tables
}

fn collect_tables(plan: &mut Plan, tables: &mut SortedSet<ObjectId>) {
    if let Plan::Scan(scan) = plan
        && scan.external.is_none()
    {
        tables.insert(scan.relation);
    }
    for expression in plan.expressions_mut() {
        expression::subqueries(expression, &mut |subquery| tables.extend(tables_read(&subquery.plan)));
    }
    plan.inputs_mut().into_iter().for_each(|input| collect_tables(input, tables));
}

fn nodes(step: &Step) -> Vec<Node> {
    let mut nodes = Vec::new();
    print(step, 0, 0, &mut nodes);
    nodes
}

/// A child's arrow stands two columns to the right of its parent's text, its own details two further.
fn print(step: &Step, parent: usize, indent: usize, nodes: &mut Vec<Node>) {
    let arrow = if nodes.is_empty() { "" } else { "->  " };
    let inner = indent + arrow.len() + 2;
    let margin = " ".repeat(inner);
    let mut details: Vec<String> = step.details.iter().map(|detail| format!("{margin}{detail}")).collect();
    if let Some((title, _)) = step.inner.first() {
        details.push(format!("{margin}{title}"));
    }
    nodes.push(Node {
        parent,
        line: format!("{}{arrow}{}  {}", " ".repeat(indent), step.title, step.cost),
        details,
        start: step.cost.start,
        total: step.cost.total,
        rows: step.cost.rows,
        width: step.cost.width,
        on_leader: step.place == distribution::Place::Leader || step.kind == StepKind::Merge,
    });
    let number = nodes.len();
    for (index, (_, below)) in step.inner.iter().enumerate() {
        print(below, number, inner + 2, nodes);
        if let (Some((next, _)), Some(last)) = (step.inner.get(index + 1), nodes.last_mut()) {
            last.details.push(format!("{margin}{next}"));
        }
    }
    for input in &step.inputs {
        print(input, number, inner, nodes);
    }
}

fn multiplies(step: &Step) -> bool {
    let mut found = false;
    step.each(&mut |step| found |= matches!(step.kind, StepKind::NestedLoop(_)));
    found
}

fn without_statistics(step: &Step) -> SortedSet<String> {
    let mut tables = SortedSet::new();
    step.each(&mut |step| {
        if let StepKind::Scan(scanned) = &step.kind
            && scanned.without_statistics
        {
            tables.insert(scanned.name.clone());
        }
    });
    tables
}
