//! SET and RESET SESSION AUTHORIZATION (Developer Guide, "SET SESSION AUTHORIZATION").

use super::context::no_user;
use super::{CommandContext, done};
use crate::sql::error::SqlResult;
use crate::sql::outcome::Completion;
use crate::warehouse::access::UserId;
use crate::warehouse::identifier::Identifier;

/// Becomes `user`, or again who logged in. What counts is who logged in: a superuser that has become somebody
/// else may go on to a third.
pub(super) fn run(user: Option<&Identifier>, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let Some(name) = user else {
        context.session.user = context.session.authenticated;
        return done("RESET");
    };
    let authenticated = context.session.authenticated;
    let wanted = context.principals().users.get(name).map(|user| user.id);
    if wanted == Some(authenticated) {
        context.session.user = authenticated;
        return done("SET");
    }
    if !context.principals().is_superuser(authenticated) {
        let message = "permission denied to set session authorization".to_owned();
        return Err(context.rights().refuse(message, "superuser", "user", name.as_str(), UserId::RDSDB));
    }
    context.session.user = wanted.ok_or_else(|| no_user(name))?;
    done("SET")
}
