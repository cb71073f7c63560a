//! SET and RESET SESSION AUTHORIZATION (Developer Guide, "SET SESSION AUTHORIZATION").

use super::context::no_user;
use super::{CommandContext, done};
use crate::sql::authorize::rights::{Missing, Rights};
use crate::sql::error::SqlResult;
use crate::sql::outcome::Completion;
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
        // Who logged in counts, so a grant to that one would help.
        let rights = Rights::new(context.manifest, authenticated);
        let grant = format!("ALTER USER {} CREATEUSER;", rights.name());
        return Err(
            rights.refuse(message, Missing::on_system("superuser", "user", name.as_str(), Some(grant)))
        );
    }
    context.session.user = wanted.ok_or_else(|| no_user(name))?;
    done("SET")
}
