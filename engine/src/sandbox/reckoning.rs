//! The bill of the account: usage written down in time.

use std::sync::Arc;

use super::Sandbox;
use super::history::push;
use crate::aws::pricing::summary;
use crate::clock::Instant;
use crate::happening::{Happening, HappeningKind};
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::Block;
use crate::warehouse::value::Value;

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

    /// A statement of the present warehouse has ended: a workgroup pays for the time since it began, or since its
    /// transaction did.
    pub(super) fn bill_work(&mut self, since: Instant, engaged: Option<Instant>) {
        if self.is_serverless() {
            let (id, now) = (self.warehouse.id, self.clock.now());
            let paid = Arc::make_mut(&mut self.account).worked(id, engaged.unwrap_or(since), now);
            let Some((rpus, paid)) = paid else { return };
            let seconds = (now.0 - since.0) as f64 / 1_000_000.0;
            let stored: u64 = self.warehouse.committed.blocks().map(Block::stored_bytes).sum();
            // One row a statement; the product's intervals are unconfirmed.
            let row = vec![
                Value::Timestamp(since.0),
                Value::Timestamp(now.0),
                Value::Double(seconds * f64::from(rpus)),
                Value::Double(f64::from(rpus)),
                Value::BigInt(stored.div_ceil(1_048_576) as i64),
                Value::BigInt(0),
                Value::BigInt((paid / 1_000_000) as i64),
            ];
            push(Arc::make_mut(&mut self.warehouse.logs), "sys_serverless_usage", row);
        }
    }

    /// A workgroup whose RPU-hours are used up takes no more statements until the period is over, where its limit
    /// says so.
    ///
    /// # Errors
    /// unconfirmed: state and sentence.
    pub(super) fn must_be_within_limits(&self) -> SqlResult<()> {
        if self.account.usage_limits.is_empty() || !self.is_serverless() {
            return Ok(());
        }
        let name = self.account.site(self.warehouse.id).map_or("", |site| site.name);
        if self.account.reached_limits(name, self.clock.now()).any(|(_, stops)| stops) {
            return Err(SqlError::product("57014", "Query reached usage limit"));
        }
        Ok(())
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
