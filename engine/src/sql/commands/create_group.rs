//! CREATE GROUP (Developer Guide, "CREATE GROUP").

use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::Group;
use crate::warehouse::identifier::Identifier;

pub(super) fn run(
    name: &Identifier,
    users: &[Identifier],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    context.rights().superuser("create groups")?;
    must_be_usable(name, context)?;
    let members =
        users.iter().map(|user| context.user_named(user).map(|user| user.id)).collect::<SqlResult<_>>()?;
    let principals = context.principals_mut();
    let group = Group { id: principals.allocate_group(), name: name.clone(), members };
    principals.groups.insert(name.clone(), group);
    done("CREATE GROUP")
}

/// A name that is free and not kept for the system (two leading underscores, PUBLIC).
pub(super) fn must_be_usable(name: &Identifier, context: &CommandContext<'_>) -> SqlResult<()> {
    if name.as_str().starts_with("__") || *name == "public" {
        // Text unconfirmed; the rule is the guide's.
        return Err(SqlError::product("42939", format!("group name \"{name}\" is reserved")));
    }
    if context.principals().groups.contains_key(name) {
        return Err(SqlError::product("42710", format!("group \"{name}\" already exists")));
    }
    Ok(())
}
