//! ANALYZE, VACUUM, LOCK and CANCEL.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{Statement, Vacuum, VacuumMode};
use crate::warehouse::identifier::Identifier;

/// `ANALYZE [VERBOSE] [t [(columns)]] [PREDICATE COLUMNS | ALL COLUMNS]`, or `ANALYZE COMPRESSION`.
pub(super) fn analyze(reader: &mut Reader) -> SqlResult<Statement> {
    reader.advance();
    if reader.word("COMPRESSION") {
        let (mut table, mut chosen) = (None, Vec::new());
        if !reader.at_end() {
            table = Some(reader.name()?);
            chosen = columns(reader)?;
            if reader.word("COMPROWS") {
                reader.number()?;
            }
        }
        return Ok(Statement::AnalyzeCompression { table, columns: chosen });
    }
    let verbose = reader.word("VERBOSE");
    let named = matches!(reader.peek(), Token::Word(_)) && !reader.peeks("PREDICATE") && !reader.peeks("ALL");
    let table = if named { Some(reader.name()?) } else { None };
    let columns = if named { columns(reader)? } else { Vec::new() };
    let predicates = reader.one_of(&["PREDICATE COLUMNS", "ALL COLUMNS"]) == Some("PREDICATE COLUMNS");
    Ok(Statement::Analyze { table, columns, predicates, verbose })
}

fn columns(reader: &mut Reader) -> SqlResult<Vec<Identifier>> {
    if *reader.peek() == Token::LParen { reader.column_list() } else { Ok(Vec::new()) }
}

/// `VACUUM [FULL | SORT ONLY | DELETE ONLY | REINDEX | RECLUSTER] [t] [TO n PERCENT] [BOOST]`.
pub(super) fn vacuum(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("VACUUM")?;
    let mode = match reader.one_of(&["FULL", "SORT ONLY", "DELETE ONLY", "REINDEX", "RECLUSTER"]) {
        Some("SORT ONLY") => VacuumMode::SortOnly,
        Some("DELETE ONLY") => VacuumMode::DeleteOnly,
        Some("REINDEX") => VacuumMode::Reindex,
        Some("RECLUSTER") => VacuumMode::Recluster,
        _ => VacuumMode::Full,
    };
    let named = matches!(reader.peek(), Token::Word(_)) && !reader.peeks("TO") && !reader.peeks("BOOST");
    let table = if named { Some(reader.name()?) } else { None };
    let mut threshold = None;
    if reader.peeks("TO") {
        if table.is_none() {
            return reader.unexpected();
        }
        reader.expect("TO")?;
        let percent = reader.number()?;
        reader.expect("PERCENT")?;
        if percent > 100 {
            // Text unconfirmed; the range is the guide's.
            return Err(SqlError::product("22023", "VACUUM threshold must be between 0 and 100"));
        }
        threshold = Some(percent);
    }
    reader.word("BOOST");
    if table.is_none() && matches!(mode, VacuumMode::Reindex | VacuumMode::Recluster) {
        return reader.unexpected();
    }
    Ok(Statement::Vacuum(Vacuum { mode, table, threshold }))
}

pub(super) fn lock(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("LOCK")?;
    reader.word("TABLE");
    Ok(Statement::Lock { tables: reader.names()? })
}

/// `CANCEL pid ['message']`.
pub(super) fn cancel(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("CANCEL")?;
    Ok(Statement::Cancel { process: reader.number()?, message: reader.optional_string() })
}
