//! Keys and references, which are informational: `pg_constraint` and the information schema's listings of them.

use super::information_schema::relations;
use super::relation::{Relation, Rows, Source, Viewer, integer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::catalog::{Constraint as Named, Database, ObjectId, Relation as Stored};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "pg_constraint",
        "conname n,connamespace i,contype c1,condeferrable o,condeferred o,conrelid i,contypid i,confrelid i,confupdtype c1,confdeltype c1,confmatchtype c1,conkey x,confkey x,conbin x,consrc x,oid i",
        Source::Made(pg_constraint),
    ),
    Relation::written(
        "table_constraints",
        "constraint_catalog n,constraint_schema n,constraint_name n,table_catalog n,table_schema n,table_name n,constraint_type n,is_deferrable v3,initially_deferred v3",
        Source::Made(table_constraints),
    )
    .in_schema("information_schema"),
    Relation::written(
        "key_column_usage",
        "constraint_catalog n,constraint_schema n,constraint_name n,table_catalog n,table_schema n,table_name n,column_name n,ordinal_position i",
        Source::Made(key_column_usage),
    )
    .in_schema("information_schema"),
    Relation::written(
        "constraint_column_usage",
        "table_catalog n,table_schema n,table_name n,column_name n,constraint_catalog n,constraint_schema n,constraint_name n",
        Source::Made(constraint_column_usage),
    )
    .in_schema("information_schema"),
    Relation::written(
        "referential_constraints",
        "constraint_catalog n,constraint_schema n,constraint_name n,unique_constraint_catalog n,unique_constraint_schema n,unique_constraint_name n,match_option n,update_rule n,delete_rule n",
        Source::Made(referential_constraints),
    )
    .in_schema("information_schema"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Primary,
    Unique,
    Foreign,
}

/// A key as the catalog knows it.
struct Constraint<'a> {
    table: &'a Stored,
    kind: Kind,
    columns: &'a [usize],
    references: Option<(ObjectId, &'a [usize])>,
    number: usize,
}

impl Constraint<'_> {
    /// What it was called, or the name that PostgreSQL gives to a constraint without one.
    fn name(&self) -> String {
        let columns = self.columns.to_vec();
        let known = match self.kind {
            Kind::Primary => Named::Primary,
            Kind::Unique => Named::Unique(columns),
            Kind::Foreign => Named::Foreign(columns),
        };
        let names = self.table.table().map(|table| &table.constraints);
        if let Some((name, _)) = names.into_iter().flatten().find(|(_, constraint)| **constraint == known) {
            return name.to_string();
        }
        let column = self.columns.first().and_then(|column| self.table.columns.get(*column));
        let column = column.map_or("", |column| column.name.as_str());
        match self.kind {
            Kind::Primary => format!("{}_pkey", self.table.name),
            Kind::Unique => format!("{}_{column}_key", self.table.name),
            Kind::Foreign => format!("{}_{column}_fkey", self.table.name),
        }
    }

    /// Constraints have no number of their own here; it only has to be unique.
    fn oid(&self) -> u32 {
        self.table.id.0 * 100 + self.number as u32
    }

    /// `{1,2}`: column numbers from 1.
    fn numbers(columns: &[usize]) -> Value {
        let numbers: Vec<String> = columns.iter().map(|column| (column + 1).to_string()).collect();
        text(format!("{{{}}}", numbers.join(",")))
    }

    /// `catalog, schema, name` of the constraint.
    fn cells(&self, viewer: &Viewer<'_>) -> Vec<Value> {
        vec![text(&viewer.database.name), text(&self.table.schema), text(self.name())]
    }
}

fn of<'a>(table: &'a Stored) -> Vec<Constraint<'a>> {
    let Some(keys) = table.table() else { return Vec::new() };
    let key = |kind, columns: &'a [usize]| Constraint { table, kind, columns, references: None, number: 0 };
    let mut all = Vec::new();
    if !keys.primary_key.is_empty() {
        all.push(key(Kind::Primary, &keys.primary_key));
    }
    all.extend(keys.unique_keys.iter().map(|columns| key(Kind::Unique, columns)));
    all.extend(keys.foreign_keys.iter().map(|foreign| Constraint {
        references: Some((foreign.references, &foreign.referenced)),
        ..key(Kind::Foreign, &foreign.columns)
    }));
    for (number, constraint) in all.iter_mut().enumerate() {
        constraint.number = number;
    }
    all
}

fn constraints<'a>(viewer: &Viewer<'a>) -> Vec<Constraint<'a>> {
    relations(viewer).into_iter().flat_map(of).collect()
}

fn pg_constraint(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let all = viewer.database.relations.values().flat_map(|relation| of(relation));
    Ok(all
        .map(|one| {
            let schema = viewer.database.schema(&one.table.schema).map_or(0, |schema| schema.id.0);
            let kind = match one.kind {
                Kind::Primary => "p",
                Kind::Unique => "u",
                Kind::Foreign => "f",
            };
            let action = if one.kind == Kind::Foreign { "a" } else { " " };
            let matching = if one.kind == Kind::Foreign { "u" } else { " " };
            vec![
                text(one.name()),
                integer(schema),
                Value::string(kind),
                Value::Boolean(false),
                Value::Boolean(false),
                integer(one.table.id.0),
                Value::Integer(0),
                integer(one.references.map_or(0, |(table, _)| table.0)),
                Value::string(action),
                Value::string(action),
                Value::string(matching),
                Constraint::numbers(one.columns),
                one.references.map_or(Value::Null, |(_, columns)| Constraint::numbers(columns)),
                Value::Null,
                Value::Null,
                integer(one.oid()),
            ]
        })
        .collect())
}

/// The constraint of this number as DDL writes it; a table that `path` finds is not qualified.
pub fn written(database: &Database, path: &[Identifier], oid: u32) -> Option<String> {
    let names = |columns: &[usize], of: &Stored| {
        let names: Vec<String> =
            columns.iter().filter_map(|column| Some(of.columns.get(*column)?.name.quoted())).collect();
        names.join(", ")
    };
    let table = database.relation(ObjectId(oid / 100))?;
    let one = of(table).into_iter().nth(oid as usize % 100)?;
    let key = names(one.columns, table);
    Some(match (one.kind, one.references) {
        (Kind::Foreign, Some((target, columns))) => {
            let target = database.relation(target)?;
            let bare = path.contains(&target.schema);
            let name = if bare { target.name.quoted() } else { target.qualified_name().quoted() };
            format!("FOREIGN KEY ({key}) REFERENCES {name}({})", names(columns, target))
        }
        (Kind::Unique, _) => format!("UNIQUE ({key})"),
        _ => format!("PRIMARY KEY ({key})"),
    })
}

/// Each constraint's table, name and number.
pub(super) fn numbered(viewer: &Viewer<'_>) -> Vec<(ObjectId, String, u32)> {
    constraints(viewer).iter().map(|one| (one.table.id, one.name(), one.oid())).collect()
}

fn table_constraints(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |one: Constraint<'_>| {
        let mut row = one.cells(viewer);
        row.extend([
            text(&viewer.database.name),
            text(&one.table.schema),
            text(&one.table.name),
            Value::string(match one.kind {
                Kind::Primary => "PRIMARY KEY",
                Kind::Unique => "UNIQUE",
                Kind::Foreign => "FOREIGN KEY",
            }),
            Value::string("NO"),
            Value::string("NO"),
        ]);
        row
    };
    Ok(constraints(viewer).into_iter().map(row).collect())
}

fn key_column_usage(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for one in constraints(viewer) {
        for (position, column) in one.columns.iter().enumerate() {
            let mut row = one.cells(viewer);
            row.extend([text(&viewer.database.name), text(&one.table.schema), text(&one.table.name)]);
            row.push(one.table.columns.get(*column).map_or(Value::Null, |column| text(&column.name)));
            row.push(Value::Integer(position as i32 + 1));
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The columns that a key is of, or that a reference points to.
fn constraint_column_usage(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for one in constraints(viewer) {
        let target = match one.references {
            Some((table, columns)) => viewer.database.relation(table).map(|table| (&**table, columns)),
            None => Some((one.table, one.columns)),
        };
        let Some((table, columns)) = target else { continue };
        for column in columns.iter().filter_map(|column| table.columns.get(*column)) {
            let mut row =
                vec![text(&viewer.database.name), text(&table.schema), text(&table.name), text(&column.name)];
            row.extend(one.cells(viewer));
            rows.push(row);
        }
    }
    Ok(rows)
}

fn referential_constraints(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |one: Constraint<'_>| {
        let (table, columns) = one.references?;
        let key = of(viewer.database.relation(table)?)
            .into_iter()
            .find(|key| key.kind != Kind::Foreign && key.columns == columns)
            .map_or_else(|| vec![Value::Null; 3], |key| key.cells(viewer));
        let mut row = one.cells(viewer);
        row.extend(key);
        row.extend(["NONE", "NO ACTION", "NO ACTION"].map(Value::string));
        Some(row)
    };
    Ok(constraints(viewer).into_iter().filter_map(row).collect())
}
