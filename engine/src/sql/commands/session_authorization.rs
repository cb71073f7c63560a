//! SET and RESET SESSION AUTHORIZATION (Developer Guide, "SET SESSION AUTHORIZATION").

use super::context::no_user;
use super::{CommandContext, done};
use crate::sql::authorize::rights::{Missing, Rights};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::identifier::Identifier;

/// Becomes `user`, or again who logged in. What counts is who logged in: a superuser that has become somebody
/// else may go on to a third.
pub(super) fn run(
    user: Option<&Identifier>,
    local: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    // A procedure's statements run as its owner or its caller, whoever the session is: nothing would come of it, and after
    // a ROLLBACK the owner's rights would be left (PostgreSQL's sentence, which it has for the former only; unconfirmed).
    if context.session.inside.depth > 0 {
        let message = "cannot set session authorization within security-definer function";
        return Err(SqlError::product("42501", message));
    }
    let authenticated = context.session.authenticated;
    let Some(name) = user else {
        context.session.become_user(authenticated, local);
        return done("RESET");
    };
    let wanted = context.principals().users.get(name).map(|user| user.id);
    if wanted != Some(authenticated) && !context.principals().is_superuser(authenticated) {
        let message = "permission denied to set session authorization".to_owned();
        // Who logged in counts, so a grant to that one would help.
        let rights = Rights::new(context.manifest, authenticated);
        let grant = format!("ALTER USER {} CREATEUSER;", rights.name());
        return Err(
            rights.refuse(message, Missing::on_system("superuser", "user", name.as_str(), Some(grant)))
        );
    }
    context.session.become_user(wanted.ok_or_else(|| no_user(name))?, local);
    done("SET")
}
