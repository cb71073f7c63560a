//! What a warehouse knows of tables that lie outside: an external schema names a database of the data catalog and
//! the roles to ask as; its tables are the catalog's and are looked up whenever a statement names one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::data_type::DataType;
use super::identifier::Identifier;
use super::nested::Nested;

/// What CREATE EXTERNAL SCHEMA binds a schema to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalSchema {
    /// The data catalog's name for it.
    pub database: String,
    /// Role ARNs, chained in order; the cluster's default role when there is none.
    pub roles: Vec<String>,
    /// Roles for the catalog alone, where they were named.
    pub catalog_roles: Vec<String>,
    /// Of the catalog.
    pub region: Option<String>,
}

impl ExternalSchema {
    /// `esoptions`, as `svv_external_schemas` shows it.
    pub fn options(&self) -> String {
        let mut parts = Vec::new();
        if let Some(region) = &self.region {
            parts.push(format!("\"REGION\":\"{region}\""));
        }
        let role = if self.roles.is_empty() { "default".to_owned() } else { self.roles.join(",") };
        parts.push(format!("\"IAM_ROLE\":\"{role}\""));
        if !self.catalog_roles.is_empty() {
            parts.push(format!("\"CATALOG_ROLE\":\"{}\"", self.catalog_roles.join(",")));
        }
        format!("{{{}}}", parts.join(","))
    }
}

/// A table of the catalog as a statement found it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalTable {
    pub schema: Identifier,
    pub name: Identifier,
    pub source: ExternalSchema,
    /// Those that lie in files, then the partition keys.
    pub columns: Vec<ExternalColumn>,
    /// How many of them lie in files.
    pub stored: usize,
    /// `s3://bucket/prefix`.
    pub location: String,
    pub form: FileForm,
    /// `skip.header.line.count`: lines to leave out at the head of each file.
    pub header: u64,
    /// `serialization.null.format`: the text that means NULL.
    pub null: Vec<u8>,
    /// `numRows`: what the planner takes for its size.
    pub rows: Option<u64>,
    /// `compression_type`, where it is not left to the files' names.
    pub compression: Option<String>,
    /// `data_cleansing_enabled`: how values are handled that do not fit.
    pub handling: Option<Handling>,
    /// `json_serialization_parse_nested_strings`, of the session that reads.
    pub parse_strings: bool,
    pub writing: Writing,
}

/// How INSERT writes files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writing {
    /// `write.parallel` is off.
    pub serial: bool,
    /// `write.maxfilesize.mb`.
    pub most_megabytes: Option<u64>,
    /// `write.kms.key.id`.
    pub key: Option<String>,
}

/// What is done with what does not fit (Developer Guide, "CREATE EXTERNAL TABLE", table properties).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Disabled,
    Fail,
    Null,
    Drop,
    /// TRUNCATE or REPLACE.
    Mend,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handling {
    /// `invalid_char_handling`, and what REPLACE puts there.
    pub characters: Action,
    pub replacement: u8,
    /// `numeric_overflow_handling`.
    pub numbers: Action,
    /// `surplus_char_handling` and `surplus_bytes_handling`.
    pub surplus: Action,
    pub bytes: Action,
    /// `column_count_mismatch_handling`.
    pub columns: Action,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ExternalColumn {
    pub name: Identifier,
    /// SUPER for a type that holds others, VARCHAR where it is read as JSON.
    pub data_type: DataType,
    pub nested: Option<Arc<Nested>>,
}

impl ExternalColumn {
    pub fn plain(name: Identifier, data_type: DataType) -> Self {
        ExternalColumn { name, data_type, nested: None }
    }

    /// What it holds, where a query walks through it.
    pub fn walked(&self) -> Option<&Arc<Nested>> {
        self.nested.as_ref().filter(|_| self.data_type == DataType::Super)
    }
}

/// How rows lie in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// Fields between delimiters; quotes mean nothing.
    Delimited {
        delimiter: u8,
        escape: bool,
        /// LINES TERMINATED BY.
        line: u8,
    },
    /// OpenCSVSerde.
    Csv {
        delimiter: u8,
        quote: u8,
        escape: u8,
    },
    /// RegexSerDe: a column is a group of the pattern.
    Regex(String),
    /// An object a line, or `strip.outer.array`: the elements of one array.
    Json {
        strip: bool,
    },
    /// Read as the JSON that it is told as.
    Avro,
    Parquet,
    /// Columns found by their names or, with `orc.schema.resolution` set to anything else, by their places.
    Orc {
        by_name: bool,
    },
    /// The catalog has it and the sandbox cannot read it: its name.
    Unknown(String),
}

impl FileForm {
    /// As EXPLAIN and `svl_s3query_summary` call it.
    pub fn name(&self) -> &str {
        match self {
            FileForm::Delimited { .. } => "TEXT",
            FileForm::Csv { .. } => "OPENCSV",
            FileForm::Regex(_) => "REGEX",
            FileForm::Json { .. } => "JSON",
            FileForm::Avro => "AVRO",
            FileForm::Parquet => "PARQUET",
            FileForm::Orc { .. } => "ORC",
            FileForm::Unknown(name) => name,
        }
    }
}

impl ExternalTable {
    /// Pseudocolumns, which `*` leaves out; their numbers follow those of the columns.
    pub const PSEUDO: [(&'static str, DataType); 3] = [
        ("$path", DataType::Varchar(1_024)),
        ("$size", DataType::BigInt),
        ("$spectrum_oid", DataType::Integer),
    ];

    /// Whether a column's value is its partition's.
    pub fn is_key(&self, column: usize) -> bool {
        (self.stored..self.columns.len()).contains(&column)
    }

    pub fn is_partitioned(&self) -> bool {
        self.stored < self.columns.len()
    }

    pub fn column(&self, name: &Identifier) -> Option<usize> {
        self.columns.iter().position(|column| column.name == *name)
    }
}
