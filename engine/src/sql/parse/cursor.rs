//! Cursors and prepared statements.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::statement;
use crate::sql::error::SqlResult;
use crate::sql::statement::{FetchCount, Statement};

/// `DECLARE c CURSOR FOR query`, `FETCH ... FROM c`, `CLOSE c`.
pub(super) fn cursor(reader: &mut Reader) -> SqlResult<Statement> {
    match reader.expect_one_of(&["DECLARE", "FETCH", "CLOSE"])? {
        "DECLARE" => {
            let name = reader.identifier()?;
            reader.expect("CURSOR FOR")?;
            let begins_query = ["SELECT", "WITH", "VALUES"].iter().any(|word| reader.peeks(word));
            if !begins_query && *reader.peek() != Token::LParen {
                return reader.unexpected();
            }
            Ok(Statement::DeclareCursor { name, query: reader.query()? })
        }
        "FETCH" => {
            let count = match reader.one_of(&["NEXT", "ALL", "FORWARD"]) {
                Some("ALL") => FetchCount::All,
                Some("FORWARD") if reader.word("ALL") => FetchCount::All,
                Some("FORWARD") if matches!(reader.peek(), Token::Number(..)) => {
                    FetchCount::Rows(reader.number()?)
                }
                _ => FetchCount::Rows(1),
            };
            reader.expect("FROM")?;
            Ok(Statement::Fetch { cursor: reader.identifier()?, count })
        }
        _ => Ok(Statement::CloseCursor { name: reader.identifier()? }),
    }
}

/// `PREPARE p [(type, ...)] AS statement`, `EXECUTE p [(value, ...)]`, `DEALLOCATE [PREPARE] {p | ALL}`.
pub(super) fn prepared(reader: &mut Reader) -> SqlResult<Statement> {
    match reader.expect_one_of(&["PREPARE", "EXECUTE", "DEALLOCATE"])? {
        "PREPARE" => {
            let name = reader.identifier()?;
            let types = if *reader.peek() == Token::LParen {
                let written = reader.parenthesized(|reader| reader.list(Reader::data_type))?;
                written.iter().map(super::data_type::data_type).collect::<SqlResult<_>>()?
            } else {
                Vec::new()
            };
            reader.expect("AS")?;
            if !["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|word| reader.peeks(word)) {
                return reader.unexpected();
            }
            let start = reader.offset();
            statement(reader)?;
            Ok(Statement::Prepare { name, types, text: reader.text_from(start).to_owned() })
        }
        "EXECUTE" => {
            let name = reader.identifier()?;
            let argument = |reader: &mut Reader| {
                let start = reader.offset();
                reader.expression().map(|_| reader.text_from(start).to_owned())
            };
            let arguments = if *reader.peek() == Token::LParen {
                reader.parenthesized(|reader| reader.list(argument))?
            } else {
                Vec::new()
            };
            Ok(Statement::Execute { name, arguments })
        }
        _ => {
            reader.word("PREPARE");
            let name = if reader.word("ALL") { None } else { Some(reader.identifier()?) };
            Ok(Statement::Deallocate { name })
        }
    }
}
