//! Usage to money.
//!
//! A month's usage of a kind in a region is priced as it grows, tier by tier, and a record costs what it added. Only
//! the sum is ever rounded, so the costs of records are whole numbers that add up whichever way they are grouped, and
//! a bill never shrinks.

pub mod invoice;
pub mod summary;
pub mod table;

use super::meter::{Key, Meter, Record, Usage};
use crate::sorted::SortedMap;
use crate::warehouse::calendar::Civil;

/// Ten-billionths of a US dollar: the ten decimals that Cost Explorer prints, which a single request needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(pub u64);

impl Money {
    /// Ten decimals at most, none without need: `40.3527508453`, `0`.
    pub fn text(self) -> String {
        decimal(u128::from(self.0), 10_000_000_000)
    }

    /// Rounded to millionths, for whoever shows or compares it.
    pub fn micros(self) -> u64 {
        (self.0 + 5_000) / 10_000
    }
}

impl std::ops::Add for Money {
    type Output = Money;

    fn add(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Money>>(all: I) -> Money {
        all.fold(Money::default(), std::ops::Add::add)
    }
}

/// `count / per` with ten decimals at most.
pub fn decimal(count: u128, per: u128) -> String {
    let scaled = (count % per * 10_000_000_000 + per / 2) / per;
    let (whole, fraction) = (count / per + scaled / 10_000_000_000, scaled % 10_000_000_000);
    let text = format!("{whole}.{fraction:010}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What so much usage within a month costs.
fn price(usage: Usage, region: &str, quantity: u128) -> u64 {
    let per = usage.telling().per;
    let (mut below, mut cost) = (0, 0u128);
    for (bound, price) in table::tiers(usage, region) {
        let within = quantity.min(bound) - below;
        // Whole units first, so that nothing overflows however much it is.
        cost += within / per * u128::from(price) + within % per * u128::from(price) / per;
        below = bound;
        if quantity <= bound {
            break;
        }
    }
    u64::try_from(cost).unwrap_or(u64::MAX)
}

/// A record and what it costs.
#[derive(Clone, Copy, Debug)]
pub struct Charge<'a> {
    pub key: &'a Key,
    pub record: &'a Record,
    pub cost: Money,
}

/// Every record with its cost, the oldest day first.
pub fn charges(meter: &Meter) -> Vec<Charge<'_>> {
    let mut grown: SortedMap<(i32, Usage, &str), u128> = SortedMap::new();
    meter
        .records()
        .map(|(key, record)| {
            let Civil { year, month, .. } = Civil::from_days(key.day);
            let so_far = grown.entry((year * 12 + month as i32, key.usage, &key.region)).or_default();
            let before = price(key.usage, &key.region, *so_far);
            *so_far += record.quantity;
            let cost = Money(price(key.usage, &key.region, *so_far) - before);
            Charge { key, record, cost }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::meter::Of;
    use crate::aws::meter::usage::{HOUR, MB};
    use crate::aws::redshift::node_type::NodeType;
    use crate::clock::{Clock, Instant};

    fn cost(usage: Usage, region: &str, quantity: u128) -> String {
        Money(price(usage, region, quantity)).text()
    }

    /// The fact sheet's worked examples (section 10.2).
    #[test]
    fn worked_examples() {
        let node = Usage::Nodes(NodeType::Dc2Large);
        assert_eq!(cost(node, "us-west-2", 24 * HOUR), "6");
        assert_eq!(cost(node, "ap-northeast-2", 24 * HOUR), "7.2");
        assert_eq!(cost(Usage::ServerlessCompute, "ap-northeast-2", 8 * HOUR / 60), "0.0584");
        assert_eq!(cost(Usage::ServerlessCompute, "ap-northeast-2", 128 * HOUR / 60), "0.9344");
        assert_eq!(cost(Usage::SpectrumScan, "us-west-2", 10 * MB), "0.0000476837");
        assert_eq!(cost(Usage::ModelCells, "us-west-2", 53_320), "1.0664");
        assert_eq!(cost(Usage::ModelCells, "us-west-2", 125_000_000), "1725");
    }

    #[test]
    fn work_is_paid_by_the_minute_and_once() {
        let second = |n: i64| Instant(Clock::COURSE_START.0 + n * 1_000_000);
        let mut meter = Meter::new(second(0));
        let mut paid = |from, to| {
            meter.compute("us-west-2", "default", 8, (second(from), second(to)));
            meter.total(Usage::ServerlessCompute) / 8_000_000
        };
        assert_eq!(paid(0, 5), 60);
        assert_eq!(paid(10, 30), 60);
        assert_eq!(paid(50, 75), 75);
        assert_eq!(paid(75, 80), 135);
        assert_eq!(paid(300, 500), 335);
    }

    #[test]
    fn scans_are_whole_megabytes() {
        let of = Of { usage: Usage::AthenaScan, region: "us-west-2", resource: "primary" };
        let mut meter = Meter::new(Clock::COURSE_START);
        let mut scanned = |bytes| {
            meter.scan(of, bytes, Clock::COURSE_START);
            meter.total(Usage::AthenaScan) / MB
        };
        assert_eq!((scanned(0), scanned(1), scanned(10 << 20), scanned((11 << 20) + 1)), (0, 10, 20, 32));
    }
}
