//! DROP SCHEMA (Developer Guide, "DROP SCHEMA").

use super::drop_relation::remove_with_dependents;
use super::{CommandContext, done_with};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    names: &[Identifier],
    if_exists: bool,
    cascade: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let mut notices = Vec::new();
    for name in names {
        if if_exists && context.database()?.schema(name).is_none() {
            notices.push(format!("INFO:  Schema \"{name}\" does not exist and will be skipped"));
            continue;
        }
        let schema = context.schema(name)?;
        let id = schema.id;
        context.rights().own_schema(schema, Some(Privilege::Drop), Some(SystemPermission::DropSchema))?;
        let relations: Vec<ObjectId> = schema.relations.values().copied().collect();
        let database = context.database()?;
        let routines: Vec<ObjectId> = database
            .routines
            .values()
            .filter(|routine| routine.schema == *name)
            .map(|routine| routine.id)
            .collect();
        let empty = relations.is_empty() && routines.is_empty();
        if !cascade && !empty {
            return Err(SqlError::new(SqlErrorKind::Product {
                state: "2BP01",
                message: format!("cannot drop schema {name} because other objects depend on it"),
                detail: None,
                hint: Some("Use DROP ... CASCADE to drop the dependent objects too.".to_owned()),
            }));
        }
        super::policy_dependency::must_not_be_used("drop", &routines, context)?;
        notices.extend(remove_with_dependents(&relations, true, context)?);
        let users = context.dependents(&routines)?;
        let users: Vec<ObjectId> = users.iter().map(|relation| relation.id).collect();
        notices.extend(remove_with_dependents(&users, true, context)?);
        let database = context.database_mut()?;
        for routine in routines {
            database.routines.remove(&routine);
        }
        // Unconfirmed: that models go with their schema. SageMaker's jobs are not stopped.
        database.models.retain(|_, model| model.schema != *name);
        database.schemas.remove(name);
        database.defaults.retain(|key, _| key.schema != Some(id));
    }
    done_with("DROP SCHEMA", notices)
}
