//! GetCostForecast: what is to come if everything that stands is left standing.
//!
//! AWS forecasts by statistics over months. A sandbox has days, and knows what stands: the mean is what that will cost,
//! and so is the lower bound; the upper bound adds, day by day, what else the past days have cost on average.

use serde_json::Value;

use super::expression::passes;
use super::invalid;
use super::period::{self, Granularity};
use crate::aws::meter::standing::standing;
use crate::aws::meter::{Usage, day};
use crate::aws::pricing::invoice::foreseen;
use crate::aws::pricing::{Money, charges};
use crate::aws::{Account, Fault, Order};
use crate::json::json;

const METRICS: [&str; 5] =
    ["AMORTIZED_COST", "BLENDED_COST", "NET_AMORTIZED_COST", "NET_UNBLENDED_COST", "UNBLENDED_COST"];

pub fn forecast(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (from, to) = period::read(parameters)?;
    let today = day(order.now);
    if from >= to {
        let (from, to) = (period::text(from), period::text(to));
        return Err(invalid(format!("Requested Start: {from} must be before requested End: {to}")));
    }
    if from < today {
        return Err(invalid("Start date must be on or after the current date"));
    }
    let granularity = Granularity::read(parameters)?;
    let most = if granularity == Granularity::Daily { 93 } else { 366 };
    if to - today > most {
        return Err(invalid("The time period is too far in the future"));
    }
    let metric = parameters.required("Metric");
    if !METRICS.contains(&metric) {
        return Err(invalid(format!("Metric {metric} is invalid.")));
    }
    let level = parameters.integer("PredictionIntervalLevel");
    if level.is_some_and(|level| !(51..=99).contains(&level)) {
        return Err(invalid("PredictionIntervalLevel must be between 51 and 99"));
    }
    let filter = parameters.structure("Filter");
    let meter = foreseen(account, to, |_| true);
    let (mut daily, mut other) = (Vec::new(), Money::default());
    let stands: Vec<Usage> = standing(account).into_iter().map(|each| each.usage).collect();
    let mut first = today;
    for charge in charges(&meter) {
        first = first.min(charge.key.day);
        if !passes(account, filter, charge.key)? {
            continue;
        }
        if charge.key.day < today && !stands.contains(&charge.key.usage) {
            other = other + charge.cost;
        }
        // What today has cost so far is no forecast, but its day is one whole.
        daily.push((charge.key.day, charge.cost));
    }
    let other = other.0 / u64::try_from((today - first).max(1)).unwrap_or(1);
    let mut total = Money::default();
    let results: Vec<Value> = granularity
        .pieces((from, to))
        .into_iter()
        .map(|piece| {
            let within = daily.iter().filter(|(day, _)| (piece.0..piece.1).contains(day));
            let mean: Money = within.map(|(_, cost)| *cost).sum();
            total = total + mean;
            let mut result = json!({"TimePeriod": period::value(piece), "MeanValue": mean.text()});
            if level.is_some() {
                let more = other * u64::from((piece.1 - piece.0).unsigned_abs());
                result["PredictionIntervalLowerBound"] = json!(mean.text());
                result["PredictionIntervalUpperBound"] = json!((mean + Money(more)).text());
            }
            result
        })
        .collect();
    Ok(json!({"Total": {"Amount": total.text(), "Unit": "USD"}, "ForecastResultsByTime": results}))
}
