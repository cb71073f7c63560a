//! One connection: who is at the other end, what it set, and the transaction it is in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use sandshift_kernel::sql::functions::random::RandomState;

use crate::clock::Instant;
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::{ObjectId, Relation, Schema};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
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
    pub settings: BTreeMap<String, String>,
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
    pub last_query: i64,
    /// What the procedure that is running lends to its statements.
    pub inside: Inside,
}

/// The surroundings of a statement of a procedure.
#[derive(Clone, Debug, Default)]
pub struct Inside {
    /// Variables that the statement can name, by name, `label.name` or `record.field`.
    pub variables: Arc<BTreeMap<String, (Value, DataType)>>,
    /// Procedures that called each other up to here.
    pub depth: usize,
}

/// A session's temporary schema and its relations.
#[derive(Clone, Debug, Default)]
pub struct Temporary {
    pub schema: Option<Arc<Schema>>,
    pub relations: Vec<Arc<Relation>>,
}

impl Temporary {
    /// Puts the temporary relations where names are looked up.
    pub fn put_into(&self, manifest: &mut Manifest, database: &Identifier) {
        let Some(schema) = &self.schema else { return };
        let Some(database) = manifest.catalog.database_mut(database) else { return };
        database.schemas.insert(schema.name.clone(), schema.clone());
        for relation in &self.relations {
            database.relations.insert(relation.id, relation.clone());
        }
    }

    /// Takes them out again: what is left may be committed.
    pub fn take_from(manifest: &mut Manifest, database: &Identifier, name: &Identifier) -> Self {
        if manifest.catalog.database(database).is_none_or(|database| !database.schemas.contains_key(name)) {
            return Temporary::default();
        }
        let Some(database) = manifest.catalog.database_mut(database) else { return Temporary::default() };
        let Some(schema) = database.schemas.remove(name) else { return Temporary::default() };
        let relations = schema.relations.values().filter_map(|id| database.relations.remove(id)).collect();
        Temporary { schema: Some(schema), relations }
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
    pub reads: BTreeSet<ObjectId>,
}

/// Where a session is between BEGIN and COMMIT.
#[derive(Clone, Debug)]
pub enum Transaction {
    /// Each statement commits by itself.
    None,
    /// `base` is what it began from, `working` what it has made of it.
    Open { base: Arc<Manifest>, working: Arc<Manifest>, started: Instant, facts: Facts },
    /// A statement failed; only ROLLBACK (or COMMIT, which rolls back) is taken.
    Aborted,
}
