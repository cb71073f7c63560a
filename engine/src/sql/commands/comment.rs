//! COMMENT ON (Developer Guide, "COMMENT").

use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::CommentTarget;
use crate::warehouse::catalog::RelationKind;
use crate::warehouse::note::Noted;

/// Owners and superusers only.
pub(super) fn run(
    on: &CommentTarget,
    text: Option<&str>,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let text = text.map(str::to_owned);
    match on {
        CommentTarget::Table(name) => {
            let relation = context.table(name)?;
            context.rights().own_relation(&relation, None, None)?;
            context.relation_mut(relation.id)?.comment = text;
        }
        CommentTarget::View(name) => {
            let relation = context.relation(name)?;
            if matches!(relation.kind, RelationKind::Table(_)) {
                return Err(SqlError::product("42809", format!("\"{}\" is not a view", relation.name)));
            }
            context.rights().own_relation(&relation, None, None)?;
            context.relation_mut(relation.id)?.comment = text;
        }
        CommentTarget::Column { table, column } => {
            let relation = context.relation(table)?;
            context.rights().own_relation(&relation, None, None)?;
            let number = relation.column(column).ok_or_else(|| {
                let message = format!("column \"{column}\" of relation \"{}\" does not exist", relation.name);
                SqlError::product("42703", message)
            })?;
            context.relation_mut(relation.id)?.columns[number].comment = text;
        }
        CommentTarget::Constraint { name, table } => {
            let relation = context.table(table)?;
            context.rights().own_relation(&relation, None, None)?;
            if relation.table().is_none_or(|table| !table.constraints.contains_key(name)) {
                let message = format!("constraint \"{name}\" for table \"{}\" does not exist", relation.name);
                return Err(SqlError::product("42704", message));
            }
            let noted = Noted::Constraint(relation.id, name.clone());
            context.database_mut()?.notes.comment(noted, text);
        }
        CommentTarget::Schema(name) => {
            let schema = context.schema(name)?;
            context.rights().own_schema(schema, None, None)?;
            let noted = Noted::Schema(schema.id);
            context.database_mut()?.notes.comment(noted, text);
        }
        CommentTarget::Database(name) => {
            match context.manifest.catalog.database(name) {
                Some(database) => context.rights().own_database(database, None)?,
                None => {
                    return Err(SqlError::product("3D000", format!("database \"{name}\" does not exist")));
                }
            }
            if let Some(database) = context.manifest.catalog.database_mut(name) {
                database.notes.comment(Noted::Database, text);
            }
        }
    }
    done("COMMENT")
}
