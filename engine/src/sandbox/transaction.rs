//! A session's transaction: opened, committed, aborted.
//!
//! A session works on its own copy of the manifest from BEGIN on; COMMIT puts what it changed upon what others
//! committed meanwhile, if `serial` finds an order for all of them. Temporary tables never leave the session.

use std::sync::Arc;

use super::serial::{Deed, Deeds};
use super::transaction_history::blocks_written;
use super::{Sandbox, history};
use crate::aws::redshift::snapshot::hastened;
use crate::clock::Instant;
use crate::sorted::SortedSet;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::explain;
use crate::sql::lock_mode::LockMode;
use crate::sql::outcome::Completion;
use crate::sql::plan::Plan;
use crate::sql::session::{Facts, Session, SessionId, Temporary, Transaction};
use crate::sql::statement::Statement;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::commit;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::note::Noted;
use crate::warehouse::storage::write::BlockNumbers;
use crate::warehouse::value::Value;

impl Sandbox {
    /// COMMIT of an open transaction.
    pub(super) fn commit_open(&mut self, id: SessionId) -> SqlResult<()> {
        let Some(session) = self.sessions.get_mut(&id) else { return Ok(()) };
        match std::mem::replace(&mut session.transaction, Transaction::None) {
            Transaction::Open { base, working, facts, started, settings, .. } => {
                session.settings = settings.after;
                session.user = settings.users.map_or(session.user, |(_, after)| after);
                let committed = self.commit_manifest(id, &base, &working, facts, started);
                if let (Err(_), Some(session)) = (&committed, self.sessions.get_mut(&id)) {
                    session.settings = settings.before;
                    session.user = settings.users.map_or(session.user, |(before, _)| before);
                }
                committed
            }
            Transaction::None | Transaction::Aborted => Ok(()),
        }
    }

    /// Makes a session's copy everybody's, but for its temporary tables.
    pub(super) fn commit_manifest(
        &mut self,
        id: SessionId,
        base: &Manifest,
        working: &Manifest,
        facts: Facts,
        started: Instant,
    ) -> SqlResult<()> {
        let Some(session) = self.sessions.get_mut(&id) else {
            return Err(SqlError::bug("a commit without a session"));
        };
        let (mut base, mut working) = (base.clone(), working.clone());
        Temporary::take_from(&mut base, &session.database, &session.temporary_schema);
        let temporary = Temporary::take_from(&mut working, &session.database, &session.temporary_schema);
        let numbers = &mut BlockNumbers(&mut self.warehouse.next_block);
        let changed = commit::changed(&base, &working);
        // Rights are changed without a lock, VACUUM and ANALYZE change no rows: they have no part in the order.
        let held =
            |table: &ObjectId| session.locks.iter().any(|(held, mode)| held == table && mode.changes());
        let mut deed = Deed {
            transaction: facts.number,
            reads: if is_snapshot(&working, &session.database) { SortedSet::new() } else { facts.reads },
            writes: changed.iter().copied().filter(held).collect(),
            snapshot: base.version,
            committed: u64::MAX,
        };
        let merged = match self.deeds.check(&deed, &[]) {
            Err(circle) => Err((circle.table, circle.transactions)),
            Ok(()) => match commit::merge(&base, &working, &self.warehouse.committed, numbers) {
                Ok(merged) => Ok(merged),
                Err(conflict) if conflict.dropped => return Err(relation_is_gone()),
                Err(conflict) => Err((conflict.relation.unwrap_or(ObjectId(0)), vec![facts.number])),
            },
        };
        let merged = match merged {
            Ok(merged) => merged,
            Err((table, transactions)) => {
                return Err(self.without_order(table, &transactions, (id, facts.number, started)));
            }
        };
        self.must_fit(id, facts.number, &base, &merged)?;
        let written = blocks_written(&base, &working, &changed);
        self.remember_end(id, facts.number, started, Some(written));
        let Some(session) = self.sessions.get_mut(&id) else {
            return Err(SqlError::bug("a commit without a session"));
        };
        session.temporary = temporary;
        let users = (base.principals.clone(), working.principals.clone());
        let recorded = (self.clock.now(), id, facts.number);
        history::remember_users(&mut self.warehouse.logs, &users.0, &users.1, recorded);
        deed.committed = merged.version;
        self.warehouse.committed = Arc::new(merged);
        if !changed.is_empty() {
            self.hasten_snapshot();
        }
        // What changes nothing is no commit to others, but what it read may still close a circle.
        if deed.writes.is_empty() && deed.reads.is_empty() {
            return Ok(());
        }
        self.note(deed);
        Ok(())
    }

    /// Refuses what leaves no order of the transactions that are open and those that are done: the last operation that does
    /// so fails, before anybody commits (Developer Guide, "Troubleshooting serializable isolation errors").
    ///
    /// # Errors
    /// 1023.
    pub(super) fn must_leave_an_order(
        &mut self,
        id: SessionId,
        reads: &[ObjectId],
        (number, snapshot): (i64, u64),
    ) -> SqlResult<()> {
        let others = self.sessions.values().filter(|session| session.id != id);
        let open: Vec<Deed> = others.filter_map(|other| self.deed_of(other)).collect();
        let Some(session) = self.sessions.get(&id) else { return Ok(()) };
        if open.is_empty() && self.deeds.is_empty() {
            return Ok(());
        }
        let alone = || {
            let (reads, writes) = (SortedSet::new(), Self::writes_of(session));
            Deed { transaction: number, reads, writes, snapshot, committed: u64::MAX }
        };
        if is_snapshot(&self.warehouse.committed, &session.database) {
            return Ok(());
        }
        let mut deed = self.deed_of(session).unwrap_or_else(alone);
        deed.reads.extend(reads.iter().copied().filter(|table| self.is_everybodys(*table)));
        match self.deeds.check(&deed, &open) {
            Ok(()) => Ok(()),
            Err(circle) => {
                let started = session.open_since().unwrap_or_else(|| self.clock.now());
                Err(self.without_order(circle.table, &circle.transactions, (id, number, started)))
            }
        }
    }

    /// What an open transaction has read and written so far.
    fn deed_of(&self, session: &Session) -> Option<Deed> {
        match &session.transaction {
            Transaction::Open { base, facts, .. } if facts.has_snapshot => Some(Deed {
                transaction: facts.number,
                reads: facts.reads.iter().copied().filter(|table| self.is_everybodys(*table)).collect(),
                writes: Self::writes_of(session),
                snapshot: base.version,
                committed: u64::MAX,
            }),
            _ => None,
        }
    }

    /// The tables that a session writes, by what it holds: whoever only holds one by LOCK, or changes rights, writes none.
    pub(super) fn writes_of(session: &Session) -> SortedSet<ObjectId> {
        let changed = match &session.transaction {
            Transaction::Open { base, working, .. } => commit::changed(base, working),
            Transaction::None | Transaction::Aborted => SortedSet::new(),
        };
        let writes = session
            .locks
            .iter()
            .filter(|(table, mode)| mode.changes() && (*mode != LockMode::Whole || changed.contains(table)));
        writes.map(|(table, _)| *table).collect()
    }

    fn without_order(
        &mut self,
        table: ObjectId,
        transactions: &[i64],
        (id, number, started): (SessionId, i64, Instant),
    ) -> SqlError {
        let conflict = vec![
            Value::BigInt(number),
            Value::Integer(id.0 as i32),
            Value::Timestamp(started.0),
            Value::Timestamp(self.clock.now().0),
            Value::Integer(table.0 as i32),
        ];
        history::push(Arc::make_mut(&mut self.warehouse.logs), "stl_tr_conflict", conflict);
        serialization_conflict(table, transactions, id)
    }

    /// Much that has changed is saved before the usual hour.
    fn hasten_snapshot(&mut self) {
        let (id, now) = (self.warehouse.id, self.clock.now());
        if let Some(at) = hastened(&self.account, id, &self.warehouse.committed, now) {
            let clusters = &mut Arc::make_mut(&mut self.account).redshift.clusters;
            if let Some(cluster) = clusters.iter_mut().find(|one| one.warehouse == id) {
                cluster.next_snapshot = at;
            }
        }
    }

    /// A statement outside a transaction that only read.
    pub(super) fn note_reads(&mut self, reads: SortedSet<ObjectId>, transaction: i64, snapshot: u64) {
        let committed = self.warehouse.committed.version;
        self.note(Deed { transaction, reads, writes: SortedSet::new(), snapshot, committed });
    }

    /// Only what some open transaction does not see may matter to it.
    fn note(&mut self, deed: Deed) {
        if let Some(oldest) = self.sessions.values().filter_map(Session::sees).min() {
            self.deeds.add(deed, oldest);
        } else {
            self.deeds = Deeds::default();
        }
    }

    /// A first statement that has to wait has not taken it.
    pub(super) fn forget_snapshot(&mut self, id: SessionId) {
        let session = self.sessions.get_mut(&id);
        if let Some(Transaction::Open { facts, .. }) = session.map(|session| &mut session.transaction) {
            facts.has_snapshot = false;
        }
    }

    /// The first statement of a transaction takes its snapshot: what others committed since BEGIN is in it. Whether it
    /// was the first.
    pub(super) fn take_snapshot(&mut self, id: SessionId) -> bool {
        let committed = &self.warehouse.committed;
        if let Some(session) = self.sessions.get_mut(&id)
            && let Transaction::Open { base, working, facts, .. } = &mut session.transaction
            && !facts.has_snapshot
        {
            let mut manifest = (**committed).clone();
            session.temporary.put_into(&mut manifest, &session.database);
            *base = Arc::new(manifest);
            *working = base.clone();
            facts.has_snapshot = true;
            return true;
        }
        false
    }

    /// What a statement reads is noted, and must still be there: another may have dropped it since the snapshot.
    pub(super) fn note_transaction_reads(&mut self, id: SessionId, plan: &Plan) -> SqlResult<()> {
        let committed = self.warehouse.committed.clone();
        let Some(session) = self.sessions.get_mut(&id) else { return Ok(()) };
        let database = session.database.clone();
        let Transaction::Open { base, facts, .. } = &mut session.transaction else { return Ok(()) };
        let stored = |manifest: &Manifest, table: &ObjectId| {
            manifest.catalog.database(&database).and_then(|database| database.relation(*table)).cloned()
        };
        for table in &explain::tables_read(plan) {
            let temporary = |relation: Arc<crate::warehouse::catalog::Relation>| {
                relation.table().is_some_and(|table| table.temporary)
            };
            match stored(base, table) {
                Some(relation) if !temporary(relation.clone()) && stored(&committed, table).is_none() => {
                    return Err(relation_is_gone());
                }
                _ => {
                    facts.reads.insert(*table);
                }
            }
        }
        Ok(())
    }

    /// A statement failed: an open transaction takes nothing more until it is ended.
    pub(super) fn abort(&mut self, session: SessionId) {
        self.remember_undone(session);
        if let Some(session) = self.sessions.get_mut(&session)
            && matches!(session.transaction, Transaction::Open { .. })
        {
            session.roll_back(Transaction::Aborted);
        }
    }
}

/// BEGIN, COMMIT and ROLLBACK; `None` for every other statement. COMMIT's merge is the caller's.
pub(super) fn transaction_statement(
    statement: &Statement,
    session: &mut Session,
    committed: &Arc<Manifest>,
    now: Instant,
    number: i64,
) -> SqlResult<Option<Completion>> {
    let done = |tag: &str, notice: Option<&str>| {
        Ok(Some(Completion {
            tag: tag.to_owned(),
            notices: notice.map(str::to_owned).into_iter().collect(),
            ..Completion::default()
        }))
    };
    match (statement, &session.transaction) {
        (Statement::Begin { read_only }, Transaction::None) => {
            let mut manifest = (**committed).clone();
            session.temporary.put_into(&mut manifest, &session.database);
            let manifest = Arc::new(manifest);
            let facts = Facts { number, read_only: *read_only, ..Facts::default() };
            session.transaction = Transaction::open(manifest, now, facts, &session.settings);
            done("BEGIN", None)
        }
        (Statement::Begin { .. }, Transaction::Open { .. }) => {
            done("BEGIN", Some("WARNING:  there is already a transaction in progress"))
        }
        (Statement::Commit, Transaction::Open { .. }) => done("COMMIT", None),
        (Statement::Commit | Statement::Rollback, Transaction::Aborted)
        | (Statement::Rollback, Transaction::Open { .. }) => {
            session.roll_back(Transaction::None);
            done("ROLLBACK", None)
        }
        (Statement::Commit, Transaction::None) => {
            done("COMMIT", Some("WARNING:  there is no transaction in progress"))
        }
        (Statement::Rollback, Transaction::None) => {
            done("ROLLBACK", Some("WARNING:  there is no transaction in progress"))
        }
        _ => Ok(None),
    }
}

/// A READ ONLY transaction takes nothing that changes the warehouse; its settings may change. The text is
/// PostgreSQL 8's; unconfirmed on Redshift.
pub(super) fn must_not_write(statement: &Statement, session: &Session) -> SqlResult<()> {
    let Transaction::Open { facts, .. } = &session.transaction else { return Ok(()) };
    let reads = match statement {
        Statement::Query(_) | Statement::Explain { .. } | Statement::Show { .. } => true,
        other => !changes(other),
    };
    if facts.read_only && !reads {
        return Err(SqlError::product("25006", "transaction is read-only"));
    }
    Ok(())
}

pub(super) fn changes(statement: &Statement) -> bool {
    use super::history::Class;
    match Class::of(statement) {
        // UNLOAD writes, but not in the warehouse.
        Class::Select | Class::Unload => false,
        Class::Insert | Class::Update | Class::Delete | Class::Copy => true,
        Class::CreateTableAs | Class::Definition => true,
        Class::Utility => {
            use Statement as S;
            !matches!(
                statement,
                S::Set { .. }
                    | S::Reset { .. }
                    | S::Analyze { .. }
                    | S::AnalyzeCompression { .. }
                    | S::ShowDefinition { .. }
                    | S::Prepare { .. }
                    | S::Deallocate { .. }
                    | S::DeclareCursor { .. }
                    | S::Fetch { .. }
                    | S::CloseCursor { .. }
                    | S::Cancel { .. }
            )
        }
    }
}

/// The product's text for transactions without an order (error 1023).
fn serialization_conflict(table: ObjectId, transactions: &[i64], session: SessionId) -> SqlError {
    let numbers: Vec<String> = transactions.iter().map(i64::to_string).collect();
    SqlError::new(SqlErrorKind::Product {
        state: "40001",
        message: "1023".to_owned(),
        detail: Some(format!(
            "Serializable isolation violation on table - {}, transactions forming the cycle are: {} (pid:{})",
            table.0,
            numbers.join(", "),
            session.0
        )),
        hint: Some(
            "Another session changed what this one read or wrote. Run the transaction again.".to_owned(),
        ),
    })
}

/// Under SNAPSHOT it does not matter what others have written of what was read.
fn is_snapshot(manifest: &Manifest, database: &Identifier) -> bool {
    let database = manifest.catalog.database(database);
    database.is_some_and(|found| found.notes.comment_on(&Noted::Isolation).is_some())
}

/// Error 1018: another transaction dropped what this one still sees.
fn relation_is_gone() -> SqlError {
    SqlError::new(SqlErrorKind::Product {
        state: "42P01",
        message: "1018".to_owned(),
        detail: Some("Relation does not exist.".to_owned()),
        hint: Some(
            "Another session dropped it since this transaction began. Roll back and begin again.".to_owned(),
        ),
    })
}
