//! The bill of the account: usage written down in time.

use std::sync::Arc;

use super::Sandbox;
use crate::aws::pricing::summary;

impl Sandbox {
    /// Writes down what stood in the account until now. Whoever is about to move the clock or to change what stands
    /// (clusters, snapshots, objects, endpoints) calls this first, so that the time before is billed as it was.
    pub fn reckon(&mut self) {
        let now = self.clock.now();
        if self.account.meter.reckoned() < now {
            Arc::make_mut(&mut self.account).reckon(now);
        }
    }

    /// All that the account has cost so far, in millionths of a dollar.
    pub fn cost(&mut self) -> u64 {
        self.reckon();
        summary::so_far(&self.account)
    }

    /// The bill: see [`summary`].
    pub fn bill(&mut self) -> serde_json::Value {
        self.reckon();
        summary::summary(&self.account, self.clock.now())
    }
}
