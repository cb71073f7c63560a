//! Cursors and prepared statements.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::{not_simulated, statement};
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

/// `DECLARE c CURSOR FOR query`, `FETCH ... FROM c`, `CLOSE c`.
pub(super) fn cursor(reader: &mut Reader) -> SqlResult<Statement> {
    let tag = reader.expect_one_of(&["DECLARE", "FETCH", "CLOSE"])?;
    match tag {
        "DECLARE" => {
            reader.identifier()?;
            reader.expect("CURSOR FOR")?;
            reader.query()?;
            return Ok(not_simulated(Feature::Cursor, "DECLARE CURSOR"));
        }
        "FETCH" => {
            if reader.word("FORWARD") {
                if reader.one_of(&["ALL"]).is_none() && !reader.peeks("FROM") {
                    reader.number()?;
                }
            } else if reader.one_of(&["NEXT", "ALL"]).is_none() {
                return reader.unexpected();
            }
            reader.expect("FROM")?;
            reader.identifier()?;
        }
        _ => {
            reader.identifier()?;
        }
    }
    Ok(not_simulated(Feature::Cursor, tag))
}

pub(super) fn prepared(reader: &mut Reader) -> SqlResult<Statement> {
    let tag = reader.expect_one_of(&["PREPARE", "EXECUTE", "DEALLOCATE"])?;
    match tag {
        "PREPARE" => {
            reader.identifier()?;
            if *reader.peek() == Token::LParen {
                reader.parenthesized(|reader| reader.list(Reader::data_type))?;
            }
            reader.expect("AS")?;
            if !["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|word| reader.peeks(word)) {
                return reader.unexpected();
            }
            statement(reader)?;
        }
        "EXECUTE" => {
            reader.identifier()?;
            if *reader.peek() == Token::LParen {
                reader.parenthesized(|reader| reader.list(Reader::expression))?;
            }
        }
        _ => {
            reader.word("PREPARE");
            if !reader.word("ALL") {
                reader.identifier()?;
            }
        }
    }
    Ok(not_simulated(Feature::PreparedStatement, tag))
}
