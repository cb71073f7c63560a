//! CREATE TABLE (Developer Guide, "CREATE TABLE").

use super::alter_constraint::put;
use super::columns::{column, encoding, must_be_storable, must_fit_encoding};
use super::table_layout::lay_out;
use super::{CommandContext, done, done_with};
use crate::sql::bind::identifier;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::{
    ColumnDefinition, CreateTable, Like, NamedConstraint, TableAttributes, TableConstraint,
};
use crate::warehouse::access::Acl;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Column, Distribution, Relation, RelationKind, Table};
use crate::warehouse::default_privilege::DefaultKind;
use crate::warehouse::guarded::Guarded;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(create: &CreateTable, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let place = context.place_for(&create.name, create.temporary, SystemPermission::CreateTable)?;
    if create.if_not_exists && place.taken.is_some() {
        // By analogy to DROP TABLE IF EXISTS, whose text is in the guide; unconfirmed.
        let notice = format!("INFO:  Relation \"{}\" already exists and will be skipped", place.name);
        return done_with("CREATE TABLE", vec![notice]);
    }
    place.must_be_free()?;
    let mut table = Table::new(create.temporary);
    table.backup = create.attributes.backup.unwrap_or(true);
    let mut columns = Vec::new();
    for definition in &create.columns {
        must_fit_encoding(&definition.name, definition.data_type, definition.encoding.as_deref())?;
        let own = |error| reads_own_column(error, definition, create);
        columns.push(column(definition, context).map_err(own)?);
    }
    let mut definitions: Vec<Option<&ColumnDefinition>> = create.columns.iter().map(Some).collect();
    if let Some(inherited) = &create.like {
        must_not_restate(&create.attributes)?;
        let parent = like(inherited, &mut table, context)?;
        definitions.splice(inherited.after..inherited.after, parent.iter().map(|_| None));
        columns.splice(inherited.after..inherited.after, parent);
    }
    must_be_storable(&place.name, &columns)?;
    lay_out(&create.attributes, &create.columns, &columns, &mut table)?;
    for (number, column) in columns.iter_mut().enumerate() {
        if definitions[number].is_some() || column.encoding.is_empty() {
            let written = definitions[number].and_then(|definition| definition.encoding.as_deref());
            let sorted = table.sort_key.contains(&number);
            column.encoding = encoding(written, column.data_type, sorted, create.temporary);
        }
        if let Some(crate::warehouse::catalog::DefaultValue::Identity { seed, .. }) = column.default {
            table.next_identity.insert(number, seed);
        }
    }
    let acl = match create.temporary {
        true => Acl::default(),
        false => context.initial_acl(&place.schema, DefaultKind::Tables)?,
    };
    let mut relation = Relation {
        id: context.manifest.catalog.allocate(),
        schema: place.schema,
        name: place.name,
        owner: context.user(),
        acl,
        columns,
        created: context.now,
        comment: None,
        protection: Default::default(),
        kind: RelationKind::Table(table),
    };
    keys(create, &mut relation, context)?;
    context.database_mut()?.insert(relation);
    done("CREATE TABLE")
}

/// A default that names a column of its own table is another mistake than one that names nothing.
fn reads_own_column(error: SqlError, definition: &ColumnDefinition, create: &CreateTable) -> SqlError {
    let names_column = |expression: &crate::sql::syntax::Expression| {
        let mut found = false;
        expression.each_name(&mut |names, _| {
            found |=
                names.iter().any(|name| create.columns.iter().any(|column| identifier(name) == column.name));
        });
        found
    };
    let own = definition.default.as_ref().is_some_and(|(expression, _)| names_column(expression));
    if error.kind.state() == "42703" && own {
        let message = "cannot use column references in default expression";
        return SqlError { span: error.span, ..SqlError::product("42P10", message) };
    }
    error
}

/// Layout and BACKUP come from the parent and cannot be said again. Text unconfirmed; the rule is the guide's.
fn must_not_restate(attributes: &TableAttributes) -> SqlResult<()> {
    let said = attributes.style.is_some()
        || attributes.distribution_key.is_some()
        || attributes.backup.is_some()
        || attributes.sort_auto
        || !attributes.sort_key.is_empty();
    if said {
        let message = "CREATE TABLE LIKE takes distribution, sort key and BACKUP from its parent table";
        return Err(SqlError::product("0A000", message));
    }
    Ok(())
}

/// LIKE copies names, types, NOT NULL, layout and BACKUP; never keys or grants, defaults only when asked.
fn like(inherited: &Like, table: &mut Table, context: &CommandContext<'_>) -> SqlResult<Vec<Column>> {
    let parent = context.table(&inherited.parent)?;
    let held = context.manifest.held(context.user(), Privilege::Select, None, Guarded::Relation(&parent));
    if held.is_none() {
        let need = crate::sql::bind::Need {
            relation: parent.id,
            privilege: Privilege::Select,
            columns: (0..parent.columns.len()).collect(),
            user: context.user(),
            through: None,
        };
        crate::sql::authorize::authorize(&[need], context.manifest, context.session)?;
    }
    if let Some(of_parent) = parent.table() {
        table.distribution = match of_parent.distribution {
            Distribution::Key(column) => Distribution::Key(column + inherited.after),
            other => other,
        };
        table.sort_key = of_parent.sort_key.iter().map(|column| column + inherited.after).collect();
        table.interleaved = of_parent.interleaved;
        table.backup = of_parent.backup;
    }
    let copy = |column: &Column| Column {
        default: column.default.clone().filter(|_| inherited.with_defaults),
        comment: None,
        ..column.clone()
    };
    Ok(parent.columns.iter().map(copy).collect())
}

/// The keys that columns carry themselves, then those of the table.
fn keys(create: &CreateTable, relation: &mut Relation, context: &CommandContext<'_>) -> SqlResult<()> {
    let unnamed = |constraint| NamedConstraint { name: None, constraint };
    for definition in &create.columns {
        let own = || vec![definition.name.clone()];
        if definition.primary_key {
            put(relation, &unnamed(TableConstraint::PrimaryKey(own())), context)?;
        }
        if definition.unique {
            put(relation, &unnamed(TableConstraint::Unique(own())), context)?;
        }
    }
    let (foreign, keys): (Vec<_>, Vec<_>) = create
        .constraints
        .iter()
        .partition(|named| matches!(named.constraint, TableConstraint::ForeignKey { .. }));
    for constraint in keys {
        put(relation, constraint, context)?;
    }
    for definition in &create.columns {
        if let Some((references, referenced)) = &definition.references {
            let constraint = TableConstraint::ForeignKey {
                columns: vec![definition.name.clone()],
                references: references.clone(),
                referenced: referenced.clone(),
            };
            put(relation, &unnamed(constraint), context)?;
        }
    }
    foreign.into_iter().try_for_each(|constraint| put(relation, constraint, context))
}

/// Is the distribution a key on `column`?
pub(super) fn distributes_by(table: &Table, column: usize) -> bool {
    table.distribution == Distribution::Key(column)
}
