//! CANCEL, PG_CANCEL_BACKEND and PG_TERMINATE_BACKEND: whom somebody may stop (Developer Guide, "CANCEL").

use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::{Backends, Signal};
use crate::warehouse::access::{Principals, UserId};
use crate::warehouse::system_role::SystemPermission;

/// Whether `user` may send `signal` to the session `process`; `false` when there is none.
///
/// # Errors
/// 42501 for somebody else's session. PostgreSQL 8's text; unconfirmed.
pub fn may_signal(
    process: i64,
    signal: &Signal,
    user: UserId,
    backends: &Backends,
    principals: &Principals,
) -> SqlResult<bool> {
    let Some((_, owner)) = backends.open.iter().find(|(open, _)| i64::from(*open) == process) else {
        return Ok(false);
    };
    let allowed = *owner == user
        || principals.is_superuser(user)
        || (matches!(signal, Signal::Cancel(_)) && principals.may(user, SystemPermission::Cancel));
    if allowed {
        return Ok(true);
    }
    Err(SqlError::product("42501", "must be superuser to signal other server processes"))
}

/// The statement: a session that is not there is a mistake. Its SQLSTATE is unconfirmed.
///
/// # Errors
/// As [`may_signal`].
pub fn check(
    process: u64,
    signal: &Signal,
    user: UserId,
    backends: &Backends,
    principals: &Principals,
) -> SqlResult<()> {
    if may_signal(process as i64, signal, user, backends, principals)? {
        return Ok(());
    }
    let message = format!(
        "Session {process} does not exist. The session PID might have changed. Check the stl_restarted_sessions system table for details."
    );
    Err(SqlError::product("XX000", message))
}
