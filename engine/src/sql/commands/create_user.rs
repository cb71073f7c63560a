//! CREATE USER (Developer Guide, "CREATE USER").

use super::context::no_group;
use super::{CommandContext, done};
use crate::clock::Instant;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::parameter;
use crate::sql::statement::UserOption;
use crate::warehouse::access::{Password, User};
use crate::warehouse::calendar::parse;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    name: &Identifier,
    options: &[UserOption],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    context.rights().superuser_or(SystemPermission::CreateUser, "create users")?;
    must_be_usable(name, context)?;
    let id = context.principals_mut().allocate_user();
    let mut user = User::new(id, name.clone(), false);
    let mut groups: Vec<Identifier> = Vec::new();
    for option in options {
        match option {
            UserOption::InGroups(names) => groups.extend(names.iter().cloned()),
            UserOption::RenameTo(_) => return Err(SqlError::bug("CREATE USER with RENAME")),
            option => apply(option, &mut user, context)?,
        }
    }
    let password_given =
        options.iter().any(|option| matches!(option, UserOption::Password(_) | UserOption::PasswordDisable));
    if !password_given {
        return Err(SqlError::new(crate::sql::error::SqlErrorKind::Syntax { near: None }));
    }
    must_not_lock_out_a_superuser(&user)?;
    for group in &groups {
        let group = context.principals_mut().groups.get_mut(group).ok_or_else(|| no_group(group))?;
        group.members.insert(id);
    }
    context.principals_mut().users.insert(name.clone(), user);
    done("CREATE USER")
}

/// A name that no user and no role has, and that means nobody else.
pub(super) fn must_be_usable(name: &Identifier, context: &CommandContext<'_>) -> SqlResult<()> {
    if *name == "public" {
        return Err(SqlError::product("42939", "user name \"public\" is reserved"));
    }
    let principals = context.principals();
    if principals.users.contains_key(name) {
        return Err(SqlError::product("42710", format!("user \"{name}\" already exists")));
    }
    if principals.roles.contains_key(name) {
        return Err(SqlError::product("42710", format!("role \"{name}\" already exists")));
    }
    Ok(())
}

/// Sets one option on `user`, for CREATE and ALTER alike. Membership and renames are theirs.
pub(super) fn apply(option: &UserOption, user: &mut User, context: &CommandContext<'_>) -> SqlResult<()> {
    let superuser = context.is_superuser();
    match option {
        UserOption::CreateDatabase(yes) => user.create_database = *yes,
        UserOption::Superuser(yes) => {
            if !superuser {
                context.rights().superuser("create superusers")?;
            }
            user.superuser = *yes;
        }
        UserOption::SyslogUnrestricted(yes) => user.syslog_unrestricted = *yes,
        UserOption::Password(written) => {
            let salt = format!("{} {} {}", user.name, user.id.0, context.now.0);
            user.password = Password::from_written(written, &user.name, &salt)
                // The product's state for a weak password is unconfirmed.
                .map_err(|weak| SqlError::product("22023", weak.to_string()))?;
        }
        UserOption::PasswordDisable => user.password = Password::Disabled,
        UserOption::ValidUntil(text) => user.valid_until = valid_until(text)?,
        UserOption::ConnectionLimit(limit) => user.connection_limit = *limit,
        UserOption::SessionTimeout(seconds) => {
            if seconds.is_some_and(|seconds| !(60..=1_728_000).contains(&seconds)) {
                // Text unconfirmed; the range is the guide's.
                return Err(SqlError::product(
                    "22023",
                    "session timeout must be between 60 and 1728000 seconds",
                ));
            }
            user.session_timeout = *seconds;
        }
        UserOption::ExternalId(id) => user.external_id = Some(id.clone()),
        UserOption::Setting { name, value } => {
            let name = name.to_ascii_lowercase();
            match value {
                Some(value) => {
                    let value = parameter::value(&name, value, None)?;
                    user.settings.insert(name, value)
                }
                None if parameter::default_of(&name).is_none() && !parameter::is_custom(&name) => {
                    return Err(parameter::unknown(&name));
                }
                None => user.settings.remove(&name),
            };
        }
        UserOption::InGroups(_) | UserOption::RenameTo(_) => {}
    }
    Ok(())
}

/// A superuser must be able to log in; in whatever order the two were asked for. State unconfirmed.
pub(super) fn must_not_lock_out_a_superuser(user: &User) -> SqlResult<()> {
    if user.superuser && user.password == Password::Disabled {
        return Err(SqlError::product("42601", "CREATEUSER and PASSWORD DISABLE are incompatible"));
    }
    Ok(())
}

/// `infinity` is no end. Dates without a time end at midnight, as an `abstime` does.
fn valid_until(text: &str) -> SqlResult<Option<Instant>> {
    if text.trim().eq_ignore_ascii_case("infinity") {
        return Ok(None);
    }
    parse::timestamp(text).map(|written| Some(Instant(written.utc()))).ok_or_else(|| {
        SqlError::product("22007", format!("invalid input syntax for type abstime: \"{text}\""))
    })
}
