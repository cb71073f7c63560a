//! The steps of a plan as they are printed.
//!
//! Not every node of ours is a step of the product's: a projection only renames, a filter belongs to the step
//! that reads, and a sort that leaves the slices is three steps (Sort, Network, Merge).

use super::cost::{self, Cost, Statistics};
use super::distribution::{self, Place, Side};
use super::expression;
use crate::sql::expression::Expression;
use crate::sql::plan::{
    AggregateCall, AggregateFunction, Join, JoinKind, Plan, Scan, SetOperation, SortKey, Unnest, WindowCall,
};
use crate::sql::system;

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub title: String,
    pub cost: Cost,
    /// `Filter: ...` and its like.
    pub details: Vec<String>,
    pub inputs: Vec<Step>,
    /// The text of each output column.
    names: Vec<String>,
    place: Place,
}

/// The plan's steps, the last of them on the leader node.
pub(super) fn whole(plan: &Plan, statistics: &Statistics) -> Step {
    match plan {
        Plan::Limit { input, limit, offset } => limited(whole(input, statistics), *limit, *offset),
        Plan::Project { input, expressions, .. } => projected(whole(input, statistics), expressions),
        // The sort's own limit saves work; the rows are cut by the LIMIT above it.
        Plan::Sort { input, keys, .. } => {
            let sorted = sorted(step(input, statistics), keys);
            if sorted.place == Place::Leader { sorted } else { merged(sorted) }
        }
        plan => step(plan, statistics),
    }
}

fn step(plan: &Plan, statistics: &Statistics) -> Step {
    match plan {
        Plan::Empty => leader("Result", Cost { start: 0.0, total: 0.01, rows: 1.0, width: 0 }, Vec::new()),
        Plan::Nothing { fields } => {
            let cost = Cost { start: 0.0, total: 0.01, rows: 0.0, width: cost::width(fields) };
            let mut step = leader("Result", cost, names(plan));
            step.details.push("One-Time Filter: false".to_owned());
            step
        }
        Plan::Scan(scan) => scanned(scan, statistics),
        Plan::SystemScan { relation, fields } => {
            let cost = cost::scan(1_000.0, &[], cost::width(fields));
            let name = fields
                .iter()
                .find_map(|field| field.qualifier.clone())
                .unwrap_or_else(|| "catalog".to_owned());
            let title = format!("Seq Scan on {name}");
            let mut step = leader(&title, cost, names(plan));
            if system::on_compute_nodes(*relation) {
                step.title = format!("XN {title}");
                step.place = Place::Scattered;
            }
            step
        }
        Plan::Values { rows, fields } => {
            let count = rows.len() as f64;
            let cost = Cost { start: 0.0, total: 0.01 * count, rows: count, width: cost::width(fields) };
            leader("Values Scan on \"*VALUES*\"", cost, names(plan))
        }
        Plan::Filter { input, predicate } => filtered(step(input, statistics), predicate),
        Plan::Project { input, expressions, .. } => projected(step(input, statistics), expressions),
        Plan::Join(join) => joined(join, statistics),
        Plan::Aggregate { input, groups, aggregates, .. } => {
            aggregated(step(input, statistics), groups, aggregates, cost::width(plan.fields()))
        }
        Plan::Window { input, calls, .. } => {
            windowed(step(input, statistics), calls, cost::width(plan.fields()))
        }
        Plan::Unnest(unnest) => unnested(step(&unnest.input, statistics), unnest),
        Plan::Sort { input, keys, .. } => sorted(step(input, statistics), keys),
        Plan::Limit { input, limit, offset } => limited(step(input, statistics), *limit, *offset),
        Plan::Distinct { input } => unique(step(input, statistics)),
        Plan::SetOperation { operation, all, left, right, fields } => combined(
            *operation,
            *all,
            step(left, statistics),
            step(right, statistics),
            fields.iter().map(|field| field.name.clone()).collect(),
        ),
        Plan::Common { body, .. } => step(body, statistics),
        Plan::Recursive { seed, step: round, fields, .. } => combined(
            SetOperation::Union,
            true,
            step(seed, statistics),
            step(round, statistics),
            fields.iter().map(|field| field.name.clone()).collect(),
        ),
        Plan::CommonRead { id, fields } => {
            let cost = Cost { start: 0.0, total: 2.0, rows: 200.0, width: cost::width(fields) };
            let mut step = leader(&format!("XN CTE Scan on common{id}"), cost, names(plan));
            step.place = Place::Scattered;
            step
        }
    }
}

fn leader(title: &str, cost: Cost, names: Vec<String>) -> Step {
    Step {
        title: title.to_owned(),
        cost,
        details: Vec::new(),
        inputs: Vec::new(),
        names,
        place: Place::Leader,
    }
}

/// A step over `inputs`; on the compute nodes its title begins with XN.
fn over(title: &str, cost: Cost, inputs: Vec<Step>, names: Vec<String>, place: Place) -> Step {
    let title = if place == Place::Leader { title.to_owned() } else { format!("XN {title}") };
    Step { title, cost, details: Vec::new(), inputs, names, place }
}

fn names(plan: &Plan) -> Vec<String> {
    plan.fields().iter().map(|field| field.name.clone()).collect()
}

fn scanned(scan: &Scan, statistics: &Statistics) -> Step {
    let table = statistics.table(scan);
    let rows = table.map_or(0, |table| table.data.visible_rows()) as f64;
    let place = table.map_or(Place::Scattered, |table| distribution::of_table(table, &scan.columns));
    let qualifier = scan.fields.iter().find_map(|field| field.qualifier.as_deref());
    let title = match qualifier {
        Some(alias) if alias != scan.name => format!("Seq Scan on {} {alias}", scan.name),
        _ => format!("Seq Scan on {}", scan.name),
    };
    let names: Vec<String> = scan.fields.iter().map(|field| field.name.clone()).collect();
    let cost = cost::scan(rows, &scan.filters, cost::width(&scan.fields));
    let filter = match scan.filters.as_slice() {
        [] => None,
        [only] => Some(expression::text(only, &names)),
        several => Some(expression::text(&Expression::And(several.to_vec()), &names)),
    };
    let mut step = over(&title, cost, Vec::new(), names, place);
    step.details.extend(filter.map(|filter| format!("Filter: {filter}")));
    step
}

fn filtered(mut input: Step, predicate: &Expression) -> Step {
    let condition = expression::text(predicate, &input.names);
    let rows = cost::selected(input.cost.rows, std::slice::from_ref(predicate));
    input.cost = cost::filter(input.cost, rows);
    input.details.push(format!("Filter: {condition}"));
    input
}

/// What the product prints for the inside of a SUPER is unconfirmed; its cost is that of reading the rows.
fn unnested(input: Step, unnest: &Unnest) -> Step {
    let mut names = input.names.clone();
    names.extend(unnest.fields.iter().skip(names.len()).map(|field| field.name.clone()));
    let value = expression::text(&unnest.value, &names);
    let place = input.place;
    let rows = input.cost.rows * 5.0;
    let cost = Cost { rows, total: input.cost.total + rows * 0.01, ..input.cost };
    let mut step = over(if unnest.members { "Unpivot" } else { "Unnest" }, cost, vec![input], names, place);
    step.details.push(format!("Over: {value}"));
    if let Some(condition) = &unnest.condition {
        step.details.push(format!("Filter: {}", expression::text(condition, &step.names)));
    }
    step
}

/// Renames; the step below is the one that prints.
fn projected(mut input: Step, expressions: &[Expression]) -> Step {
    input.place = match input.place {
        Place::Column(column) => expressions
            .iter()
            .position(|expression| matches!(expression, Expression::Column { index, .. } if *index == column))
            .map_or(Place::Scattered, Place::Column),
        place => place,
    };
    input.names = expressions.iter().map(|expression| expression::text(expression, &input.names)).collect();
    input
}

fn joined(join: &Join, statistics: &Statistics) -> Step {
    let left = step(&join.left, statistics);
    let right = step(&join.right, statistics);
    let pairs: Vec<(usize, usize)> = join
        .on
        .iter()
        .filter_map(|pair| match pair {
            (Expression::Column { index: left, .. }, Expression::Column { index: right, .. }) => {
                Some((*left, *right))
            }
            _ => None,
        })
        .collect();
    let sides = [&left, &right].map(|side| Side { place: side.place, rows: side.cost.rows });
    let (label, moved, place) = distribution::of_join(sides[0], sides[1], &pairs);
    let width = cost::width(&join.fields);
    let rows = join_rows(join.kind, !join.on.is_empty(), left.cost.rows, right.cost.rows);
    let qualified = |side: &str, names: &[String]| -> Vec<String> {
        names.iter().map(|name| format!("\"{side}\".{}", last_part(name))).collect()
    };
    let outer = qualified("outer", &left.names);
    let inner = qualified("inner", &right.names);
    let both: Vec<String> = outer.iter().chain(&inner).cloned().collect();
    let residual = join.residual.as_ref().map(|residual| expression::text(residual, &both));
    let output = match join.kind {
        JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti => left.names.clone(),
        _ => left.names.iter().chain(&right.names).cloned().collect(),
    };
    let kind = match join.kind {
        JoinKind::Inner | JoinKind::Cross => "",
        JoinKind::Left => "Left ",
        JoinKind::Right => "Right ",
        JoinKind::Full => "Full ",
        JoinKind::Semi => "IN ",
        JoinKind::Anti | JoinKind::NullAwareAnti => "NOT IN ",
    };
    let label = if label.is_empty() { String::new() } else { format!(" {label}") };
    if join.on.is_empty() {
        let kind = if kind.is_empty() { String::new() } else { format!(" {kind}Join").replace("  ", " ") };
        let cost = cost::nested_loop(left.cost, right.cost, moved, rows, width);
        let mut step = over(&format!("Nested Loop{kind}{label}"), cost, vec![left, right], output, place);
        step.details.extend(residual.map(|residual| format!("Join Filter: {residual}")));
        return step;
    }
    let conditions: Vec<String> = join
        .on
        .iter()
        .map(|(left, right)| {
            format!("({} = {})", expression::text(left, &outer), expression::text(right, &inner))
        })
        .collect();
    let condition = match conditions.as_slice() {
        [only] => only.clone(),
        several => format!("({})", several.join(" AND ")),
    };
    let cost = cost::join(left.cost, right.cost, moved, rows, width);
    let hash = over("Hash", cost::hash(right.cost), vec![right], Vec::new(), place);
    let mut step = over(&format!("Hash {kind}Join{label}"), cost, vec![left, hash], output, place);
    step.details.push(format!("Hash Cond: {condition}"));
    step.details.extend(residual.map(|residual| format!("Join Filter: {residual}")));
    step
}

/// A join to a dimension keeps the larger side's rows.
fn join_rows(kind: JoinKind, equal: bool, left: f64, right: f64) -> f64 {
    match kind {
        JoinKind::Semi => (left / 2.0).ceil(),
        JoinKind::Anti | JoinKind::NullAwareAnti => (left / 2.0).ceil(),
        _ if !equal => left * right,
        JoinKind::Left => left.max(right),
        _ => left.max(right).min(left * right),
    }
}

/// `t.c` is `c` behind its side's name.
fn last_part(name: &str) -> &str {
    if name.contains(['(', ' ']) { name } else { name.rsplit('.').next().unwrap_or(name) }
}

fn aggregated(input: Step, groups: &[Expression], aggregates: &[AggregateCall], width: usize) -> Step {
    let cost = cost::aggregate(input.cost, groups.len(), aggregates.len(), width);
    let calls = aggregates.iter().map(|call| {
        let arguments = expression::list(&call.arguments, &input.names);
        match call.function {
            AggregateFunction::CountRows => "count(*)".to_owned(),
            function => {
                let distinct = if call.distinct { "DISTINCT " } else { "" };
                format!("{}({distinct}{arguments})", aggregate_name(function))
            }
        }
    });
    let names = groups.iter().map(|group| expression::text(group, &input.names)).chain(calls).collect();
    let place = if input.place == Place::Leader { Place::Leader } else { Place::Scattered };
    over(if groups.is_empty() { "Aggregate" } else { "HashAggregate" }, cost, vec![input], names, place)
}

fn aggregate_name(function: AggregateFunction) -> &'static str {
    match function {
        AggregateFunction::CountRows
        | AggregateFunction::Count
        | AggregateFunction::ApproximateCountDistinct => "count",
        AggregateFunction::Sum => "sum",
        AggregateFunction::Average => "avg",
        AggregateFunction::Min => "min",
        AggregateFunction::Max => "max",
        AggregateFunction::AnyValue => "any_value",
        AggregateFunction::BoolAnd => "bool_and",
        AggregateFunction::BoolOr => "bool_or",
        AggregateFunction::StddevSample => "stddev_samp",
        AggregateFunction::StddevPopulation => "stddev_pop",
        AggregateFunction::VarianceSample => "var_samp",
        AggregateFunction::VariancePopulation => "var_pop",
        AggregateFunction::ListAggregate => "listagg",
        AggregateFunction::Median => "median",
        AggregateFunction::PercentileContinuous => "percentile_cont",
        AggregateFunction::PercentileDiscrete => "percentile_disc",
    }
}

/// Each different window sorts its input anew.
fn windowed(input: Step, calls: &[WindowCall], width: usize) -> Step {
    let mut names = input.names.clone();
    let mut below = input;
    let mut done: Vec<(&[Expression], &[SortKey])> = Vec::new();
    for call in calls {
        let window = (call.partition.as_slice(), call.order.as_slice());
        if done.contains(&window) {
            continue;
        }
        done.push(window);
        let keys: Vec<SortKey> = call
            .partition
            .iter()
            .map(|expression| SortKey {
                expression: expression.clone(),
                descending: false,
                nulls_first: false,
            })
            .chain(call.order.iter().cloned())
            .collect();
        let sorted = if keys.is_empty() { below } else { sorted(below, &keys) };
        let cost = Cost { total: sorted.cost.total + sorted.cost.rows * 0.0125, width, ..sorted.cost };
        let partition = expression::list(&call.partition, &sorted.names);
        let order = key_list(&call.order, &sorted.names);
        let (place, input_names) = (sorted.place, sorted.names.clone());
        let mut step = over("Window", cost, vec![sorted], input_names, place);
        if !partition.is_empty() {
            step.details.push(format!("Partition: {partition}"));
        }
        if !order.is_empty() {
            step.details.push(format!("Order: {order}"));
        }
        below = step;
    }
    names.extend(calls.iter().map(|_| "\"?column?\"".to_owned()));
    below.names = names;
    below
}

fn key_list(keys: &[SortKey], names: &[String]) -> String {
    keys.iter().map(|key| expression::text(&key.expression, names)).collect::<Vec<_>>().join(", ")
}

fn sorted(input: Step, keys: &[SortKey]) -> Step {
    let cost = cost::sort(input.cost);
    let (names, place) = (input.names.clone(), input.place);
    let mut step = over("Sort", cost, vec![input], names, place);
    step.details.push(format!("Sort Key: {}", key_list(keys, &step.names)));
    step
}

/// Each slice's sorted rows, sent to the leader and merged there.
fn merged(sorted: Step) -> Step {
    let keys = sorted.details.iter().find_map(|detail| detail.strip_prefix("Sort Key: ")).unwrap_or_default();
    let merge_key = format!("Merge Key: {keys}");
    let (cost, names, place) = (sorted.cost, sorted.names.clone(), sorted.place);
    let mut network = over("Network", cost, vec![sorted], names.clone(), place);
    network.details.push("Send to leader".to_owned());
    let mut merge = over("Merge", cost, vec![network], names, place);
    merge.details.push(merge_key);
    merge
}

fn limited(input: Step, limit: Option<u64>, offset: u64) -> Step {
    let cost = cost::limit(input.cost, limit, offset);
    let (names, place) = (input.names.clone(), input.place);
    over("Limit", cost, vec![input], names, place)
}

fn unique(input: Step) -> Step {
    let mut cost = cost::aggregate(input.cost, 1, 0, input.cost.width);
    cost.start = input.cost.start;
    let (names, place) = (input.names.clone(), input.place);
    over("Unique", cost, vec![input], names, place)
}

fn combined(operation: SetOperation, all: bool, left: Step, right: Step, names: Vec<String>) -> Step {
    let place = if left.place == Place::Leader && right.place == Place::Leader {
        Place::Leader
    } else {
        Place::Scattered
    };
    let cost = Cost {
        start: 0.0,
        total: left.cost.total + right.cost.total,
        rows: left.cost.rows + right.cost.rows,
        width: left.cost.width.max(right.cost.width),
    };
    let append = over("Append", cost, vec![left, right], names.clone(), place);
    match operation {
        SetOperation::Union if all => append,
        SetOperation::Union => unique(append),
        SetOperation::Intersect | SetOperation::Except => {
            let mut cost = cost::aggregate(append.cost, 1, 0, append.cost.width);
            cost.start = 0.0;
            let title = if operation == SetOperation::Intersect {
                "Hash SetOp Intersect"
            } else {
                "Hash SetOp Except"
            };
            over(title, cost, vec![append], names, place)
        }
    }
}
