//! What is true of this moment only, for the system relations that show it: sessions, transactions, locks and
//! statements on their way.

use std::sync::Arc;

use super::Sandbox;
use crate::clock::Instant;
use crate::sql::error::{Canceler, SqlError, SqlErrorKind, SqlResult};
use crate::sql::session::{SessionId, Transaction};
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::commit;
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
            let (number, started, writes) = match (&session.transaction, running) {
                (Transaction::Open { base, working, started, facts, .. }, _) => {
                    (facts.number, *started, commit::changed(base, working))
                }
                (_, Some(running)) => (running.transaction, running.started, Default::default()),
                _ => continue,
            };
            let reads = match &session.transaction {
                Transaction::Open { facts, .. } => facts.reads.clone(),
                Transaction::None | Transaction::Aborted => Default::default(),
            };
            let mut lock = |mode: &str, kind: &str, relation: Option<ObjectId>| {
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
                        Value::Boolean(true),
                    ],
                );
            };
            lock("ExclusiveLock", "transactionid", None);
            for relation in &reads {
                lock("AccessShareLock", "relation", Some(*relation));
            }
            for relation in &writes {
                lock("ShareRowExclusiveLock", "relation", Some(*relation));
            }
            for relation in writes {
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
                        Value::string("Holding write lock"),
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
