//! DROP PROCEDURE and DROP FUNCTION (Developer Guide, pages of these names).

use super::drop_relation::remove_with_dependents;
use super::{CommandContext, done_with};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::RoutineSignature;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::routine::RoutineKind;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    signatures: &[RoutineSignature],
    procedures: bool,
    if_exists: bool,
    cascade: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let (word, permission) = if procedures {
        ("PROCEDURE", SystemPermission::DropProcedure)
    } else {
        ("FUNCTION", SystemPermission::DropFunction)
    };
    let mut notices = Vec::new();
    for signature in signatures {
        let routine = match context.routine(signature, procedures) {
            Err(_) if if_exists => {
                let kind = word.to_lowercase();
                let name = &signature.name;
                notices.push(format!("INFO:  {kind} \"{name}\" does not exist and will be skipped"));
                continue;
            }
            found => found?,
        };
        context.rights().own_routine(&routine, Some(permission))?;
        if matches!(routine.kind, RoutineKind::Prediction { .. }) {
            // Text unconfirmed; the guide drops the function with its model.
            let message = format!("cannot drop ML function {} because its model requires it", routine.name);
            return Err(SqlError::new(SqlErrorKind::Product {
                state: "2BP01",
                message,
                detail: None,
                hint: Some("Use DROP MODEL.".to_owned()),
            }));
        }
        super::policy_dependency::must_not_be_used("drop", &[routine.id], context)?;
        let views: Vec<ObjectId> =
            context.dependents(&[routine.id])?.iter().map(|relation| relation.id).collect();
        if let Some(first) = views.first() {
            let view =
                context.database()?.relation(*first).map_or(String::new(), |view| view.name.to_string());
            let called = format!("{} {}", routine.word(), routine.signature());
            if !cascade {
                return Err(SqlError::new(SqlErrorKind::Product {
                    state: "2BP01",
                    message: format!("cannot drop {called} because other objects depend on it"),
                    detail: Some(format!("view {view} depends on {called}")),
                    hint: Some("Use DROP ... CASCADE to drop the dependent objects too.".to_owned()),
                }));
            }
            notices.push(format!("NOTICE:  drop cascades to view {view}"));
            notices.extend(remove_with_dependents(&views, true, context)?);
        }
        context.database_mut()?.routines.remove(&routine.id);
    }
    done_with(&format!("DROP {word}"), notices)
}
