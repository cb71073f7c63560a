//! What is true of this moment only, for the system relations that show it: sessions, transactions, locks and
//! statements on their way.

use std::sync::Arc;

use super::Sandbox;
use crate::clock::Instant;
use crate::sql::commands::vacuum::VacuumPhase;
use crate::sql::error::{Canceler, SqlError, SqlErrorKind, SqlResult};
use crate::sql::lock_mode::{Lock, LockMode};
use crate::sql::session::{SessionId, Transaction};
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::manifest::{Logs, Manifest};
use crate::warehouse::value::Value;

/// A statement that has begun and not ended.
#[derive(Clone, Debug)]
pub(super) struct Inflight {
    pub query: i64,
    pub transaction: i64,
    pub started: Instant,
    pub text: String,
    pub vacuums: bool,
    /// The table that VACUUM works on.
    pub vacuum: Option<(ObjectId, VacuumPhase)>,
    /// Somebody asked for its end.
    pub canceled: Option<Canceler>,
}

fn int(value: u32) -> Value {
    Value::Integer(value as i32)
}

impl Sandbox {
    /// Rows of `stv_sessions`, `stv_inflight`, `svv_transactions` and `stv_locks`, in their columns' order.
    pub(super) fn live(&self) -> Logs {
        let mut logs = Logs::default();
        let mut add = |log: &str, row: Vec<Value>| logs.rows.entry(log.to_owned()).or_default().push(row);
        let users = &self.warehouse.committed.principals;
        for session in self.sessions.values() {
            let user = users.user(session.user);
            let name = user.map_or(Value::Null, |user| Value::string(user.name.as_str()));
            let database = Value::string(session.database.as_str());
            let process = int(session.id.0);
            let timeout = user.and_then(|user| user.session_timeout).unwrap_or(0);
            let begun = Value::Timestamp(session.started.0);
            add("stv_sessions", vec![begun, process.clone(), name.clone(), database.clone(), int(timeout)]);
            let running = self.inflight.get(&session.id);
            if let Some(running) = running {
                let label = session.settings.get("query_group").map_or("default", String::as_str);
                add(
                    "stv_inflight",
                    vec![
                        int(session.user.0),
                        Value::Integer(0),
                        Value::Integer(running.query as i32),
                        Value::string(label),
                        Value::BigInt(running.transaction),
                        process.clone(),
                        Value::Timestamp(running.started.0),
                        Value::string(running.text.chars().take(100).collect::<String>()),
                        Value::Integer(0),
                        Value::Integer(0),
                        Value::Integer(0),
                    ],
                );
            }
            if let Some((table, phase)) = running.and_then(|running| running.vacuum) {
                let databases = &self.warehouse.committed.catalog.databases;
                let relation = databases.values().find_map(|database| database.relation(table));
                let name = relation.map_or_else(String::new, |relation| relation.name.to_string());
                let row = vec![Value::string(name.as_str()), Value::string(phase.told(&name)), Value::Null];
                add("svv_vacuum_progress", row);
            }
            let (number, started) = match (&session.transaction, running) {
                (Transaction::Open { started, facts, .. }, _) => (facts.number, *started),
                (_, Some(running)) => (running.transaction, running.started),
                _ => continue,
            };
            let mut lock = |mode: &str, kind: &str, relation: Option<ObjectId>, granted: bool| {
                add(
                    "svv_transactions",
                    vec![
                        name.clone(),
                        database.clone(),
                        Value::BigInt(number),
                        process.clone(),
                        Value::Timestamp(started.0),
                        Value::string(mode),
                        Value::string(kind),
                        relation.map_or(Value::Null, |relation| int(relation.0)),
                        Value::Boolean(granted),
                    ],
                );
            };
            lock("ExclusiveLock", "transactionid", None, true);
            let made = Sandbox::made(session);
            let held = session.locks.iter().copied().chain(made.into_iter().map(|id| (id, LockMode::Whole)));
            // A process waits for one thing at a time.
            let wanted = self.waits_for(session).map(|(_, lock)| lock);
            let mut locks: Vec<(Lock, bool)> = Vec::new();
            for (lock, granted) in
                held.map(|lock| (lock, true)).chain(wanted.iter().map(|lock| (*lock, false)))
            {
                let told = |one: &(Lock, bool)| one.0.0 == lock.0 && one.0.1.name() == lock.1.name();
                if !locks.iter().any(told) {
                    locks.push((lock, granted));
                }
            }
            for ((relation, mode), granted) in &locks {
                lock(mode.name(), "relation", Some(*relation), *granted);
            }
            for ((relation, mode), granted) in locks {
                if !mode.writes() {
                    continue;
                }
                // The second text is unconfirmed; it fills the column to its last character.
                let status = if granted { "Holding write lock" } else { "Waiting for write lock" };
                add(
                    "stv_locks",
                    vec![
                        int(relation.0),
                        Value::Null,
                        Value::Timestamp(self.clock.now().0),
                        Value::BigInt(number),
                        Value::BigInt(i64::from(session.id.0)),
                        Value::Timestamp(started.0),
                        Value::Null,
                        Value::string(status),
                    ],
                );
            }
        }
        logs
    }

    /// The session begins a statement.
    pub(super) fn begins(&mut self, session: SessionId, numbers: (i64, i64), text: &str) {
        let (query, transaction) = numbers;
        let running = Inflight {
            query,
            transaction,
            started: self.clock.now(),
            text: text.to_owned(),
            vacuums: false,
            vacuum: None,
            canceled: None,
        };
        self.inflight.insert(session, running);
    }

    /// Only one VACUUM runs at a time in a cluster; those that the service begins by itself give way.
    ///
    /// # Errors
    /// unconfirmed: the state.
    pub(super) fn must_vacuum_alone(&mut self, id: SessionId) -> SqlResult<()> {
        let users = |id: &SessionId| self.sessions.get(id).is_some_and(|one| one.user != UserId::RDSDB);
        if self.inflight.iter().any(|(other, running)| *other != id && running.vacuums && users(other)) {
            let hint = Some("re-execute after other vacuum finished".to_owned());
            let (message, state, detail) = ("VACUUM is running".to_owned(), "55006", None);
            return Err(SqlError::new(SqlErrorKind::Product { state, message, detail, hint }));
        }
        if let Some(own) = self.inflight.get_mut(&id) {
            own.vacuums = true;
        }
        Ok(())
    }

    /// How far a session's VACUUM is.
    pub(super) fn tell_vacuum(&mut self, id: SessionId, at: Option<(ObjectId, VacuumPhase)>) {
        if let Some(running) = self.inflight.get_mut(&id) {
            running.vacuum = at;
        }
    }

    /// What transactions of other sessions that are open see.
    pub(super) fn seen_by_others(&self, id: SessionId) -> Vec<Arc<Manifest>> {
        let others = self.sessions.values().filter(|session| session.id != id);
        let seen = others.filter_map(|session| match &session.transaction {
            Transaction::Open { base, facts, .. } if facts.has_snapshot => Some(base.clone()),
            _ => None,
        });
        seen.collect()
    }
}
