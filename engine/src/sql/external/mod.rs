//! External tables: names that the data catalog gives meaning to, and rows that lie in S3.
//!
//! The catalog is asked anew by every statement, under the role of the external schema: [`lookup`] finds a table while
//! names are bound, [`definition`] reads what the catalog says of it, [`source`] finds the files that a plan reads.
//! The statements are [`schema`], [`create_table`], [`alter_table`], [`drop_table`], [`show`] and [`write`];
//! [`refusal`] is what cannot be done to such tables.

pub mod alter_table;
pub mod create_table;
mod definition;
pub mod drop_table;
pub mod listing;
pub mod lookup;
pub mod refusal;
pub mod schema;
pub mod show;
pub mod source;
pub mod write;

pub(super) use definition::external_column;
use serde_json::Value;

use super::commands::CommandContext;
use super::error::{SqlError, SqlErrorKind, SqlResult};
use super::outside::{Asker, CatalogError, CatalogQuestion, Credentials, Outside};
use super::session::{Session, Transaction};
use crate::warehouse::catalog::Schema;
use crate::warehouse::external::ExternalSchema;
use crate::warehouse::identifier::QualifiedName;

/// As whom the catalog is asked.
fn catalog_credentials(schema: &ExternalSchema) -> Credentials {
    let roles = if schema.catalog_roles.is_empty() { &schema.roles } else { &schema.catalog_roles };
    credentials_of(roles)
}

/// As whom files are read.
fn credentials(schema: &ExternalSchema) -> Credentials {
    credentials_of(&schema.roles)
}

fn credentials_of(roles: &[String]) -> Credentials {
    match roles {
        [] => Credentials::DefaultRole,
        roles => Credentials::IamRoles(roles.to_vec()),
    }
}

/// Asks the catalog of an external schema.
pub fn ask(
    outside: &mut dyn Outside,
    schema: &ExternalSchema,
    question: CatalogQuestion,
    parameters: Value,
) -> Result<Value, CatalogError> {
    outside.region(schema.region.as_deref());
    let answer = outside.catalog(&catalog_credentials(schema), question, parameters);
    outside.region(None);
    answer
}

/// The external schema that a name is in, with what its owner may do to it; `None` for a name in any other place.
fn external_schema<'c>(
    name: &QualifiedName,
    context: &'c CommandContext<'_>,
) -> SqlResult<Option<(&'c Schema, &'c ExternalSchema)>> {
    let Some(schema) = name.schema.as_ref().and_then(|schema| context.database().ok()?.schema(schema)) else {
        return Ok(None);
    };
    Ok(schema.external.as_deref().map(|external| (&**schema, external)))
}

/// The same, for a statement that only the owner of the schema may run, and not in a transaction.
fn owned_schema<'c>(
    name: &QualifiedName,
    context: &'c CommandContext<'_>,
    command: &str,
) -> SqlResult<(&'c Schema, &'c ExternalSchema)> {
    let found = match &name.schema {
        Some(written) => {
            context.schema(written)?;
            external_schema(name, context)?
        }
        None => None,
    };
    let Some((schema, external)) = found else {
        // unconfirmed: the sentence for a schema that is not external.
        let schema = name.schema.as_ref().map_or("public", |schema| schema.as_str());
        return Err(SqlError::product("42809", format!("schema \"{schema}\" is not an external schema")));
    };
    context.rights().own_schema(schema, None, None)?;
    must_stand_alone(context.session, command)?;
    Ok((schema, external))
}

/// What changes the catalog cannot be undone.
pub fn must_stand_alone(session: &Session, command: &str) -> SqlResult<()> {
    match session.transaction {
        Transaction::Open { .. } => {
            Err(SqlError::product("25001", format!("{command} cannot run inside a transaction block")))
        }
        Transaction::None | Transaction::Aborted => Ok(()),
    }
}

/// The catalog's refusal, in the words that Redshift passes on.
fn refused(error: &CatalogError, asker: Asker) -> SqlError {
    error.error.told(asker)
}

/// Only a view that is looked up anew at every use can show what may have changed meanwhile.
pub fn not_in_views() -> SqlError {
    SqlError::new(SqlErrorKind::Product {
        state: "0A000",
        message: "External tables are not supported in views".to_owned(),
        detail: None,
        hint: Some(
            "Please use late binding view and add 'with no schema binding' at the query end.".to_owned(),
        ),
    })
}
