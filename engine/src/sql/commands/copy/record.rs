//! What a load tells of itself, for the logs.

use crate::warehouse::catalog::ObjectId;

/// A row of `stl_load_errors`, as far as the load itself knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadError {
    pub table: ObjectId,
    /// `s3://bucket/key`.
    pub filename: String,
    pub line_number: u64,
    pub column: String,
    /// `int4`, `varchar`, ...
    pub data_type: String,
    pub column_length: String,
    pub position: i32,
    pub raw_line: String,
    pub raw_field_value: String,
    pub code: i32,
    pub reason: String,
}

/// A row of `stl_load_commits`: a file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadCommit {
    pub filename: String,
    pub lines_scanned: u64,
    pub errors: u64,
    pub bytes: u64,
}
