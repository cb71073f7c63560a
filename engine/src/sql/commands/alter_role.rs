//! ALTER ROLE (Developer Guide, "ALTER ROLE").

use super::create_role::must_be_usable;
use super::{CommandContext, done};
use crate::sql::authorize::rights::Missing;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::AlterRole;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    name: &Identifier,
    actions: &[AlterRole],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    must_administer(name, None, context)?;
    must_not_be_the_systems(name, "altered")?;
    let mut name = name.clone();
    for action in actions {
        match action {
            AlterRole::RenameTo(new) => {
                must_be_usable(new, context)?;
                let roles = &mut context.principals_mut().roles;
                if let Some(mut role) = roles.remove(&name) {
                    role.name = new.clone();
                    roles.insert(new.clone(), role);
                }
                name = new.clone();
            }
            AlterRole::OwnerTo(user) => {
                let owner = context.user_named(user)?.id;
                context.role_named_mut(&name)?.owner = owner;
            }
            AlterRole::ExternalId(id) => context.role_named_mut(&name)?.external_id = Some(id.clone()),
        }
    }
    done("ALTER ROLE")
}

/// Superuser, owner, or holder of the role WITH ADMIN OPTION; or holder of the system permission.
pub(super) fn must_administer(
    name: &Identifier,
    permission: Option<SystemPermission>,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let role = context.role_named(name)?;
    let user = context.user();
    let lifted = permission.is_some_and(|permission| context.principals().may(user, permission));
    if lifted || context.is_superuser() || role.owner == user || role.members.get(&user) == Some(&true) {
        return Ok(());
    }
    // Text unconfirmed; it follows that of other objects.
    let message = format!("permission denied for role {name}");
    let rights = context.rights();
    let grant = format!("GRANT ROLE {} TO {} WITH ADMIN OPTION;", name.quoted(), rights.name());
    let missing = Missing {
        right: "ADMIN OPTION".to_owned(),
        kind: "role",
        object: name.to_string(),
        owner: role.owner,
        grant: Some(grant),
    };
    Err(rights.refuse(message, missing))
}

pub(super) fn must_not_be_the_systems(name: &Identifier, what: &str) -> SqlResult<()> {
    if name.as_str().starts_with("sys:") {
        // Text unconfirmed; the rule is the guide's.
        return Err(SqlError::product("42501", format!("system-defined role \"{name}\" cannot be {what}")));
    }
    Ok(())
}
