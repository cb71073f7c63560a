//! GetCostAndUsage and GetDimensionValues.

use serde_json::{Map, Value};

use super::expression::{Dimension, Group, passes};
use super::invalid;
use super::period::{self, Granularity};
use crate::aws::meter::Usage;
use crate::aws::meter::day;
use crate::aws::pricing::invoice::month_of;
use crate::aws::pricing::{Charge, Money, charges, decimal};
use crate::aws::{Account, Fault, Order};
use crate::json::json;
use crate::sorted::SortedMap;
use crate::warehouse::calendar::Civil;

/// What is asked of the charges. All costs are the same here, because nobody has reservations or discounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    Cost(&'static str),
    NormalizedUsage,
    Usage,
}

const COSTS: [(&str, &str); 5] = [
    ("AmortizedCost", "AMORTIZED_COST"),
    ("BlendedCost", "BLENDED_COST"),
    ("NetAmortizedCost", "NET_AMORTIZED_COST"),
    ("NetUnblendedCost", "NET_UNBLENDED_COST"),
    ("UnblendedCost", "UNBLENDED_COST"),
];

impl Metric {
    /// Both spellings are accepted, as AWS accepts both.
    fn parse(name: &str) -> Result<Self, Fault> {
        if let Some((shown, _)) = COSTS.into_iter().find(|(shown, upper)| [*shown, *upper].contains(&name)) {
            return Ok(Metric::Cost(shown));
        }
        match name {
            "UsageQuantity" | "USAGE_QUANTITY" => Ok(Metric::Usage),
            "NormalizedUsageAmount" | "NORMALIZED_USAGE_AMOUNT" => Ok(Metric::NormalizedUsage),
            other => Err(invalid(format!("Metric {other} is invalid."))),
        }
    }
}

/// Charges summed: the cost, and the quantity of each kind.
#[derive(Clone, Debug, Default)]
struct Sum {
    cost: Money,
    quantities: SortedMap<Usage, u128>,
}

impl Sum {
    fn add(&mut self, charge: &Charge<'_>) {
        self.cost = self.cost + charge.cost;
        *self.quantities.entry(charge.key.usage).or_default() += charge.record.quantity;
    }

    fn values(&self, metrics: &[Metric]) -> Value {
        let mut values = Map::new();
        for metric in metrics {
            let (name, amount, unit) = match metric {
                Metric::Cost(name) => (*name, self.cost.text(), "USD"),
                Metric::NormalizedUsage => ("NormalizedUsageAmount", "0".to_owned(), "N/A"),
                Metric::Usage => {
                    let (amount, unit) = self.quantity();
                    ("UsageQuantity", amount, unit)
                }
            };
            values.insert(name.to_owned(), json!({"Amount": amount, "Unit": unit}));
        }
        Value::Object(values)
    }

    /// Quantities of one unit have it; those of several are added all the same, as Cost Explorer does, and have none.
    fn quantity(&self) -> (String, &'static str) {
        // A common measure of ten decimals keeps sums of unlike units whole.
        let scale = 10_000_000_000u128;
        let mut total = 0u128;
        let mut units: Vec<&'static str> = Vec::new();
        for (usage, quantity) in self.quantities.iter() {
            let telling = usage.telling();
            total += quantity / telling.per * scale + quantity % telling.per * scale / telling.per;
            if !units.contains(&telling.unit) {
                units.push(telling.unit);
            }
        }
        let unit = if let [unit] = units[..] { unit } else { "N/A" };
        (decimal(total, scale), unit)
    }
}

/// The days asked for: in order, within a year, not beyond this month.
fn days(order: &Order<'_>) -> Result<(i32, i32), Fault> {
    let (from, to) = period::read(order.parameters)?;
    if from >= to {
        return Err(invalid("Start date (and hour) should be before end date (and hour)"));
    }
    let today = day(order.now);
    if to > month_of(today).1 {
        return Err(invalid("end date past the beginning of next month"));
    }
    let (first, _) = month_of(today);
    let oldest = Civil::from_days(first).plus_months(-12).map_or(first, Civil::days);
    if from < oldest {
        return Err(invalid("You haven't enabled historical data beyond 12 months"));
    }
    Ok((from, to))
}

/// The charges of those days that pass the filter.
fn asked<'a>(
    account: &'a Account,
    order: &Order<'_>,
    (from, to): (i32, i32),
) -> Result<Vec<Charge<'a>>, Fault> {
    let filter = order.parameters.structure("Filter");
    let mut asked = Vec::new();
    for charge in charges(&account.meter) {
        // A filter is read even when nothing is there to pass it.
        if passes(account, filter, charge.key)? && (from..to).contains(&charge.key.day) {
            asked.push(charge);
        }
    }
    Ok(asked)
}

pub fn cost_and_usage(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let days = days(order)?;
    let granularity = Granularity::read(parameters)?;
    let groups = Group::read(parameters)?;
    let mut metrics = Vec::new();
    for name in parameters.texts("Metrics") {
        metrics.push(Metric::parse(name)?);
    }
    if metrics.is_empty() {
        return Err(invalid("Metrics should not be empty"));
    }
    let charges = asked(account, order, days)?;
    let this_month = month_of(day(order.now)).0;
    let results: Vec<Value> = granularity
        .pieces(days)
        .into_iter()
        .map(|piece| {
            let within = charges.iter().filter(|charge| (piece.0..piece.1).contains(&charge.key.day));
            let (mut total, mut shown) = (json!({}), Vec::new());
            if groups.is_empty() {
                let mut sum = Sum::default();
                within.for_each(|charge| sum.add(charge));
                total = sum.values(&metrics);
            } else {
                let mut sums: SortedMap<Vec<String>, Sum> = SortedMap::new();
                for charge in within {
                    let keys = groups.iter().map(|group| group.of(account, charge.key)).collect();
                    sums.entry(keys).or_default().add(charge);
                }
                shown.extend(
                    sums.iter().map(|(keys, sum)| json!({"Keys": keys, "Metrics": sum.values(&metrics)})),
                );
            }
            json!({
                "TimePeriod": period::value(piece),
                "Total": total,
                "Groups": shown,
                "Estimated": piece.1 > this_month,
            })
        })
        .collect();
    let mut value = json!({"ResultsByTime": results, "DimensionValueAttributes": []});
    if let Some(definitions) = parameters.get("GroupBy") {
        value = json!({
            "GroupDefinitions": definitions,
            "ResultsByTime": value["ResultsByTime"].take(),
            "DimensionValueAttributes": [],
        });
    }
    Ok(value)
}

pub fn dimension_values(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let days = days(order)?;
    let dimension = Dimension::parse(order.parameters.required("Dimension"))?;
    let search = order.parameters.text("SearchString").unwrap_or("").to_lowercase();
    let mut values: Vec<String> =
        asked(account, order, days)?.iter().map(|charge| dimension.of(account, charge.key)).collect();
    values.retain(|value| value.to_lowercase().contains(&search));
    crate::sorted::sort(&mut values);
    values.dedup();
    let values: Vec<Value> = values.iter().map(|value| json!({"Value": value, "Attributes": {}})).collect();
    Ok(json!({"DimensionValues": values, "ReturnSize": values.len(), "TotalSize": values.len()}))
}
