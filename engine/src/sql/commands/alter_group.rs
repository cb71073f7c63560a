//! ALTER GROUP (Developer Guide, "ALTER GROUP").

use super::create_group::must_be_usable;
use super::{CommandContext, done_with};
use crate::sql::error::SqlResult;
use crate::sql::outcome::Completion;
use crate::sql::statement::AlterGroup;
use crate::warehouse::access::UserId;
use crate::warehouse::identifier::Identifier;

pub(super) fn run(
    name: &Identifier,
    action: &AlterGroup,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    context.rights().superuser("alter groups")?;
    context.group_named(name)?;
    let mut notices = Vec::new();
    match action {
        AlterGroup::AddUsers(users) => {
            let users = ids(users, context)?;
            context.group_named_mut(name)?.members.extend(users);
        }
        AlterGroup::DropUsers(users) => {
            for (user, id) in users.iter().zip(ids(users, context)?) {
                if !context.group_named_mut(name)?.members.remove(&id) {
                    notices.push(format!("WARNING:  user \"{user}\" is not in group \"{name}\""));
                }
            }
        }
        AlterGroup::RenameTo(new) => {
            must_be_usable(new, context)?;
            let groups = &mut context.principals_mut().groups;
            if let Some(mut group) = groups.remove(name) {
                group.name = new.clone();
                groups.insert(new.clone(), group);
            }
        }
    }
    done_with("ALTER GROUP", notices)
}

fn ids(users: &[Identifier], context: &CommandContext<'_>) -> SqlResult<Vec<UserId>> {
    users.iter().map(|user| context.user_named(user).map(|user| user.id)).collect()
}
