//! What becomes of a statement: it waits, answers, fails.

use serde::{Deserialize, Serialize};

/// What a statement waits for: the session that holds it, since when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    pub table: String,
    pub user: String,
    pub process: u32,
    /// Simulated, microseconds since 1970 UTC.
    pub since: i64,
}

/// A finished statement's answer. Rows stay in the worker under `result`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementResult {
    pub tag: String,
    pub notices: Vec<String>,
    /// `None` for statements that answer with no rows at all.
    pub rows: Option<ResultRows>,
    pub rows_affected: Option<u64>,
    pub elapsed_ms: f64,
    pub blocks_read: u64,
    pub blocks_skipped: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultRows {
    /// Handle for `Rows` and `Export`.
    pub result: u32,
    pub columns: Vec<ResultColumn>,
    pub count: u64,
    /// The first rows, so that a small result needs no second message.
    pub first: Vec<Vec<Option<String>>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultColumn {
    pub name: String,
    /// Short form for the header: `varchar(32)`, `integer`, `numeric(10,2)`.
    pub data_type: String,
    pub numeric: bool,
}

/// A failed statement, told to the person who typed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SqlFailure {
    pub state: String,
    /// The server's text, without `ERROR:`.
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// Place in the submitted script, UTF-16 offsets; the whole statement when no smaller place is known.
    pub span: Option<(u32, u32)>,
    pub line: Option<u32>,
    pub why: Option<Why>,
    /// A defect of ours rather than the learner's mistake.
    pub defect: bool,
}

/// Why a statement was refused: what the refusal panel draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    pub user: String,
    /// Groups and roles the user is in, for the first line of the chain.
    pub member_of: Vec<String>,
    pub chain: Vec<WhyLink>,
    /// Others who hold what is missing: `group analytics_users`, `user kim`.
    #[serde(default)]
    pub holders: Vec<String>,
    pub grantors: Vec<(String, String)>,
    pub smallest_grant: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WhyLink {
    pub right: String,
    pub object_kind: String,
    pub object: String,
    /// How it is held; `None` when it is missing.
    pub held: Option<String>,
}
