//! Tables and views in PostgreSQL's listings: `pg_table_def`, `pg_tables`, `pg_views`.

use super::relation::{BOOLEAN, INTEGER, NAME, Relation, Rows, TEXT, Viewer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::catalog::{Column, Distribution, Relation as Stored, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new(
        "pg_table_def",
        &[
            ("schemaname", NAME),
            ("tablename", NAME),
            ("column", NAME),
            ("type", TEXT),
            ("encoding", DataType::Char(32)),
            ("distkey", BOOLEAN),
            ("sortkey", INTEGER),
            ("notnull", BOOLEAN),
        ],
        table_definitions,
    ),
    Relation::new(
        "pg_tables",
        &[
            ("schemaname", NAME),
            ("tablename", NAME),
            ("tableowner", NAME),
            ("tablespace", NAME),
            ("hasindexes", BOOLEAN),
            ("hasrules", BOOLEAN),
            ("hastriggers", BOOLEAN),
        ],
        tables,
    ),
    Relation::new(
        "pg_views",
        &[("schemaname", NAME), ("viewname", NAME), ("viewowner", NAME), ("definition", TEXT)],
        views,
    ),
];

/// The table's rank of a column in its sort key, from 1; interleaved keys alternate in sign; 0 for none.
pub(super) fn sort_rank(table: &Table, column: usize) -> i32 {
    match table.sort_key.iter().position(|key| *key == column) {
        None => 0,
        Some(rank) if table.interleaved && rank % 2 == 1 => -(rank as i32 + 1),
        Some(rank) => rank as i32 + 1,
    }
}

/// As `pg_table_def` and `svv_redshift_columns` print it.
pub(super) fn encoding(column: &Column) -> Value {
    Value::string(if column.encoding.is_empty() { "none" } else { column.encoding.as_str() })
}

/// Only tables in schemas of the search path: the surprise of everyone who looks for a table in vain. The session's
/// temporary tables come first, as names are looked for.
fn table_definitions(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    let own = viewer.setting("pg_backend_pid").map(|pid| Identifier::fold(&format!("pg_temp_{pid}")));
    for schema in own.into_iter().chain(viewer.search_path()) {
        for relation in viewer.database.relations.values().filter(|relation| relation.schema == schema) {
            let Some(table) = relation.table() else { continue };
            for (index, column) in relation.columns.iter().enumerate() {
                rows.push(vec![
                    text(&relation.schema),
                    text(&relation.name),
                    text(&column.name),
                    text(column.data_type),
                    encoding(column),
                    Value::Boolean(table.distribution == Distribution::Key(index)),
                    Value::Integer(sort_rank(table, index)),
                    Value::Boolean(!column.nullable),
                ]);
            }
        }
    }
    Ok(rows)
}

fn sorted<'a>(viewer: &Viewer<'a>) -> Vec<&'a Stored> {
    let mut relations: Vec<&Stored> =
        viewer.database.relations.values().map(|relation| &**relation).collect();
    crate::sorted::sort_by(&mut relations, |a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    relations
}

fn tables(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(sorted(viewer)
        .into_iter()
        .filter(|relation| relation.table().is_some())
        .map(|relation| {
            vec![
                text(&relation.schema),
                text(&relation.name),
                viewer.user_name(relation.owner),
                Value::Null,
                Value::Boolean(false),
                Value::Boolean(false),
                Value::Boolean(false),
            ]
        })
        .collect())
}

fn views(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(sorted(viewer)
        .into_iter()
        .filter_map(|relation| {
            let view = relation.view()?;
            let binding = if view.late.is_some() { " with no schema binding" } else { "" };
            Some(vec![
                text(&relation.schema),
                text(&relation.name),
                viewer.user_name(relation.owner),
                Value::string(format!("{}{binding};", view.query.trim_end_matches(';'))),
            ])
        })
        .collect())
}
