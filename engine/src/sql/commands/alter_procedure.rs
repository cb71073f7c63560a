//! ALTER PROCEDURE (Developer Guide, "ALTER PROCEDURE").

use super::alter_table::hand_over;
use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::{AlterProcedure, RoutineSignature};
use crate::warehouse::routine::Argument;

pub(super) fn run(
    signature: &RoutineSignature,
    action: &AlterProcedure,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let routine = context.routine(signature, true)?;
    context.rights().own_routine(&routine, None)?;
    match action {
        AlterProcedure::RenameTo(new) => {
            let inputs: Vec<Argument> = routine.inputs().cloned().collect();
            let database = context.database()?;
            let taken = database.routines_named(&routine.schema, new).any(|other| other.takes(&inputs));
            if taken {
                let message = format!("procedure \"{new}\" already exists with same argument types");
                return Err(SqlError::product("42723", message));
            }
            context.routine_mut(routine.id)?.name = new.clone();
        }
        AlterProcedure::OwnerTo(owner) => {
            let owner = context.user_named(owner)?.id;
            let routine = context.routine_mut(routine.id)?;
            hand_over(&mut routine.acl, routine.owner, owner);
            routine.owner = owner;
        }
    }
    done("ALTER PROCEDURE")
}
