//! PRIMARY KEY, UNIQUE and FOREIGN KEY: checked for sense, kept for the planner, never enforced (Developer Guide,
//! "Defining constraints"). CREATE TABLE and ALTER TABLE write them here.

use super::CommandContext;
use super::alter_table::number_of;
use crate::sql::authorize::authorize;
use crate::sql::bind::Need;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{NamedConstraint, TableConstraint};
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Constraint, ForeignKey, Relation, Table};
use crate::warehouse::guarded::Guarded;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::note::Noted;

/// ALTER TABLE ADD [CONSTRAINT name] ...
pub(super) fn add(
    relation: &Relation,
    constraint: &NamedConstraint,
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    let mut changed = relation.clone();
    if let TableConstraint::PrimaryKey(columns) = &constraint.constraint {
        for name in columns {
            if relation.columns[number_of(relation, name)?].nullable {
                // Text and SQLSTATE unconfirmed; the rule is the guide's.
                let message = format!("cannot add a primary key on nullable column \"{name}\"");
                return Err(SqlError::product("42P16", message));
            }
        }
    }
    put(&mut changed, constraint, context)?;
    if let Some(table) = changed.table_mut() {
        table.data.version += 1;
    }
    *context.relation_mut(relation.id)? = changed;
    Ok(())
}

/// ALTER TABLE DROP CONSTRAINT name.
pub(super) fn drop(
    relation: &Relation,
    name: &Identifier,
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    let constraint = relation.table().and_then(|table| table.constraints.get(name)).cloned();
    let Some(constraint) = constraint else {
        return Err(SqlError::product("42704", format!("constraint \"{name}\" does not exist")));
    };
    context.database_mut()?.notes.comment(Noted::Constraint(relation.id, name.clone()), None);
    let Some(table) = context.relation_mut(relation.id)?.table_mut() else { return Ok(()) };
    table.constraints.remove(name);
    match constraint {
        Constraint::Primary => table.primary_key.clear(),
        Constraint::Unique(columns) => table.unique_keys.retain(|key| *key != columns),
        Constraint::Foreign(columns) => table.foreign_keys.retain(|key| key.columns != columns),
    }
    table.data.version += 1;
    Ok(())
}

/// Writes a constraint into a table that is being made or changed. A primary key's columns become NOT NULL.
pub(super) fn put(
    relation: &mut Relation,
    constraint: &NamedConstraint,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let columns = match &constraint.constraint {
        TableConstraint::PrimaryKey(columns) | TableConstraint::Unique(columns) => columns,
        TableConstraint::ForeignKey { columns, .. } => columns,
    };
    let numbers: Vec<usize> =
        columns.iter().map(|name| key_column(relation, name)).collect::<SqlResult<_>>()?;
    let twice = columns.iter().enumerate().find(|(at, name)| columns[..*at].contains(name));
    if let Some((_, name)) = twice {
        // PostgreSQL says where: "in primary key constraint" and so on.
        let message =
            format!("column \"{name}\" appears twice in {} constraint", constraint.constraint.kind());
        return Err(SqlError::product("42701", message));
    }
    let (table_name, first) = (relation.name.clone(), columns[0].clone());
    let foreign = match &constraint.constraint {
        TableConstraint::ForeignKey { references, referenced, .. } => {
            Some(foreign_key(numbers.clone(), references, referenced, relation, context)?)
        }
        TableConstraint::PrimaryKey(_) | TableConstraint::Unique(_) => None,
    };
    if let TableConstraint::PrimaryKey(_) = constraint.constraint {
        for &number in &numbers {
            relation.columns[number].nullable = false;
        }
    }
    let table = relation.table_mut().ok_or_else(|| SqlError::bug("a constraint of a view"))?;
    let (kept, default) = match &constraint.constraint {
        TableConstraint::PrimaryKey(_) => {
            if !table.primary_key.is_empty() {
                let message = format!("multiple primary keys for table \"{table_name}\" are not allowed");
                return Err(SqlError::product("42P16", message));
            }
            table.primary_key = numbers;
            (Constraint::Primary, format!("{table_name}_pkey"))
        }
        TableConstraint::Unique(_) => {
            table.unique_keys.push(numbers.clone());
            (Constraint::Unique(numbers), format!("{table_name}_{first}_key"))
        }
        TableConstraint::ForeignKey { .. } => {
            table.foreign_keys.extend(foreign);
            (Constraint::Foreign(numbers), format!("{table_name}_{first}_fkey"))
        }
    };
    name_it(table, constraint.name.as_ref(), default, kept, &table_name)
}

/// A name that was given must be free; one that was not is made free with a number behind it.
fn name_it(
    table: &mut Table,
    given: Option<&Identifier>,
    default: String,
    constraint: Constraint,
    table_name: &Identifier,
) -> SqlResult<()> {
    let name = match given {
        Some(name) if table.constraints.contains_key(name) => {
            let message = format!("constraint \"{name}\" for relation \"{table_name}\" already exists");
            return Err(SqlError::product("42710", message));
        }
        Some(name) => name.clone(),
        None => {
            let plain = std::iter::once(default.clone());
            let numbered = (1..).map(|number: u32| format!("{default}{number}"));
            let mut free = plain.chain(numbered).map(|name| Identifier::fold(&name));
            free.find(|name| !table.constraints.contains_key(name))
                .unwrap_or_else(|| Identifier::fold(&default))
        }
    };
    table.constraints.insert(name, constraint);
    Ok(())
}

fn key_column(relation: &Relation, name: &Identifier) -> SqlResult<usize> {
    let missing = || SqlError::product("42703", format!("column \"{name}\" named in key does not exist"));
    relation.column(name).ok_or_else(missing)
}

impl TableConstraint {
    fn kind(&self) -> &'static str {
        match self {
            TableConstraint::PrimaryKey(_) => "primary key",
            TableConstraint::Unique(_) => "unique",
            TableConstraint::ForeignKey { .. } => "foreign key",
        }
    }
}

/// The target must have a primary or unique key on the columns referred to; it may be the table itself.
fn foreign_key(
    columns: Vec<usize>,
    references: &QualifiedName,
    referenced: &[Identifier],
    own: &Relation,
    context: &CommandContext<'_>,
) -> SqlResult<ForeignKey> {
    let itself = references.name == own.name
        && references.schema.as_ref().is_none_or(|schema| *schema == own.schema)
        && (references.schema.is_some() || context.find_relation(references)?.is_none_or(|t| t.id == own.id));
    let found = if itself { None } else { Some(context.table(references)?) };
    let target = found.as_deref().unwrap_or(own);
    // On both tables.
    for relation in [target, own] {
        let guarded = Guarded::Relation(relation);
        if context.manifest.held(context.user(), Privilege::References, None, guarded).is_some() {
            continue;
        }
        let need = Need {
            relation: relation.id,
            privilege: Privilege::References,
            columns: Vec::new(),
            user: context.user(),
            through: None,
        };
        authorize(&[need], context.manifest, context.session)?;
    }
    let table = target.table().ok_or_else(|| SqlError::bug("a table that is none"))?;
    let referenced: Vec<usize> = if referenced.is_empty() {
        table.primary_key.clone()
    } else {
        let number = |name: &Identifier| {
            target.column(name).ok_or_else(|| {
                let message =
                    format!("column \"{name}\" referenced in foreign key constraint does not exist");
                SqlError::product("42703", message)
            })
        };
        referenced.iter().map(number).collect::<SqlResult<_>>()?
    };
    if referenced.is_empty() {
        let message = format!("there is no primary key for referenced table \"{}\"", target.name);
        return Err(SqlError::product("42704", message));
    }
    if columns.len() != referenced.len() {
        let message = "number of referencing and referenced columns for foreign key disagree";
        return Err(SqlError::product("42830", message));
    }
    if table.primary_key != referenced && !table.unique_keys.contains(&referenced) {
        let message = format!(
            "there is no unique constraint matching given keys for referenced table \"{}\"",
            target.name
        );
        return Err(SqlError::product("42830", message));
    }
    Ok(ForeignKey { columns, references: target.id, referenced })
}
