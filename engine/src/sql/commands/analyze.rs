//! ANALYZE (Developer Guide, "ANALYZE"). The sandbox's statistics are always current, so only the rights and
//! the names are looked at.

use super::{CommandContext, done, done_with};
use crate::sql::error::SqlResult;
use crate::sql::outcome::Completion;
use crate::warehouse::identifier::QualifiedName;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(table: Option<&QualifiedName>, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let Some(name) = table else { return done("ANALYZE") };
    let relation = context.table(name)?;
    if context.rights().own_relation(&relation, None, Some(SystemPermission::Analyze)).is_ok() {
        return done("ANALYZE");
    }
    // PostgreSQL 8.0 warns and goes on; that Redshift does too is unconfirmed.
    let warning =
        format!("WARNING:  skipping \"{}\" --- only table or database owner can analyze it", relation.name);
    done_with("ANALYZE", vec![warning])
}
