//! CREATE SCHEMA and ALTER SCHEMA.

use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::{AlterSchema, Statement};

/// `[IF NOT EXISTS] name [AUTHORIZATION user] [QUOTA ...]`, or `AUTHORIZATION user` alone, whose name it takes.
pub(super) fn create(reader: &mut Reader) -> SqlResult<Statement> {
    let if_not_exists = reader.words("IF NOT EXISTS");
    if reader.word("AUTHORIZATION") {
        let owner = reader.principal()?;
        return Ok(Statement::CreateSchema { name: owner.clone(), if_not_exists, owner: Some(owner) });
    }
    let name = reader.identifier()?;
    let owner = if reader.word("AUTHORIZATION") { Some(reader.principal()?) } else { None };
    if reader.word("QUOTA") {
        quota(reader)?;
    }
    Ok(Statement::CreateSchema { name, if_not_exists, owner })
}

pub(super) fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.identifier()?;
    let action = match reader.expect_one_of(&["OWNER TO", "RENAME TO", "QUOTA"])? {
        "OWNER TO" => AlterSchema::OwnerTo(reader.principal()?),
        "RENAME TO" => AlterSchema::RenameTo(reader.identifier()?),
        _ => AlterSchema::Quota(quota(reader)?),
    };
    Ok(Statement::AlterSchema { name, action })
}

/// `n [MB | GB | TB]` or UNLIMITED, as it is written.
fn quota(reader: &mut Reader) -> SqlResult<String> {
    let start = reader.offset();
    if !reader.word("UNLIMITED") {
        reader.number()?;
        reader.one_of(&["MB", "GB", "TB"]);
    }
    Ok(reader.text_from(start).to_owned())
}
