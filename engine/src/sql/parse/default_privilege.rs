//! ALTER DEFAULT PRIVILEGES.

use super::grant::{PRIVILEGES, Verb, grantees};
use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::{DefaultPrivileges, Statement};
use crate::warehouse::default_privilege::DefaultKind;

/// `[FOR USER u [, ...]] [IN SCHEMA s [, ...]] {GRANT | REVOKE} ...`.
pub(super) fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    let users = if reader.words("FOR USER") { reader.list(Reader::user)? } else { Vec::new() };
    let schemas = if reader.words("IN SCHEMA") { reader.identifiers()? } else { Vec::new() };
    let verb = match reader.expect_one_of(&["GRANT", "REVOKE"])? {
        "GRANT" => Verb::Grant,
        _ => Verb::Revoke,
    };
    let grant_option_only = verb == Verb::Revoke && reader.words("GRANT OPTION FOR");
    let privileges = if reader.word("ALL") {
        reader.word("PRIVILEGES");
        None
    } else {
        Some(reader.list(|reader| match PRIVILEGES.iter().find(|(word, _)| reader.word(word)) {
            Some((_, privilege)) => Ok(*privilege),
            None => reader.unexpected(),
        })?)
    };
    reader.expect("ON")?;
    let kind = match reader.expect_one_of(&["TABLES", "FUNCTIONS", "PROCEDURES"])? {
        "TABLES" => DefaultKind::Tables,
        "FUNCTIONS" => DefaultKind::Functions,
        _ => DefaultKind::Procedures,
    };
    reader.expect(if verb == Verb::Grant { "TO" } else { "FROM" })?;
    let grantees = grantees(reader, verb)?;
    if verb == Verb::Revoke {
        reader.word("RESTRICT");
    }
    Ok(Statement::AlterDefaultPrivileges(Box::new(DefaultPrivileges {
        users,
        schemas,
        granting: verb == Verb::Grant,
        grant_option_only,
        privileges,
        kind,
        grantees,
    })))
}
