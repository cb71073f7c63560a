//! ALTER PROCEDURE and ALTER FUNCTION (Developer Guide, pages of these names).

use super::alter_table::{hand_over, must_change_owners};
use super::policy_dependency::must_not_be_used;
use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::{AlterRoutine, RoutineSignature};
use crate::warehouse::routine::{Argument, RoutineKind};

pub(super) fn run(
    procedure: bool,
    signature: &RoutineSignature,
    action: &AlterRoutine,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let routine = context.routine(signature, procedure)?;
    if matches!(routine.kind, RoutineKind::Prediction { .. }) {
        // Unconfirmed; the guide has no ALTER for models.
        return Err(SqlError::product("0A000", format!("cannot alter ML function {}", routine.name)));
    }
    context.rights().own_routine(&routine, None)?;
    match action {
        AlterRoutine::RenameTo(new) => {
            let inputs: Vec<Argument> = routine.inputs().cloned().collect();
            let database = context.database()?;
            let taken = database.routines_named(&routine.schema, new).any(|other| other.takes(&inputs));
            if taken {
                let message = format!("{} \"{new}\" already exists with same argument types", routine.word());
                return Err(SqlError::product("42723", message));
            }
            must_not_be_used("rename", &[routine.id], context)?;
            context.routine_mut(routine.id)?.name = new.clone();
        }
        AlterRoutine::OwnerTo(owner) => {
            must_change_owners(context)?;
            let owner = context.user_named(owner)?.id;
            let routine = context.routine_mut(routine.id)?;
            hand_over(&mut routine.acl, routine.owner, owner);
            routine.owner = owner;
        }
    }
    done(if procedure { "ALTER PROCEDURE" } else { "ALTER FUNCTION" })
}
