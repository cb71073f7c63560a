//! TRUNCATE (Developer Guide, "TRUNCATE"). That it commits the open transaction is the driver's part.

use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::Privilege;
use crate::warehouse::identifier::QualifiedName;
use crate::warehouse::storage::TableData;
use crate::warehouse::system_role::SystemPermission;

/// Owner, superuser or holder of TRUNCATE; grants stay.
pub(super) fn run(name: &QualifiedName, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let relation = context.table(name)?;
    let rights = context.rights();
    rights.own_relation(&relation, Some(Privilege::Truncate), Some(SystemPermission::TruncateTable))?;
    let table = context.relation_mut(relation.id)?.table_mut();
    let data = &mut table.ok_or_else(|| SqlError::bug("TRUNCATE of a view"))?.data;
    *data = TableData { version: data.version + 1, ..TableData::default() };
    done("TRUNCATE TABLE")
}
