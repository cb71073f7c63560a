//! One connection: who is at the other end, what it set, and the transaction it is in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use sandshift_kernel::sql::functions::random::RandomState;

use crate::sql::syntax;

use super::error::{SqlError, SqlResult};
use super::lock_mode::Lock;
use super::outcome::Batch;
use super::parameter;
use super::parse::NameCase;
use super::plan::Field;
use super::statement::FetchCount;
use crate::clock::Instant;
use crate::sorted::{SortedMap, SortedSet};
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::{ObjectId, Relation, Schema};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Lent, Manifest};
use crate::warehouse::value::Value;

/// A session's number, also its `pg_backend_pid()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(pub u32);

#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    /// Who logged in.
    pub authenticated: UserId,
    /// Who it is now (SET SESSION AUTHORIZATION).
    pub user: UserId,
    pub database: Identifier,
    /// Parameters set in this session, by lower-case name, as SHOW prints them.
    pub settings: SortedMap<String, String>,
    pub transaction: Transaction,
    /// Temporary relations live in this schema, which exists only in this session's manifests.
    pub temporary_schema: Identifier,
    /// What lies in it between statements; [`Manifest`]s that others see never hold it.
    pub temporary: Temporary,
    pub random: RandomState,
    pub started: Instant,
    pub last_copy_count: i64,
    /// Query of the last COPY that succeeded; -1 before the first.
    pub last_copy: i64,
    /// Rows that the last UNLOAD wrote, and its number.
    pub last_unload_count: i64,
    pub last_unload: i64,
    pub last_query: i64,
    /// What the procedure that is running lends to its statements.
    pub inside: Inside,
    /// By name; they outlive transactions.
    pub prepared: SortedMap<Identifier, Prepared>,
    /// The cluster's default IAM role, as it was when the running statement began.
    pub default_iam_role: Option<String>,
    /// The number of the cluster's namespace, likewise.
    pub namespace: String,
    /// SESSION TIMEOUT, as it was when the session was opened.
    pub timeout: Option<Timeout>,
    /// What it holds until its transaction ends, and what it waits for.
    pub locks: Vec<Lock>,
    pub wait: Option<Waiting>,
    /// The commit that a statement on its way reads, where no open transaction says so.
    pub snapshot: Option<u64>,
}

/// What a statement needs before it can go on.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub wanted: Vec<Lock>,
    pub since: Instant,
    /// Who asked first is let through first.
    pub turn: i64,
}

/// How long a session may be idle, and since when it is.
#[derive(Clone, Copy, Debug)]
pub struct Timeout {
    pub seconds: u32,
    pub since: Instant,
}

/// A statement kept by PREPARE: its text, with `$1` where its parameters stand.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub types: Vec<DataType>,
    pub text: String,
}

/// A query declared under a name; it lives as long as its transaction.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// None where a procedure opened it: then its rows are there.
    pub query: Option<Box<syntax::Query>>,
    /// All of the answer: the first FETCH computes the whole of it, as the leader node does.
    pub rows: Option<CursorRows>,
    pub declared: Instant,
    /// Rows passed so far; one more than there are when FETCH ran off the end.
    pub position: u64,
}

#[derive(Clone, Debug)]
pub struct CursorRows {
    pub fields: Vec<Field>,
    pub batches: Arc<Vec<Batch>>,
}

impl Cursor {
    /// The rows that FETCH moves over, and the position after it.
    pub fn fetch(&mut self, count: FetchCount) -> Vec<Batch> {
        let Some(rows) = &self.rows else { return Vec::new() };
        let total: u64 = rows.batches.iter().map(|batch| batch.rows as u64).sum();
        let (from, to) = match count {
            FetchCount::Rows(0) => match self.position.checked_sub(1) {
                Some(current) if current < total => (current, current + 1),
                _ => (0, 0),
            },
            FetchCount::Rows(rows) => {
                (self.position.min(total), self.position.saturating_add(rows).min(total))
            }
            FetchCount::All => (self.position.min(total), total),
        };
        self.position = match count {
            FetchCount::Rows(0) => self.position,
            FetchCount::Rows(rows) => self.position.saturating_add(rows).min(total + 1),
            FetchCount::All => total + 1,
        };
        slices(&rows.batches, from, to)
    }
}

/// Rows `from` up to `to` of batches in a row.
fn slices(batches: &[Batch], from: u64, to: u64) -> Vec<Batch> {
    let mut found = Vec::new();
    let mut start = 0;
    for batch in batches {
        let end = start + batch.rows as u64;
        let (first, last) = (from.max(start), to.min(end));
        if first < last {
            let (offset, rows) = ((first - start) as usize, (last - first) as usize);
            let columns = batch.columns.iter().map(|column| column.slice(offset, rows)).collect();
            found.push(Batch { columns, rows });
        }
        start = end;
    }
    found
}

impl Session {
    /// The open transaction's cursors; `None` outside a transaction block.
    pub fn cursors(&mut self) -> Option<&mut SortedMap<Identifier, Cursor>> {
        match &mut self.transaction {
            Transaction::Open { cursors, .. } => Some(cursors),
            Transaction::None | Transaction::Aborted => None,
        }
    }

    /// Since when a transaction is open.
    pub fn open_since(&self) -> Option<Instant> {
        match &self.transaction {
            Transaction::Open { started, .. } => Some(*started),
            Transaction::None | Transaction::Aborted => None,
        }
    }

    /// Whether a BEGIN is open.
    pub fn is_in_block(&self) -> bool {
        !matches!(self.transaction, Transaction::None)
    }

    /// Whether the case of quoted names counts.
    pub fn name_case(&self) -> NameCase {
        if parameter::keeps_case(&self.settings) { NameCase::Kept } else { NameCase::Folded }
    }

    /// Sets a parameter, or with `None` puts it back; `local` lasts as long as the transaction, and outside of one
    /// for this statement alone, that is not at all.
    pub fn set(&mut self, name: &str, value: Option<String>, local: bool) {
        let put = |settings: &mut SortedMap<String, String>| match &value {
            Some(value) => settings.insert(name.to_owned(), value.clone()),
            None => settings.remove(name),
        };
        match &mut self.transaction {
            Transaction::Open { settings, .. } => {
                if !local {
                    put(&mut settings.after);
                }
                put(&mut self.settings);
            }
            Transaction::None | Transaction::Aborted => {
                if !local {
                    put(&mut self.settings);
                }
            }
        }
    }

    /// SET SESSION AUTHORIZATION, which ends with its transaction as [`Session::set`] does.
    pub fn become_user(&mut self, user: UserId, local: bool) {
        match &mut self.transaction {
            Transaction::Open { settings, .. } => {
                let (_, after) = settings.users.get_or_insert((self.user, self.user));
                *after = if local { *after } else { user };
            }
            Transaction::None | Transaction::Aborted if local => return,
            Transaction::None | Transaction::Aborted => {}
        }
        self.user = user;
    }

    /// The commit that it sees while others go on.
    pub fn sees(&self) -> Option<u64> {
        match &self.transaction {
            Transaction::Open { base, facts, .. } if facts.has_snapshot => Some(base.version),
            _ => self.snapshot,
        }
    }

    /// Lets go of everything, unless a transaction is open.
    pub fn release(&mut self) {
        self.wait = None;
        if !matches!(self.transaction, Transaction::Open { .. }) {
            self.locks.clear();
            self.snapshot = None;
        }
    }

    /// Ends the transaction as a ROLLBACK does.
    pub fn roll_back(&mut self, to: Transaction) {
        if let Transaction::Open { settings, .. } = std::mem::replace(&mut self.transaction, to) {
            self.user = settings.users.map_or(self.user, |(before, _)| before);
            self.settings = settings.before;
        }
    }

    /// # Errors
    /// 34000 for a name that no open cursor has.
    pub fn cursor(&mut self, name: &Identifier) -> SqlResult<&mut Cursor> {
        self.cursors().and_then(|cursors| cursors.get_mut(name)).ok_or_else(|| no_cursor(name))
    }
}

/// The text PostgreSQL 8 has for it.
pub fn no_cursor(name: &Identifier) -> SqlError {
    SqlError::product("34000", format!("cursor \"{name}\" does not exist"))
}

/// By name, `label.name` or `record.field`.
pub type Variables = Arc<SortedMap<String, (Value, DataType)>>;

/// The surroundings of a statement of a procedure.
#[derive(Clone, Debug, Default)]
pub struct Inside {
    /// Variables that the statement can name.
    pub variables: Variables,
    /// Procedures that called each other up to here.
    pub depth: usize,
}

/// A session's temporary schema and its relations.
#[derive(Clone, Debug, Default)]
pub struct Temporary {
    pub schema: Option<Arc<Schema>>,
    pub relations: Vec<Arc<Relation>>,
    /// Groups joined for this session alone.
    pub lent: Option<Arc<Lent>>,
}

impl Temporary {
    /// Whether the session sees the warehouse as everybody does.
    pub fn is_empty(&self) -> bool {
        self.schema.is_none() && self.lent.is_none()
    }

    /// Puts the temporary relations where names are looked up.
    pub fn put_into(&self, manifest: &mut Manifest, database: &Identifier) {
        manifest.lent = self.lent.clone();
        let Some(schema) = &self.schema else { return };
        let Some(database) = manifest.catalog.database_mut(database) else { return };
        database.schemas.insert(schema.name.clone(), schema.clone());
        for relation in &self.relations {
            database.relations.insert(relation.id, relation.clone());
        }
    }

    /// Takes them out again: what is left may be committed.
    pub fn take_from(manifest: &mut Manifest, database: &Identifier, name: &Identifier) -> Self {
        let mut taken = Temporary { lent: manifest.lent.take(), ..Temporary::default() };
        if manifest.catalog.database(database).is_none_or(|database| !database.schemas.contains_key(name)) {
            return taken;
        }
        let Some(database) = manifest.catalog.database_mut(database) else { return taken };
        let Some(schema) = database.schemas.remove(name) else { return taken };
        taken.relations = schema.relations.values().filter_map(|id| database.relations.remove(id)).collect();
        taken.schema = Some(schema);
        taken
    }
}

/// What is known of an open transaction beside its manifests.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Its number in the logs.
    pub number: i64,
    pub read_only: bool,
    /// The snapshot is taken by the first statement, not by BEGIN.
    pub has_snapshot: bool,
    /// Tables read so far.
    pub reads: SortedSet<ObjectId>,
}

/// A transaction's end decides over the parameters set in it: ROLLBACK undoes SET, COMMIT undoes SET LOCAL.
#[derive(Clone, Debug)]
pub struct KeptSettings {
    pub before: SortedMap<String, String>,
    pub after: SortedMap<String, String>,
    /// Who the session was and will be, where SET SESSION AUTHORIZATION was said.
    pub users: Option<(UserId, UserId)>,
}

/// Where a session is between BEGIN and COMMIT.
#[derive(Clone, Debug)]
pub enum Transaction {
    /// Each statement commits by itself.
    None,
    /// `base` is what it began from, `working` what it has made of it.
    Open {
        base: Arc<Manifest>,
        working: Arc<Manifest>,
        started: Instant,
        facts: Facts,
        cursors: SortedMap<Identifier, Cursor>,
        settings: Box<KeptSettings>,
    },
    /// A statement failed; only ROLLBACK (or COMMIT, which rolls back) is taken.
    Aborted,
}

impl Transaction {
    /// One that begins from `manifest`, with the session's parameters as they are now.
    pub fn open(
        manifest: Arc<Manifest>,
        started: Instant,
        facts: Facts,
        settings: &SortedMap<String, String>,
    ) -> Self {
        Transaction::Open {
            base: manifest.clone(),
            working: manifest,
            started,
            facts,
            cursors: SortedMap::new(),
            settings: Box::new(KeptSettings {
                before: settings.clone(),
                after: settings.clone(),
                users: None,
            }),
        }
    }
}
