//! Procedures, functions and libraries, and CALL.

use sqlparser::tokenizer::Token;

use super::grant::signature;
use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

/// What follows CREATE [OR REPLACE] PROCEDURE, FUNCTION, EXTERNAL FUNCTION or LIBRARY.
pub(super) fn create(reader: &mut Reader, kind: &str) -> SqlResult<Statement> {
    match kind {
        "PROCEDURE" => {
            signature(reader)?;
            while clause(reader)? {}
            Ok(not_simulated(Feature::Procedure, "CREATE PROCEDURE"))
        }
        "LIBRARY" => {
            reader.identifier()?;
            reader.expect("LANGUAGE")?;
            reader.identifier()?;
            reader.expect("FROM")?;
            reader.string()?;
            while super::unload::authorization(reader)? {}
            Ok(not_simulated(Feature::UserDefinedFunction, "CREATE LIBRARY"))
        }
        _ => {
            signature(reader)?;
            reader.expect("RETURNS")?;
            reader.data_type()?;
            while clause(reader)? {}
            Ok(not_simulated(Feature::UserDefinedFunction, "CREATE FUNCTION"))
        }
    }
}

/// One of a routine's clauses; the body is text, whose language is not ours.
fn clause(reader: &mut Reader) -> SqlResult<bool> {
    const WORDS: [&str; 13] = [
        "NONATOMIC",
        "VOLATILE",
        "STABLE",
        "IMMUTABLE",
        "SECURITY INVOKER",
        "SECURITY DEFINER",
        "LANGUAGE",
        "SET",
        "AS",
        "LAMBDA",
        "SAGEMAKER",
        "IAM_ROLE",
        "RETRY_TIMEOUT",
    ];
    match reader.one_of(&WORDS) {
        None => return Ok(false),
        Some("LANGUAGE") => {
            reader.identifier()?;
        }
        Some("SET") => {
            super::setting::name(reader)?;
            super::setting::values(reader)?;
        }
        Some("AS" | "LAMBDA" | "SAGEMAKER") => {
            reader.string()?;
        }
        Some("IAM_ROLE") if reader.word("DEFAULT") => {}
        Some("IAM_ROLE") => {
            reader.string()?;
        }
        Some("RETRY_TIMEOUT") => {
            reader.number()?;
        }
        Some(_) => {}
    }
    Ok(true)
}

pub(super) fn call(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("CALL")?;
    reader.name()?;
    reader.expect_symbol(&Token::LParen)?;
    if !reader.symbol(&Token::RParen) {
        reader.list(Reader::expression)?;
        reader.expect_symbol(&Token::RParen)?;
    }
    Ok(not_simulated(Feature::Procedure, "CALL"))
}
