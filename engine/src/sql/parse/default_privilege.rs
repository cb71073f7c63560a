//! ALTER DEFAULT PRIVILEGES.

use super::grant::{Verb, grantees};
use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

/// `[FOR USER u [, ...]] [IN SCHEMA s [, ...]] {GRANT | REVOKE} ...`.
pub(super) fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    if reader.words("FOR USER") {
        reader.list(Reader::principal)?;
    }
    if reader.words("IN SCHEMA") {
        reader.identifiers()?;
    }
    let verb = match reader.expect_one_of(&["GRANT", "REVOKE"])? {
        "GRANT" => Verb::Grant,
        _ => Verb::Revoke,
    };
    if verb == Verb::Revoke {
        reader.words("GRANT OPTION FOR");
    }
    if reader.word("ALL") {
        reader.word("PRIVILEGES");
    } else {
        const WORDS: [&str; 9] =
            ["SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "REFERENCES", "ALTER", "TRUNCATE", "EXECUTE"];
        reader.list(|reader| reader.expect_one_of(&WORDS))?;
    }
    reader.expect("ON")?;
    reader.expect_one_of(&["TABLES", "FUNCTIONS", "PROCEDURES"])?;
    reader.expect(if verb == Verb::Grant { "TO" } else { "FROM" })?;
    grantees(reader, verb)?;
    if verb == Verb::Revoke {
        reader.word("RESTRICT");
    }
    Ok(not_simulated(Feature::DefaultPrivileges, "ALTER DEFAULT PRIVILEGES"))
}
