//! LOCK: tables that nobody else may touch until the transaction ends (Developer Guide, "LOCK").
//!
//! The product lets others wait. Here nobody waits: what would have to is refused as not simulated, by
//! `sandbox::table_lock`.

use super::{CommandContext, done};
use crate::sql::authorize::authorize;
use crate::sql::bind::Need;
use crate::sql::error::SqlResult;
use crate::sql::outcome::Completion;
use crate::sql::session::Transaction;
use crate::warehouse::access::Privilege;
use crate::warehouse::guarded::Guarded;
use crate::warehouse::identifier::QualifiedName;

/// Whoever may update or delete the rows may lock them, as in PostgreSQL 8. Outside a block the lock ends with its
/// own statement.
pub(super) fn run(tables: &[QualifiedName], context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    for name in tables {
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
        if let Transaction::Open { locks, .. } = &mut context.session.transaction {
            locks.insert(relation.id);
        }
    }
    done("LOCK TABLE")
}
