//! CREATE ROLE and ALTER ROLE.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::user::external_id;
use crate::sql::error::SqlResult;
use crate::sql::statement::{AlterRole, Statement};

pub(super) fn create(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.principal()?;
    let external_id = if reader.word("EXTERNALID") { Some(external_id(reader)?) } else { None };
    Ok(Statement::CreateRole { name, external_id })
}

/// `name [WITH] {RENAME TO role | OWNER TO user} [, ...] [EXTERNALID TO id]`.
pub(super) fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.principal()?;
    reader.word("WITH");
    let mut actions = Vec::new();
    loop {
        match reader.one_of(&["RENAME TO", "OWNER TO", "EXTERNALID TO"]) {
            Some("RENAME TO") => actions.push(AlterRole::RenameTo(reader.principal()?)),
            Some("OWNER TO") => actions.push(AlterRole::OwnerTo(reader.user()?)),
            Some(_) => actions.push(AlterRole::ExternalId(external_id(reader)?)),
            None if actions.is_empty() => return reader.unexpected(),
            None => return Ok(Statement::AlterRole { name, actions }),
        }
        reader.symbol(&Token::Comma);
    }
}
