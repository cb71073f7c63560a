//! DROP ROLE (Developer Guide, "DROP ROLE").

use super::alter_role::{must_administer, must_not_be_the_systems};
use super::drop_user::{holds_something, names_grantee};
use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::Grantee;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

/// Without FORCE only a role that nobody holds, and that holds no other, can go. FORCE takes it away from all.
pub(super) fn run(name: &Identifier, force: bool, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    must_administer(name, Some(SystemPermission::DropRole), context)?;
    must_not_be_the_systems(name, "dropped")?;
    let role = context.role_named(name)?;
    let id = role.id;
    if !force {
        // The guide gives the sentences; their state is unconfirmed.
        if !role.members.is_empty() {
            return Err(SqlError::product(
                "2BP01",
                "cannot drop this role since it has been granted on a user",
            ));
        }
        let holds_another = context.principals().roles.values().any(|other| other.granted_to.contains(&id));
        if holds_another || !role.granted_to.is_empty() {
            return Err(SqlError::product("2BP01", "cannot drop this role since it depends on another role"));
        }
        // Seen in amazon-redshift-utils, issue 654; the guide does not tell of it.
        if holds_something(Grantee::Role(id), context)? {
            return Err(SqlError::product(
                "55006",
                format!("role \"{name}\" cannot be dropped because the role has a privilege on some object"),
            ));
        }
    }
    super::policy_dependency::detach_all(Grantee::Role(id), context);
    let principals = context.principals_mut();
    principals.roles.remove(name);
    principals.assume.retain(|grant| grant.grantee != Grantee::Role(id));
    for other in principals.roles.values_mut() {
        other.granted_to.remove(&id);
    }
    if force {
        forget(Grantee::Role(id), context);
    }
    done("DROP ROLE")
}

/// Takes every privilege from a grantee that is going away, in every database.
fn forget(grantee: Grantee, context: &mut CommandContext<'_>) {
    let catalog = &mut context.manifest.catalog;
    let names: Vec<Identifier> = catalog.databases.keys().cloned().collect();
    for name in names {
        let Some(database) = catalog.database_mut(&name) else { continue };
        database.acl.grants.retain(|grant| grant.grantee != grantee);
        let schemas: Vec<Identifier> = database
            .schemas
            .values()
            .filter(|schema| names_grantee(&schema.acl, grantee))
            .map(|schema| schema.name.clone())
            .collect();
        for schema in schemas {
            if let Some(schema) = database.schema_mut(&schema) {
                schema.acl.grants.retain(|grant| grant.grantee != grantee);
            }
        }
        for routine in database.routines.values_mut().filter(|routine| names_grantee(&routine.acl, grantee)) {
            std::sync::Arc::make_mut(routine).acl.grants.retain(|grant| grant.grantee != grantee);
        }
        for model in database.models.values_mut().filter(|model| names_grantee(&model.acl, grantee)) {
            std::sync::Arc::make_mut(model).acl.grants.retain(|grant| grant.grantee != grantee);
        }
        let shared = database
            .languages
            .values_mut()
            .chain(database.system.values_mut())
            .chain(database.defaults.values_mut());
        for acl in shared.filter(|acl| names_grantee(acl, grantee)) {
            std::sync::Arc::make_mut(acl).grants.retain(|grant| grant.grantee != grantee);
        }
        let relations: Vec<_> = database
            .relations
            .values()
            .filter(|relation| names_grantee(&relation.acl, grantee))
            .map(|relation| relation.id)
            .collect();
        for relation in relations {
            if let Some(relation) = database.relation_mut(relation) {
                relation.acl.grants.retain(|grant| grant.grantee != grantee);
            }
        }
    }
}
