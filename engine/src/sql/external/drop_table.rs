//! DROP TABLE of an external table: its entry in the catalog goes, its objects stay.

use super::{ask, owned_schema, refused};
use crate::json::json;
use crate::sql::commands::CommandContext;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outside::{Asker, CatalogFault, CatalogQuestion, Outside};
use crate::warehouse::identifier::QualifiedName;

/// Answers with what is to be said of a table that was not there.
pub fn run(
    name: &QualifiedName,
    if_exists: bool,
    outside: &mut dyn Outside,
    asker: Asker,
    context: &CommandContext<'_>,
) -> SqlResult<Option<String>> {
    let (_, external) = owned_schema(name, context, "DROP EXTERNAL TABLE")?;
    let parameters = json!({"DatabaseName": external.database, "Name": name.name.as_str()});
    match ask(outside, external, CatalogQuestion::DeleteTable, parameters) {
        Ok(_) => Ok(None),
        Err(error) if error.fault == CatalogFault::NotFound && if_exists => {
            Ok(Some(format!("INFO:  Table \"{name}\" does not exist and will be skipped")))
        }
        Err(error) if error.fault == CatalogFault::NotFound => {
            Err(SqlError::product("42P01", format!("Table \"{name}\" does not exist")))
        }
        Err(error) => Err(refused(&error, asker)),
    }
}
