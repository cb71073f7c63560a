//! BEGIN, COMMIT, ROLLBACK and their other names.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

pub(super) fn transaction(reader: &mut Reader) -> SqlResult<Statement> {
    const WORDS: [&str; 6] = ["BEGIN", "START TRANSACTION", "COMMIT", "END", "ROLLBACK", "ABORT"];
    let Some(word) = reader.one_of(&WORDS) else {
        reader.advance();
        return reader.unexpected();
    };
    if word != "START TRANSACTION" {
        reader.one_of(&["WORK", "TRANSACTION"]);
    }
    match word {
        "BEGIN" | "START TRANSACTION" => {
            modes(reader)?;
            Ok(Statement::Begin)
        }
        "COMMIT" | "END" => Ok(Statement::Commit),
        _ => Ok(Statement::Rollback),
    }
}

/// `ISOLATION LEVEL x` and `READ WRITE | READ ONLY`: accepted, every transaction is serializable.
fn modes(reader: &mut Reader) -> SqlResult<()> {
    const LEVELS: [&str; 4] = ["SERIALIZABLE", "READ COMMITTED", "READ UNCOMMITTED", "REPEATABLE READ"];
    loop {
        match reader.one_of(&["ISOLATION LEVEL", "READ WRITE", "READ ONLY"]) {
            Some("ISOLATION LEVEL") => {
                reader.expect_one_of(&LEVELS)?;
            }
            Some(_) => {}
            None => return Ok(()),
        }
        reader.symbol(&Token::Comma);
    }
}
