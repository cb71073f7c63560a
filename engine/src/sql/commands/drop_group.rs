//! DROP GROUP (Developer Guide, "DROP GROUP").

use super::drop_user::{acls, names_grantee};
use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::Grantee;
use crate::warehouse::identifier::Identifier;

/// Members stay users; a group that holds a privilege anywhere in this database stays too.
pub(super) fn run(name: &Identifier, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    context.rights().superuser("drop groups")?;
    let grantee = Grantee::Group(context.group_named(name)?.id);
    if acls(context.database()?).any(|acl| names_grantee(acl, grantee)) {
        return Err(SqlError::product(
            "55006",
            format!("group \"{name}\" can't be dropped because the group has a privilege on some object"),
        ));
    }
    let principals = context.principals_mut();
    principals.assume.retain(|grant| grant.grantee != grantee);
    principals.model_makers.remove(&grantee);
    principals.groups.remove(name);
    done("DROP GROUP")
}
