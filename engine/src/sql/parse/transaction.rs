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
            let read_only = modes(reader)?;
            Ok(Statement::Begin { read_only })
        }
        "COMMIT" | "END" => Ok(Statement::Commit),
        _ => Ok(Statement::Rollback),
    }
}

/// `ISOLATION LEVEL x`, every one of them serializable, and `READ WRITE | READ ONLY`: whether it may only read.
fn modes(reader: &mut Reader) -> SqlResult<bool> {
    const LEVELS: [&str; 4] = ["SERIALIZABLE", "READ COMMITTED", "READ UNCOMMITTED", "REPEATABLE READ"];
    let mut read_only = false;
    loop {
        match reader.one_of(&["ISOLATION LEVEL", "READ WRITE", "READ ONLY"]) {
            Some("ISOLATION LEVEL") => {
                reader.expect_one_of(&LEVELS)?;
            }
            Some(mode) => read_only = mode == "READ ONLY",
            None => return Ok(read_only),
        }
        reader.symbol(&Token::Comma);
    }
}
