//! DROP GROUP (Developer Guide, "DROP GROUP").

use super::drop_user::holds_something;
use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::Grantee;
use crate::warehouse::identifier::Identifier;

/// Members stay users; a group that holds a privilege anywhere in this database stays too.
pub(super) fn run(name: &Identifier, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    context.rights().superuser("drop groups")?;
    let grantee = Grantee::Group(context.group_named(name)?.id);
    if holds_something(grantee, context)? {
        return Err(SqlError::product(
            "55006",
            format!("group \"{name}\" can't be dropped because the group has a privilege on some object"),
        ));
    }
    let principals = context.principals_mut();
    principals.model_makers.remove(&grantee);
    principals.groups.remove(name);
    done("DROP GROUP")
}
