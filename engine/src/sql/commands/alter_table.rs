//! ALTER TABLE: owner, names, columns (Developer Guide, "ALTER TABLE").

use std::sync::Arc;

use arrow::array::ArrayRef;

use super::columns::{column, encoding, must_have_free_name, must_have_stored_type};
use super::create_table::distributes_by;
use super::{CommandContext, done};
use crate::gap::Feature;
use crate::sql::bind::{self, Scope};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::{self, Evaluation, array::array_of};
use crate::sql::outcome::Completion;
use crate::sql::parse;
use crate::sql::statement::{AlterTable, ColumnDefinition};
use crate::warehouse::access::{Acl, Grantee, Privilege, UserId};
use crate::warehouse::catalog::{Column, DefaultValue, ObjectId, Relation, RelationKind, WrittenNames};
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::storage::write::{BlockNumbers, add_column as add_blocks};
use crate::warehouse::system_role::SystemPermission;
use crate::warehouse::value::Value;

pub(super) fn run(
    name: &QualifiedName,
    action: &AlterTable,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    // Owners and names of views are changed with ALTER TABLE too.
    let relation = match action {
        AlterTable::OwnerTo(_) | AlterTable::RenameTo(_) => context.relation(name)?,
        _ => context.table(name)?,
    };
    let privilege = Some(Privilege::Alter);
    context.rights().own_relation(&relation, privilege, Some(SystemPermission::AlterTable))?;
    match action {
        AlterTable::OwnerTo(owner) => {
            let owner = context.user_named(owner)?.id;
            let relation = context.relation_mut(relation.id)?;
            hand_over(&mut relation.acl, relation.owner, owner);
            relation.owner = owner;
        }
        AlterTable::RenameTo(new) => rename(&relation, new, context)?,
        AlterTable::RenameColumn { from, to } => rename_column(&relation, from, to, context)?,
        AlterTable::AddColumn(definition) => add_column(&relation, definition, context)?,
        AlterTable::DropColumn { name, cascade } => drop_column(&relation, name, *cascade, context)?,
        AlterTable::Other(words) => {
            return Err(SqlError::not_simulated_because(Feature::AlterTable, words.clone()));
        }
    }
    done("ALTER TABLE")
}

/// Grants follow the object to its new owner, who needs none of its own.
pub(super) fn hand_over(acl: &mut Acl, old: UserId, new: UserId) {
    let grants = std::mem::take(&mut acl.grants);
    acl.grants = grants
        .into_iter()
        .filter(|grant| grant.grantee != Grantee::User(new))
        .map(|mut grant| {
            if grant.grantor == old {
                grant.grantor = new;
            }
            grant
        })
        .collect();
    acl.owner_lacks.clear();
}

/// Needs CREATE on the schema besides ownership. Grants stay: they are written on the object, not its name.
fn rename(relation: &Relation, new: &Identifier, context: &mut CommandContext<'_>) -> SqlResult<()> {
    if relation.table().is_none_or(|table| !table.temporary) {
        context.rights().on_schema(context.schema(&relation.schema)?, Privilege::Create)?;
    }
    if context.database()?.find(&relation.schema, new).is_some() {
        return Err(SqlError::product("42P07", format!("relation \"{new}\" already exists")));
    }
    remembered(relation, context, |_| ())?;
    let schema = context.schema_mut(&relation.schema)?;
    schema.relations.remove(&relation.name);
    schema.relations.insert(new.clone(), relation.id);
    context.relation_mut(relation.id)?.name = new.clone();
    Ok(())
}

fn rename_column(
    relation: &Relation,
    from: &Identifier,
    to: &Identifier,
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    let number = number_of(relation, from)?;
    must_have_free_name(to)?;
    if relation.column(to).is_some() {
        return Err(exists(relation, to));
    }
    remembered(relation, context, |written| {
        let old = written.columns.remove(from).unwrap_or_else(|| from.clone());
        written.columns.insert(to.clone(), old);
    })?;
    let relation_mut = context.relation_mut(relation.id)?;
    relation_mut.columns[number].name = to.clone();
    let grants = std::mem::take(&mut relation_mut.acl.grants);
    relation_mut.acl.grants = grants
        .into_iter()
        .map(|mut grant| {
            if grant.column.as_ref() == Some(from) {
                grant.column = Some(to.clone());
            }
            grant
        })
        .collect();
    Ok(())
}

fn add_column(
    relation: &Relation,
    definition: &ColumnDefinition,
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    if relation.column(&definition.name).is_some() {
        return Err(exists(relation, &definition.name));
    }
    must_have_free_name(&definition.name)?;
    let keyed = definition.primary_key || definition.unique || definition.references.is_some();
    if keyed || definition.identity.is_some() || definition.distribution_key || definition.sort_key {
        // Text unconfirmed; the rule is the guide's.
        return Err(SqlError::product("0A000", "ALTER TABLE ADD COLUMN does not support keys or IDENTITY"));
    }
    let mut new: Column = column(definition, context)?;
    must_have_stored_type(&relation.name, &new)?;
    let temporary = relation.table().is_some_and(|table| table.temporary);
    new.encoding = encoding(definition.encoding.as_deref(), new.data_type, false, temporary);
    let value = first_value(&new, context)?;
    if !new.nullable && value.is_null() {
        let message = "ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression";
        return Err(SqlError::product("0A000", message));
    }
    let data_type = new.data_type;
    let mut next_block = *context.next_block;
    let changed = context.relation_mut(relation.id)?;
    changed.columns.push(new);
    if let Some(table) = changed.table_mut() {
        let fill = |rows: usize| -> ArrayRef { array_of(&vec![value.clone(); rows], data_type) };
        add_blocks(&mut table.data, &mut BlockNumbers(&mut next_block), fill);
    }
    *context.next_block = next_block;
    Ok(())
}

/// What rows that are there already get: the default, computed once.
fn first_value(column: &Column, context: &CommandContext<'_>) -> SqlResult<Value> {
    let Some(DefaultValue::Expression(text)) = &column.default else { return Ok(Value::Null) };
    let expression = bind::default_expression(text, column.data_type, context.scope())?;
    let mut evaluation = Evaluation {
        statement_start: context.now,
        transaction_start: context.now,
        random: context.session.random.clone(),
        settings: context.session.surroundings(context.manifest),
        manifest: Arc::new(context.manifest.clone()),
        user: context.user(),
        parameters: Vec::new(),
    };
    execute::constant(&expression, &mut evaluation)
}

fn drop_column(
    relation: &Relation,
    name: &Identifier,
    cascade: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    let number = number_of(relation, name)?;
    let table = relation.table().ok_or_else(|| SqlError::bug("DROP COLUMN of a view"))?;
    // Texts unconfirmed; the rules are the guide's.
    if distributes_by(table, number) || table.sort_key.contains(&number) {
        let message = format!("cannot drop column \"{name}\": it is a distribution key or sort key");
        return Err(SqlError::product("0A000", message));
    }
    if relation.columns.len() == 1 {
        return Err(SqlError::product(
            "0A000",
            format!("cannot drop the only column of table \"{}\"", relation.name),
        ));
    }
    let changed = context.relation_mut(relation.id)?;
    changed.columns.remove(number);
    changed.acl.grants.retain(|grant| grant.column.as_ref() != Some(name));
    if let Some(table) = changed.table_mut() {
        forget_number(table, number);
    }
    let broken = views_that_break(&[relation.id], context)?;
    if let (Some(view), false) = (broken.first(), cascade) {
        return Err(SqlError::new(SqlErrorKind::Product {
            state: "2BP01",
            message: format!(
                "cannot drop table {} column {name} because other objects depend on it",
                relation.name
            ),
            detail: Some(format!("view {} depends on table {} column {name}", view.name, relation.name)),
            hint: Some("Use DROP ... CASCADE to drop the dependent objects too.".to_owned()),
        }));
    }
    let views: Vec<ObjectId> = broken.iter().map(|view| view.id).collect();
    super::drop_relation::remove_with_dependents(&views, true, context)?;
    for dependent in context.dependents(&[relation.id])? {
        if let RelationKind::View(view) = &mut context.relation_mut(dependent.id)?.kind
            && let Some(written) = view.written.get_mut(&relation.id)
        {
            written.columns.remove(name);
        }
    }
    Ok(())
}

/// Takes column `number` out of a table's data and keys; later columns move up.
fn forget_number(table: &mut crate::warehouse::catalog::Table, number: usize) {
    use crate::warehouse::catalog::Distribution;
    let moved = |column: usize| if column > number { column - 1 } else { column };
    if let Distribution::Key(column) = table.distribution {
        table.distribution = Distribution::Key(moved(column));
    }
    table.sort_key = table.sort_key.iter().copied().map(moved).collect();
    if table.primary_key.contains(&number) {
        table.primary_key.clear();
    }
    table.unique_keys.retain(|key| !key.contains(&number));
    table.foreign_keys.retain(|key| !key.columns.contains(&number));
    let keys = table
        .unique_keys
        .iter_mut()
        .chain(std::iter::once(&mut table.primary_key))
        .chain(table.foreign_keys.iter_mut().map(|key| &mut key.columns));
    for key in keys {
        for column in key {
            *column = moved(*column);
        }
    }
    table.next_identity.remove(&number);
    let identities = std::mem::take(&mut table.next_identity);
    table.next_identity = identities.into_iter().map(|(column, next)| (moved(column), next)).collect();
    for stored in &mut table.data.segments {
        if number < stored.segment.columns.len() {
            stored.segment.columns.remove(number);
        }
    }
    table.data.version += 1;
}

/// A view's text says names, where the product keeps numbers: views on `relation` remember what they call it.
pub(super) fn remembered(
    relation: &Relation,
    context: &mut CommandContext<'_>,
    mut note: impl FnMut(&mut WrittenNames),
) -> SqlResult<()> {
    for dependent in context.dependents(&[relation.id])? {
        if let RelationKind::View(view) = &mut context.relation_mut(dependent.id)?.kind {
            note(view.remember(relation));
        }
    }
    Ok(())
}

/// Views on `relations`, and views among them, whose text no longer means anything.
fn views_that_break(relations: &[ObjectId], context: &CommandContext<'_>) -> SqlResult<Vec<Arc<Relation>>> {
    let database = context.database()?;
    let among = relations.iter().filter_map(|id| database.relation(*id).cloned());
    let views = context.dependents(relations)?.into_iter().chain(among);
    let views = views.filter(|relation| matches!(relation.kind, RelationKind::View(_)));
    Ok(views.filter(|view| !binds(view, context)).collect())
}

/// Only names count here; rights are asked for when the view is used.
fn binds(view: &Relation, context: &CommandContext<'_>) -> bool {
    let text = format!("SELECT * FROM {}", view.qualified_name());
    let mut session = context.session.clone();
    session.user = UserId::RDSDB;
    let scope = Scope { manifest: context.manifest, session: &session, statement_text: &text };
    let bound = parse::query(&text).and_then(|query| bind::query(&query, scope));
    !matches!(bound, Err(error) if ["42P01", "42703", "3F000"].contains(&error.kind.state()))
}

fn number_of(relation: &Relation, name: &Identifier) -> SqlResult<usize> {
    relation.column(name).ok_or_else(|| {
        let message = format!("column \"{name}\" of relation \"{}\" does not exist", relation.name);
        SqlError::product("42703", message)
    })
}

fn exists(relation: &Relation, name: &Identifier) -> SqlError {
    let message = format!("column \"{name}\" of relation \"{}\" already exists", relation.name);
    SqlError::product("42701", message)
}
