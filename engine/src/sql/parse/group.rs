//! CREATE GROUP and ALTER GROUP.

use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::{AlterGroup, Statement};

/// `name [[WITH] USER user [, ...]]`.
pub(super) fn create(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.principal()?;
    let with = reader.word("WITH");
    let users = if reader.word("USER") {
        reader.list(Reader::user)?
    } else if with {
        return reader.unexpected();
    } else {
        Vec::new()
    };
    Ok(Statement::CreateGroup { name, users })
}

pub(super) fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.principal()?;
    let action = match reader.expect_one_of(&["ADD USER", "DROP USER", "RENAME TO"])? {
        "ADD USER" => AlterGroup::AddUsers(reader.list(Reader::user)?),
        "DROP USER" => AlterGroup::DropUsers(reader.list(Reader::user)?),
        _ => AlterGroup::RenameTo(reader.principal()?),
    };
    Ok(Statement::AlterGroup { name, action })
}
