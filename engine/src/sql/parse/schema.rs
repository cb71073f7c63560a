//! CREATE SCHEMA and ALTER SCHEMA.

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
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
    if reader.word("QUOTA") && !unlimited(reader)? {
        return Ok(not_simulated(Feature::SchemaQuota, "CREATE SCHEMA"));
    }
    Ok(Statement::CreateSchema { name, if_not_exists, owner })
}

pub(super) fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.identifier()?;
    let action = match reader.expect_one_of(&["OWNER TO", "RENAME TO", "QUOTA"])? {
        "OWNER TO" => AlterSchema::OwnerTo(reader.principal()?),
        "RENAME TO" => AlterSchema::RenameTo(reader.identifier()?),
        _ if unlimited(reader)? => AlterSchema::QuotaUnlimited,
        _ => return Ok(not_simulated(Feature::SchemaQuota, "ALTER SCHEMA")),
    };
    Ok(Statement::AlterSchema { name, action })
}

/// `n [MB | GB | TB]` or UNLIMITED, which is how every schema begins.
fn unlimited(reader: &mut Reader) -> SqlResult<bool> {
    if reader.word("UNLIMITED") {
        return Ok(true);
    }
    reader.number()?;
    reader.one_of(&["MB", "GB", "TB"]);
    Ok(false)
}
