//! CREATE ROLE (Developer Guide, "CREATE ROLE").

use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::Role;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    name: &Identifier,
    external_id: Option<&str>,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    context.rights().superuser_or(SystemPermission::CreateRole, "create roles")?;
    must_be_usable(name, context)?;
    let owner = context.user();
    let principals = context.principals_mut();
    let mut role = Role::new(principals.allocate_role(), name.clone(), owner);
    role.external_id = external_id.map(str::to_owned);
    principals.roles.insert(name.clone(), role);
    done("CREATE ROLE")
}

/// A role's name differs from every user's and keeps away from the system's. Texts unconfirmed, rules the guide's.
pub(super) fn must_be_usable(name: &Identifier, context: &CommandContext<'_>) -> SqlResult<()> {
    if *name == "public" || name.as_str().starts_with("sys:") {
        return Err(SqlError::product("42939", format!("role name \"{name}\" is reserved")));
    }
    if name.as_str().contains([':', '/', '\\', '\n']) {
        return Err(SqlError::product("42602", format!("invalid role name \"{name}\"")));
    }
    let principals = context.principals();
    if principals.roles.contains_key(name) {
        return Err(SqlError::product("42710", format!("role \"{name}\" already exists")));
    }
    if principals.users.contains_key(name) {
        return Err(SqlError::product("42710", format!("user \"{name}\" already exists")));
    }
    Ok(())
}
