//! Materialized views, schemas, databases, and what is said about any object.

use super::CreateTableAs;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::note::Noted;

#[derive(Clone, Debug)]
pub struct CreateMaterializedView {
    pub table: CreateTableAs,
    pub query_text: String,
    pub auto_refresh: bool,
}

#[derive(Clone, Debug)]
pub enum AlterMaterializedView {
    AutoRefresh(bool),
    OwnerTo(Identifier),
    RenameTo(Identifier),
}

/// What SHOW prints the DDL of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownObject {
    Table,
    View,
}

#[derive(Clone, Debug)]
pub enum AlterDatabase {
    OwnerTo(Identifier),
    RenameTo(Identifier),
    Set(Vec<DatabaseSetting>),
}

/// A setting of a database, and its value where it is not the one that databases begin with.
#[derive(Clone, Debug)]
pub struct DatabaseSetting {
    pub which: Noted,
    pub value: Option<String>,
}

#[derive(Clone, Debug)]
pub enum AlterSchema {
    OwnerTo(Identifier),
    RenameTo(Identifier),
    /// Megabytes; `None` is UNLIMITED.
    Quota(Option<u64>),
}

#[derive(Clone, Debug)]
pub enum CommentTarget {
    Table(QualifiedName),
    View(QualifiedName),
    Column { table: QualifiedName, column: Identifier },
    Constraint { name: Identifier, table: QualifiedName },
    Schema(Identifier),
    Database(Identifier),
}
