//! Tables: their definitions, changes and upkeep.

use crate::sql::syntax;

use crate::sql::error::Span;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};

#[derive(Clone, Debug)]
pub struct CreateTable {
    pub name: QualifiedName,
    pub temporary: bool,
    pub if_not_exists: bool,
    pub columns: Vec<ColumnDefinition>,
    pub constraints: Vec<NamedConstraint>,
    pub like: Option<Like>,
    pub attributes: TableAttributes,
}

#[derive(Clone, Debug)]
pub struct ColumnDefinition {
    pub name: Identifier,
    pub data_type: DataType,
    /// The DEFAULT expression and its text.
    pub default: Option<(syntax::Expression, String)>,
    /// `IDENTITY(seed, step)`, or by default.
    pub identity: Option<(i64, i64, bool)>,
    pub encoding: Option<String>,
    /// COLLATE was said, so that the database's does not matter.
    pub collated: bool,
    pub not_null: bool,
    pub distribution_key: bool,
    pub sort_key: bool,
    pub primary_key: bool,
    pub unique: bool,
    /// The table, and its column when one is named.
    pub references: Option<(QualifiedName, Vec<Identifier>)>,
    pub span: Option<Span>,
}

/// `LIKE parent [INCLUDING DEFAULTS]` among a table's columns.
#[derive(Clone, Debug)]
pub struct Like {
    pub parent: QualifiedName,
    pub with_defaults: bool,
    /// How many of the table's own columns stand before.
    pub after: usize,
}

/// `[CONSTRAINT name] ...`.
#[derive(Clone, Debug)]
pub struct NamedConstraint {
    pub name: Option<Identifier>,
    pub constraint: TableConstraint,
}

#[derive(Clone, Debug)]
pub enum TableConstraint {
    PrimaryKey(Vec<Identifier>),
    Unique(Vec<Identifier>),
    ForeignKey { columns: Vec<Identifier>, references: QualifiedName, referenced: Vec<Identifier> },
}

#[derive(Clone, Debug, Default)]
pub struct TableAttributes {
    pub backup: Option<bool>,
    pub style: Option<DistributionStyle>,
    pub distribution_key: Option<Identifier>,
    /// Empty with `sort_auto`; absent means nothing was said.
    pub sort_key: Vec<Identifier>,
    pub interleaved: bool,
    pub sort_auto: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DistributionStyle {
    Auto,
    Even,
    All,
    Key,
}

#[derive(Clone, Debug)]
pub struct CreateTableAs {
    pub name: QualifiedName,
    pub temporary: bool,
    pub columns: Vec<Identifier>,
    pub attributes: TableAttributes,
    pub query: Box<syntax::Query>,
}

#[derive(Clone, Debug)]
pub enum AlterTable {
    OwnerTo(Identifier),
    RenameTo(Identifier),
    RenameColumn {
        from: Identifier,
        to: Identifier,
    },
    AddColumn(Box<ColumnDefinition>),
    DropColumn {
        name: Identifier,
        cascade: bool,
    },
    ColumnType {
        name: Identifier,
        data_type: DataType,
    },
    /// `ALTER COLUMN c ENCODE e [, ...]`.
    Encode(Vec<(Identifier, String)>),
    EncodeAuto,
    /// `ALTER DISTKEY c` is KEY with its column.
    Distribution {
        style: DistributionStyle,
        key: Option<Identifier>,
    },
    SortKey(AlterSortKey),
    /// Sort key and distribution in one go, in either order.
    Both(Box<(AlterTable, AlterTable)>),
    AddConstraint(NamedConstraint),
    DropConstraint {
        name: Identifier,
    },
    Append(AppendFrom),
    RowLevelSecurity {
        on: bool,
        /// CONJUNCTION TYPE OR; `None` when none is named.
        any: Option<bool>,
    },
}

#[derive(Clone, Debug)]
pub enum AlterSortKey {
    Columns(Vec<Identifier>),
    Auto,
    None,
}

/// `APPEND FROM source [IGNOREEXTRA | FILLTARGET]`.
#[derive(Clone, Debug)]
pub struct AppendFrom {
    pub source: QualifiedName,
    pub ignore_extra: bool,
    pub fill_target: bool,
}

/// `VACUUM [mode] [table] [TO threshold PERCENT] [BOOST]`.
#[derive(Clone, Debug)]
pub struct Vacuum {
    pub mode: VacuumMode,
    /// All tables of the database without one.
    pub table: Option<QualifiedName>,
    /// Percent.
    pub threshold: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VacuumMode {
    Full,
    SortOnly,
    DeleteOnly,
    Reindex,
    Recluster,
}
