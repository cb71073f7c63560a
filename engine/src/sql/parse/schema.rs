//! CREATE SCHEMA and ALTER SCHEMA.

use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::{AlterSchema, Statement};

/// `[IF NOT EXISTS] name [AUTHORIZATION user] [QUOTA ...]`, or `AUTHORIZATION user` alone, whose name it takes.
pub(super) fn create(reader: &mut Reader) -> SqlResult<Statement> {
    let if_not_exists = reader.words("IF NOT EXISTS");
    if reader.word("AUTHORIZATION") {
        let owner = reader.user()?;
        let quota = if reader.word("QUOTA") { quota(reader)? } else { None };
        return Ok(Statement::CreateSchema { name: owner.clone(), if_not_exists, owner: Some(owner), quota });
    }
    let name = reader.identifier()?;
    let owner = if reader.word("AUTHORIZATION") { Some(reader.user()?) } else { None };
    let quota = if reader.word("QUOTA") { quota(reader)? } else { None };
    Ok(Statement::CreateSchema { name, if_not_exists, owner, quota })
}

pub(super) fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.identifier()?;
    let action = match reader.expect_one_of(&["OWNER TO", "RENAME TO", "QUOTA"])? {
        "OWNER TO" => AlterSchema::OwnerTo(reader.user()?),
        "RENAME TO" => AlterSchema::RenameTo(reader.identifier()?),
        _ => AlterSchema::Quota(quota(reader)?),
    };
    Ok(Statement::AlterSchema { name, action })
}

/// `n [MB | GB | TB]` in megabytes, or UNLIMITED, which is how every schema begins.
fn quota(reader: &mut Reader) -> SqlResult<Option<u64>> {
    if reader.word("UNLIMITED") {
        return Ok(None);
    }
    let amount = reader.number()?;
    let unit = match reader.one_of(&["MB", "GB", "TB"]) {
        Some("GB") => 1 << 10,
        Some("TB") => 1 << 20,
        _ => 1,
    };
    Ok(Some(amount.saturating_mul(unit)))
}
