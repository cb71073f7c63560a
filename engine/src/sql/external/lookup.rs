//! What a name in an external schema means, asked of the catalog while names are bound.

use std::sync::Arc;

use super::{ask, definition, refused};
use crate::json::json;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outside::{Asker, CatalogFault, CatalogQuestion, Outside};
use crate::warehouse::catalog::Schema;
use crate::warehouse::external::{ExternalSchema, ExternalTable};
use crate::warehouse::identifier::Identifier;

/// Looks external tables up for a binder, which only reads.
pub trait Lookup {
    /// Whether names without a schema are looked up in external schemas of the search path, too.
    fn unqualified(&self) -> bool {
        false
    }

    fn table(
        &self,
        schema: &Schema,
        external: &ExternalSchema,
        name: &Identifier,
    ) -> SqlResult<Arc<ExternalTable>>;
}

/// The table as the catalog has it.
///
/// # Errors
/// 42P01 where there is none; what the role may not ask.
pub fn table(
    outside: &mut dyn Outside,
    schema: &Identifier,
    external: &ExternalSchema,
    name: &Identifier,
    asker: Asker,
) -> SqlResult<Arc<ExternalTable>> {
    let parameters = json!({"DatabaseName": external.database, "Name": name.as_str()});
    match ask(outside, external, CatalogQuestion::GetTable, parameters) {
        Ok(answer) => definition::table(schema, external, name, &answer["Table"]).map(Arc::new),
        Err(error) if error.fault == CatalogFault::NotFound && error.error.message.starts_with("Table ") => {
            Err(SqlError::undefined_relation(&format!("{schema}.{name}")))
        }
        Err(error) => Err(refused(&error, asker)),
    }
}
