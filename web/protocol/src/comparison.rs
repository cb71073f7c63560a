//! Two users side by side: what each got for the same script, and their rows laid upon each other.

use serde::{Deserialize, Serialize};

use crate::{ResultRows, SqlFailure, StatementResult};

/// Where a script ended for one of two users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Half {
    pub user: String,
    /// The statement it ended with, from 1.
    pub number: u32,
    pub text: String,
    pub end: HalfEnd,
}

// There are two of them; a box would only cost.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum HalfEnd {
    Done { result: StatementResult },
    Failed { error: SqlFailure },
}

/// Two results row by row. `all` and `differing` are results of their own: a row's first cell is its mark, then come
/// the cells of the first user and those of the second, absent where that user does not see the row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub all: ResultRows,
    pub differing: ResultRows,
    pub columns: Vec<PairColumn>,
    /// Rows that both see with the same values.
    pub same: u64,
    /// Rows that both see with other values in some column.
    pub changed: u64,
    /// Rows that only the first sees, and only the second.
    pub only: [u64; 2],
    /// Where one result is longer than this, what lies beyond was not compared.
    pub most: u64,
    pub cut: bool,
}

/// Marks of a compared row.
pub const SAME: &str = "both";
pub const CHANGED: &str = "differs";
pub const ONLY_FIRST: &str = "first";
pub const ONLY_SECOND: &str = "second";

/// A column of two compared results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PairColumn {
    pub name: String,
    pub data_type: String,
    pub numeric: bool,
    /// Its place among a compared row's cells, for each user that has it.
    pub at: [Option<u32>; 2],
    /// Both see the rows, but other values in this column.
    pub changed: bool,
}
