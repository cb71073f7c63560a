//! INSERT, UPDATE, DELETE, MERGE and TRUNCATE.

use crate::sql::syntax;
use sqlparser::tokenizer::Token;

use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::{Delete, Insert, InsertSource, Merge, MergeAction, Statement, Update};
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
fn value(reader: &mut Reader) -> SqlResult<Option<syntax::Expression>> {
    if reader.word("DEFAULT") { Ok(None) } else { reader.expression().map(Some) }
}

pub(super) fn update(reader: &mut Reader, with: Option<syntax::With>) -> SqlResult<Statement> {
    reader.expect("UPDATE")?;
    let table = reader.name()?;
    let alias = alias(reader, "SET")?;
    reader.expect("SET")?;
    let assignments = assignments(reader)?;
    let from = if reader.word("FROM") { reader.tables()? } else { Vec::new() };
    let filter = filter(reader)?;
    Ok(Statement::Update(Box::new(Update { with, table, alias, assignments, from, filter })))
}

pub(super) fn delete(reader: &mut Reader, with: Option<syntax::With>) -> SqlResult<Statement> {
    reader.expect("DELETE")?;
    reader.word("FROM");
    let table = reader.name()?;
    let alias = alias(reader, "WHERE")?;
    let using = if reader.word("USING") { reader.tables()? } else { Vec::new() };
    let filter = filter(reader)?;
    Ok(Statement::Delete(Box::new(Delete { with, table, alias, using, filter })))
}

/// `column = {expression | DEFAULT} [, ...]`; the table's name may not stand before the column's.
fn assignments(reader: &mut Reader) -> SqlResult<Vec<(Identifier, Option<syntax::Expression>)>> {
    reader.list(|reader| {
        let column = reader.identifier()?;
        reader.expect_symbol(&Token::Eq)?;
        Ok((column, value(reader)?))
    })
}

fn filter(reader: &mut Reader) -> SqlResult<Option<syntax::Expression>> {
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
    let table = reader.name()?;
    reader.expect("USING")?;
    if !matches!(reader.peek(), Token::Word(_) | Token::LParen) {
        return reader.unexpected();
    }
    let mut sources = reader.tables()?;
    reader.expect("ON")?;
    let condition = reader.expression()?;
    let action = if reader.words("REMOVE DUPLICATES") {
        MergeAction::RemoveDuplicates
    } else {
        merge_clauses(reader)?
    };
    match sources.pop() {
        Some(source) if sources.is_empty() && source.joins.is_empty() => {
            Ok(Statement::Merge(Box::new(Merge { table, source, condition, action })))
        }
        _ => reader.unexpected(),
    }
}

/// WHEN MATCHED and WHEN NOT MATCHED, in either order; both are required.
fn merge_clauses(reader: &mut Reader) -> SqlResult<MergeAction> {
    reader.expect("WHEN")?;
    let mut is_matched = !reader.word("NOT");
    let mut matched = None;
    let mut insert = (Vec::new(), Vec::new());
    for last in [false, true] {
        reader.expect("MATCHED THEN")?;
        if is_matched {
            matched = if reader.word("DELETE") {
                None
            } else {
                reader.expect("UPDATE SET")?;
                Some(assignments(reader)?)
            };
        } else {
            insert = merge_insert(reader)?;
        }
        if !last {
            reader.expect("WHEN")?;
            if is_matched {
                reader.expect("NOT")?;
            }
            is_matched = !is_matched;
        }
    }
    let (columns, values) = insert;
    Ok(MergeAction::Clauses { matched, columns, values })
}

type Values = Vec<Option<syntax::Expression>>;

fn merge_insert(reader: &mut Reader) -> SqlResult<(Vec<Identifier>, Values)> {
    reader.expect("INSERT")?;
    let columns = if *reader.peek() == Token::LParen { reader.column_list()? } else { Vec::new() };
    reader.expect("VALUES")?;
    Ok((columns, reader.parenthesized(|reader| reader.list(value))?))
}
