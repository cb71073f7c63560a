//! UNION, INTERSECT and EXCEPT as they are printed: their inputs are appended, then made unique or compared.

use super::cost::{self, Cost};
use super::distribution::Place;
use super::step::{Step, StepKind, subquery, unique};
use crate::sql::plan::{Field, SetOperation};

pub(super) fn combined(
    operation: SetOperation,
    all: bool,
    left: Step,
    right: Step,
    fields: &[Field],
) -> Step {
    let place = if left.place == Place::Leader && right.place == Place::Leader {
        Place::Leader
    } else {
        Place::Scattered
    };
    // UNION of unions is one Append.
    let mut parts = match left.kind {
        StepKind::Append if operation == SetOperation::Union && all => left.inputs,
        _ => vec![subquery(left, "\"*SELECT* 1\"")],
    };
    let place_in_list = parts.len() + 1;
    parts.push(subquery(right, &format!("\"*SELECT* {place_in_list}\"")));
    let sum = |value: fn(&Cost) -> f64| parts.iter().map(|part| value(&part.cost)).sum();
    let cost = Cost {
        start: 0.0,
        total: sum(|cost| cost.total),
        rows: sum(|cost| cost.rows),
        width: parts.iter().map(|part| part.cost.width).max().unwrap_or(0),
    };
    let append = Step::over(StepKind::Append, "Append", cost, parts, place);
    let step = match operation {
        SetOperation::Union if all => append,
        SetOperation::Union => unique(append),
        SetOperation::Intersect | SetOperation::Except => {
            let mut cost = cost::aggregate(append.cost, 1, 0, append.cost.width, None);
            cost.start = 0.0;
            let title =
                if operation == SetOperation::Intersect { "Hash Intersect Distinct" } else { "SetOp Except" };
            Step::over(StepKind::SetOperation, title, cost, vec![append], place)
        }
    };
    step.named(fields.iter().map(|field| field.name.clone()).collect())
}
