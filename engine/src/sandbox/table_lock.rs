//! Table locks: what each session holds, who waits for whom, and when nobody could go on any more.
//!
//! A statement takes what it needs at once, before its work, and holds it until its transaction ends. What it cannot have
//! makes it wait: then it has done nothing, and is begun anew when it can have all of it, so that a transaction that
//! waits at its first statement sees what the others committed meanwhile (Developer Guide, "Write and read/write
//! operations": it "does not obtain its snapshot of data until after the first transaction has released its lock").
//! Nothing runs by itself here: whoever steps a statement that waits asks again.

use std::sync::Arc;

use super::Sandbox;
use super::statement::Running;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::lock_mode::{Lock, LockMode};
use crate::sql::outcome::Wait;
use crate::sql::session::{Session, SessionId, Waiting};
use crate::sql::statement::{AlterTable, Statement};
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::commit;
use crate::warehouse::manifest::Manifest;

/// How a command that is not about rows holds the tables that it has changed. Rights, comments and policies hold none, as
/// in PostgreSQL 8; unconfirmed on Redshift.
pub(super) fn changed(statement: &Statement, base: &Manifest, working: &Manifest) -> Vec<Lock> {
    let mode = match statement {
        Statement::AlterTable {
            action: AlterTable::RowLevelSecurity { .. } | AlterTable::OwnerTo(_),
            ..
        } => {
            return Vec::new();
        }
        Statement::Truncate { .. }
        | Statement::AlterTable { .. }
        | Statement::AlterMaterializedView { .. }
        | Statement::CreateView { .. }
        | Statement::DropTable { .. }
        | Statement::DropView { .. }
        | Statement::DropMaterializedView { .. }
        | Statement::DropSchema { .. }
        | Statement::DropDatabase { .. } => LockMode::Whole,
        Statement::Analyze { .. } => LockMode::Read,
        _ => return Vec::new(),
    };
    commit::changed(base, working).iter().map(|relation| (*relation, mode)).collect()
}

impl Sandbox {
    /// Takes the locks for a session, or has it wait.
    ///
    /// # Errors
    /// 40P01 when those that it would wait for wait for it.
    pub(super) fn take_locks(
        &mut self,
        id: SessionId,
        mut wanted: Vec<Lock>,
        turn: i64,
    ) -> SqlResult<Option<Wait>> {
        // What only its maker sees nobody else can want.
        wanted.retain(|(table, _)| self.is_everybodys(*table));
        let now = self.clock.now();
        let Some(session) = self.sessions.get_mut(&id) else { return Ok(None) };
        let since = session.wait.take().map_or(now, |wait| wait.since);
        session.wait = Some(Waiting { wanted, since, turn });
        if let Some(wait) = self.wait_of(id) {
            return match self.circle(id) {
                Some(circle) => Err(deadlock(&circle, self.database_number(id))),
                None => Ok(Some(wait)),
            };
        }
        if let Some(session) = self.sessions.get_mut(&id)
            && let Some(wait) = session.wait.take()
        {
            for lock in wait.wanted {
                if !session.locks.contains(&lock) {
                    session.locks.push(lock);
                }
            }
        }
        Ok(None)
    }

    /// Whether a table is committed, so that others may meet at it.
    pub(super) fn is_everybodys(&self, table: ObjectId) -> bool {
        let databases = &self.warehouse.committed.catalog.databases;
        databases.values().any(|database| database.relations.contains_key(&table))
    }

    /// Whom a session waits for; `None` when it can go on.
    pub(super) fn wait_of(&self, id: SessionId) -> Option<Wait> {
        let session = self.sessions.get(&id)?;
        let since = session.wait.as_ref()?.since;
        let (other, (table, _)) = self.waits_for(session)?;
        let users = &self.warehouse.committed.principals;
        let user = self.sessions.get(&other).and_then(|other| users.user(other.user));
        let relation =
            self.warehouse.committed.catalog.databases.values().find_map(|one| one.relation(table));
        Some(Wait {
            table: relation.map_or_else(String::new, |relation| relation.qualified_name().to_string()),
            process: other.0,
            user: user.map_or_else(String::new, |user| user.name.to_string()),
            since,
        })
    }

    /// The session that is waited for, and the lock that is not to be had.
    pub(super) fn waits_for(&self, session: &Session) -> Option<(SessionId, Lock)> {
        self.holders(session).into_iter().next().or_else(|| {
            // Whoever waits for this session itself is not waited for, lest both wait for ever.
            let ahead = self.ahead_of(session);
            ahead.into_iter().find(|(other, _)| !self.reaches(*other, session.id))
        })
    }

    fn holders(&self, session: &Session) -> Vec<(SessionId, Lock)> {
        let Some(wait) = &session.wait else { return Vec::new() };
        let others = self.sessions.values().filter(|other| other.id != session.id);
        others.filter_map(|other| Some((other.id, clash(&wait.wanted, &other.locks)?))).collect()
    }

    /// Those that asked before for what this one waits for: nobody overtakes them.
    fn ahead_of(&self, session: &Session) -> Vec<(SessionId, Lock)> {
        let Some(wait) = &session.wait else { return Vec::new() };
        let others = self.sessions.values().filter(|other| other.id != session.id);
        let first = others.filter_map(|other| {
            let before = other.wait.as_ref().filter(|before| before.turn < wait.turn)?;
            Some((other.id, clash(&wait.wanted, &before.wanted)?))
        });
        first.collect()
    }

    /// Whether `from` waits for `to`, by way of however many others.
    fn reaches(&self, from: SessionId, to: SessionId) -> bool {
        let (mut open, mut seen) = (vec![from], Vec::new());
        while let Some(id) = open.pop() {
            if id == to {
                return true;
            }
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            if let Some(session) = self.sessions.get(&id) {
                let next = self.holders(session).into_iter().chain(self.ahead_of(session));
                open.extend(next.map(|(other, _)| other));
            }
        }
        false
    }

    /// The sessions that wait in a circle with this one, each with what it waits for and who holds that.
    fn circle(&self, id: SessionId) -> Option<Vec<(SessionId, Lock, SessionId)>> {
        let mut open: Vec<Vec<(SessionId, Lock, SessionId)>> = vec![Vec::new()];
        let mut seen = Vec::new();
        while let Some(path) = open.pop() {
            let last = path.last().map_or(id, |(_, _, holder)| *holder);
            let Some(session) = self.sessions.get(&last) else { continue };
            for (holder, lock) in self.holders(session) {
                let longer: Vec<_> = path.iter().copied().chain([(last, lock, holder)]).collect();
                if holder == id {
                    return Some(longer);
                }
                if !seen.contains(&holder) {
                    seen.push(holder);
                    open.push(longer);
                }
            }
        }
        None
    }

    fn database_number(&self, id: SessionId) -> u32 {
        let name = self.sessions.get(&id).map(|session| &session.database);
        let database = name.and_then(|name| self.warehouse.committed.catalog.database(name));
        database.map_or(0, |database| database.id.0)
    }

    /// Whether a statement would only wait if it were stepped now.
    pub fn is_held_up(&mut self, running: &Running) -> bool {
        self.beside(running.session, |sandbox| {
            sandbox.must_go_on(running).is_ok() && sandbox.wait_of(running.session).is_some()
        })
    }

    /// Ends a statement that waits where nobody could let it go on.
    pub fn give_up(&mut self, mut running: Running, wait: &Wait) -> SqlError {
        let error = SqlError::new(SqlErrorKind::Product {
            // PostgreSQL's for LOCK ... NOWAIT.
            state: "55P03",
            message: format!("could not obtain lock on relation \"{}\"", wait.table),
            detail: Some(format!("Process {} of user {} holds it.", wait.process, wait.user)),
            hint: Some(
                "Redshift waits until that transaction ends. Here nobody can end it meanwhile.".to_owned(),
            ),
        });
        self.beside(running.session, |sandbox| sandbox.end(&mut running, error))
    }

    /// Has every session let go, on a copy where nothing but the tables counts.
    pub fn forget_locks(&mut self) {
        let elsewhere = self.elsewhere.values_mut().flat_map(|station| station.sessions.values_mut());
        for session in self.sessions.values_mut().chain(elsewhere) {
            (session.locks, session.wait) = (Vec::new(), None);
        }
    }

    /// What a session has made and nobody else sees yet, or changed without holding it.
    pub(super) fn made(session: &Session) -> Vec<ObjectId> {
        let crate::sql::session::Transaction::Open { base, working, .. } = &session.transaction else {
            return Vec::new();
        };
        if Arc::ptr_eq(base, working) {
            return Vec::new();
        }
        let changed = commit::changed(base, working);
        changed.iter().copied().filter(|id| !session.locks.iter().any(|(held, _)| held == id)).collect()
    }
}

/// What of `wanted` cannot be had beside `held`; of a table, how it is wanted most.
fn clash(wanted: &[Lock], held: &[Lock]) -> Option<Lock> {
    let clashes = |one: &&Lock| held.iter().any(|(table, mode)| *table == one.0 && mode.conflicts(one.1));
    let first = wanted.iter().find(clashes)?;
    wanted.iter().filter(|one| one.0 == first.0).filter(clashes).max_by_key(|one| one.1).copied()
}

/// The texts are PostgreSQL 8's, which name each process of the circle.
fn deadlock(circle: &[(SessionId, Lock, SessionId)], database: u32) -> SqlError {
    let lines = circle.iter().map(|(waiter, (table, mode), holder)| {
        format!(
            "Process {} waits for {} on relation {} of database {database}; blocked by process {}.",
            waiter.0,
            mode.name(),
            table.0,
            holder.0
        )
    });
    let lines: Vec<String> = lines.collect();
    SqlError::new(SqlErrorKind::Product {
        state: "40P01",
        message: "deadlock detected".to_owned(),
        detail: Some(lines.join("\n")),
        hint: None,
    })
}
