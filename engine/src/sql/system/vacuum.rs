//! What VACUUM and ANALYZE did: `stl_vacuum` with the two views over it, and `stl_analyze`.

use super::log::live;
use super::relation::{BIGINT, INTEGER, Relation, Rows, Source, TEXT, TIMESTAMP, Viewer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new(
        "stl_vacuum",
        &[
            ("userid", INTEGER),
            ("xid", BIGINT),
            ("table_id", INTEGER),
            ("status", DataType::Char(30)),
            ("rows", BIGINT),
            ("sortedrows", INTEGER),
            ("blocks", INTEGER),
            ("max_merge_partitions", INTEGER),
            ("eventtime", TIMESTAMP),
            ("reclaimable_rows", BIGINT),
            ("reclaimable_space_mb", BIGINT),
            ("cutoff_xid", BIGINT),
            ("is_recluster", INTEGER),
        ],
        |viewer| Ok(events(viewer)),
    )
    .superuser_only(),
    Relation::written(
        "stl_analyze",
        "userid i,xid b,database c30,table_id i,status c15,rows f,modified_rows f,threshold_percent i,is_auto c1,starttime t,endtime t,prevtime t,num_predicate_cols i,num_new_predicate_cols i,is_background c1,auto_analyze_phase c100",
        Source::Log("stl_analyze"),
    )
    .superuser_only(),
    Relation::new(
        "svv_vacuum_progress",
        &[("table_name", TEXT), ("status", TEXT), ("time_remaining_estimate", TEXT)],
        progress,
    )
    .superuser_only(),
    Relation::new(
        "svv_vacuum_summary",
        &[
            ("table_name", TEXT),
            ("xid", BIGINT),
            ("sort_partitions", BIGINT),
            ("merge_increments", BIGINT),
            ("elapsed_time", BIGINT),
            ("row_delta", BIGINT),
            ("sortedrow_delta", BIGINT),
            ("block_delta", INTEGER),
            ("max_merge_partitions", INTEGER),
        ],
        summary,
    )
    .superuser_only(),
];

fn events(viewer: &Viewer<'_>) -> Rows {
    viewer.logs.rows.get("stl_vacuum").cloned().unwrap_or_default()
}

fn number(row: &[Value], place: usize) -> i64 {
    match row.get(place) {
        Some(Value::Integer(value)) => i64::from(*value),
        Some(Value::BigInt(value) | Value::Timestamp(value)) => *value,
        _ => 0,
    }
}

fn is_finished(row: &[Value]) -> bool {
    matches!(row.get(3), Some(Value::String(status)) if status.ends_with("Finished"))
}

/// The table's name, or its number when it is gone.
fn table_name(viewer: &Viewer<'_>, row: &[Value]) -> Value {
    let id = number(row, 2);
    let relation = viewer.database.relations.values().find(|relation| i64::from(relation.id.0) == id);
    relation.map_or_else(|| text(id), |relation| text(&relation.name))
}

/// The vacuum that is on its way, or else the last one. How much longer it takes is not told: here it takes no time that
/// anybody could see.
fn progress(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let now = live(viewer, "svv_vacuum_progress");
    if !now.is_empty() {
        return Ok(now);
    }
    let all = events(viewer);
    let last = all.iter().rev().find(|row| is_finished(row));
    Ok(last
        .map(|row| vec![table_name(viewer, row), Value::string("Complete"), Value::Null])
        .into_iter()
        .collect())
}

/// One row for each vacuum that began and ended: what it changed.
fn summary(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let all = events(viewer);
    let mut rows: Rows = Vec::new();
    for (at, end) in all.iter().enumerate().filter(|(_, row)| is_finished(row)) {
        let began = all[..at].iter().rev().find(|row| row.get(1) == end.get(1) && row.get(2) == end.get(2));
        let Some(began) = began else { continue };
        let delta = |place: usize| number(end, place) - number(began, place);
        let sorts = delta(5) > 0;
        rows.push(vec![
            table_name(viewer, end),
            Value::BigInt(number(end, 1)),
            Value::BigInt(i64::from(sorts)),
            Value::BigInt(i64::from(sorts)),
            Value::BigInt(delta(8)),
            Value::BigInt(delta(4)),
            Value::BigInt(delta(5)),
            Value::Integer(delta(6) as i32),
            Value::Integer(number(end, 7) as i32),
        ]);
    }
    Ok(rows)
}
