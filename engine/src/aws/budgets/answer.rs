//! Budgets as their API shows them.

use serde_json::Value;

use super::watch::spent;
use super::{Budget, not_found, notification};
use crate::aws::meter::standing::{Standing, standing};
use crate::aws::parameters::Parameters;
use crate::aws::pricing::{Money, decimal};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault};
use crate::clock::Instant;
use crate::json::json;

fn find<'a>(account: &'a Account, name: &str) -> Result<&'a Budget, Fault> {
    account.budgets.budgets.get(name).ok_or_else(|| not_found(name))
}

fn value(account: &Account, name: &str, budget: &Budget, now: Instant) -> Value {
    let limit = &budget.limit;
    let (actual, forecast) = spent(limit, &account.meter, &standing(account), now);
    let spend = |money: Money| {
        let thousandths = (u128::from(money.0) + 5_000_000) / 10_000_000;
        json!({"Amount": decimal(thousandths, 1_000), "Unit": "USD"})
    };
    let mut filters = json!({});
    for (name, values) in [("Service", &limit.services), ("Region", &limit.regions)] {
        if !values.is_empty() {
            filters[name] = json!(values);
        }
    }
    json!({
        "BudgetName": name,
        "BudgetLimit": {"Amount": limit.amount, "Unit": "USD"},
        "CostFilters": filters,
        "CostTypes": {
            "IncludeTax": true, "IncludeSubscription": true, "UseBlended": false, "IncludeRefund": true,
            "IncludeCredit": true, "IncludeUpfront": true, "IncludeRecurring": true,
            "IncludeOtherSubscription": true, "IncludeSupport": true, "IncludeDiscount": true,
            "UseAmortized": false,
        },
        "TimeUnit": limit.time_unit.name(),
        "TimePeriod": {"Start": iso(limit.start), "End": iso(limit.end)},
        "CalculatedSpend": {"ActualSpend": spend(actual), "ForecastedSpend": spend(forecast)},
        "BudgetType": "COST",
        "LastUpdatedTime": iso(budget.updated),
    })
}

pub fn budget(account: &Account, name: &str, now: Instant) -> Result<Value, Fault> {
    Ok(json!({"Budget": value(account, name, find(account, name)?, now)}))
}

pub fn budgets(account: &Account, now: Instant) -> Value {
    let all = account.budgets.budgets.iter();
    json!({"Budgets": all.map(|(name, budget)| value(account, name, budget, now)).collect::<Vec<_>>()})
}

/// What the page shows of them.
pub fn summaries(account: &Account, all: &[Standing], now: Instant) -> Value {
    let budgets = account.budgets.budgets.iter().map(|(name, budget)| {
        let (actual, forecast) = spent(&budget.limit, &account.meter, all, now);
        json!({
            "Name": name,
            "TimeUnit": budget.limit.time_unit.name(),
            "LimitMicros": budget.limit.micros(),
            "ActualMicros": actual.micros(),
            "ForecastMicros": forecast.micros(),
            "Alarm": budget.notifications.iter().any(|notification| notification.alarm),
        })
    });
    Value::Array(budgets.collect())
}

pub fn notifications(account: &Account, name: &str) -> Result<Value, Fault> {
    let all: Vec<Value> = find(account, name)?.notifications.iter().map(|each| each.value()).collect();
    Ok(json!({"Notifications": all}))
}

pub fn subscribers(account: &Account, name: &str, given: Parameters<'_>) -> Result<Value, Fault> {
    let all = &find(account, name)?.notifications;
    let told = &all[notification::find(all, given)?].subscribers;
    let told = told.iter().map(|(kind, address)| json!({"SubscriptionType": kind, "Address": address}));
    Ok(json!({"Subscribers": told.collect::<Vec<_>>()}))
}
