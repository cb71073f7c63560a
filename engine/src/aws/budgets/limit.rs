//! What a budget limits: how much, of which charges, in which stretch of time.

use serde::{Deserialize, Serialize};

use super::invalid;
use crate::aws::meter::{BilledService, Key, day};
use crate::aws::parameters::Parameters;
use crate::aws::pricing::invoice::month_of;
use crate::aws::{Fault, timestamp};
use crate::clock::Instant;
use crate::warehouse::calendar::Civil;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeUnit {
    Daily,
    Monthly,
    Quarterly,
    Annually,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// As it was given, `100` or `100.0`.
    pub amount: String,
    pub time_unit: TimeUnit,
    pub start: Instant,
    pub end: Instant,
    /// Services and regions that count; none for all.
    pub services: Vec<String>,
    pub regions: Vec<String>,
}

impl TimeUnit {
    const NAMES: [(TimeUnit, &str); 4] = [
        (TimeUnit::Daily, "DAILY"),
        (TimeUnit::Monthly, "MONTHLY"),
        (TimeUnit::Quarterly, "QUARTERLY"),
        (TimeUnit::Annually, "ANNUALLY"),
    ];

    pub fn name(self) -> &'static str {
        TimeUnit::NAMES[self as usize].1
    }

    /// The stretch around a day: its first day, and the first of the next.
    pub fn around(self, day: i32) -> (i32, i32) {
        let civil = Civil::from_days(day);
        let months = match self {
            TimeUnit::Daily => return (day, day + 1),
            TimeUnit::Monthly => return month_of(day),
            TimeUnit::Quarterly => 3,
            TimeUnit::Annually => 12,
        };
        let month = (civil.month - 1) / months * months + 1;
        let first = Civil { month, day: 1, ..civil };
        (first.days(), first.plus_months(i64::from(months)).map_or(day + 1, Civil::days))
    }
}

impl Limit {
    /// A budget's name and what it limits.
    pub fn read(given: Parameters<'_>, now: Instant) -> Result<(String, Limit), Fault> {
        let name = given.required("BudgetName");
        if name.is_empty() || name.len() > 100 || name.contains([':', '\\']) {
            return Err(invalid("BudgetName must be 1 to 100 characters without : and \\"));
        }
        match given.required("BudgetType") {
            "COST" => {}
            kind @ ("USAGE"
            | "RI_UTILIZATION"
            | "RI_COVERAGE"
            | "SAVINGS_PLANS_UTILIZATION"
            | "SAVINGS_PLANS_COVERAGE") => {
                return Err(Fault::NotSimulated { service: format!("budgets of type {kind}") });
            }
            kind => return Err(invalid(format!("BudgetType {kind} is invalid"))),
        }
        for (member, what) in [
            ("PlannedBudgetLimits", "planned limits"),
            ("AutoAdjustData", "limits that adjust themselves"),
            ("FilterExpression", "filter expressions"),
        ] {
            if given.get(member).is_some() {
                return Err(Fault::NotSimulated { service: format!("budgets with {what}") });
            }
        }
        let limit = given.structure("BudgetLimit");
        let amount = limit.required("Amount");
        if limit.required("Unit") != "USD" || !amount.parse::<f64>().is_ok_and(|amount| amount > 0.0) {
            return Err(invalid("BudgetLimit must be an amount above zero in USD"));
        }
        let unit = given.required("TimeUnit");
        let Some((time_unit, _)) = TimeUnit::NAMES.into_iter().find(|(_, name)| *name == unit) else {
            return Err(invalid(format!("TimeUnit {unit} is invalid")));
        };
        let (mut services, mut regions) = (Vec::new(), Vec::new());
        let filters = given.structure("CostFilters");
        for name in filters.names() {
            let values = filters.texts(name).into_iter().map(str::to_owned);
            match name {
                "Service" => services.extend(values),
                "Region" => regions.extend(values),
                other => {
                    return Err(Fault::NotSimulated { service: format!("budgets with cost filter {other}") });
                }
            }
        }
        let period = given.structure("TimePeriod");
        let time = |name: &str, otherwise: i64| {
            let text =
                period.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            let seconds = text.and_then(|text| timestamp::parse(&text));
            Instant(seconds.map_or(otherwise, |seconds| seconds.saturating_mul(1_000_000)))
        };
        // Without a beginning AWS begins with the current stretch, without an end in June 2087.
        let first = i64::from(time_unit.around(day(now)).0) * 86_400_000_000;
        let (start, end) = (time("Start", first), time("End", 3_706_473_600_000_000));
        if start >= end {
            return Err(invalid("The start of a budget must be before its end"));
        }
        Ok((name.to_owned(), Limit { amount: amount.to_owned(), time_unit, start, end, services, regions }))
    }

    /// Millionths of a dollar.
    pub fn micros(&self) -> u64 {
        (self.amount.parse::<f64>().unwrap_or(0.0) * 1_000_000.0) as u64
    }

    pub fn counts(&self, key: &Key) -> bool {
        let service = key.usage.telling().service;
        service != BilledService::Free
            && (self.services.is_empty() || self.services.iter().any(|name| name == service.name()))
            && (self.regions.is_empty() || self.regions.contains(&key.region))
    }
}
