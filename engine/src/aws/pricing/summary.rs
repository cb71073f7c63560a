//! The bill as the page shows it: what it has come to, day by day and service by service, what the month will come to,
//! and what next month's invoice will name if everything is left as it is.

use serde_json::{Map, Value};

use super::invoice::{Line, foreseen, lines, month_of};
use super::{Money, charges, decimal, table};
use crate::aws::meter::standing::standing;
use crate::aws::meter::{BilledService, Meter, Usage, day};
use crate::aws::{Account, budgets, timestamp};
use crate::clock::Instant;
use crate::json::json;
use crate::warehouse::calendar::text::date;

fn total(meter: &Meter, (from, to): (i32, i32)) -> u64 {
    let within = charges(meter).into_iter().filter(|charge| (from..to).contains(&charge.key.day));
    within.map(|charge| charge.cost).sum::<Money>().micros()
}

/// All that the account has cost so far, in millionths of a dollar.
pub fn so_far(account: &Account) -> u64 {
    total(&account.meter, (i32::MIN, i32::MAX))
}

fn told(line: &Line) -> Value {
    let telling = line.usage.telling();
    json!({
        "Service": line.service.name(),
        "UsageType": line.usage.name_in(&line.region),
        "Resource": line.resource,
        "Region": line.region,
        "Quantity": decimal(line.quantity, telling.per),
        "Unit": telling.unit,
        "Records": line.records,
        "Micros": line.cost.micros(),
    })
}

/// Nodes and what computes by the hour: what a pause stops.
fn stops_when_paused(usage: Usage) -> bool {
    matches!(usage, Usage::Nodes(_))
}

pub fn summary(account: &Account, now: Instant) -> Value {
    let meter = &account.meter;
    let today = day(now);
    let month = month_of(today);
    let next = month_of(month.1);
    let mut days: Vec<(i32, Map<String, Value>)> = Vec::new();
    let mut first = today;
    for charge in charges(meter) {
        let service = charge.key.usage.telling().service;
        if service == BilledService::Free {
            continue;
        }
        first = first.min(charge.key.day);
        if days.last().is_none_or(|(day, _)| *day != charge.key.day) {
            days.push((charge.key.day, Map::new()));
        }
        if let Some((_, services)) = days.last_mut() {
            // Ten-billionths until the day is whole, so that nothing is lost by rounding.
            let sum = services.get(service.name()).and_then(Value::as_u64).unwrap_or(0) + charge.cost.0;
            services.insert(service.name().to_owned(), json!(sum));
        }
    }
    let days: Vec<Value> = days
        .into_iter()
        .map(|(day, mut services)| {
            for (_, sum) in services.iter_mut() {
                *sum = json!(Money(sum.as_u64().unwrap_or(0)).micros());
            }
            json!({"Day": date(day), "Services": services})
        })
        .collect();
    let left = foreseen(account, next.1, |_| true);
    let paused = foreseen(account, next.1, |usage| !stops_when_paused(usage));
    // The first whole day to come tells what a day costs from now on.
    let tomorrow = (today + 1, today + 2);
    let a_day = |meter: &Meter| if tomorrow.1 <= next.1 { total(meter, tomorrow) } else { 0 };
    let alarms = account.budgets.alarms.iter().rev().take(20).map(|alarm| {
        json!({
            "At": timestamp::iso(alarm.at), "Budget": alarm.budget, "Micros": alarm.micros,
            "ThresholdMicros": alarm.threshold_micros, "Forecast": alarm.forecast,
            "Subscribers": alarm.subscribers,
        })
    });
    json!({
        "Region": account.region,
        "PricesAsOf": table::AS_OF,
        "Now": timestamp::iso(now),
        "Start": date(first),
        "Micros": so_far(account),
        "Days": days,
        "Lines": lines(meter, (i32::MIN, i32::MAX)).iter().map(told).collect::<Vec<_>>(),
        "Month": {
            "Start": date(month.0),
            "End": date(month.1),
            "Micros": total(meter, month),
            "LeftMicros": total(&left, month),
            "PausedMicros": total(&paused, month),
        },
        "ADayMicros": a_day(&left),
        "ADayPausedMicros": a_day(&paused),
        "NextMonth": {
            "Start": date(next.0),
            "Micros": total(&left, next),
            "Lines": lines(&left, next).iter().map(told).collect::<Vec<_>>(),
        },
        "Budgets": budgets::summaries(account, &standing(account), now),
        "Alarms": alarms.collect::<Vec<_>>(),
    })
}
