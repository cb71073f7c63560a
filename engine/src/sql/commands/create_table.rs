//! CREATE TABLE (Developer Guide, "CREATE TABLE").

use super::columns::{column, encoding, must_be_storable};
use super::table_layout::lay_out;
use super::{CommandContext, done, done_with};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::{CreateTable, TableConstraint};
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Column, Distribution, ForeignKey, Relation, RelationKind, Table};
use crate::warehouse::identifier::{Identifier, QualifiedName};
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
    if let Some((parent, with_defaults)) = &create.like {
        columns = like(parent, *with_defaults, &mut table, context)?;
    }
    let inherited = columns.len();
    for definition in &create.columns {
        columns.push(column(definition, context)?);
    }
    must_be_storable(&place.name, &columns)?;
    lay_out(&create.attributes, &create.columns, &columns, &mut table)?;
    keys(create, &place.name, &mut columns, &mut table, context)?;
    for (number, column) in columns.iter_mut().enumerate() {
        let written = number.checked_sub(inherited).and_then(|own| create.columns[own].encoding.as_deref());
        if number >= inherited || column.encoding.is_empty() {
            let sorted = table.sort_key.contains(&number);
            column.encoding = encoding(written, column.data_type, sorted, create.temporary);
        }
        if let Some(crate::warehouse::catalog::DefaultValue::Identity { seed, .. }) = column.default {
            table.next_identity.insert(number, seed);
        }
    }
    let relation = Relation {
        id: context.manifest.catalog.allocate(),
        schema: place.schema,
        name: place.name,
        owner: context.user(),
        acl: Default::default(),
        columns,
        created: context.now,
        comment: None,
        kind: RelationKind::Table(table),
    };
    context.database_mut()?.insert(relation);
    done("CREATE TABLE")
}

/// LIKE copies names, types, NOT NULL, layout and BACKUP; never keys or grants, defaults only when asked.
fn like(
    parent: &QualifiedName,
    with_defaults: bool,
    table: &mut Table,
    context: &CommandContext<'_>,
) -> SqlResult<Vec<Column>> {
    let parent = context.table(parent)?;
    let principals = context.principals();
    if principals.held(context.user(), Privilege::Select, None, parent.owner, &parent.acl).is_none() {
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
        table.distribution = of_parent.distribution;
        table.sort_key = of_parent.sort_key.clone();
        table.interleaved = of_parent.interleaved;
        table.backup = of_parent.backup;
    }
    let copy = |column: &Column| Column {
        default: column.default.clone().filter(|_| with_defaults),
        comment: None,
        ..column.clone()
    };
    Ok(parent.columns.iter().map(copy).collect())
}

/// PRIMARY KEY, UNIQUE and FOREIGN KEY: checked for sense, kept for the planner, never enforced.
fn keys(
    create: &CreateTable,
    name: &Identifier,
    columns: &mut [Column],
    table: &mut Table,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let number = |wanted: &Identifier, columns: &[Column]| {
        columns.iter().position(|column| column.name == *wanted).ok_or_else(|| {
            SqlError::product("42703", format!("column \"{wanted}\" named in key does not exist"))
        })
    };
    let mut primary: Vec<Vec<usize>> = Vec::new();
    for definition in &create.columns {
        let own = number(&definition.name, columns)?;
        if definition.primary_key {
            primary.push(vec![own]);
        }
        if definition.unique {
            table.unique_keys.push(vec![own]);
        }
        if let Some(references) = &definition.references {
            table.foreign_keys.push(foreign_key(vec![own], references, &[], context)?);
        }
    }
    for constraint in &create.constraints {
        match constraint {
            TableConstraint::PrimaryKey(names) => {
                primary.push(names.iter().map(|name| number(name, columns)).collect::<SqlResult<_>>()?);
            }
            TableConstraint::Unique(names) => {
                table
                    .unique_keys
                    .push(names.iter().map(|name| number(name, columns)).collect::<SqlResult<_>>()?);
            }
            TableConstraint::ForeignKey { columns: names, references, referenced } => {
                let own = names.iter().map(|name| number(name, columns)).collect::<SqlResult<_>>()?;
                table.foreign_keys.push(foreign_key(own, references, referenced, context)?);
            }
        }
    }
    if primary.len() > 1 {
        return Err(SqlError::product(
            "42P16",
            format!("multiple primary keys for table \"{name}\" are not allowed"),
        ));
    }
    for &column in primary.iter().flatten() {
        columns[column].nullable = false;
    }
    table.primary_key = primary.pop().unwrap_or_default();
    Ok(())
}

/// The target must have a primary or unique key on the columns referred to.
fn foreign_key(
    columns: Vec<usize>,
    references: &QualifiedName,
    referenced: &[Identifier],
    context: &CommandContext<'_>,
) -> SqlResult<ForeignKey> {
    let target = context.table(references)?;
    let principals = context.principals();
    if principals.held(context.user(), Privilege::References, None, target.owner, &target.acl).is_none() {
        let need = crate::sql::bind::Need {
            relation: target.id,
            privilege: Privilege::References,
            columns: Vec::new(),
            user: context.user(),
            through: None,
        };
        crate::sql::authorize::authorize(&[need], context.manifest, context.session)?;
    }
    let table = target.table().ok_or_else(|| SqlError::bug("a table that is none"))?;
    let referenced: Vec<usize> = if referenced.is_empty() {
        table.primary_key.clone()
    } else {
        referenced
            .iter()
            .map(|name| {
                target.column(name).ok_or_else(|| {
                    let message =
                        format!("column \"{name}\" referenced in foreign key constraint does not exist");
                    SqlError::product("42703", message)
                })
            })
            .collect::<SqlResult<_>>()?
    };
    if referenced.is_empty() {
        let message = format!("there is no primary key for referenced table \"{}\"", target.name);
        return Err(SqlError::product("42704", message));
    }
    if table.primary_key != referenced && !table.unique_keys.contains(&referenced) {
        let message = format!(
            "there is no unique constraint matching given keys for referenced table \"{}\"",
            target.name
        );
        return Err(SqlError::product("42830", message));
    }
    if columns.len() != referenced.len() {
        let message = "number of referencing and referenced columns for foreign key disagree";
        return Err(SqlError::product("42830", message));
    }
    Ok(ForeignKey { columns, references: target.id, referenced })
}

/// Is the distribution a key on `column`?
pub(super) fn distributes_by(table: &Table, column: usize) -> bool {
    table.distribution == Distribution::Key(column)
}
