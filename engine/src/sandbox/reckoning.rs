//! The bill of the account: usage written down in time.

use std::sync::Arc;

use super::Sandbox;

impl Sandbox {
    /// Writes down what stood in the account until now. Whoever is about to move the clock or to change what stands
    /// (clusters, snapshots, objects, endpoints) calls this first, so that the time before is billed as it was.
    pub fn reckon(&mut self) {
        let now = self.clock.now();
        if self.account.meter.reckoned() < now {
            Arc::make_mut(&mut self.account).reckon(now);
        }
    }
}
