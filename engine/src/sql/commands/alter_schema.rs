//! ALTER SCHEMA (Developer Guide, "ALTER SCHEMA").

use super::alter_table::{hand_over, remembered};
use super::create_schema::{is_taken, must_be_allowed, must_be_usable};
use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::AlterSchema;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::identifier::Identifier;

pub(super) fn run(
    name: &Identifier,
    action: &AlterSchema,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let privilege = match action {
        AlterSchema::OwnerTo(_) => None,
        AlterSchema::RenameTo(_) | AlterSchema::Quota(_) => Some(Privilege::Alter),
    };
    context.rights().own_schema(context.schema(name)?, privilege, None)?;
    match action {
        AlterSchema::OwnerTo(owner) => {
            let owner = context.user_named(owner)?.id;
            let schema = context.schema_mut(name)?;
            hand_over(&mut schema.acl, schema.owner, owner);
            schema.owner = owner;
        }
        AlterSchema::RenameTo(new) => rename(name, new, context)?,
        AlterSchema::Quota(quota) => {
            context.rights().superuser("set schema quotas")?;
            let schema = context.schema(name)?.id;
            let quotas = &mut context.database_mut()?.notes.quotas;
            match quota {
                Some(quota) => quotas.insert(schema, *quota),
                None => quotas.remove(&schema),
            };
        }
    }
    done("ALTER SCHEMA")
}

fn rename(name: &Identifier, new: &Identifier, context: &mut CommandContext<'_>) -> SqlResult<()> {
    must_be_allowed(context)?;
    must_be_usable(new)?;
    if is_taken(new, context)? {
        return Err(SqlError::product("42P06", format!("schema \"{new}\" already exists")));
    }
    let renamed: Vec<ObjectId> = context.schema(name)?.relations.values().copied().collect();
    for id in renamed {
        let relation = context.relation_mut(id)?.clone();
        remembered(&relation, context, |_| ())?;
    }
    let database = context.database_mut()?;
    let Some(mut schema) = database.schemas.remove(name) else {
        return Err(SqlError::undefined_schema(name));
    };
    std::sync::Arc::make_mut(&mut schema).name = new.clone();
    let relations: Vec<ObjectId> = schema.relations.values().copied().collect();
    database.schemas.insert(new.clone(), schema);
    for routine in database.routines.values_mut().filter(|routine| routine.schema == *name) {
        std::sync::Arc::make_mut(routine).schema = new.clone();
    }
    for model in database.models.values_mut().filter(|model| model.schema == *name) {
        std::sync::Arc::make_mut(model).schema = new.clone();
    }
    for &relation in &relations {
        context.relation_mut(relation)?.schema = new.clone();
    }
    Ok(())
}
