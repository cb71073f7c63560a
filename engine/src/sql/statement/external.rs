//! Statements about external schemas and tables, as written.

use crate::sql::syntax;

use crate::warehouse::data_type::DataType;
use crate::warehouse::external::ExternalColumn;
use crate::warehouse::identifier::{Identifier, QualifiedName};

#[derive(Clone, Debug)]
pub enum ExternalStatement {
    CreateSchema(CreateExternalSchema),
    CreateTable(CreateExternalTable),
    Alter { table: QualifiedName, action: AlterExternal },
    Show { table: QualifiedName, partitions: bool },
}

/// `CREATE EXTERNAL SCHEMA ... FROM DATA CATALOG`; other sources are gaps by name.
#[derive(Clone, Debug)]
pub struct CreateExternalSchema {
    pub name: Identifier,
    pub if_not_exists: bool,
    /// The catalog's database.
    pub database: Option<String>,
    pub region: Option<String>,
    /// Empty for `IAM_ROLE default`; `None` when no role is named.
    pub roles: Option<Vec<String>>,
    pub catalog_roles: Vec<String>,
    pub create_database: bool,
}

#[derive(Clone, Debug)]
pub struct CreateExternalTable {
    pub name: QualifiedName,
    pub columns: Vec<ExternalColumn>,
    /// With AS a query their types are the query's.
    pub keys: Vec<(Identifier, Option<DataType>)>,
    pub row_format: RowFormat,
    pub format: StoredAs,
    pub location: String,
    pub properties: Vec<(String, String)>,
    pub query: Option<Box<syntax::Query>>,
}

#[derive(Clone, Debug)]
pub enum RowFormat {
    /// Nothing was said.
    Default,
    Delimited {
        fields: Option<String>,
        lines: Option<String>,
    },
    SerDe {
        class: String,
        properties: Vec<(String, String)>,
    },
}

#[derive(Clone, Debug)]
pub enum StoredAs {
    /// PARQUET, TEXTFILE, ORC, ...
    Named(&'static str),
    Classes {
        input: String,
        output: String,
    },
}

/// `(key = value, ...)`.
pub type PartitionSpec = Vec<(Identifier, String)>;

#[derive(Clone, Debug)]
pub enum AlterExternal {
    AddPartitions { if_not_exists: bool, partitions: Vec<(PartitionSpec, String)> },
    DropPartition(PartitionSpec),
    PartitionLocation(PartitionSpec, String),
    Location(String),
    Format(&'static str),
    Properties(Vec<(String, String)>),
    AddColumn(Identifier, DataType),
    DropColumn(Identifier),
}
