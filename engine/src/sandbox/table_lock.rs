//! Tables that other sessions hold by LOCK.
//!
//! In the product a statement that needs such a table waits. A statement here cannot, because the one who waits
//! and the one who would let go are stepped by the same hand; so it is told.

use super::Sandbox;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::plan::Plan;
use crate::sql::session::SessionId;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

/// A table and the session that holds it.
pub(super) type TableLock = (ObjectId, SessionId);

impl Sandbox {
    /// What sessions other than `id` hold.
    pub(super) fn locks_against(&self, id: SessionId) -> Vec<TableLock> {
        let others = self.sessions.values().filter(|session| session.id != id);
        others
            .flat_map(|session| session.locks().into_iter().flatten().map(|table| (*table, session.id)))
            .collect()
    }
}

/// Refuses a plan that reads or writes a locked table.
pub(super) fn must_not_wait(plan: &Plan, target: Option<ObjectId>, locks: &[TableLock]) -> SqlResult<()> {
    if locks.is_empty() {
        return Ok(());
    }
    let mut plans = vec![plan];
    while let Some(plan) = plans.pop() {
        if let Plan::Scan(scan) = plan {
            must_be_free(scan.relation, locks)?;
        }
        plans.extend(plan.inputs());
    }
    target.map_or(Ok(()), |target| must_be_free(target, locks))
}

/// Refuses a commit, or a command, that changes a locked table.
pub(super) fn must_not_change(
    base: &Manifest,
    working: &Manifest,
    database: &Identifier,
    locks: &[TableLock],
) -> SqlResult<()> {
    for &(table, holder) in locks {
        let of = |manifest: &Manifest| manifest.catalog.database(database)?.relation(table).cloned();
        let same = match (of(base), of(working)) {
            (Some(one), Some(other)) => std::sync::Arc::ptr_eq(&one, &other),
            (one, other) => one.is_none() && other.is_none(),
        };
        if !same {
            return Err(held(holder));
        }
    }
    Ok(())
}

fn must_be_free(table: ObjectId, locks: &[TableLock]) -> SqlResult<()> {
    match locks.iter().find(|(locked, _)| *locked == table) {
        Some((_, holder)) => Err(held(*holder)),
        None => Ok(()),
    }
}

fn held(holder: SessionId) -> SqlError {
    SqlError::not_simulated_because(Feature::Lock, format!("process {}", holder.0))
}
