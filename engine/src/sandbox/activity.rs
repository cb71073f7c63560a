//! What is true of this moment only, for the system relations that show it: sessions, transactions, locks and
//! statements on their way.

use std::sync::Arc;

use super::history::without_secrets;
use super::{Sandbox, step_history};
use crate::clock::Instant;
use crate::sql::commands::vacuum::VacuumPhase;
use crate::sql::error::{Canceler, SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::array::bytes_of;
use crate::sql::execute::profile::Profile;
use crate::sql::explain;
use crate::sql::lock_mode::{Lock, LockMode};
use crate::sql::plan::Plan;
use crate::sql::session::{SessionId, Transaction};
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::identifier::Identifier;
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
    /// As `sys_query_history.query_type` calls it.
    pub kind: &'static str,
    /// Its plan and what that has done so far, where somebody could ask.
    pub progress: Option<Progress>,
    /// How far a COPY is, likewise.
    pub load: Option<Vec<Value>>,
}

/// A plan that is being carried out.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub plan: Arc<Plan>,
    pub base: Arc<Manifest>,
    pub database: Identifier,
    pub profile: Profile,
}

fn int(value: u32) -> Value {
    Value::Integer(value as i32)
}

impl Sandbox {
    /// Rows of `stv_sessions`, `stv_inflight` (with more than it shows), `stv_active_cursors`, `stv_load_state`, `svv_transactions` and `stv_locks`, in their columns' order.
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
                        Value::string(running.text.as_str()),
                        database.clone(),
                        Value::string(running.kind),
                        session.wait.as_ref().map_or(Value::Null, |wait| Value::Timestamp(wait.since.0)),
                    ],
                );
            }
            if let Transaction::Open { cursors, facts, .. } = &session.transaction {
                for (cursor, state) in cursors {
                    let batches = state.rows.iter().flat_map(|rows| rows.batches.iter());
                    let (rows, bytes) = batches.fold((0, 0), |(rows, bytes), batch| {
                        let size: u64 = batch.columns.iter().map(bytes_of).sum();
                        (rows + batch.rows as u64, bytes + size)
                    });
                    add(
                        "stv_active_cursors",
                        vec![
                            int(session.user.0),
                            Value::string(cursor.as_str()),
                            Value::BigInt(facts.number),
                            process.clone(),
                            Value::Timestamp(state.declared.0),
                            Value::BigInt(rows as i64),
                            Value::BigInt(bytes as i64),
                            Value::BigInt(state.position.min(rows) as i64),
                        ],
                    );
                }
            }
            if let Some((running, state)) =
                running.and_then(|running| Some((running, running.load.as_ref()?)))
            {
                let mut row =
                    vec![int(session.user.0), process.clone(), Value::Integer(running.query as i32)];
                row.extend([Value::Integer(0), process.clone(), Value::Timestamp(self.clock.now().0)]);
                row.extend(state.iter().cloned());
                add("stv_load_state", row);
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

    /// The session begins a statement of this kind.
    pub(super) fn begins(&mut self, session: SessionId, numbers: (i64, i64), text: &str, kind: &'static str) {
        let (query, transaction) = numbers;
        let running = Inflight {
            query,
            transaction,
            started: self.clock.now(),
            text: without_secrets(text),
            vacuums: false,
            vacuum: None,
            canceled: None,
            kind,
            progress: None,
            load: None,
        };
        self.inflight.insert(session, running);
    }

    /// The steps of the plans that are being carried out, as the log of steps will have them.
    pub(super) fn steps_so_far(&self) -> Vec<Vec<Value>> {
        let now = self.clock.now();
        let mut rows = Vec::new();
        for (session, running) in &self.inflight {
            let Some(user) = self.sessions.get(session).map(|session| session.user) else { continue };
            let Some(Progress { plan, base, database, profile }) = &running.progress else { continue };
            let account = explain::account(plan, base, database, profile, explain::Ending::Returned);
            let query = step_history::Query {
                user,
                query: running.query,
                transaction: running.transaction,
                session: session.0,
                started: running.started,
            };
            rows.extend(step_history::rows(&account, &query, Some(now)));
        }
        rows
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
