//! GROUP BY as it is printed: by hash, or over sorted rows where an aggregate wants its rows in order.

use super::cost;
use super::distribution::Place;
use super::expression;
use super::outside;
use super::step::{self, Step, StepKind};
use crate::sql::expression::Expression;
use crate::sql::plan::{AggregateCall, AggregateFunction, SortKey};

pub(super) fn aggregated(
    input: Step,
    groups: &[Expression],
    aggregates: &[AggregateCall],
    width: usize,
) -> Step {
    let calls = aggregates.iter().map(|call| {
        let arguments = expression::list(&call.arguments, &input.names);
        match call.function {
            AggregateFunction::CountRows => "count(*)".to_owned(),
            function => {
                let distinct = if call.distinct { "DISTINCT " } else { "" };
                format!("{}({distinct}{arguments})", name(function))
            }
        }
    });
    let names = groups.iter().map(|group| expression::text(group, &input.names)).chain(calls).collect();
    let place = if input.place == Place::Leader { Place::Leader } else { Place::Scattered };
    let known = cost::groups(groups, &input.distinct);
    let input = outside::aggregated(input, groups, aggregates, width, known);
    let (input, title) = prepared(input, groups, aggregates);
    let known = cost::groups(groups, &input.distinct);
    let distinct = groups.iter().map(|group| cost::distinct_of(group, &input.distinct)).collect();
    let cost = cost::aggregate(input.cost, groups.len(), aggregates.len(), width, known);
    Step::over(StepKind::Aggregate, title, cost, vec![input], place).named(names).counted(distinct)
}

/// What the aggregate works on. Distinct arguments are grouped first, in a derived table that the product calls
/// `volt_dt_0`; an aggregate of ordered rows (LISTAGG, MEDIAN, percentiles) has them sorted (the shape of
/// the latter is unconfirmed).
fn prepared(input: Step, groups: &[Expression], aggregates: &[AggregateCall]) -> (Step, &'static str) {
    let plain = if groups.is_empty() { "Aggregate" } else { "HashAggregate" };
    let ordered = aggregates.iter().any(|call| {
        matches!(
            call.function,
            AggregateFunction::ListAggregate
                | AggregateFunction::Median
                | AggregateFunction::PercentileContinuous
                | AggregateFunction::PercentileDiscrete
        )
    });
    if ordered {
        let ascending = |expression: &Expression| SortKey {
            expression: expression.clone(),
            descending: false,
            nulls_first: false,
        };
        let order = aggregates.iter().find_map(|call| (!call.order.is_empty()).then_some(&call.order));
        let keys: Vec<SortKey> =
            groups.iter().map(ascending).chain(order.into_iter().flatten().cloned()).collect();
        let title = if groups.is_empty() { plain } else { "GroupAggregate" };
        return (if keys.is_empty() { input } else { step::sorted(input, &keys) }, title);
    }
    let same = |one: &AggregateCall| {
        one.distinct && aggregates.first().is_some_and(|first| first.arguments == one.arguments)
    };
    if !aggregates.is_empty() && aggregates.iter().all(same) {
        let place = if input.place == Place::Leader { Place::Leader } else { Place::Scattered };
        let arguments = aggregates.iter().take(1).flat_map(|call| &call.arguments);
        let known = cost::groups(groups.iter().chain(arguments), &input.distinct);
        let cost = cost::aggregate(input.cost, groups.len() + 1, 0, input.cost.width, known);
        let distinct = Step::over(StepKind::Aggregate, "HashAggregate", cost, vec![input], place);
        return (step::subquery(distinct, "volt_dt_0"), plain);
    }
    (input, plain)
}

fn name(function: AggregateFunction) -> &'static str {
    match function {
        AggregateFunction::CountRows
        | AggregateFunction::Count
        | AggregateFunction::ApproximateCountDistinct => "count",
        AggregateFunction::HllCount => "hll",
        AggregateFunction::HllCreateSketch => "hll_create_sketch",
        AggregateFunction::HllCombine => "hll_combine",
        AggregateFunction::Sum => "sum",
        AggregateFunction::Average => "avg",
        AggregateFunction::Min => "min",
        AggregateFunction::Max => "max",
        AggregateFunction::AnyValue => "any_value",
        AggregateFunction::BoolAnd => "bool_and",
        AggregateFunction::BoolOr => "bool_or",
        AggregateFunction::BitAnd => "bit_and",
        AggregateFunction::BitOr => "bit_or",
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
