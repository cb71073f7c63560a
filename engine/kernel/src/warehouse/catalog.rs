//! What exists: databases, schemas, relations, and who owns them.
//!
//! Objects are known by number, names are only a way to find them: a rename keeps its grants and a view
//! keeps its table. Every map is ordered, because listings are seen by people and compared by tests.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::access::{Acl, UserId};
use super::data_type::DataType;
use super::default_privilege::DefaultKey;
use super::external::ExternalSchema;
use super::identifier::{Identifier, QualifiedName};
use super::model::Model;
use super::note::{Noted, Notes};
use super::policy::{Policy, PolicyKind, Protection};
use super::routine::Routine;
use super::storage::TableData;
use crate::clock::Instant;
use crate::sorted::{SortedMap, SortedSet};

/// The number of a schema, relation or database; never reused. User objects begin at 100,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectId(pub u32);

/// All names of one cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Catalog {
    pub databases: SortedMap<Identifier, Arc<Database>>,
    next_object: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Database {
    pub id: ObjectId,
    pub name: Identifier,
    pub owner: UserId,
    pub acl: Acl,
    pub schemas: SortedMap<Identifier, Arc<Schema>>,
    /// Every relation of the database, by number.
    pub relations: SortedMap<ObjectId, Arc<Relation>>,
    /// Procedures and functions, by number.
    pub routines: SortedMap<ObjectId, Arc<Routine>>,
    /// Of Redshift ML, by number.
    pub models: SortedMap<ObjectId, Arc<Model>>,
    /// Who may write routines in each language.
    pub languages: SortedMap<Identifier, Arc<Acl>>,
    /// Of both kinds, by number.
    pub policies: SortedMap<ObjectId, Arc<Policy>>,
    /// What new objects are granted to others as they are made (ALTER DEFAULT PRIVILEGES).
    pub defaults: SortedMap<DefaultKey, Arc<Acl>>,
    /// What was granted on system tables and views, by name.
    pub system: SortedMap<Identifier, Arc<Acl>>,
    pub notes: Notes,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Schema {
    pub id: ObjectId,
    pub name: Identifier,
    pub owner: UserId,
    pub acl: Acl,
    /// Names in this schema.
    pub relations: SortedMap<Identifier, ObjectId>,
    /// Where its tables are, if they lie outside; then it has no relations of its own.
    pub external: Option<Box<ExternalSchema>>,
}

/// A table or view.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Relation {
    pub id: ObjectId,
    pub schema: Identifier,
    pub name: Identifier,
    pub owner: UserId,
    pub acl: Acl,
    pub columns: Vec<Column>,
    pub created: Instant,
    pub comment: Option<String>,
    pub kind: RelationKind,
    pub protection: Protection,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum RelationKind {
    Table(Table),
    View(View),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Column {
    pub name: Identifier,
    pub data_type: DataType,
    pub nullable: bool,
    pub default: Option<DefaultValue>,
    /// `none`, `az64`, `lzo`, ... as `pg_table_def.encoding` prints it.
    pub encoding: String,
    pub comment: Option<String>,
}

/// What an omitted column gets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum DefaultValue {
    /// SQL text of a variable-free expression, evaluated anew at every insert.
    Expression(String),
    Identity {
        seed: i64,
        step: i64,
        by_default: bool,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Table {
    pub temporary: bool,
    pub distribution: Distribution,
    /// Column numbers (from 0) in sort order; empty means SORTKEY AUTO.
    pub sort_key: Vec<usize>,
    pub interleaved: bool,
    /// Column numbers; informational, never enforced (Developer Guide, "Defining constraints").
    pub primary_key: Vec<usize>,
    pub unique_keys: Vec<Vec<usize>>,
    pub foreign_keys: Vec<ForeignKey>,
    /// What each key is called, for DROP CONSTRAINT.
    #[serde(default)]
    pub constraints: SortedMap<Identifier, Constraint>,
    pub backup: bool,
    pub next_identity: SortedMap<usize, i64>,
    pub data: TableData,
    /// A materialized view's query.
    pub materialized: Option<Box<Materialized>>,
}

/// A key of a table as its constraint's name stands for it: by kind and columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Constraint {
    Primary,
    Unique(Vec<usize>),
    Foreign(Vec<usize>),
}

/// Columns that refer to a key of another table; informational.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ForeignKey {
    pub columns: Vec<usize>,
    pub references: ObjectId,
    pub referenced: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Distribution {
    Auto,
    Even,
    All,
    /// Column number.
    Key(usize),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct View {
    /// The query's text, bound anew at every use, with its owner's rights.
    pub query: String,
    /// The search path it was created under: what unqualified names in it mean.
    pub search_path: Vec<Identifier>,
    /// What it stands on, for RESTRICT and CASCADE.
    pub depends_on: Vec<ObjectId>,
    /// What the text calls those that were renamed since.
    #[serde(default)]
    pub written: SortedMap<ObjectId, WrittenNames>,
    /// WITH NO SCHEMA BINDING: names are looked up at every use. Its columns' names, where they were given.
    pub late: Option<Vec<Identifier>>,
}

/// A table whose rows are a query's, as they were when it was last refreshed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Materialized {
    pub view: View,
    /// What each base table had come to at the last refresh: one that has moved on makes the view stale.
    pub seen: SortedMap<ObjectId, u64>,
    pub auto_refresh: bool,
    /// Whether the product could keep it up to date without running its query anew.
    pub incremental: bool,
    /// It reads what lies outside, of which nobody says when it changes: it is always stale.
    pub outside: bool,
}

/// The names of a relation when a view's text was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WrittenNames {
    pub schema: Identifier,
    pub name: Identifier,
    /// By the column's present name; only those that were renamed.
    #[serde(default)]
    pub columns: SortedMap<Identifier, Identifier>,
    /// Columns that came after the text, by their present names: `*` in it does not mean them.
    #[serde(default)]
    pub later: SortedSet<Identifier>,
}

const LATER: char = '\0';

/// Whether a column, as [`WrittenNames::column`] calls it, came later than the text that is being read.
pub fn is_later(name: &str) -> bool {
    name.ends_with(LATER)
}

impl WrittenNames {
    /// What the text calls the column that is called `present` now. It cannot mean one that came later: that
    /// one's name is one that nobody can write (see [`is_later`]).
    pub fn column(&self, present: &Identifier) -> Identifier {
        if self.later.contains(present) {
            return Identifier::fold(&format!("{present}{LATER}"));
        }
        self.columns.get(present).unwrap_or(present).clone()
    }

    /// Notes that a column has another name now.
    pub fn rename(&mut self, from: &Identifier, to: &Identifier) {
        if self.later.remove(from) {
            self.later.insert(to.clone());
            return;
        }
        let written = self.columns.remove(from).unwrap_or_else(|| from.clone());
        self.columns.insert(to.clone(), written);
    }

    /// Notes that a column is gone.
    pub fn forget(&mut self, column: &Identifier) {
        self.later.remove(column);
        self.columns.remove(column);
    }
}

impl View {
    /// Notes how the text names `relation`, which is about to be renamed.
    pub fn remember(&mut self, relation: &Relation) -> &mut WrittenNames {
        self.written.entry(relation.id).or_insert_with(|| WrittenNames {
            schema: relation.schema.clone(),
            name: relation.name.clone(),
            columns: SortedMap::new(),
            later: SortedSet::new(),
        })
    }
}

impl Catalog {
    pub fn new(databases: SortedMap<Identifier, Arc<Database>>) -> Self {
        Catalog { databases, next_object: 100_000 }
    }

    /// The next free object number.
    pub fn allocate(&mut self) -> ObjectId {
        let id = ObjectId(self.next_object);
        self.next_object += 1;
        id
    }

    /// Never hands out a number that `other` has handed out.
    pub fn continue_from(&mut self, other: &Catalog) {
        self.next_object = self.next_object.max(other.next_object);
    }

    pub fn database(&self, name: &Identifier) -> Option<&Arc<Database>> {
        self.databases.get(name)
    }

    /// The database, writable; copies what is shared with an older manifest.
    pub fn database_mut(&mut self, name: &Identifier) -> Option<&mut Database> {
        self.databases.get_mut(name).map(Arc::make_mut)
    }
}

impl Database {
    /// A column's type where nothing was said of collation: a text without case, if the database is such.
    pub fn collate(&self, data_type: DataType) -> DataType {
        match self.notes.comment_on(&Noted::Collation) {
            Some(_) => data_type.caseless().unwrap_or(data_type),
            None => data_type,
        }
    }

    pub fn schema(&self, name: &Identifier) -> Option<&Arc<Schema>> {
        self.schemas.get(name)
    }

    pub fn schema_mut(&mut self, name: &Identifier) -> Option<&mut Schema> {
        self.schemas.get_mut(name).map(Arc::make_mut)
    }

    pub fn relation(&self, id: ObjectId) -> Option<&Arc<Relation>> {
        self.relations.get(&id)
    }

    pub fn relation_mut(&mut self, id: ObjectId) -> Option<&mut Relation> {
        self.relations.get_mut(&id).map(Arc::make_mut)
    }

    /// The relation called `name` in `schema`, whoever may see it.
    pub fn find(&self, schema: &Identifier, name: &Identifier) -> Option<&Arc<Relation>> {
        self.relations.get(self.schemas.get(schema)?.relations.get(name)?)
    }

    /// Every routine of this name in `schema`, in the order they were made.
    pub fn routines_named<'a>(
        &'a self,
        schema: &'a Identifier,
        name: &'a Identifier,
    ) -> impl Iterator<Item = &'a Arc<Routine>> {
        self.routines.values().filter(move |routine| routine.schema == *schema && routine.name == *name)
    }

    /// The policy of this kind and name.
    pub fn policy(&self, kind: PolicyKind, name: &Identifier) -> Option<&Arc<Policy>> {
        self.policies.values().find(|policy| policy.kind == kind && policy.name == *name)
    }

    /// Puts `relation` under its name. The caller has checked that the name is free.
    pub fn insert(&mut self, relation: Relation) {
        if let Some(schema) = self.schema_mut(&relation.schema) {
            schema.relations.insert(relation.name.clone(), relation.id);
        }
        self.relations.insert(relation.id, Arc::new(relation));
    }

    pub fn remove(&mut self, id: ObjectId) -> Option<Arc<Relation>> {
        let relation = self.relations.remove(&id)?;
        if let Some(schema) = self.schema_mut(&relation.schema.clone()) {
            schema.relations.remove(&relation.name);
        }
        Some(relation)
    }
}

impl Table {
    pub fn blocks(&self) -> impl Iterator<Item = &super::storage::Block> {
        self.data.segments.iter().flat_map(|stored| &stored.segment.columns)
    }

    /// A table without rows, keys or a chosen layout.
    pub fn new(temporary: bool) -> Self {
        Table {
            temporary,
            distribution: Distribution::Auto,
            sort_key: Vec::new(),
            interleaved: false,
            primary_key: Vec::new(),
            unique_keys: Vec::new(),
            foreign_keys: Vec::new(),
            constraints: SortedMap::new(),
            backup: true,
            next_identity: SortedMap::new(),
            data: TableData::default(),
            materialized: None,
        }
    }
}

impl Relation {
    pub fn qualified_name(&self) -> QualifiedName {
        QualifiedName { database: None, schema: Some(self.schema.clone()), name: self.name.clone() }
    }

    pub fn table(&self) -> Option<&Table> {
        match &self.kind {
            RelationKind::Table(table) => Some(table),
            RelationKind::View(_) => None,
        }
    }

    pub fn table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.kind {
            RelationKind::Table(table) => Some(table),
            RelationKind::View(_) => None,
        }
    }

    /// The query that this relation stands for, materialized or not.
    pub fn view(&self) -> Option<&View> {
        match &self.kind {
            RelationKind::Table(table) => table.materialized.as_ref().map(|materialized| &materialized.view),
            RelationKind::View(view) => Some(view),
        }
    }

    pub fn view_mut(&mut self) -> Option<&mut View> {
        match &mut self.kind {
            RelationKind::Table(table) => {
                table.materialized.as_mut().map(|materialized| &mut materialized.view)
            }
            RelationKind::View(view) => Some(view),
        }
    }

    pub fn materialized(&self) -> Option<&Materialized> {
        self.table()?.materialized.as_deref()
    }

    /// Column number of `name`, from 0.
    pub fn column(&self, name: &Identifier) -> Option<usize> {
        self.columns.iter().position(|column| column.name == *name)
    }
}
