//! ALTER USER (Developer Guide, "ALTER USER").

use super::create_user::{apply, must_be_usable, must_not_lock_out_a_superuser};
use super::{CommandContext, done_with};
use crate::sql::authorize::rights::Missing;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::UserOption;
use crate::warehouse::access::{Password, User};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    name: &Identifier,
    options: &[UserOption],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let mut user = context.user_named(name)?.clone();
    must_be_allowed(&user, options, context)?;
    let mut notices = Vec::new();
    for option in options {
        match option {
            UserOption::RenameTo(new) => notices.extend(rename(&mut user, new, context)?),
            option => apply(option, &mut user, context)?,
        }
    }
    // A rename clears the password too, and that is no mistake.
    if options.iter().any(|option| matches!(option, UserOption::Superuser(_) | UserOption::PasswordDisable)) {
        must_not_lock_out_a_superuser(&user)?;
    }
    let users = &mut context.principals_mut().users;
    users.remove(name);
    users.insert(user.name.clone(), user);
    done_with("ALTER USER", notices)
}

/// Superusers and holders of ALTER USER may change anyone; everyone may change the own password (unless it
/// is disabled) and the own settings.
fn must_be_allowed(user: &User, options: &[UserOption], context: &CommandContext<'_>) -> SqlResult<()> {
    if context.is_superuser() {
        return Ok(());
    }
    let lifted = context.principals().may(context.user(), SystemPermission::AlterUser) && !user.superuser;
    let own = user.id == context.user()
        && options.iter().all(|option| match option {
            UserOption::Password(_) => user.password != Password::Disabled,
            UserOption::Setting { .. } => true,
            _ => false,
        });
    let only_superuser =
        options.iter().any(|option| matches!(option, UserOption::Superuser(_) | UserOption::PasswordDisable));
    if own || (lifted && !only_superuser) {
        return Ok(());
    }
    let message = "permission denied".to_owned();
    let rights = context.rights();
    let missing = if only_superuser || user.superuser {
        let grant = format!("ALTER USER {} CREATEUSER;", rights.name());
        Missing::on_system("superuser", "user", user.name.as_str(), Some(grant))
    } else {
        rights.permission(SystemPermission::AlterUser)
    };
    Err(rights.refuse(message, missing))
}

fn rename(user: &mut User, new: &Identifier, context: &CommandContext<'_>) -> SqlResult<Option<String>> {
    if user.id == context.session.user || user.id == context.session.authenticated {
        return Err(SqlError::product("0A000", "session user may not be renamed"));
    }
    must_be_usable(new, context)?;
    user.name = new.clone();
    // The name is the salt, so the digest is worth nothing under another name.
    if matches!(user.password, Password::Md5(_)) {
        user.password = Password::Disabled;
        return Ok(Some("NOTICE:  MD5 password cleared because of user rename".to_owned()));
    }
    Ok(None)
}
