//! The steps of window functions: bring partitions together, sort, compute.

use super::cost::Cost;
use super::distribution::Place;
use super::expression;
use super::step::{Step, StepKind, key_list, sorted};
use crate::sql::expression::Expression;
use crate::sql::plan::{SortKey, WindowCall};

/// Each different window sorts its input anew, all of a partition on one slice.
pub(super) fn windowed(input: Step, calls: &[WindowCall], width: usize) -> Step {
    let mut names = input.names.clone();
    let mut distinct = input.distinct.clone();
    // Whatever is not known of the input's last columns is not known of the calls'.
    distinct.resize(names.len(), None);
    let mut below = input;
    let mut done: Vec<(&[Expression], &[SortKey])> = Vec::new();
    for call in calls {
        if done.contains(&(call.partition.as_slice(), call.order.as_slice())) {
            continue;
        }
        done.push((&call.partition, &call.order));
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
        below = gathered(below, &call.partition);
        let sorted = if keys.is_empty() { below } else { sorted(below, &keys) };
        let cost = Cost { total: sorted.cost.total + sorted.cost.rows * 0.0125, width, ..sorted.cost };
        let partition = expression::list(&call.partition, &sorted.names);
        let order = key_list(&call.order, &sorted.names);
        let place = sorted.place;
        let mut step = Step::over(StepKind::Window, "Window", cost, vec![sorted], place);
        if !partition.is_empty() {
            step.details.push(format!("Partition: {partition}"));
        }
        if !order.is_empty() {
            step.details.push(format!("Order: {order}"));
        }
        below = step;
    }
    names.extend(calls.iter().map(|_| "\"?column?\"".to_owned()));
    below.named(names).counted(distinct)
}

/// Brings a partition's rows together, where they are not yet.
fn gathered(input: Step, partition: &[Expression]) -> Step {
    let (destination, place) = match (input.place, partition) {
        (Place::Leader, _) => return input,
        (Place::Column(key), partition)
            if partition
                .iter()
                .any(|part| matches!(part, Expression::Column { index, .. } if *index == key)) =>
        {
            return input;
        }
        (_, []) => ("Send to slice 0", Place::Scattered),
        (_, [Expression::Column { index, .. }]) => ("Distribute", Place::Column(*index)),
        (_, _) => ("Distribute", Place::Scattered),
    };
    let cost = input.cost;
    Step::over(StepKind::Network, "Network", cost, vec![input], place).detail(destination.to_owned())
}
