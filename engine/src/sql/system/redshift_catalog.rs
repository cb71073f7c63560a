//! Redshift's own listings over all databases: `svv_all_*` and `svv_redshift_*`.

use std::sync::Arc;

use super::acl;
use super::information_schema::{default_text, external_tables, relations};
use super::pg_catalog::{OWNER_OF_DATABASE, OWNER_OF_SCHEMA, OWNER_OF_TABLE};
use super::relation::{BOOLEAN, INTEGER, Relation, Rows, Source, Viewer, integer, text, yes_no};
use super::table_definition::{encoding, sort_rank};
use crate::sql::error::SqlResult;
use crate::warehouse::catalog::{Database, Distribution};
use crate::warehouse::data_type::DataType;
use crate::warehouse::note::Noted;
use crate::warehouse::value::Value;

const NAME: DataType = DataType::Varchar(128);

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new("svv_all_tables", TABLES, |viewer| {
        let mut rows = tables(viewer);
        rows.extend(external_tables(viewer, "svv_all_tables", 6));
        Ok(rows)
    }),
    Relation::new("svv_redshift_tables", TABLES, |viewer| Ok(tables(viewer))),
    Relation::written(
        "stv_db_isolation_level",
        "db_name c128,isolation_level c20",
        Source::Made(|viewer| {
            let row = |database: &Arc<Database>| {
                let snapshot = database.notes.comment_on(&Noted::Isolation).is_some();
                let level = if snapshot { "Snapshot Isolation" } else { "Serializable" };
                vec![text(&database.name), Value::string(level)]
            };
            Ok(viewer.manifest.catalog.databases.values().map(row).collect())
        }),
    ),
    Relation::new(
        "svv_all_schemas",
        &[
            ("database_name", NAME),
            ("schema_name", NAME),
            ("schema_owner", INTEGER),
            ("schema_type", NAME),
            ("schema_acl", NAME),
            ("source_database", NAME),
            ("schema_option", NAME),
        ],
        schemas,
    ),
    Relation::new(
        "svv_redshift_columns",
        &[
            ("database_name", NAME),
            ("schema_name", NAME),
            ("table_name", NAME),
            ("column_name", NAME),
            ("ordinal_position", INTEGER),
            ("data_type", DataType::Varchar(32)),
            ("column_default", DataType::Varchar(4000)),
            ("is_nullable", DataType::Varchar(3)),
            ("encoding", NAME),
            ("distkey", BOOLEAN),
            ("sortkey", INTEGER),
            ("column_acl", NAME),
            ("remarks", DataType::Varchar(256)),
        ],
        columns,
    ),
    Relation::new(
        "svv_redshift_databases",
        &[
            ("database_name", NAME),
            ("database_owner", INTEGER),
            ("database_type", DataType::Varchar(32)),
            ("database_acl", NAME),
            ("database_options", NAME),
        ],
        databases,
    ),
];

const TABLES: &[(&str, DataType)] = &[
    ("database_name", NAME),
    ("schema_name", NAME),
    ("table_name", NAME),
    ("table_type", NAME),
    ("table_acl", NAME),
    ("remarks", NAME),
];

fn tables(viewer: &Viewer<'_>) -> Rows {
    relations(viewer)
        .into_iter()
        .map(|relation| {
            vec![
                text(&viewer.database.name),
                text(&relation.schema),
                text(&relation.name),
                Value::string(if relation.view().is_none() { "TABLE" } else { "VIEW" }),
                acl::print(&relation.acl, relation.owner, OWNER_OF_TABLE, viewer),
                relation.comment.as_deref().map_or(Value::Null, Value::string),
            ]
        })
        .collect()
}

fn schemas(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(viewer
        .database
        .schemas
        .values()
        .filter(|schema| {
            viewer.is_superuser()
                || schema.owner == viewer.user
                || acl::visible(&schema.acl, false, viewer).next().is_some()
        })
        .map(|schema| {
            vec![
                text(&viewer.database.name),
                text(&schema.name),
                integer(schema.owner.0),
                Value::string("local"),
                acl::print(&schema.acl, schema.owner, OWNER_OF_SCHEMA, viewer),
                Value::Null,
                Value::Null,
            ]
        })
        .collect())
}

fn columns(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in relations(viewer) {
        for (index, column) in relation.columns.iter().enumerate() {
            let table = relation.table();
            rows.push(vec![
                text(&viewer.database.name),
                text(&relation.schema),
                text(&relation.name),
                text(&column.name),
                Value::Integer(index as i32 + 1),
                text(column.data_type),
                default_text(column),
                yes_no(column.nullable),
                encoding(column),
                Value::Boolean(table.is_some_and(|table| table.distribution == Distribution::Key(index))),
                Value::Integer(table.map_or(0, |table| sort_rank(table, index))),
                acl::print_column(&relation.acl, &column.name, viewer),
                column.comment.as_deref().map_or(Value::Null, Value::string),
            ]);
        }
    }
    Ok(rows)
}

fn databases(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(viewer
        .manifest
        .catalog
        .databases
        .values()
        .map(|database| {
            vec![
                text(&database.name),
                integer(database.owner.0),
                Value::string("local"),
                acl::print(&database.acl, database.owner, OWNER_OF_DATABASE, viewer),
                Value::Null,
            ]
        })
        .collect())
}
