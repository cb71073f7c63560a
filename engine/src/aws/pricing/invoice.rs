//! What a month comes to, line by line, and what it will come to if everything is left as it is.

use super::{Charge, Money, charges};
use crate::aws::Account;
use crate::aws::meter::standing::standing;
use crate::aws::meter::{BilledService, Meter, Usage};
use crate::clock::Instant;
use crate::sorted::SortedMap;
use crate::warehouse::calendar::{self, Civil};

/// One line of an invoice: a kind of usage in a region, by one resource. Its records are those of the meter with the
/// same kind, region and resource in that month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub service: BilledService,
    pub usage: Usage,
    pub region: String,
    pub resource: String,
    pub quantity: u128,
    pub records: u32,
    pub cost: Money,
}

/// Days of a month, since 1970: the first, and the first of the next.
pub fn month_of(day: i32) -> (i32, i32) {
    let civil = Civil::from_days(day);
    let first = day - civil.day as i32 + 1;
    (first, first + calendar::days_in_month(civil.year, civil.month) as i32)
}

/// The lines of `from..to` (days), the dearest first. What is never billed is left out.
pub fn lines(meter: &Meter, (from, to): (i32, i32)) -> Vec<Line> {
    let mut lines: SortedMap<(Usage, &str, &str), Line> = SortedMap::new();
    for Charge { key, record, cost } in charges(meter) {
        let service = key.usage.telling().service;
        if !(from..to).contains(&key.day) || service == BilledService::Free {
            continue;
        }
        let line = lines.entry((key.usage, &key.region, &key.resource)).or_insert_with(|| Line {
            service,
            usage: key.usage,
            region: key.region.clone(),
            resource: key.resource.clone(),
            quantity: 0,
            records: 0,
            cost: Money::default(),
        });
        line.quantity += record.quantity;
        line.records += 1;
        line.cost = line.cost + cost;
    }
    let mut lines: Vec<Line> = lines.into_values().collect();
    crate::sorted::sort_by_key(&mut lines, |line| std::cmp::Reverse(line.cost));
    lines
}

/// The meter as it will stand at the beginning of `day` if everything in the account is left as it is now and nothing
/// happens. Without what `keeps` says no to, as if it were switched off now.
pub fn foreseen(account: &Account, day: i32, keeps: impl Fn(Usage) -> bool) -> Meter {
    let mut meter = account.meter.clone();
    let until = Instant(calendar::midnight(day).unwrap_or(i64::MAX));
    let mut standing = standing(account);
    standing.retain(|each| keeps(each.usage));
    meter.stand(&standing, until);
    meter
}
