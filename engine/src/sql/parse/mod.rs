//! Text to statements (decision D2): our own grammar of Redshift's statements, over sqlparser's tokens.
//!
//! Read in this order: `token` (text to tokens), `script` (tokens to statements), `statement` (which family a
//! statement belongs to), then the family's own file. `reader` is what all families read with. Expressions are
//! `expression` (operators), `operand`, `special_call`, `call` and `type_name`; queries are `select` and `from`.
//! `fault` makes every error.

use super::error::{SqlError, SqlResult};
use super::statement::{ParsedStatement, Statement};
use super::syntax::{Expression, Query};

mod alter_table;
mod call;
mod comment;
mod copy;
mod create_table;
mod cursor;
mod data_type;
mod database;
mod default_privilege;
mod drop;
mod expression;
mod external;
mod fault;
mod from;
mod grant;
mod group;
mod maintenance;
mod model;
mod operand;
mod parameters;
mod policy;
mod procedure;
mod query;
mod reader;
mod reserved;
mod role;
mod routine;
mod rows;
mod schema;
mod script;
mod select;
mod setting;
mod show;
mod special_call;
mod statement;
mod table_attributes;
#[cfg(test)]
mod tests;
mod token;
mod transaction;
mod type_name;
mod unload;
mod user;
mod view;

pub use data_type::data_type;
pub use parameters::with_parameters;
pub use procedure::program;
pub(in crate::sql) use reserved::is_reserved;
pub use token::{NameCase, identifier};

/// Every statement of a script, or the first mistake in it.
///
/// # Errors
/// 42601 with the offending token's place; see [`script`] for the statements before a mistake.
pub fn parse(text: &str) -> SqlResult<Vec<ParsedStatement>> {
    script(text).into_iter().collect()
}

/// As [`parse`], for a session that keeps the case of quoted names or does not.
///
/// # Errors
/// As [`parse`].
pub fn parse_as(text: &str, names: NameCase) -> SqlResult<Vec<ParsedStatement>> {
    script::script(text, names).into_iter().collect()
}

/// Every statement of a script on its own, so that those before and after a mistake can still run. Places are
/// byte offsets into `text`.
pub fn script(text: &str) -> Vec<SqlResult<ParsedStatement>> {
    script::script(text, NameCase::Folded)
}

/// The statement once more, the case of its quoted names kept. Its places stay those in its script.
///
/// # Errors
/// None that the first reading had not.
pub fn respelled(parsed: &ParsedStatement) -> SqlResult<ParsedStatement> {
    let text = format!("{}{}", " ".repeat(parsed.span.start), parsed.text);
    let read = script::script(&text, NameCase::Kept).pop();
    read.unwrap_or_else(|| Err(SqlError::bug("a statement that was none the second time")))
}

/// A view's query, parsed again from its stored text.
///
/// # Errors
/// A bug, because it did parse when the view was made.
pub fn query(text: &str) -> SqlResult<Box<Query>> {
    // What is stored was folded before, where it was to be folded.
    let read = script::script(text, NameCase::Kept).pop().transpose()?;
    match read.map(|parsed| parsed.statement) {
        Some(Statement::Query(query)) => Ok(query),
        _ => Err(SqlError::bug("a stored query does not parse")),
    }
}

/// A stored default's expression, parsed again.
///
/// # Errors
/// As for any text: 42601 at the offending token.
pub fn expression(text: &str) -> SqlResult<Expression> {
    script::alone(text, |reader| reader.expression())
}
