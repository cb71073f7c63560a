//! External tables in a plan: what the Spectrum layer reads (`S3 ...`), what the cluster takes over from it, and the
//! loop over partitions (Developer Guide, "Redshift Spectrum query performance"; costs as in its listings).

use super::cost;
use super::distribution::Place;
use super::expression;
use super::step::{Scanned, Step, StepKind};
use crate::sql::expression::Expression;
use crate::sql::optimize::UNKNOWN_OUTSIDE;
use crate::sql::plan::{AggregateCall, External, Scan, is_pushed_outside};

/// Partitions that the planner reckons with.
const PARTITIONS: f64 = 1_000.0;

pub(super) fn scanned(scan: &Scan, external: &External) -> Step {
    let table = &external.table;
    let names: Vec<String> = scan.fields.iter().map(|field| field.name.clone()).collect();
    let alias =
        scan.fields.first().and_then(|field| field.qualifier.as_deref()).unwrap_or(table.name.as_str());
    let called =
        if *alias == *table.name.as_str() { scan.name.clone() } else { format!("{} {alias}", scan.name) };
    let over_keys = |filter: &&Expression| {
        let mut only_keys = true;
        filter.visit(&mut |part| {
            if let Expression::Column { index, .. } = part {
                only_keys &= scan.columns.get(*index).is_some_and(|column| table.is_key(*column));
            }
        });
        only_keys
    };
    let (keys, rest): (Vec<&Expression>, Vec<&Expression>) = scan.filters.iter().partition(over_keys);
    let owned = |filters: &[&Expression]| filters.iter().map(|filter| (*filter).clone()).collect::<Vec<_>>();
    let (keys, rest) = (owned(&keys), owned(&rest));
    let width = cost::width(&scan.fields);
    let stored = table.rows.map_or(UNKNOWN_OUTSIDE, |rows| rows as f64);
    let read = cost::scan(stored, &rest, width, &[], &|_| None);
    let title = format!("S3 Seq Scan {called} location:\"{}\" format:{}", table.location, table.form.name());
    let mut below = Step::of(StepKind::Subquery, &title, read).named(names.clone());
    below.place = Place::Scattered;
    below.details.extend(filter(&rest, &names));
    let mut taken = read;
    taken.total += read.rows / 100.0;
    let kind = StepKind::Scan(Scanned {
        relation: None,
        name: scan.name.clone(),
        without_statistics: false,
        range_restricted: false,
        filtered: !scan.filters.is_empty(),
        closed: false,
    });
    let title = format!("S3 Query Scan {alias}");
    if !table.is_partitioned() {
        return Step::over(kind, &title, taken, vec![below], Place::Scattered).named(names);
    }
    let inner = Step::over(StepKind::Subquery, &title, taken, vec![below], Place::Scattered);
    let found = cost::scan(PARTITIONS, &keys, 0, &[], &|_| None);
    let title = format!("Seq Scan PartitionInfo of {called}");
    let mut partitions = Step::over(StepKind::Subquery, &title, found, Vec::new(), Place::Scattered);
    partitions.details.extend(filter(&keys, &names));
    let mut whole = taken;
    whole.total = taken.total * (1.0 + found.rows) + found.total + found.rows * 0.005;
    whole.rows = taken.rows * found.rows;
    Step::over(kind, "Partition Loop", whole, vec![partitions, inner], Place::Scattered).named(names)
}

/// Aggregates that the Spectrum layer computes for each of its reads, so that only groups come back; the cluster puts
/// them together.
pub(super) fn aggregated(
    mut step: Step,
    groups: &[Expression],
    aggregates: &[AggregateCall],
    width: usize,
    known: Option<f64>,
) -> Step {
    if !is_pushed_outside(groups, aggregates) {
        return step;
    }
    let loops = step.title.starts_with("XN Partition Loop");
    let scan = if loops { step.inputs.last_mut() } else { Some(&mut step) };
    let Some(scan) = scan.filter(|scan| scan.title.starts_with("XN S3 Query Scan")) else { return step };
    let Some(read) = scan.inputs.pop() else { return step };
    let cost = cost::aggregate(read.cost, groups.len(), aggregates.len(), width, known);
    let title = if groups.is_empty() { "S3 Aggregate" } else { "S3 HashAggregate" };
    let mut below = Step::of(StepKind::Subquery, title, cost);
    (below.place, below.inputs) = (Place::Scattered, vec![read]);
    scan.inputs.push(below);
    scan.cost = cost;
    scan.cost.total += cost.rows / 100.0;
    let (rows, total) = (scan.cost.rows, scan.cost.total);
    // Each partition answers for itself.
    step.cost.rows = if loops { rows * PARTITIONS } else { rows };
    step.cost.total = if loops { total * (1.0 + PARTITIONS) } else { total };
    step
}

fn filter(filters: &[Expression], names: &[String]) -> Option<String> {
    let text = match filters {
        [] => return None,
        [only] => expression::text(only, names),
        several => expression::text(&Expression::And(several.to_vec()), names),
    };
    Some(format!("Filter: {text}"))
}
