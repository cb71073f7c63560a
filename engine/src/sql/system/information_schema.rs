//! The SQL standard's listings, and `svv_tables` and `svv_columns`, which have the same shape.
//!
//! They show what the user holds some right on.

use super::log;
use super::relation::{INTEGER, NAME, Relation, Rows, TEXT, Viewer, integer, text, yes_no};
use crate::sql::error::SqlResult;
use crate::warehouse::catalog::{Column, DefaultValue, Relation as Stored};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new(
        "tables",
        &[
            ("table_catalog", NAME),
            ("table_schema", NAME),
            ("table_name", NAME),
            ("table_type", NAME),
            ("self_referencing_column_name", NAME),
            ("reference_generation", NAME),
            ("user_defined_type_catalog", NAME),
            ("user_defined_type_schema", NAME),
            ("user_defined_name", NAME),
        ],
        |viewer| Ok(tables(viewer, false)),
    )
    .in_schema("information_schema"),
    Relation::new(
        "svv_tables",
        &[
            ("table_catalog", NAME),
            ("table_schema", NAME),
            ("table_name", NAME),
            ("table_type", NAME),
            ("remarks", TEXT),
        ],
        |viewer| {
            let mut rows = tables(viewer, true);
            rows.extend(external_tables(viewer, "svv_tables", 5));
            Ok(rows)
        },
    ),
    Relation::new("columns", COLUMNS, columns).in_schema("information_schema"),
    Relation::new("svv_columns", SVV_COLUMNS, columns),
    Relation::new(
        "schemata",
        &[
            ("catalog_name", NAME),
            ("schema_name", NAME),
            ("schema_owner", NAME),
            ("default_character_set_catalog", NAME),
            ("default_character_set_schema", NAME),
            ("default_character_set_name", NAME),
            ("sql_path", TEXT),
        ],
        schemata,
    )
    .in_schema("information_schema"),
];

const COLUMNS: &[(&str, DataType)] = &[
    ("table_catalog", NAME),
    ("table_schema", NAME),
    ("table_name", NAME),
    ("column_name", NAME),
    ("ordinal_position", INTEGER),
    ("column_default", TEXT),
    ("is_nullable", DataType::Varchar(3)),
    ("data_type", NAME),
    ("character_maximum_length", INTEGER),
    ("numeric_precision", INTEGER),
    ("numeric_precision_radix", INTEGER),
    ("numeric_scale", INTEGER),
    ("datetime_precision", INTEGER),
    ("interval_type", NAME),
    ("interval_precision", NAME),
    ("character_set_catalog", NAME),
    ("character_set_schema", NAME),
    ("character_set_name", NAME),
    ("collation_catalog", NAME),
    ("collation_schema", NAME),
    ("collation_name", NAME),
    ("domain_name", NAME),
];

const SVV_COLUMNS: &[(&str, DataType)] = &[
    ("table_catalog", NAME),
    ("table_schema", NAME),
    ("table_name", NAME),
    ("column_name", NAME),
    ("ordinal_position", INTEGER),
    ("column_default", TEXT),
    ("is_nullable", DataType::Varchar(3)),
    ("data_type", NAME),
    ("character_maximum_length", INTEGER),
    ("numeric_precision", INTEGER),
    ("numeric_precision_radix", INTEGER),
    ("numeric_scale", INTEGER),
    ("datetime_precision", INTEGER),
    ("interval_type", NAME),
    ("interval_precision", NAME),
    ("character_set_catalog", NAME),
    ("character_set_schema", NAME),
    ("character_set_name", NAME),
    ("collation_catalog", NAME),
    ("collation_schema", NAME),
    ("collation_name", NAME),
    ("domain_name", NAME),
    ("remarks", TEXT),
];

/// The relations that the viewer may see, by schema and name.
pub(super) fn relations<'a>(viewer: &Viewer<'a>) -> Vec<&'a Stored> {
    let mut relations: Vec<&Stored> = viewer
        .database
        .relations
        .values()
        .map(|relation| &**relation)
        .filter(|relation| viewer.may_touch(relation))
        .collect();
    crate::sorted::sort_by(&mut relations, |a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    relations
}

fn tables(viewer: &Viewer<'_>, remarks: bool) -> Rows {
    relations(viewer)
        .into_iter()
        .map(|relation| {
            let kind = match relation.table() {
                Some(table) if table.temporary => "LOCAL TEMPORARY",
                Some(_) => "BASE TABLE",
                None => "VIEW",
            };
            let mut row = vec![
                text(&viewer.database.name),
                text(&relation.schema),
                text(&relation.name),
                Value::string(kind),
            ];
            if remarks {
                row.push(relation.comment.as_deref().map_or(Value::Null, Value::string));
            }
            row
        })
        .collect()
}

/// The external tables that `external::listing` found for a relation whose rows are `width` wide.
pub(super) fn external_tables(viewer: &Viewer<'_>, relation: &str, width: usize) -> Rows {
    let mut rows = log::live(viewer, relation);
    rows.iter_mut().for_each(|row| row.resize(width, Value::Null));
    rows
}

fn columns(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in relations(viewer) {
        for (index, column) in relation.columns.iter().enumerate() {
            let (precision, radix, scale) = number_parts(column.data_type);
            let mut row = vec![
                text(&viewer.database.name),
                text(&relation.schema),
                text(&relation.name),
                text(&column.name),
                Value::Integer(index as i32 + 1),
                default_text(column),
                yes_no(column.nullable),
                text(bare_name(column.data_type)),
                maximum_length(column.data_type),
                precision,
                radix,
                scale,
                match column.data_type {
                    DataType::Time | DataType::TimeTz | DataType::Timestamp | DataType::TimestampTz => {
                        Value::Integer(6)
                    }
                    _ => Value::Null,
                },
            ];
            row.resize(SVV_COLUMNS.len() - 1, Value::Null);
            row.push(column.comment.as_deref().map_or(Value::Null, Value::string));
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The type without its length or digits.
pub(super) fn bare_name(data_type: DataType) -> String {
    let name = data_type.to_string();
    match name.split_once('(') {
        Some((bare, _)) => bare.to_owned(),
        None => name,
    }
}

pub(super) fn maximum_length(data_type: DataType) -> Value {
    match data_type.text() {
        DataType::Char(bytes) | DataType::Varchar(bytes) | DataType::Varbyte(bytes) => integer(bytes),
        _ => Value::Null,
    }
}

/// Precision, its base and the scale.
pub(super) fn number_parts(data_type: DataType) -> (Value, Value, Value) {
    let of = |precision: i32, radix: i32, scale: Option<i32>| {
        (Value::Integer(precision), Value::Integer(radix), scale.map_or(Value::Null, Value::Integer))
    };
    match data_type {
        DataType::SmallInt => of(16, 2, Some(0)),
        DataType::Integer => of(32, 2, Some(0)),
        DataType::BigInt => of(64, 2, Some(0)),
        DataType::Real => of(24, 2, None),
        DataType::Double => of(53, 2, None),
        DataType::Decimal { precision, scale } => of(i32::from(precision), 10, Some(i32::from(scale))),
        _ => (Value::Null, Value::Null, Value::Null),
    }
}

pub(super) fn default_text(column: &Column) -> Value {
    match &column.default {
        None => Value::Null,
        Some(DefaultValue::Expression(expression)) => text(expression),
        Some(DefaultValue::Identity { seed, step, by_default }) => {
            let function = if *by_default { "default_identity" } else { "identity" };
            text(format!("\"{function}\"(0, 0, '{seed},{step}'::text)"))
        }
    }
}

fn schemata(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(viewer
        .database
        .schemas
        .values()
        .filter(|schema| viewer.is_superuser() || schema.owner == viewer.user)
        .map(|schema| vec![text(&viewer.database.name), text(&schema.name), viewer.user_name(schema.owner)])
        .collect())
}
