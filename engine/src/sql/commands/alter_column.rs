//! ALTER TABLE's columns: names, new ones, those that go, wider ones (Developer Guide, "ALTER TABLE").

use std::sync::Arc;

use arrow::array::ArrayRef;

use super::CommandContext;
use super::alter_table::{number_of, remembered, views_that_read};
use super::columns::{column, encoding, must_fit_encoding, must_have_free_name, must_have_stored_type};
use super::create_database::must_be_outside_a_block;
use super::create_table::distributes_by;
use crate::sql::bind;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::strings::Strings;
use crate::sql::execute::{self, Evaluation, array::array_of};
use crate::sql::statement::ColumnDefinition;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Column, Constraint, DefaultValue, ForeignKey, ObjectId, Relation, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::guarded::Guarded;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::storage::write::{BlockNumbers, add_column as add_blocks};
use crate::warehouse::value::Value;

pub(super) fn rename(
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
    remembered(relation, context, |written| written.rename(from, to))?;
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

pub(super) fn add(
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
    must_fit_encoding(&new.name, new.data_type, definition.encoding.as_deref())?;
    new.encoding = encoding(definition.encoding.as_deref(), new.data_type, false, temporary);
    let value = first_value(&new, context)?;
    if !new.nullable && value.is_null() {
        let message = "ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression";
        return Err(SqlError::product("0A000", message));
    }
    remembered(relation, context, |written| {
        written.later.insert(new.name.clone());
    })?;
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
pub(super) fn first_value(column: &Column, context: &CommandContext<'_>) -> SqlResult<Value> {
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
        backends: Default::default(),
        predicted: Vec::new(),
    };
    execute::constant(&expression, &mut evaluation)
}

/// Views that read the column, and keys of other tables that refer to it, hold it; CASCADE takes them along.
/// Answers with a notice for each view that went.
pub(super) fn drop(
    relation: &Relation,
    name: &Identifier,
    cascade: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Vec<String>> {
    let number = number_of(relation, name)?;
    let table = relation.table().ok_or_else(|| SqlError::bug("DROP COLUMN of a view"))?;
    // SQLSTATEs unconfirmed.
    let held = if distributes_by(table, number) {
        Some("distkey")
    } else if table.sort_key.contains(&number) {
        Some("sortkey")
    } else {
        None
    };
    if let Some(key) = held {
        return Err(SqlError::product("0A000", format!("cannot drop {key} column \"{name}\"")));
    }
    if relation.columns.len() == 1 {
        // Text unconfirmed; the rule is the guide's.
        let message = format!("cannot drop the only column of table \"{}\"", relation.name);
        return Err(SqlError::product("0A000", message));
    }
    let views = views_that_read(relation, number, context)?;
    let referring = referring(relation, number, context)?;
    let dependent = views.first().map(|view| format!("view {}", view.name));
    let dependent = dependent.or_else(|| referring.first().map(|(_, table)| format!("table {table}")));
    if let (Some(dependent), false) = (dependent, cascade) {
        return Err(SqlError::new(SqlErrorKind::Product {
            state: "2BP01",
            message: format!(
                "cannot drop table {} column {name} because other objects depend on it",
                relation.name
            ),
            detail: Some(format!("{dependent} depends on table {} column {name}", relation.name)),
            hint: Some("Use DROP ... CASCADE to drop the dependent objects too.".to_owned()),
        }));
    }
    let views: Vec<ObjectId> = views.iter().map(|view| view.id).collect();
    let notices = super::drop_relation::remove_with_dependents(&views, true, context)?;
    for (id, _) in referring {
        if let Some(table) = context.relation_mut(id)?.table_mut() {
            let refers = |key: &ForeignKey| key.references == relation.id && key.referenced.contains(&number);
            let gone: Vec<Constraint> = table
                .foreign_keys
                .iter()
                .filter(|key| refers(key))
                .map(|key| Constraint::Foreign(key.columns.clone()))
                .collect();
            table.foreign_keys.retain(|key| !refers(key));
            table.constraints.retain(|_, constraint| !gone.contains(constraint));
        }
    }
    remembered(relation, context, |written| written.forget(name))?;
    let changed = context.relation_mut(relation.id)?;
    changed.columns.remove(number);
    changed.acl.grants.retain(|grant| grant.column.as_ref() != Some(name));
    if let Some(table) = changed.table_mut() {
        forget_number(table, number);
    }
    for (id, _) in referring_to(relation, context)? {
        let keys = context.relation_mut(id)?.table_mut().map(|table| &mut table.foreign_keys);
        for key in keys.into_iter().flatten().filter(|key| key.references == relation.id) {
            move_up(&mut key.referenced, number);
        }
    }
    Ok(notices)
}

/// Tables with a foreign key on `relation`, this one included.
fn referring_to(relation: &Relation, context: &CommandContext<'_>) -> SqlResult<Vec<(ObjectId, Identifier)>> {
    let refers = |table: &Table| table.foreign_keys.iter().any(|key| key.references == relation.id);
    let relations = context.database()?.relations.values();
    Ok(relations
        .filter(|other| other.table().is_some_and(refers))
        .map(|other| (other.id, other.name.clone()))
        .collect())
}

/// Other tables with a foreign key on column `number`.
fn referring(
    relation: &Relation,
    number: usize,
    context: &CommandContext<'_>,
) -> SqlResult<Vec<(ObjectId, Identifier)>> {
    let database = context.database()?;
    let refers = |id: ObjectId| {
        let keys = database.relation(id).and_then(|other| Some(&other.table()?.foreign_keys));
        keys.is_some_and(|keys| {
            keys.iter().any(|key| key.references == relation.id && key.referenced.contains(&number))
        })
    };
    let mut all = referring_to(relation, context)?;
    all.retain(|(id, _)| *id != relation.id && refers(*id));
    Ok(all)
}

/// `ALTER COLUMN c TYPE varchar(n)`: only a VARCHAR's size, and only of a plain column. Texts and SQLSTATEs but
/// that of the transaction block are unconfirmed; the rules are the guide's.
pub(super) fn change_type(
    relation: &Relation,
    name: &Identifier,
    new: DataType,
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    must_be_outside_a_block("ALTER TABLE ALTER COLUMN", context)?;
    let number = number_of(relation, name)?;
    let column = &relation.columns[number];
    let refuse = |why: &str| {
        let message = format!("cannot alter column \"{name}\" of relation \"{}\", {why}", relation.name);
        Err(SqlError::product("0A000", message))
    };
    let (DataType::Varchar(old_size), DataType::Varchar(size)) = (column.data_type, new) else {
        return refuse("target data type is different");
    };
    if old_size == size {
        return refuse("target column size should be different");
    }
    if column.default.is_some() {
        return refuse("the column has a default value");
    }
    let table = relation.table().ok_or_else(|| SqlError::bug("ALTER COLUMN of a view"))?;
    let keyed = table.primary_key.contains(&number)
        || table.unique_keys.iter().any(|key| key.contains(&number))
        || table.foreign_keys.iter().any(|key| key.columns.contains(&number))
        || !referring(relation, number, context)?.is_empty();
    if keyed {
        return refuse("the column has a UNIQUE, PRIMARY KEY or FOREIGN KEY constraint");
    }
    if matches!(column.encoding.as_str(), "bytedict" | "runlength" | "text255" | "text32k") {
        return refuse(&format!("column encoding type \"{}\" is not supported", column.encoding));
    }
    if let Some(view) = views_that_read(relation, number, context)?.first() {
        return Err(SqlError::new(SqlErrorKind::Product {
            state: "0A000",
            message: "cannot alter type of a column used by a view or rule".to_owned(),
            detail: Some(format!("rule _RETURN on view {} depends on column \"{name}\"", view.name)),
            hint: None,
        }));
    }
    // How long hidden values are is not told, and the privilege ALTER reads none: then no size is known to suffice.
    let guarded = Guarded::Relation(relation);
    let readable = context.manifest.held(context.user(), Privilege::Select, Some(name), guarded).is_some();
    let hidden = !readable || relation.conceals(context.principals(), context.user());
    if size < old_size && (hidden || u64::from(size) < longest(table, number)?) {
        return refuse("target column size is smaller than the current maximum size of the column's data");
    }
    context.relation_mut(relation.id)?.columns[number].data_type = new;
    Ok(())
}

/// Bytes of the longest string in a column, deleted rows included.
fn longest(table: &Table, number: usize) -> SqlResult<u64> {
    let mut most = 0;
    for stored in &table.data.segments {
        let Some(array) = stored.segment.columns.get(number).and_then(|block| block.array()) else {
            continue;
        };
        let strings = Strings::of(&array)?;
        let longest = (0..strings.rows()).filter_map(|row| strings.get(row)).map(str::len).max();
        most = most.max(longest.unwrap_or(0) as u64);
    }
    Ok(most)
}

/// Takes column `number` out of a table's data and keys; later columns move up.
fn forget_number(table: &mut Table, number: usize) {
    use crate::warehouse::catalog::Distribution;
    let moved = |column: usize| if column > number { column - 1 } else { column };
    if let Distribution::Key(column) = table.distribution {
        table.distribution = Distribution::Key(moved(column));
    }
    table.sort_key = table.sort_key.iter().copied().map(moved).collect();
    if table.primary_key.contains(&number) {
        table.primary_key.clear();
        table.constraints.retain(|_, constraint| *constraint != Constraint::Primary);
    }
    table.constraints.retain(|_, constraint| match constraint {
        Constraint::Primary => true,
        Constraint::Unique(columns) | Constraint::Foreign(columns) => !columns.contains(&number),
    });
    table.unique_keys.retain(|key| !key.contains(&number));
    table.foreign_keys.retain(|key| !key.columns.contains(&number));
    let keys = table
        .unique_keys
        .iter_mut()
        .chain(std::iter::once(&mut table.primary_key))
        .chain(table.foreign_keys.iter_mut().map(|key| &mut key.columns))
        .chain(table.constraints.values_mut().filter_map(|constraint| match constraint {
            Constraint::Primary => None,
            Constraint::Unique(columns) | Constraint::Foreign(columns) => Some(columns),
        }));
    for key in keys {
        move_up(key, number);
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

/// Column numbers after `number` went.
fn move_up(columns: &mut [usize], number: usize) {
    for column in columns {
        *column -= usize::from(*column > number);
    }
}

fn exists(relation: &Relation, name: &Identifier) -> SqlError {
    let message = format!("column \"{name}\" of relation \"{}\" already exists", relation.name);
    SqlError::product("42701", message)
}
