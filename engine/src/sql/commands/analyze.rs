//! ANALYZE (Developer Guide, "ANALYZE"). The planner's counts are always current; what is noted is that the
//! table was looked at, for `svv_table_info.stats_off`.

use super::{CommandContext, done, done_with};
use crate::sql::error::SqlResult;
use crate::sql::outcome::Completion;
use crate::warehouse::catalog::{Relation, Table};
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    table: Option<&QualifiedName>,
    columns: &[Identifier],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let Some(name) = table else {
        let all: Vec<_> =
            context.database()?.relations.values().filter(|r| r.table().is_some()).cloned().collect();
        for relation in all {
            if context.rights().own_relation(&relation, None, Some(SystemPermission::Analyze)).is_ok() {
                note(&relation, context)?;
            }
        }
        return done("ANALYZE");
    };
    let relation = context.table(name)?;
    for column in columns {
        super::alter_table::number_of(&relation, column)?;
    }
    if context.rights().own_relation(&relation, None, Some(SystemPermission::Analyze)).is_ok() {
        note(&relation, context)?;
        return done("ANALYZE");
    }
    // PostgreSQL 8.0 warns and goes on; that Redshift does too is unconfirmed.
    let warning =
        format!("WARNING:  skipping \"{}\" --- only table or database owner can analyze it", relation.name);
    done_with("ANALYZE", vec![warning])
}

/// A table that is as it was when last analysed stays untouched, so that nobody's transaction conflicts.
fn note(relation: &Relation, context: &mut CommandContext<'_>) -> SqlResult<()> {
    let known = |table: &Table| table.data.analyzed_rows == table.data.stored_rows();
    if relation.table().is_none_or(known) {
        return Ok(());
    }
    if let Some(table) = context.relation_mut(relation.id)?.table_mut() {
        table.data.analyzed_rows = table.data.stored_rows();
    }
    Ok(())
}
