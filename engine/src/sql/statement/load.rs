//! COPY and UNLOAD as written.

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
    /// `nested`: SERIALIZETOJSON.
    Parquet {
        nested: bool,
    },
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

impl CopyOption {
    /// The word that it is known by.
    pub fn word(&self) -> &str {
        match self {
            CopyOption::Csv { .. } => "CSV",
            CopyOption::Delimiter(_) => "DELIMITER",
            CopyOption::FixedWidth(_) => "FIXEDWIDTH",
            CopyOption::Json(_) => "JSON",
            CopyOption::Parquet { .. } => "PARQUET",
            CopyOption::Orc => "ORC",
            CopyOption::Avro(_) => "AVRO",
            CopyOption::Gzip => "GZIP",
            CopyOption::Bzip2 => "BZIP2",
            CopyOption::Lzop => "LZOP",
            CopyOption::Zstd => "ZSTD",
            CopyOption::Manifest => "MANIFEST",
            CopyOption::Encoding(_) => "ENCODING",
            CopyOption::Region(_) => "REGION",
            CopyOption::AcceptAnyDate => "ACCEPTANYDATE",
            CopyOption::AcceptInvalidCharacters(_) => "ACCEPTINVCHARS",
            CopyOption::BlanksAsNull => "BLANKSASNULL",
            CopyOption::EmptyAsNull => "EMPTYASNULL",
            CopyOption::NullAs(_) => "NULL AS",
            CopyOption::DateFormat(_) => "DATEFORMAT",
            CopyOption::TimeFormat(_) => "TIMEFORMAT",
            CopyOption::Escape => "ESCAPE",
            CopyOption::RemoveQuotes => "REMOVEQUOTES",
            CopyOption::ExplicitIds => "EXPLICIT_IDS",
            CopyOption::FillRecord => "FILLRECORD",
            CopyOption::IgnoreBlankLines => "IGNOREBLANKLINES",
            CopyOption::IgnoreHeader(_) => "IGNOREHEADER",
            CopyOption::RoundDecimals => "ROUNDEC",
            CopyOption::TrimBlanks => "TRIMBLANKS",
            CopyOption::TruncateColumns => "TRUNCATECOLUMNS",
            CopyOption::MaxError(_) => "MAXERROR",
            CopyOption::IgnoreAllErrors => "IGNOREALLERRORS",
            CopyOption::NoLoad => "NOLOAD",
            CopyOption::ComputeUpdate(_) => "COMPUPDATE",
            CopyOption::ComputeRows(_) => "COMPROWS",
            CopyOption::StatisticsUpdate(_) => "STATUPDATE",
            CopyOption::Other(word) => word,
        }
    }
}

/// `UNLOAD ('query') TO 's3://...' authorization options`.
#[derive(Clone, Debug)]
pub struct Unload {
    /// The text between the parentheses.
    pub query: String,
    pub destination: String,
    pub credentials: Option<CopyCredentials>,
    pub options: Vec<UnloadOption>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnloadOption {
    Csv,
    Parquet,
    Json,
    PartitionBy {
        columns: Vec<Identifier>,
        include: bool,
    },
    Manifest {
        verbose: bool,
    },
    Header,
    Delimiter(String),
    FixedWidth(String),
    /// `kms`: under a key of KMS, AUTO or one that is named.
    Encrypted {
        auto: bool,
    },
    KmsKey(String),
    MasterKey,
    Bzip2,
    Gzip,
    Zstd,
    AddQuotes,
    NullAs(String),
    Escape,
    AllowOverwrite,
    CleanPath,
    Parallel(bool),
    /// Bytes.
    MaxFileSize(u64),
    RowGroupSize(u64),
    Region(String),
    Extension(String),
}

impl UnloadOption {
    /// The word that it is known by.
    pub fn word(&self) -> &'static str {
        match self {
            UnloadOption::Csv => "CSV",
            UnloadOption::Parquet => "PARQUET",
            UnloadOption::Json => "JSON",
            UnloadOption::PartitionBy { .. } => "PARTITION BY",
            UnloadOption::Manifest { .. } => "MANIFEST",
            UnloadOption::Header => "HEADER",
            UnloadOption::Delimiter(_) => "DELIMITER",
            UnloadOption::FixedWidth(_) => "FIXEDWIDTH",
            UnloadOption::Encrypted { .. } => "ENCRYPTED",
            UnloadOption::KmsKey(_) => "KMS_KEY_ID",
            UnloadOption::MasterKey => "MASTER_SYMMETRIC_KEY",
            UnloadOption::Bzip2 => "BZIP2",
            UnloadOption::Gzip => "GZIP",
            UnloadOption::Zstd => "ZSTD",
            UnloadOption::AddQuotes => "ADDQUOTES",
            UnloadOption::NullAs(_) => "NULL AS",
            UnloadOption::Escape => "ESCAPE",
            UnloadOption::AllowOverwrite => "ALLOWOVERWRITE",
            UnloadOption::CleanPath => "CLEANPATH",
            UnloadOption::Parallel(_) => "PARALLEL",
            UnloadOption::MaxFileSize(_) => "MAXFILESIZE",
            UnloadOption::RowGroupSize(_) => "ROWGROUPSIZE",
            UnloadOption::Region(_) => "REGION",
            UnloadOption::Extension(_) => "EXTENSION",
        }
    }
}
