//! LOCK: tables that nobody else may touch until the transaction ends (Developer Guide, "LOCK").

use super::CommandContext;
use crate::sql::authorize::authorize;
use crate::sql::bind::Need;
use crate::sql::error::SqlResult;
use crate::sql::lock_mode::{Lock, LockMode};
use crate::warehouse::access::Privilege;
use crate::warehouse::guarded::Guarded;
use crate::warehouse::identifier::QualifiedName;

/// What is to be held. Whoever may update or delete the rows may lock them, as in PostgreSQL 8. Outside a block the lock
/// ends with its own statement.
pub fn wanted(tables: &[QualifiedName], context: &CommandContext<'_>) -> SqlResult<Vec<Lock>> {
    let wanted = tables.iter().map(|name| {
        let relation = context.table(name)?;
        let holds = |privilege| {
            context.manifest.held(context.user(), privilege, None, Guarded::Relation(&relation)).is_some()
        };
        if !holds(Privilege::Update) && !holds(Privilege::Delete) {
            let need = Need {
                relation: relation.id,
                privilege: Privilege::Update,
                columns: Vec::new(),
                user: context.user(),
                through: None,
            };
            authorize(&[need], context.manifest, context.session)?;
        }
        Ok((relation.id, LockMode::Whole))
    });
    wanted.collect()
}
