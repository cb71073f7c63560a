//! What came of a script: one outcome a statement, in the order they ran.

use std::rc::Rc;

use sandshift_protocol::{Difference, Half, SqlFailure, StatementResult, Waiting};
use serde::{Deserialize, Serialize};

/// A script that was sent to the worker.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// The request's id; events that answer it carry it.
    pub id: u32,
    pub user: String,
    /// Whom the same script runs as besides, to be compared.
    pub other: Option<String>,
    pub text: String,
    /// Where the text begins in the editor, UTF-16: a selection starts somewhere in the middle.
    pub offset: u32,
    /// Lines of the editor before it.
    pub lines_before: u32,
    /// Half a second has gone by, so progress and Cancel are worth their place.
    pub slow: bool,
    /// Rows of a comparison, which has no outcome before both are done.
    pub progress: (u64, Option<u64>, f64),
}

/// What two users got for the same script.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub halves: Vec<Half>,
    pub difference: Option<Difference>,
    pub lines_before: u32,
    pub offset: u32,
}

/// What one statement answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// From 1, as the tabs count.
    pub number: u32,
    pub user: String,
    pub text: String,
    /// The line of the editor the script began on, for telling lines as the editor counts them.
    pub lines_before: u32,
    /// Where in the editor it stands, UTF-16.
    pub span: (u32, u32),
    /// The script goes on behind it.
    pub more: bool,
    pub status: Status,
    /// The run that it is of.
    #[serde(skip)]
    pub run: u32,
    /// From an earlier visit: the worker no longer has the rows.
    #[serde(default)]
    pub past: bool,
}

// There are as many as statements in a script; a box would only cost.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Status {
    Running {
        rows: u64,
        total: Option<u64>,
        elapsed_ms: f64,
    },
    /// For a table that another session holds.
    Waiting(Waiting),
    Done(Rc<StatementResult>),
    Failed {
        error: SqlFailure,
        offset: u32,
    },
    Canceled,
}

/// Insufficient privilege, the state of every refusal.
pub const REFUSED: &str = "42501";

impl Outcome {
    /// The statement's first word, as the tab's name: `SELECT`, `CREATE`.
    pub fn verb(&self) -> String {
        verb(&self.text)
    }

    /// Whether more is to come of it.
    pub fn is_on_its_way(&self) -> bool {
        matches!(self.status, Status::Running { .. } | Status::Waiting(_))
    }

    pub fn is_refused(&self) -> bool {
        matches!(&self.status, Status::Failed { error, .. } if error.state == REFUSED)
    }
}

/// A statement's first word: `SELECT`, `CREATE`.
pub fn verb(text: &str) -> String {
    let bare = skip_comments(text);
    bare.chars()
        .take_while(|each| each.is_ascii_alphabetic())
        .take(12)
        .collect::<String>()
        .to_ascii_uppercase()
}

/// The text from its first word on: leading spaces, `--` and `/* */` comments do not name a statement.
fn skip_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after).trim_start()
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after).trim_start()
        } else {
            return rest;
        };
    }
}

#[cfg(test)]
mod tests {
    use super::skip_comments;

    #[test]
    fn a_statement_is_named_by_its_first_word() {
        assert_eq!(skip_comments("-- read\n  /* all */ SELECT 1"), "SELECT 1");
        assert_eq!(skip_comments("-- only words"), "");
    }
}
