//! Looking at the budgets as time goes by.

use super::limit::Limit;
use super::{Alarm, Budget};
use crate::aws::Account;
use crate::aws::meter::standing::Standing;
use crate::aws::meter::{Meter, day};
use crate::aws::pricing::{Money, charges};
use crate::clock::Instant;
use crate::warehouse::calendar;

/// Microseconds between two looks.
const EVERY: i64 = 8 * 3_600_000_000;

/// What a budget's stretch around `now` has come to, and what it will come to if all that stands is left standing.
pub fn spent(limit: &Limit, meter: &Meter, all: &[Standing], now: Instant) -> (Money, Money) {
    let stretch = limit.time_unit.around(day(now));
    let sum = |meter: &Meter| {
        let counted = charges(meter)
            .into_iter()
            .filter(|charge| (stretch.0..stretch.1).contains(&charge.key.day) && limit.counts(charge.key));
        counted.map(|charge| charge.cost).sum()
    };
    let actual = sum(meter);
    let mut then = meter.clone();
    then.stand(all, Instant(calendar::midnight(stretch.1).unwrap_or(now.0)));
    (actual, sum(&then))
}

/// Goes from the last reckoning to `now` and speaks up where a threshold is passed. Each speaks once in a stretch.
pub fn watch(account: &mut Account, all: &[Standing], now: Instant) {
    if account.budgets.budgets.is_empty() {
        return;
    }
    let mut at = account.meter.reckoned();
    loop {
        let next = Instant((at.0.div_euclid(EVERY) + 1) * EVERY);
        if next > now {
            return;
        }
        account.meter.stand(all, next);
        let mut said = Vec::new();
        for (name, budget) in account.budgets.budgets.iter_mut() {
            look(name, budget, &account.meter, all, (at, next), &mut said);
        }
        account.budgets.alarms.extend(said);
        at = next;
    }
}

fn look(
    name: &str,
    budget: &mut Budget,
    meter: &Meter,
    all: &[Standing],
    (before, now): (Instant, Instant),
    said: &mut Vec<Alarm>,
) {
    let Budget { limit, notifications, .. } = budget;
    let stretch = |at| limit.time_unit.around(day(at));
    if stretch(before) != stretch(now) {
        notifications.iter_mut().for_each(|notification| notification.alarm = false);
    }
    if now < limit.start || now >= limit.end || notifications.is_empty() {
        return;
    }
    let (actual, forecast) = spent(limit, meter, all, now);
    for notification in notifications {
        let micros = if notification.forecast { forecast } else { actual }.micros();
        let passed = notification.passed(micros, limit.micros());
        if passed && !notification.alarm {
            said.push(Alarm {
                at: now,
                budget: name.to_owned(),
                micros,
                threshold_micros: notification.micros(limit.micros()),
                forecast: notification.forecast,
                subscribers: notification.subscribers.iter().map(|(_, address)| address.clone()).collect(),
            });
        }
        notification.alarm = passed;
    }
}
