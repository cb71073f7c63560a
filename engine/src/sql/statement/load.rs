//! COPY as written.

use crate::warehouse::identifier::{Identifier, QualifiedName};

/// `COPY table [(columns)] FROM 's3://...' authorization options`.
#[derive(Clone, Debug)]
pub struct Copy {
    pub table: QualifiedName,
    pub columns: Vec<Identifier>,
    /// As written: `s3://bucket/prefix`.
    pub source: String,
    /// `None` when the statement names none.
    pub credentials: Option<CopyCredentials>,
    pub options: Vec<CopyOption>,
}

/// Where the right to read the source comes from, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyCredentials {
    /// `IAM_ROLE 'arn[,arn]'`.
    IamRoles(Vec<String>),
    /// `IAM_ROLE default`.
    DefaultRole,
    /// `ACCESS_KEY_ID ... SECRET_ACCESS_KEY ... [SESSION_TOKEN ...]`.
    AccessKey { id: String, secret: String, token: Option<String> },
    /// `CREDENTIALS '...'`, unread: its mistakes have a text of their own.
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOption {
    Csv {
        quote: Option<String>,
    },
    Delimiter(String),
    FixedWidth(String),
    Json(String),
    Parquet,
    Orc,
    Avro(String),
    Gzip,
    Bzip2,
    Lzop,
    Zstd,
    Manifest,
    Encoding(String),
    Region(String),
    AcceptAnyDate,
    AcceptInvalidCharacters(Option<String>),
    BlanksAsNull,
    EmptyAsNull,
    NullAs(String),
    DateFormat(String),
    TimeFormat(String),
    Escape,
    RemoveQuotes,
    ExplicitIds,
    FillRecord,
    IgnoreBlankLines,
    IgnoreHeader(u64),
    RoundDecimals,
    TrimBlanks,
    TruncateColumns,
    MaxError(u64),
    IgnoreAllErrors,
    NoLoad,
    ComputeUpdate(String),
    ComputeRows(u64),
    StatisticsUpdate(bool),
    /// Any other option of the grammar, by its keyword.
    Other(String),
}
