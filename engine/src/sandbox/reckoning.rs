//! The bill of the account: usage written down in time.

use std::sync::Arc;

use super::Sandbox;
use crate::aws::pricing::summary;
use crate::clock::Instant;
use crate::happening::{Happening, HappeningKind};
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::Block;

impl Sandbox {
    /// Writes down what stood in the account until now. Whoever is about to move the clock or to change what stands
    /// (clusters, snapshots, objects, endpoints) calls this first, so that the time before is billed as it was.
    pub fn reckon(&mut self) {
        let now = self.clock.now();
        if self.account.meter.reckoned() < now {
            let bytes = |manifest: &Manifest| manifest.blocks().map(Block::stored_bytes).sum();
            let stored = self.warehouses().map(|one| (one.id, bytes(&one.committed))).collect();
            let account = Arc::make_mut(&mut self.account);
            account.stored = stored;
            account.reckon(now);
            let alarms = account.budgets.news();
            let alarms = alarms.into_iter();
            self.happened.extend(
                alarms.map(|alarm| Happening::new(alarm.at, HappeningKind::BudgetAlarm, alarm.budget)),
            );
        }
    }

    /// Whether the present warehouse is a namespace's.
    pub(super) fn is_serverless(&self) -> bool {
        self.account.serverless.namespaces.iter().any(|one| one.warehouse == self.warehouse.id)
    }

    /// A statement of the present warehouse has ended: a workgroup pays for the time since it began.
    pub(super) fn bill_work(&mut self, since: Instant) {
        if self.is_serverless() {
            let (id, now) = (self.warehouse.id, self.clock.now());
            Arc::make_mut(&mut self.account).worked(id, since, now);
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
