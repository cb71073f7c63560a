//! DROP DATABASE (Developer Guide, "DROP DATABASE").

use super::create_database::must_be_outside_a_block;
use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::identifier::Identifier;

pub(super) fn run(name: &Identifier, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    must_be_outside_a_block("DROP DATABASE", context)?;
    if *name == context.session.database {
        return Err(SqlError::product("55006", "cannot drop the currently open database"));
    }
    let missing = || SqlError::product("3D000", format!("database \"{name}\" does not exist"));
    context.rights().own_database(context.manifest.catalog.database(name).ok_or_else(missing)?, None)?;
    context.manifest.catalog.databases.remove(name);
    done("DROP DATABASE")
}
