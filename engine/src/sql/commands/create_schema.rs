//! CREATE SCHEMA (Developer Guide, "CREATE SCHEMA").

use std::sync::Arc;

use super::{CommandContext, done, done_with};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::{Acl, Privilege};
use crate::warehouse::catalog::Schema;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    name: &Identifier,
    if_not_exists: bool,
    owner: Option<&Identifier>,
    quota: Option<u64>,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let owner_id = match owner {
        Some(owner) => context.user_named(owner)?.id,
        None => context.user(),
    };
    must_be_allowed(context)?;
    if let Some(owner) = owner.filter(|_| owner_id != context.user() && !context.is_superuser()) {
        let user =
            context.principals().user(context.user()).map_or_else(String::new, |user| user.name.to_string());
        return Err(SqlError::new(SqlErrorKind::Product {
            state: "42501",
            message: "permission denied".to_owned(),
            detail: Some(format!("\"{user}\" is not a superuser, so cannot create a schema for \"{owner}\"")),
            hint: None,
        }));
    }
    must_be_usable(name)?;
    if quota.is_some() {
        context.rights().superuser("set schema quotas")?;
    }
    if is_taken(name, context)? {
        if if_not_exists {
            let notice = format!("INFO:  Schema \"{name}\" already exists and will be skipped");
            return done_with("CREATE SCHEMA", vec![notice]);
        }
        return Err(SqlError::product("42P06", format!("schema \"{name}\" already exists")));
    }
    let schema = Schema {
        id: context.manifest.catalog.allocate(),
        name: name.clone(),
        owner: owner_id,
        acl: Acl::default(),
        relations: Default::default(),
        external: None,
    };
    let database = context.database_mut()?;
    if let Some(quota) = quota {
        database.notes.quotas.insert(schema.id, quota);
    }
    database.schemas.insert(name.clone(), Arc::new(schema));
    done("CREATE SCHEMA")
}

/// CREATE on the database, or the system permission CREATE SCHEMA.
pub fn must_be_allowed(context: &CommandContext<'_>) -> SqlResult<()> {
    if context.principals().may(context.user(), SystemPermission::CreateSchema) {
        return Ok(());
    }
    context.rights().on_database(context.database()?, Privilege::Create)
}

pub fn must_be_usable(name: &Identifier) -> SqlResult<()> {
    if name.as_str().starts_with("pg_") {
        return Err(SqlError::new(SqlErrorKind::Product {
            state: "42939",
            message: format!("unacceptable schema name \"{name}\""),
            detail: Some("The prefix \"pg_\" is reserved for system schemas.".to_owned()),
            hint: None,
        }));
    }
    Ok(())
}

/// Every database has the system's schemas, though the catalog does not list them.
pub fn is_taken(name: &Identifier, context: &CommandContext<'_>) -> SqlResult<bool> {
    Ok(*name == "information_schema" || context.database()?.schema(name).is_some())
}
