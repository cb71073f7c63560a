//! CREATE EXTERNAL SCHEMA and what DROP SCHEMA leaves to do (Developer Guide, "CREATE EXTERNAL SCHEMA").

use std::sync::Arc;

use super::{ask, refused};
use crate::json::json;
use crate::sql::commands::CommandContext;
use crate::sql::commands::create_schema::{is_taken, must_be_allowed, must_be_usable};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::outside::{Asker, CatalogFault, CatalogQuestion, Outside};
use crate::sql::statement::CreateExternalSchema;
use crate::warehouse::access::Acl;
use crate::warehouse::catalog::Schema;
use crate::warehouse::external::ExternalSchema;
use crate::warehouse::identifier::Identifier;

pub fn create(
    create: &CreateExternalSchema,
    outside: &mut dyn Outside,
    asker: Asker,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let name = &create.name;
    must_be_allowed(context)?;
    must_be_usable(name)?;
    let done = |notices| Ok(Completion { tag: "CREATE SCHEMA".to_owned(), notices, ..Completion::default() });
    if is_taken(name, context)? {
        if create.if_not_exists {
            return done(vec![format!("INFO:  Schema \"{name}\" already exists and will be skipped")]);
        }
        return Err(SqlError::product("42P06", format!("schema \"{name}\" already exists")));
    }
    let Some(database) = &create.database else {
        // unconfirmed: the sentence for a schema without a database.
        return Err(SqlError::product("42601", "DATABASE must be specified for an external schema"));
    };
    let Some(roles) = &create.roles else {
        // unconfirmed: the sentence for a schema without a role.
        return Err(SqlError::product("42601", "IAM_ROLE must be specified for an external schema"));
    };
    let external = ExternalSchema {
        database: database.to_lowercase(),
        roles: roles.clone(),
        catalog_roles: create.catalog_roles.clone(),
        region: create.region.clone(),
    };
    let mut notices = Vec::new();
    if create.create_database {
        let input = json!({"DatabaseInput": {"Name": external.database}});
        match ask(outside, &external, CatalogQuestion::CreateDatabase, input) {
            Ok(_) => notices.push(format!("INFO:  External database \"{database}\" created")),
            Err(error) if error.fault == CatalogFault::Exists => {
                notices.push(format!("INFO:  External database \"{database}\" already exists"));
            }
            Err(error) => return Err(refused(&error, asker)),
        }
    }
    let schema = Schema {
        id: context.manifest.catalog.allocate(),
        name: name.clone(),
        owner: context.user(),
        acl: Acl::default(),
        relations: Default::default(),
        external: Some(Box::new(external)),
    };
    context.database_mut()?.schemas.insert(name.clone(), Arc::new(schema));
    done(notices)
}

/// DROP SCHEMA ... DROP EXTERNAL DATABASE: what the catalog's databases go by, before the schemas are dropped.
pub fn drop_databases(
    names: &[Identifier],
    cascade: bool,
    outside: &mut dyn Outside,
    asker: Asker,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    super::must_stand_alone(context.session, "DROP SCHEMA ... DROP EXTERNAL DATABASE")?;
    for name in names {
        let schema = context.schema(name)?;
        context.rights().own_schema(schema, None, None)?;
        let Some(external) = schema.external.as_deref() else {
            // unconfirmed: the sentence for a schema that is not external.
            return Err(SqlError::product("42809", format!("schema \"{name}\" is not an external schema")));
        };
        let database = &external.database;
        let tables = json!({"DatabaseName": database});
        let tables = ask(outside, external, CatalogQuestion::GetTables, tables);
        let tables = tables.map_err(|error| refused(&error, asker))?;
        if !cascade && tables["TableList"].as_array().is_some_and(|tables| !tables.is_empty()) {
            // unconfirmed: the sentence for a database with tables.
            let message =
                format!("cannot drop external database {database} because other objects depend on it");
            return Err(SqlError::product("2BP01", message));
        }
        ask(outside, external, CatalogQuestion::DeleteDatabase, json!({"Name": database}))
            .map_err(|error| refused(&error, asker))?;
    }
    Ok(())
}
