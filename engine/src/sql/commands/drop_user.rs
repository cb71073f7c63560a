//! DROP USER (Developer Guide, "DROP USER").

use super::context::no_user;
use super::{CommandContext, done_with};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::{Acl, Grantee, UserId};
use crate::warehouse::catalog::Database;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    names: &[Identifier],
    if_exists: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    context.rights().superuser_or(SystemPermission::DropUser, "drop users")?;
    let mut notices = Vec::new();
    for name in names {
        match context.principals().users.get(name).map(|user| (user.id, user.superuser)) {
            Some((id, superuser)) => {
                // Holders of the system permission may not drop a superuser (unconfirmed, by analogy to CREATE USER).
                if superuser {
                    context.rights().superuser("drop superusers")?;
                }
                drop_one(name, id, context)?;
            }
            None if if_exists => {
                notices.push(format!("INFO:  User \"{name}\" does not exist and will be skipped"));
            }
            None => return Err(no_user(name)),
        }
    }
    done_with("DROP USER", notices)
}

fn drop_one(name: &Identifier, id: UserId, context: &mut CommandContext<'_>) -> SqlResult<()> {
    if id == context.session.user {
        return Err(SqlError::product("55006", "current user cannot be dropped"));
    }
    if id == context.session.authenticated {
        return Err(SqlError::product("55006", "session user cannot be dropped"));
    }
    // Databases are cluster-wide; of what lies in them only the current one is looked at.
    let owns_database = context.manifest.catalog.databases.values().any(|database| database.owner == id);
    let database = context.database()?;
    // The guide keeps the cluster's first user, too; in which words is unconfirmed.
    let kept = id == UserId::RDSDB || id == UserId::ADMIN;
    if owns_database || owns_something(database, id) || kept {
        return Err(SqlError::product(
            "55006",
            format!("user \"{name}\" can't be dropped because the user owns some object"),
        ));
    }
    if holds_something(Grantee::User(id), context)? {
        return Err(SqlError::product(
            "55006",
            format!("user \"{name}\" can't be dropped because the user has a privilege on some object"),
        ));
    }
    super::policy_dependency::detach_all(Grantee::User(id), context);
    let principals = context.principals_mut();
    for group in principals.groups.values_mut() {
        group.members.remove(&id);
    }
    for role in principals.roles.values_mut() {
        role.members.remove(&id);
    }
    principals.model_makers.remove(&Grantee::User(id));
    principals.users.remove(name);
    Ok(())
}

fn owns_something(database: &Database, id: UserId) -> bool {
    database.schemas.values().any(|schema| schema.owner == id)
        || database.relations.values().any(|relation| relation.owner == id)
        || database.routines.values().any(|routine| routine.owner == id)
        || database.models.values().any(|model| model.owner == id)
        // Default privileges of the user's own block too, by which sentence is unconfirmed.
        || database.defaults.keys().any(|key| key.owner == id)
}

/// Whether anything was granted to somebody: on an object of the current database, or the right to assume IAM roles
/// (amazon-redshift-utils, issue 620).
pub(super) fn holds_something(grantee: Grantee, context: &CommandContext<'_>) -> SqlResult<bool> {
    let database = context.database()?;
    Ok(acls(database).any(|acl| names_grantee(acl, grantee))
        || context.principals().assume.iter().any(|grant| grant.grantee == grantee))
}

/// Every ACL of a database, its own first.
fn acls(database: &Database) -> impl Iterator<Item = &Acl> {
    std::iter::once(&database.acl)
        .chain(database.schemas.values().map(|schema| &schema.acl))
        .chain(database.relations.values().map(|relation| &relation.acl))
        .chain(database.routines.values().map(|routine| &routine.acl))
        .chain(database.models.values().map(|model| &model.acl))
        .chain(database.languages.values().map(|acl| &**acl))
        .chain(database.system.values().map(|acl| &**acl))
        .chain(database.defaults.values().map(|acl| &**acl))
}

pub(super) fn names_grantee(acl: &Acl, grantee: Grantee) -> bool {
    acl.grants.iter().any(|grant| grant.grantee == grantee)
}
