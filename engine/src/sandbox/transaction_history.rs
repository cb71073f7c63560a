//! How transactions ended: `sys_transaction_history` with `stl_commit_stats`, and `stl_undone`.
//!
//! Statements outside a block that only read commit nothing and are not among them; unconfirmed.

use std::sync::Arc;

use super::Sandbox;
use super::history::push;
use crate::clock::Instant;
use crate::sorted::SortedSet;
use crate::sql::session::{Session, SessionId, Transaction};
use crate::sql::system;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::value::Value;

/// Blocks that a commit had to write: of each column of each slice that got rows, and one a slice for deletions. An estimate.
pub(super) fn blocks_written(base: &Manifest, working: &Manifest, changed: &SortedSet<ObjectId>) -> i64 {
    let segments = |manifest: &Manifest, id: ObjectId| {
        let relation =
            manifest.catalog.databases.values().find_map(|database| database.relation(id).cloned());
        relation.and_then(|relation| Some(relation.table()?.data.segments.clone())).unwrap_or_default()
    };
    let mut written = 0;
    for id in changed {
        let before = segments(base, *id);
        for stored in segments(working, *id) {
            let slices = stored.slices.iter().filter(|rows| **rows > 0).count();
            let block = |one: &crate::warehouse::storage::StoredSegment| {
                one.segment.columns.first().map(|block| block.id)
            };
            match before.iter().find(|one| block(one) == block(&stored)) {
                None => written += slices * (stored.segment.columns.len() + system::blocks::HIDDEN_COLUMNS),
                Some(same) if !Arc::ptr_eq(&same.deleted, &stored.deleted) => written += slices,
                Some(_) => {}
            }
        }
    }
    written as i64
}

impl Sandbox {
    /// A transaction has ended; those that are still open stand beside it.
    pub(super) fn remember_end(
        &mut self,
        id: SessionId,
        number: i64,
        started: Instant,
        committed: Option<i64>,
    ) {
        let Some(session) = self.sessions.get(&id) else { return };
        let open = |session: &Session| match &session.transaction {
            Transaction::Open { facts, .. } if session.id != id => Some(facts.number),
            _ => None,
        };
        let open: Vec<i64> = self.sessions.values().filter_map(open).collect();
        let row = vec![
            Value::Integer(session.user.0 as i32),
            Value::BigInt(number),
            Value::Timestamp(started.0),
            Value::Timestamp(self.clock.now().0),
            committed.map_or(Value::Null, Value::BigInt),
            Value::Integer(open.len() as i32),
            open.into_iter().min().map_or(Value::Null, Value::BigInt),
        ];
        push(Arc::make_mut(&mut self.warehouse.logs), "transactions", row);
    }

    /// What a session has written in a transaction, or in a statement of its own, is undone.
    pub(super) fn remember_undone(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else { return };
        let alone = self.inflight.get(&id).map(|running| (running.transaction, running.started));
        let (open, began) = match &session.transaction {
            Transaction::Open { facts, started, .. } => (true, Some((facts.number, *started))),
            _ => (false, alone),
        };
        let Some((number, started)) = began else { return };
        let (user, tables) = (session.user, Self::writes_of(session));
        if !open && tables.is_empty() {
            return;
        }
        let now = Value::Timestamp(self.clock.now().0);
        for table in &tables {
            let row = vec![
                Value::Integer(user.0 as i32),
                Value::BigInt(number),
                Value::BigInt(number),
                now.clone(),
                now.clone(),
                Value::BigInt(i64::from(table.0)),
            ];
            push(Arc::make_mut(&mut self.warehouse.logs), "stl_undone", row);
        }
        self.remember_end(id, number, started, None);
    }
}
