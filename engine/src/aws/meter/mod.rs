//! The usage meter: how much of what was used, by which resource, when. Prices are [`pricing`](super::pricing)'s.
//!
//! There are two ways for usage to get here.
//!
//! *Something happens* (a request, a scan, a training): whoever does it calls [`Meter::add`], [`Meter::scan`] or
//! [`Meter::compute`] at that moment.
//!
//! *Something stands* (a node that is on, bytes that are stored): nobody calls anything. [`standing`] reads from the
//! account what stands there now, and [`Account::reckon`](super::Account::reckon) writes it down for the time since it
//! was last asked. So whoever moves the clock or changes what stands reckons first: the front door's callers do
//! (`Sandbox::reckon`), and a queue of events must before each event.
//!
//! What is kept is one record a day, kind and resource; every cent of a bill is some record's.

pub mod standing;
pub mod usage;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::sorted::SortedMap;
use crate::warehouse::calendar;
use usage::MB;
pub use usage::{BilledService, Instance, Usage};

/// Which usage: of one day (since 1970), kind, region and resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    pub day: i32,
    pub usage: Usage,
    pub region: String,
    /// A name that a learner knows: `course-cluster`, a bucket, a workgroup. Empty for none.
    pub resource: String,
}

/// How much of it, how often, and from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub quantity: u128,
    pub times: u64,
    pub from: Instant,
    pub to: Instant,
}

/// Whose usage is counted.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    pub usage: Usage,
    pub region: &'a str,
    pub resource: &'a str,
}

/// Everything that was used since the account began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    records: SortedMap<Key, Record>,
    /// Until when what stands was written down.
    reckoned: Instant,
    /// Until when each workgroup's work is paid for.
    paid: SortedMap<String, Instant>,
}

impl Meter {
    pub fn new(now: Instant) -> Self {
        Meter { records: SortedMap::new(), reckoned: now, paid: SortedMap::new() }
    }

    /// Usage of a moment.
    pub fn add(&mut self, of: Of<'_>, quantity: u128, now: Instant) {
        self.record(of, quantity, now, now);
    }

    /// What was written down for a moment was less in the end: nothing else counts under that resource.
    pub fn cut(&mut self, of: Of<'_>, quantity: u128, at: Instant) {
        let key = Key {
            day: day(at),
            usage: of.usage,
            region: of.region.to_owned(),
            resource: of.resource.to_owned(),
        };
        if let Some(record) = self.records.get_mut(&key) {
            record.quantity = record.quantity.min(quantity);
        }
    }

    /// A scan by Spectrum or Athena: whole MB, ten of them at least. One that read nothing costs nothing (DDL,
    /// failures); one that was canceled pays for what it read.
    pub fn scan(&mut self, of: Of<'_>, bytes: u64, now: Instant) {
        if bytes > 0 {
            self.add(of, u128::from(bytes).div_ceil(MB).max(10) * MB, now);
        }
    }

    /// A workgroup that worked from one instant to another. It pays by the second and for a minute at least; what
    /// runs while another statement is paid for pays only what goes beyond.
    /// What it pays now is answered.
    pub fn compute(
        &mut self,
        region: &str,
        workgroup: &str,
        rpus: u32,
        (from, to): (Instant, Instant),
    ) -> u128 {
        let of = Of { usage: Usage::ServerlessCompute, region, resource: workgroup };
        let paid = self.paid.get(workgroup).copied().unwrap_or(Instant(i64::MIN));
        let (begin, least) = if from < paid { (paid, paid) } else { (from, Instant(from.0 + 60_000_000)) };
        let end = to.max(least);
        if end <= begin {
            return 0;
        }
        let quantity = u128::from(rpus) * begin.0.abs_diff(end.0) as u128;
        self.record(of, quantity, begin, end);
        self.paid.insert(workgroup.to_owned(), end);
        quantity
    }

    /// Usage at a rate per microsecond, day by day.
    pub fn span(&mut self, of: Of<'_>, rate: u128, from: Instant, to: Instant) {
        let mut begin = from;
        while begin < to {
            let midnight = calendar::midnight(day(begin) + 1).unwrap_or(to.0);
            let end = to.min(Instant(midnight));
            self.record(of, rate * begin.0.abs_diff(end.0) as u128, begin, end);
            begin = end;
        }
    }

    fn record(&mut self, of: Of<'_>, quantity: u128, from: Instant, to: Instant) {
        if quantity == 0 {
            return;
        }
        let key = Key {
            day: day(from),
            usage: of.usage,
            region: of.region.to_owned(),
            resource: of.resource.to_owned(),
        };
        let record = self.records.entry(key).or_insert(Record { quantity: 0, times: 0, from, to });
        record.quantity += quantity;
        record.times += 1;
        record.to = record.to.max(to);
    }

    /// Every record, the oldest day first.
    pub fn records(&self) -> impl Iterator<Item = (&Key, &Record)> {
        self.records.iter()
    }

    /// Until when what stands was written down.
    pub fn reckoned(&self) -> Instant {
        self.reckoned
    }

    /// All of a kind.
    pub fn total(&self, usage: Usage) -> u128 {
        self.records().filter(|(key, _)| key.usage == usage).map(|(_, record)| record.quantity).sum()
    }
}

/// The day of an instant, since 1970.
pub fn day(at: Instant) -> i32 {
    calendar::days_of(at.0)
}
