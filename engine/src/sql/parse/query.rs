//! Queries, and what begins like one: `WITH ... UPDATE`, `SELECT ... INTO`, `EXPLAIN`.

use sqlparser::tokenizer::Token;

use super::reader::{Reader, is_word};
use super::rows;
use super::token::identifier;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{CreateTableAs, Statement, TableAttributes};
use crate::sql::syntax::{Query, SetExpression};
use crate::warehouse::identifier::{Identifier, QualifiedName};

pub(super) fn query(reader: &mut Reader) -> SqlResult<Statement> {
    let query = reader.query()?;
    into_table(query)
}

/// `WITH` before a query, an UPDATE or a DELETE; the word at the outermost level tells which.
pub(super) fn with(reader: &mut Reader) -> SqlResult<Statement> {
    let mut depth = 0_usize;
    for ahead in 1.. {
        match reader.peek_at(ahead) {
            Token::EOF => break,
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            token if depth == 0 && is_word(token, "UPDATE") => {
                let with = reader.common_tables()?;
                return rows::update(reader, Some(with));
            }
            token if depth == 0 && is_word(token, "DELETE") => {
                let with = reader.common_tables()?;
                return rows::delete(reader, Some(with));
            }
            // INSERT takes WITH before its SELECT only, MERGE takes none.
            token if depth == 0 && (is_word(token, "INSERT") || is_word(token, "MERGE")) => {
                reader.common_tables()?;
                return reader.unexpected();
            }
            token if depth == 0 && is_word(token, "SELECT") => break,
            _ => {}
        }
    }
    query(reader)
}

/// `EXPLAIN [VERBOSE]` of what can be planned.
pub(super) fn explain(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("EXPLAIN")?;
    let verbose = reader.word("VERBOSE");
    let explainable = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "CREATE", "VALUES", "MERGE"];
    if *reader.peek() != Token::LParen && !explainable.iter().any(|word| reader.peeks(word)) {
        return reader.unexpected();
    }
    let statement = super::statement::statement(reader)?;
    Ok(Statement::Explain { verbose, statement: Box::new(statement) })
}

/// `SELECT ... INTO t` makes a table, as `CREATE TABLE t AS SELECT` does.
fn into_table(mut query: Box<Query>) -> SqlResult<Statement> {
    // Of a set operation the first query names the table.
    let mut first = &mut query.body;
    while let SetExpression::SetOperation { left, .. } = first {
        first = left;
    }
    let into = match first {
        SetExpression::Select(select) => select.into.take(),
        SetExpression::Query(_) | SetExpression::SetOperation { .. } => None,
    };
    let Some(into) = into else {
        return Ok(Statement::Query(query));
    };
    let mut parts: Vec<Identifier> =
        into.name.0.iter().map(|part| identifier(&part.value, part.quote_style)).collect();
    let Some(name) = parts.pop() else { return Err(SqlError::bug("a table without a name")) };
    let temporary = into.temporary || name.as_str().starts_with('#');
    Ok(Statement::CreateTableAs(Box::new(CreateTableAs {
        name: QualifiedName { schema: parts.pop(), database: parts.pop(), name },
        temporary,
        columns: Vec::new(),
        attributes: TableAttributes::default(),
        query,
    })))
}
