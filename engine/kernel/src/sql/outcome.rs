//! What a statement leaves behind when it is done.

use arrow::array::ArrayRef;

use super::execute::display::Printing;
use super::plan::Field;
use crate::clock::Instant;

/// Columns of equal length. Layouts are those of `DataType::arrow`; strings may be dictionary-encoded.
#[derive(Clone, Debug)]
pub struct Batch {
    pub columns: Vec<ArrayRef>,
    pub rows: usize,
}

/// What a step of a running statement came to.
#[derive(Debug)]
pub enum Step {
    /// One bounded piece of work is done and there is more.
    Running(Progress),
    /// Rows of the answer; there may be more.
    Rows(Batch),
    Done(Completion),
    /// Nothing was done: somebody else holds what it needs.
    Waiting(Box<Wait>),
}

/// Whom a statement waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub table: String,
    /// The session that holds it, or that asked before, and its user.
    pub process: u32,
    pub user: String,
    pub since: Instant,
}

/// How far a statement has come, where that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows read so far.
    pub rows: u64,
    /// Rows to read in all, when known. CREATE MODEL counts thousandths of its training once it has read them.
    pub total: Option<u64>,
}

/// A finished statement.
#[derive(Clone, Debug, Default)]
pub struct Completion {
    /// `SELECT`, `INSERT 0 5`, `CREATE GROUP`, ... as psql prints it.
    pub tag: String,
    /// Columns of the answer, for statements that answer with rows (also with none).
    pub fields: Option<Vec<Field>>,
    /// `INFO:` and `NOTICE:` lines, with their level in front.
    pub notices: Vec<String>,
    pub rows_affected: Option<u64>,
    pub statistics: Statistics,
    /// How the answer's values are printed in the session that asked.
    pub printing: Printing,
}

/// What a statement really read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    pub rows_scanned: u64,
    pub blocks_read: u64,
    /// Skipped because their least and greatest values could not match.
    pub blocks_skipped: u64,
    /// Rows that sorts and windows looked at, each pass over them counted: what one pull adds is bounded.
    pub rows_worked: u64,
}

impl Statistics {
    pub fn worked(&mut self, rows: usize) {
        self.rows_worked += rows as u64;
    }
}
