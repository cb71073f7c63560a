//! INSERT, UPDATE, DELETE, MERGE and TRUNCATE.

use sqlparser::ast;
use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::{Delete, Insert, InsertSource, Statement, Update};
use crate::warehouse::identifier::Identifier;

pub(super) fn insert(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("INSERT INTO")?;
    let table = reader.name()?;
    let subquery =
        (reader.peeks_at(1, "SELECT") || reader.peeks_at(1, "WITH")) || *reader.peek_at(1) == Token::LParen;
    let columns =
        if *reader.peek() == Token::LParen && !subquery { reader.column_list()? } else { Vec::new() };
    let source = if reader.words("DEFAULT VALUES") {
        InsertSource::DefaultValues
    } else if reader.word("VALUES") {
        InsertSource::Values(reader.list(|reader| reader.parenthesized(|reader| reader.list(value)))?)
    } else if matches!(reader.peek(), Token::LParen) || reader.peeks("SELECT") || reader.peeks("WITH") {
        InsertSource::Query(reader.query()?)
    } else {
        return reader.unexpected();
    };
    Ok(Statement::Insert(Box::new(Insert { table, columns, source })))
}

/// An expression, or a lone `DEFAULT`.
fn value(reader: &mut Reader) -> SqlResult<Option<ast::Expr>> {
    if reader.word("DEFAULT") { Ok(None) } else { reader.expression().map(Some) }
}

pub(super) fn update(reader: &mut Reader, with: Option<ast::With>) -> SqlResult<Statement> {
    reader.expect("UPDATE")?;
    let table = reader.name()?;
    let alias = alias(reader, "SET")?;
    reader.expect("SET")?;
    let assignments = reader.list(|reader| {
        let column = reader.identifier()?;
        reader.expect_symbol(&Token::Eq)?;
        Ok((column, value(reader)?))
    })?;
    let from = if reader.word("FROM") { reader.tables()? } else { Vec::new() };
    let filter = filter(reader)?;
    Ok(Statement::Update(Box::new(Update { with, table, alias, assignments, from, filter })))
}

pub(super) fn delete(reader: &mut Reader, with: Option<ast::With>) -> SqlResult<Statement> {
    reader.expect("DELETE")?;
    reader.word("FROM");
    let table = reader.name()?;
    let alias = alias(reader, "WHERE")?;
    let using = if reader.word("USING") { reader.tables()? } else { Vec::new() };
    let filter = filter(reader)?;
    Ok(Statement::Delete(Box::new(Delete { with, table, alias, using, filter })))
}

fn filter(reader: &mut Reader) -> SqlResult<Option<ast::Expr>> {
    if reader.word("WHERE") { reader.expression().map(Some) } else { Ok(None) }
}

/// `[[AS] alias]`, where `next` is the word that would follow instead.
fn alias(reader: &mut Reader, next: &str) -> SqlResult<Option<Identifier>> {
    if reader.word("AS") {
        return reader.identifier().map(Some);
    }
    let is_alias = matches!(reader.peek(), Token::Word(_)) && !reader.peeks(next) && !reader.peeks("USING");
    if is_alias { reader.identifier().map(Some) } else { Ok(None) }
}

pub(super) fn truncate(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("TRUNCATE")?;
    reader.word("TABLE");
    Ok(Statement::Truncate { table: reader.name()? })
}

/// `MERGE INTO t USING s [[AS] a] ON condition` and its two WHEN clauses, or REMOVE DUPLICATES.
pub(super) fn merge(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("MERGE INTO")?;
    reader.name()?;
    reader.expect("USING")?;
    reader.name()?;
    alias(reader, "ON")?;
    reader.expect("ON")?;
    reader.expression()?;
    if !reader.words("REMOVE DUPLICATES") {
        merge_clauses(reader)?;
    }
    Ok(not_simulated(Feature::Merge, "MERGE"))
}

fn merge_clauses(reader: &mut Reader) -> SqlResult<()> {
    reader.expect("WHEN")?;
    let mut matched = !reader.word("NOT");
    for last in [false, true] {
        reader.expect("MATCHED THEN")?;
        if matched {
            merge_matched(reader)?
        } else {
            merge_insert(reader)?
        }
        if !last {
            reader.expect("WHEN")?;
            if matched {
                reader.expect("NOT")?;
            }
            matched = !matched;
        }
    }
    Ok(())
}

fn merge_matched(reader: &mut Reader) -> SqlResult<()> {
    if reader.word("DELETE") {
        return Ok(());
    }
    reader.expect("UPDATE SET")?;
    reader.list(|reader| {
        reader.name()?;
        reader.expect_symbol(&Token::Eq)?;
        value(reader)
    })?;
    Ok(())
}

fn merge_insert(reader: &mut Reader) -> SqlResult<()> {
    reader.expect("INSERT")?;
    if *reader.peek() == Token::LParen {
        reader.column_list()?;
    }
    reader.expect("VALUES")?;
    reader.parenthesized(|reader| reader.list(value))?;
    Ok(())
}
