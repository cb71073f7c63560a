//! CREATE and ALTER DATABASE and DATASHARE.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{AlterDatabase, Statement};

pub(super) fn create(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.identifier()?;
    if reader.peeks("FROM") {
        return from_datashare(reader);
    }
    reader.word("WITH");
    let mut owner = None;
    loop {
        match reader.one_of(&["OWNER", "CONNECTION LIMIT", "COLLATE", "ISOLATION LEVEL"]) {
            Some("OWNER") => {
                reader.symbol(&Token::Eq);
                owner = Some(reader.user()?);
            }
            Some("CONNECTION LIMIT") if reader.word("UNLIMITED") => {}
            Some("CONNECTION LIMIT") => {
                reader.number()?;
                return Err(SqlError::not_simulated_because(Feature::AlterDatabase, "CONNECTION LIMIT"));
            }
            Some("COLLATE") => {
                if super::create_table::collation(reader)? {
                    let what = "COLLATE CASE_INSENSITIVE";
                    return Err(SqlError::not_simulated_because(Feature::AlterDatabase, what));
                }
            }
            Some(_) => {
                if reader.expect_one_of(&["SERIALIZABLE", "SNAPSHOT"])? == "SNAPSHOT" {
                    let what = "ISOLATION LEVEL SNAPSHOT";
                    return Err(SqlError::not_simulated_because(Feature::AlterDatabase, what));
                }
            }
            None => return Ok(Statement::CreateDatabase { name, owner }),
        }
    }
}

/// `FROM DATASHARE share OF [ACCOUNT 'n'] NAMESPACE 'guid'`.
fn from_datashare(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("FROM DATASHARE")?;
    reader.identifier()?;
    reader.expect("OF")?;
    if reader.word("ACCOUNT") {
        reader.string()?;
    }
    reader.expect("NAMESPACE")?;
    reader.string()?;
    reader.words("WITH PERMISSIONS");
    Ok(not_simulated(Feature::Datashare, "CREATE DATABASE"))
}

pub(super) fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.identifier()?;
    match reader.expect_one_of(&[
        "RENAME TO",
        "OWNER TO",
        "CONNECTION LIMIT",
        "COLLATE",
        "ISOLATION LEVEL",
    ])? {
        "RENAME TO" => {
            let action = AlterDatabase::RenameTo(reader.identifier()?);
            return Ok(Statement::AlterDatabase { name, action });
        }
        "OWNER TO" => {
            let action = AlterDatabase::OwnerTo(reader.user()?);
            return Ok(Statement::AlterDatabase { name, action });
        }
        "CONNECTION LIMIT" if reader.word("UNLIMITED") => {}
        "CONNECTION LIMIT" => {
            reader.number()?;
        }
        _ => {
            reader.identifier()?;
        }
    }
    Ok(not_simulated(Feature::AlterDatabase, "ALTER DATABASE"))
}

pub(super) fn create_datashare(reader: &mut Reader) -> SqlResult<Statement> {
    reader.identifier()?;
    reader.word("SET");
    if reader.word("PUBLICACCESSIBLE") {
        reader.symbol(&Token::Eq);
        reader.expect_one_of(&["TRUE", "FALSE"])?;
    }
    Ok(not_simulated(Feature::Datashare, "CREATE DATASHARE"))
}

/// `share ADD | REMOVE TABLE ..., SCHEMA ..., FUNCTION ...` or `SET ...`.
pub(super) fn alter_datashare(reader: &mut Reader) -> SqlResult<Statement> {
    reader.identifier()?;
    match reader.expect_one_of(&["ADD", "REMOVE", "SET"])? {
        "SET" => {
            match reader.expect_one_of(&["PUBLICACCESSIBLE", "INCLUDENEW"])? {
                "INCLUDENEW" => {
                    reader.symbol(&Token::Eq);
                    reader.expect_one_of(&["TRUE", "FALSE"])?;
                    reader.expect("FOR SCHEMA")?;
                    reader.identifier()?;
                }
                _ => {
                    reader.symbol(&Token::Eq);
                    reader.expect_one_of(&["TRUE", "FALSE"])?;
                }
            };
        }
        _ => {
            const KINDS: [&str; 5] =
                ["TABLE", "SCHEMA", "ALL TABLES IN SCHEMA", "ALL FUNCTIONS IN SCHEMA", "FUNCTION"];
            let kind = reader.expect_one_of(&KINDS)?;
            if kind == "FUNCTION" {
                reader.list(super::routine::signature)?;
            } else {
                reader.names()?;
            }
        }
    }
    Ok(not_simulated(Feature::Datashare, "ALTER DATASHARE"))
}
