//! The table of a load, and what fills each of its columns.

use arrow::array::ArrayRef;

use super::settings::Settings;
use super::{CopyContext, filler};
use crate::load::column::LoadColumn;
use crate::sql::authorize::schema_usage;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Batch;
use crate::sql::statement::Copy;
use crate::warehouse::catalog::{DefaultValue, Relation, RelationKind};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// What fills a column of the table.
pub enum ColumnSource {
    File { column: usize, default: Option<Value> },
    Constant { value: Value, data_type: DataType },
}

/// What fills the table, and the columns that the file fills, in its order.
pub struct Target {
    pub sources: Vec<ColumnSource>,
    pub columns: Vec<LoadColumn>,
}

impl Target {
    /// `chosen`: the columns that the statement names, or all.
    pub fn new(
        copy: &Copy,
        relation: &Relation,
        chosen: Vec<usize>,
        settings: &Settings,
        context: CopyContext<'_>,
    ) -> SqlResult<Target> {
        let skips_identity = !settings.explicit_ids;
        let is_identity =
            |column: usize| matches!(relation.columns[column].default, Some(DefaultValue::Identity { .. }));
        if skips_identity
            && !copy.columns.is_empty()
            && let Some(column) = chosen.iter().find(|column| is_identity(**column))
        {
            let name = &relation.columns[*column].name;
            return Err(SqlError::product(
                "42601",
                format!("cannot set an identity column {name} to a value"),
            ));
        }
        let filled: Vec<usize> =
            chosen.into_iter().filter(|column| !(skips_identity && is_identity(*column))).collect();
        let mut sources = Vec::with_capacity(relation.columns.len());
        for (number, column) in relation.columns.iter().enumerate() {
            let default = match &column.default {
                Some(DefaultValue::Expression(text)) => Some((context.default)(text, column.data_type)?),
                Some(DefaultValue::Identity { .. }) | None => None,
            };
            sources.push(match filled.iter().position(|filled| *filled == number) {
                Some(position) if column.nullable => ColumnSource::File { column: position, default: None },
                Some(position) => ColumnSource::File { column: position, default },
                None => match default {
                    None if !column.nullable && !is_identity(number) => {
                        return Err(SqlError::product(
                            "23502",
                            format!("Cannot insert a NULL value into column {}", column.name),
                        ));
                    }
                    default => ColumnSource::Constant {
                        value: default.unwrap_or(Value::Null),
                        data_type: column.data_type,
                    },
                },
            });
        }
        let columns = filled.iter().map(|number| {
            let column = &relation.columns[*number];
            LoadColumn {
                name: column.name.to_string(),
                data_type: column.data_type,
                nullable: column.nullable,
                has_default: matches!(column.default, Some(DefaultValue::Expression(_))),
            }
        });
        Ok(Target { columns: columns.collect(), sources })
    }
}

/// Columns of the file made rows of the table, in table order.
pub fn rows(sources: &[ColumnSource], arrays: &[ArrayRef], rows: usize) -> SqlResult<Batch> {
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(sources.len());
    for source in sources {
        columns.push(match source {
            ColumnSource::File { column, default: None } => arrays[*column].clone(),
            ColumnSource::File { column, default: Some(value) } => {
                filler::fill_nulls(&arrays[*column], value)?
            }
            ColumnSource::Constant { value, data_type } => filler::repeat(value, *data_type, rows)?,
        });
    }
    Ok(Batch { columns, rows })
}

/// The table, found as any name is: with a schema, USAGE comes first; without, the search path decides and
/// schemas that may not be used are passed over.
pub fn find_table<'a>(copy: &Copy, context: CopyContext<'a>) -> SqlResult<&'a Relation> {
    let CopyContext { manifest, session, .. } = context;
    let database = manifest
        .catalog
        .database(&session.database)
        .ok_or_else(|| SqlError::bug("the session's database is gone"))?;
    let name = &copy.table.name;
    let found = match &copy.table.schema {
        Some(schema_name) => {
            let schema =
                database.schema(schema_name).ok_or_else(|| SqlError::undefined_schema(schema_name))?;
            schema_usage(schema, manifest, session.user)?;
            database.find(schema_name, name)
        }
        None => std::iter::once(&session.temporary_schema)
            .chain(context.search_path)
            .filter(|schema_name| {
                **schema_name == session.temporary_schema
                    || database
                        .schema(schema_name)
                        .is_some_and(|schema| schema_usage(schema, manifest, session.user).is_ok())
            })
            .find_map(|schema_name| database.find(schema_name, name)),
    };
    let relation = found.ok_or_else(|| SqlError::undefined_relation(&copy.table))?;
    match &relation.kind {
        RelationKind::Table(_) if relation.materialized().is_none() => Ok(relation),
        // unconfirmed: the sentence and code for a view.
        RelationKind::Table(_) | RelationKind::View(_) => {
            Err(SqlError::product("42809", format!("cannot copy to view \"{name}\"")))
        }
    }
}

/// Numbers of the columns that the file fills, in the file's order.
pub fn chosen_columns(copy: &Copy, relation: &Relation) -> SqlResult<Vec<usize>> {
    if copy.columns.is_empty() {
        return Ok((0..relation.columns.len()).collect());
    }
    let mut chosen = Vec::with_capacity(copy.columns.len());
    for name in &copy.columns {
        let number = relation.column(name).ok_or_else(|| {
            SqlError::product(
                "42703",
                format!("column \"{name}\" of relation \"{}\" does not exist", relation.name),
            )
        })?;
        if chosen.contains(&number) {
            return Err(SqlError::product("42701", format!("column \"{name}\" specified more than once")));
        }
        chosen.push(number);
    }
    Ok(chosen)
}
