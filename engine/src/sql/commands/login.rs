//! Who may open a session.

use std::sync::Arc;

use super::context::no_user;
use crate::clock::Instant;
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::access::{User, UserId};
use crate::warehouse::catalog::Database;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Lent, Manifest};
use crate::warehouse::note::Noted;

/// Proves who is at the door. The new session's settings begin as the user's own (`User::settings`).
///
/// # Errors
/// One text for an unknown user, a wrong password, a disabled and an expired one, so that nothing can be
/// learned at the door. The SQLSTATE is PostgreSQL's 28000; that of Redshift is unconfirmed.
pub fn login(manifest: &Manifest, name: &str, password: &str, now: Instant) -> SqlResult<UserId> {
    let user = manifest.principals.user_called(name).ok_or_else(|| refused(name))?;
    let expired = user.valid_until.is_some_and(|until| now >= until);
    if expired || !user.password.accepts(password, &user.name) {
        return Err(refused(name));
    }
    Ok(user.id)
}

pub fn refused(name: &str) -> SqlError {
    SqlError::product("28000", format!("password authentication failed for user \"{name}\""))
}

/// Who comes with temporary credentials: the user that they are for, made now where that was asked for, and the
/// groups that it joins for this session.
///
/// # Errors
/// 28000 for a user or group that does not exist; the texts are PostgreSQL's, unconfirmed on Redshift.
pub fn with_credentials(
    manifest: &mut Manifest,
    name: &Identifier,
    create: bool,
    groups: &[Identifier],
) -> SqlResult<Lent> {
    let missing = |what: &str, name: &Identifier| {
        SqlError::product("28000", format!("{what} \"{name}\" does not exist"))
    };
    let principals = &manifest.principals;
    let joined = groups.iter().map(|group| {
        principals.groups.get(group).map(|group| group.id).ok_or_else(|| missing("group", group))
    });
    let groups = joined.collect::<SqlResult<_>>()?;
    let user = match principals.users.get(name) {
        Some(user) => user.id,
        None if create => {
            let principals = Arc::make_mut(&mut manifest.principals);
            let id = principals.allocate_user();
            principals.users.insert(name.clone(), User::new(id, name.clone(), false));
            id
        }
        None => return Err(missing("user", name)),
    };
    Ok(Lent { user, groups })
}

/// The user a session is opened for without a password, by whoever runs the cluster.
pub fn become_user(manifest: &Manifest, name: &str) -> SqlResult<UserId> {
    manifest.principals.user_called(name).map(|user| user.id).ok_or_else(|| no_user(&Identifier::fold(name)))
}

/// CONNECTION LIMIT of a database, where `open` sessions of users that are no superusers are already.
pub fn must_admit(database: &Database, open: usize) -> SqlResult<()> {
    let limit = database.notes.comment_on(&Noted::ConnectionLimit).and_then(|limit| limit.parse().ok());
    if limit.is_some_and(|limit: usize| open >= limit) {
        // PostgreSQL's text; unconfirmed.
        let message = format!("too many connections for database \"{}\"", database.name);
        return Err(SqlError::product("53300", message));
    }
    Ok(())
}

/// CONNECTION LIMIT, from which superusers are free. `connected` are the users of the sessions open already.
pub fn must_have_room(user: &User, connected: &[UserId]) -> SqlResult<()> {
    let open = connected.iter().filter(|id| **id == user.id).count();
    match user.connection_limit {
        Some(limit) if !user.superuser && open >= limit as usize => {
            // PostgreSQL's text of later versions with the product's word for roles that log in; unconfirmed.
            Err(SqlError::product("53300", format!("too many connections for user \"{}\"", user.name)))
        }
        _ => Ok(()),
    }
}
