//! The usage meter: how much of what was used. Prices are somebody else's matter.

use serde::{Deserialize, Serialize};

use crate::sorted::SortedMap;

/// What is counted, by the usage type of the Cost and Usage Report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Usage {
    /// PUT, COPY, POST and LIST requests to S3.
    S3RequestsTier1,
    /// GET and all other requests to S3.
    S3RequestsTier2,
    /// Bytes read out of S3.
    S3BytesOut,
    /// Bytes written into S3.
    S3BytesIn,
    /// Calls that are free of charge (IAM, STS, Redshift's own API).
    FreeCalls,
}

/// Totals since the account began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    totals: SortedMap<Usage, u64>,
}

impl Meter {
    pub fn add(&mut self, usage: Usage, quantity: u64) {
        if quantity > 0 {
            *self.totals.entry(usage).or_default() += quantity;
        }
    }

    pub fn total(&self, usage: Usage) -> u64 {
        self.totals.get(&usage).copied().unwrap_or(0)
    }
}
