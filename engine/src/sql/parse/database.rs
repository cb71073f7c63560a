//! CREATE and ALTER DATABASE and DATASHARE.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::{AlterDatabase, DatabaseSetting, Statement};
use crate::warehouse::note::Noted;

pub(super) fn create(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.identifier()?;
    if reader.peeks("FROM") {
        return from_datashare(reader);
    }
    reader.word("WITH");
    let (mut owner, mut settings) = (None, Vec::new());
    loop {
        if reader.word("OWNER") {
            reader.symbol(&Token::Eq);
            owner = Some(reader.user()?);
        } else if let Some(found) = setting(reader)? {
            settings.push(found);
        } else {
            return Ok(Statement::CreateDatabase { name, owner, settings });
        }
    }
}

/// `CONNECTION LIMIT n`, `ISOLATION LEVEL word`, `COLLATE word`.
fn setting(reader: &mut Reader) -> SqlResult<Option<DatabaseSetting>> {
    let setting = |which, value| Ok(Some(DatabaseSetting { which, value }));
    match reader.one_of(&["CONNECTION LIMIT", "COLLATE", "ISOLATION LEVEL"]) {
        Some("CONNECTION LIMIT") if reader.word("UNLIMITED") => setting(Noted::ConnectionLimit, None),
        Some("CONNECTION LIMIT") => setting(Noted::ConnectionLimit, Some(reader.number()?.to_string())),
        Some("ISOLATION LEVEL") => {
            let level = reader.expect_one_of(&["SERIALIZABLE", "SNAPSHOT"])?;
            setting(Noted::Isolation, (level == "SNAPSHOT").then(|| level.to_owned()))
        }
        Some(_) => {
            let caseless = super::create_table::collation(reader)?;
            setting(Noted::Collation, caseless.then(|| "case_insensitive".to_owned()))
        }
        None => Ok(None),
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
    let action = match reader.one_of(&["RENAME TO", "OWNER TO"]) {
        Some("RENAME TO") => AlterDatabase::RenameTo(reader.identifier()?),
        Some(_) => AlterDatabase::OwnerTo(reader.user()?),
        None => {
            let mut settings = Vec::new();
            while let Some(found) = setting(reader)? {
                settings.push(found);
            }
            if settings.is_empty() {
                return reader.unexpected();
            }
            AlterDatabase::Set(settings)
        }
    };
    Ok(Statement::AlterDatabase { name, action })
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
