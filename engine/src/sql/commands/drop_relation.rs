//! DROP TABLE and DROP VIEW (Developer Guide, "DROP TABLE" and "DROP VIEW").

use super::{CommandContext, done_with};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{ObjectId, Relation, RelationKind};
use crate::warehouse::identifier::QualifiedName;
use crate::warehouse::system_role::SystemPermission;

/// What the statement says it drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    View,
    Materialized,
}

impl Kind {
    fn of(relation: &Relation) -> Kind {
        match relation.kind {
            RelationKind::Table(_) if relation.materialized().is_some() => Kind::Materialized,
            RelationKind::Table(_) => Kind::Table,
            RelationKind::View(_) => Kind::View,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::View => "view",
            Kind::Materialized => "materialized view",
        }
    }
}

pub(super) fn run(
    names: &[QualifiedName],
    kind: Kind,
    if_exists: bool,
    cascade: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let mut notices = Vec::new();
    let mut dropped = Vec::new();
    for name in names {
        match find(name, kind, if_exists, context)? {
            Some(id) => dropped.push(id),
            None => {
                let what = match kind {
                    Kind::Table => "Table",
                    Kind::View => "View",
                    Kind::Materialized => "Materialized view",
                };
                notices.push(format!("INFO:  {what} \"{name}\" does not exist and will be skipped"));
            }
        }
    }
    notices.extend(remove_with_dependents(&dropped, cascade, context)?);
    let tag = match kind {
        Kind::Table => "DROP TABLE",
        Kind::View => "DROP VIEW",
        Kind::Materialized => "DROP MATERIALIZED VIEW",
    };
    done_with(tag, notices)
}

/// The relation to drop, if the user may; `None` when it is missing and IF EXISTS was said.
fn find(
    name: &QualifiedName,
    kind: Kind,
    if_exists: bool,
    context: &CommandContext<'_>,
) -> SqlResult<Option<ObjectId>> {
    if if_exists && name.schema.as_ref().is_some_and(|schema| context.schema(schema).is_err()) {
        return Ok(None);
    }
    let Some(relation) = context.find_relation(name)? else {
        if if_exists {
            return Ok(None);
        }
        let message = format!("{} \"{name}\" does not exist", kind.word());
        return Err(SqlError::product("42P01", message));
    };
    let really = Kind::of(&relation);
    if really != kind {
        return Err(SqlError::new(SqlErrorKind::Product {
            state: "42809",
            message: format!("\"{}\" is not a {}", relation.name, kind.word()),
            detail: None,
            hint: Some(format!("Use DROP {} to remove a {}.", really.word().to_uppercase(), really.word())),
        }));
    }
    let permission = match kind {
        Kind::Table => SystemPermission::DropTable,
        Kind::View | Kind::Materialized => SystemPermission::DropView,
    };
    context.rights().own_relation(&relation, Some(Privilege::Drop), Some(permission))?;
    Ok(Some(relation.id))
}

/// Removes relations and, with CASCADE, every view that stands on them. Answers with a notice for each view
/// that went along.
///
/// # Errors
/// 2BP01 when something stands on them and `cascade` was not said.
pub(super) fn remove_with_dependents(
    relations: &[ObjectId],
    cascade: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Vec<String>> {
    let mut going = relations.to_vec();
    let mut notices = Vec::new();
    loop {
        let dependents = context.dependents(&going)?;
        let Some(first) = dependents.first() else { break };
        if !cascade {
            let dropped =
                first.view().and_then(|view| view.depends_on.iter().find(|id| relations.contains(id)));
            let dropped = dropped.and_then(|id| context.database().ok()?.relation(*id).cloned());
            let dropped = dropped.ok_or_else(|| SqlError::bug("a dependent without what it depends on"))?;
            let kind = Kind::of(&dropped);
            let refusal = match kind {
                Kind::Table | Kind::Materialized => "cannot",
                Kind::View => "can't",
            };
            let kind = kind.word();
            return Err(SqlError::new(SqlErrorKind::Product {
                state: "2BP01",
                message: format!("{refusal} drop {kind} {} because other objects depend on it", dropped.name),
                detail: Some(format!(
                    "{} {} depends on {kind} {}",
                    Kind::of(first).word(),
                    first.name,
                    dropped.name
                )),
                hint: Some("Use DROP ... CASCADE to drop the dependent objects too.".to_owned()),
            }));
        }
        for dependent in dependents {
            notices.push(format!(
                "NOTICE:  drop cascades to {} {}",
                Kind::of(&dependent).word(),
                dependent.name
            ));
            going.push(dependent.id);
        }
    }
    super::policy_dependency::must_not_be_used("drop", &going, context)?;
    forget_references(&going, cascade, context)?;
    let database = context.database_mut()?;
    for id in going {
        database.remove(id);
    }
    Ok(notices)
}

/// Foreign keys of other tables stand on a table too; CASCADE drops the constraint, not the table.
fn forget_references(going: &[ObjectId], cascade: bool, context: &mut CommandContext<'_>) -> SqlResult<()> {
    let refers = |relation: &Relation| {
        !going.contains(&relation.id)
            && relation
                .table()
                .is_some_and(|table| table.foreign_keys.iter().any(|key| going.contains(&key.references)))
    };
    let referring: Vec<ObjectId> = context
        .database()?
        .relations
        .values()
        .filter(|relation| refers(relation))
        .map(|relation| relation.id)
        .collect();
    for id in referring {
        if !cascade {
            let database = context.database()?;
            let target = going.iter().find_map(|going| {
                let keys = &database.relation(id)?.table()?.foreign_keys;
                keys.iter().any(|key| key.references == *going).then(|| database.relation(*going)).flatten()
            });
            let name = target.map_or_else(String::new, |relation| relation.name.to_string());
            return Err(SqlError::new(SqlErrorKind::Product {
                state: "2BP01",
                message: format!("cannot drop table {name} because other objects depend on it"),
                detail: None,
                hint: Some("Use DROP ... CASCADE to drop the dependent objects too.".to_owned()),
            }));
        }
        if let Some(table) = context.relation_mut(id)?.table_mut() {
            table.foreign_keys.retain(|key| !going.contains(&key.references));
        }
    }
    Ok(())
}
