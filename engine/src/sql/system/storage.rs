//! Where rows lie: `svv_table_info`, `stv_blocklist`, `stv_tbl_perm`, ... read off the segments themselves.

use super::acl;
use super::blocks::{DiskBlock, blocks, limit, megabytes_of};
use super::relation::{
    INTEGER, NAME, Relation, Rows, SMALLINT, Source, TEXT, TIMESTAMP, Viewer, integer, text,
};
use crate::sql::error::SqlResult;
use crate::warehouse::catalog::{Distribution, Relation as Stored, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::storage::Analyzed;
use crate::warehouse::storage::Region;
use crate::warehouse::storage::slices::SLICES;
use crate::warehouse::value::Value;

const fn decimal(precision: u8, scale: u8) -> DataType {
    DataType::Decimal { precision, scale }
}

/// What `stv_blocklist` and `svv_diskusage` both say of a block.
macro_rules! block {
    () => {
        "minvalue b,maxvalue b,sb_pos i,pinned i,on_disk i,modified i,hdr_modified i,unsorted i,tombstone i,preferred_diskno i,temporary i,newblock i"
    };
}

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new(
        "svv_table_info",
        &[
            ("database", TEXT),
            ("schema", TEXT),
            ("table_id", INTEGER),
            ("table", TEXT),
            ("encoded", TEXT),
            ("diststyle", TEXT),
            ("sortkey1", TEXT),
            ("max_varchar", INTEGER),
            ("sortkey1_enc", DataType::Char(32)),
            ("sortkey_num", INTEGER),
            ("size", DataType::BigInt),
            ("pct_used", decimal(10, 4)),
            ("empty", DataType::BigInt),
            ("unsorted", decimal(5, 2)),
            ("stats_off", decimal(5, 2)),
            ("tbl_rows", decimal(38, 0)),
            ("skew_sortkey1", decimal(19, 2)),
            ("skew_rows", decimal(19, 2)),
            ("estimated_visible_rows", decimal(38, 0)),
            ("risk_event", TEXT),
            ("vacuum_sort_benefit", decimal(12, 2)),
            ("create_time", TIMESTAMP),
        ],
        table_info,
    )
    .superuser_only(),
    Relation::written(
        "stv_blocklist",
        concat!(
            "slice i,col i,tbl i,blocknum i,num_values i,extended_limits i,",
            block!(),
            ",num_readers i,flags i"
        ),
        Source::Made(block_list),
    )
    .superuser_only(),
    Relation::new(
        "stv_tbl_perm",
        &[
            ("slice", INTEGER),
            ("id", INTEGER),
            ("name", NAME),
            ("rows", DataType::BigInt),
            ("sorted_rows", DataType::BigInt),
            ("temp", INTEGER),
            ("db_id", INTEGER),
            ("insert_pristine", SMALLINT),
            ("delete_pristine", SMALLINT),
            ("backup", INTEGER),
        ],
        permanent_tables,
    )
    .superuser_only(),
    Relation::written(
        "svv_diskusage",
        concat!("db_id i,name c72,slice i,col i,tbl i,blocknum i,num_values i,", block!()),
        Source::Made(disk_usage),
    )
    .superuser_only(),
    Relation::written(
        "svv_schema_quota_state",
        "schema_id i,schema_name c128,schema_owner i,quota i,disk_usage i,disk_usage_pct f",
        Source::Made(quotas),
    ),
    Relation::written(
        "svv_redshift_schema_quota",
        "database_name c128,schema_name c128,schema_owner i,quota i,disk_usage i",
        Source::Made(|viewer| {
            let row = |row: Vec<Value>| {
                let mut out = vec![text(&viewer.database.name)];
                out.extend(row.into_iter().skip(1));
                out
            };
            Ok(quotas(viewer)?.into_iter().map(row).collect())
        }),
    ),
    Relation::written(
        "stl_schema_quota_violations",
        "ownerid i,xact_id b,pid i,userid i,schema_id i,schema_name c128,quota i,disk_usage i,disk_usage_pct f,timestamp t",
        Source::Log("stl_schema_quota_violations"),
    ),
    Relation::written(
        "pg_statistic_indicator",
        "stairelid i,stairows f,staiins f,staidels f",
        Source::Made(statistic_indicators),
    )
    .superuser_only(),
    Relation::written(
        "svv_interleaved_columns",
        "tbl i,col i,interleaved_skew d19.2,last_reindex t",
        Source::Made(interleaved),
    )
    .superuser_only(),
    Relation::new(
        "stv_slices",
        &[("node", INTEGER), ("slice", INTEGER), ("localslice", INTEGER), ("type", DataType::Char(1))],
        |_| {
            // The sandbox's cluster is one node.
            let number = |slice: usize| Value::Integer(slice as i32);
            let row = |slice| vec![number(0), number(slice), number(slice), Value::string("D")];
            Ok((0..SLICES).map(row).collect())
        },
    ),
    Relation::new("stv_partitions", PARTITION_COLUMNS, partitions).superuser_only(),
];

const PARTITION_COLUMNS: &[(&str, DataType)] = &[
    ("owner", INTEGER),
    ("host", INTEGER),
    ("diskno", INTEGER),
    ("part_begin", DataType::BigInt),
    ("part_end", DataType::BigInt),
    ("used", INTEGER),
    ("tossed", INTEGER),
    ("capacity", INTEGER),
    ("reads", DataType::BigInt),
    ("writes", DataType::BigInt),
    ("seek_forward", INTEGER),
    ("seek_back", INTEGER),
    ("is_san", INTEGER),
    ("failed", INTEGER),
    ("mbps", INTEGER),
    ("mount", DataType::Char(256)),
];

/// Blocks of 1 MB that a dc2.large node has room for: 160 GB.
const CAPACITY: u64 = 160 * 1_024;

fn tables<'a>(viewer: &Viewer<'a>) -> impl Iterator<Item = (&'a Stored, &'a Table)> {
    viewer.database.relations.values().filter_map(|relation| Some((&**relation, relation.table()?)))
}

/// Only tables with at least one row, as the product lists them.
fn table_info(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(tables(viewer)
        .filter(|(_, table)| table.data.stored_rows() > 0)
        .map(|(relation, table)| {
            let stored = table.data.stored_rows();
            let blocks = blocks(relation, table);
            let size = blocks.len() as u64;
            let first_key = table.sort_key.first().and_then(|key| relation.columns.get(*key));
            let unsorted = stored - table.data.sorted_rows();
            let encoded = relation
                .columns
                .iter()
                .any(|column| !matches!(column.encoding.as_str(), "" | "none" | "raw"));
            vec![
                text(&viewer.database.name),
                text(&relation.schema),
                integer(relation.id.0),
                text(&relation.name),
                Value::string(if encoded { "Y, AUTO(ENCODE)" } else { "N" }),
                text(distribution(relation, table)),
                match first_key {
                    None => Value::string("AUTO(SORTKEY)"),
                    Some(_) if table.interleaved => Value::string("INTERLEAVED"),
                    Some(column) => text(&column.name),
                },
                Value::Integer(widest_varchar(relation)),
                first_key.map_or(Value::Null, |column| text(&column.encoding)),
                Value::Integer(table.sort_key.len() as i32),
                Value::BigInt(size as i64),
                ratio(size * 100, CAPACITY, 4),
                Value::BigInt(0),
                if table.sort_key.is_empty() { Value::Null } else { ratio(unsorted * 100, stored, 2) },
                stats_off(table),
                Value::Decimal { unscaled: i128::from(stored), scale: 0 },
                skew_of_sort_key(table, &blocks, relation.columns.len()),
                skew_of_rows(table),
                Value::Decimal { unscaled: i128::from(table.data.visible_rows()), scale: 0 },
                Value::Null,
                // How the product estimates the benefit is not published: what is out of order. Unconfirmed.
                if table.sort_key.is_empty() { Value::Null } else { ratio(unsorted * 100, stored, 2) },
                Value::Timestamp(relation.created.0),
            ]
        })
        .collect())
}

/// How much of the table the statistics do not know: rows that came or went since ANALYZE; 0 is current, 100 is not at
/// all. The product's formula is not published; unconfirmed.
pub(crate) fn stats_off(table: &Table) -> Value {
    let Analyzed { inserted, deleted, .. } = table.data.analyzed;
    let now = table.data.stored_rows();
    ratio((inserted + deleted).min(now) * 100, now, 2)
}

/// The largest other column against the first column of the sort key, in blocks.
fn skew_of_sort_key(table: &Table, blocks: &[DiskBlock], columns: usize) -> Value {
    let Some(first) = table.sort_key.first() else { return Value::Null };
    let size = |column: usize| blocks.iter().filter(|block| block.column == column).count() as u64;
    let others = (0..columns).filter(|column| !table.sort_key.contains(column)).map(size).max();
    others.map_or(Value::Null, |largest| ratio(largest, size(*first), 2))
}

/// The fullest slice against the emptiest. A table that lies whole on every node has no skew; 100 for an empty
/// slice is unconfirmed.
fn skew_of_rows(table: &Table) -> Value {
    if table.present_distribution() == Distribution::All {
        return Value::Null;
    }
    let rows = table.slice_rows();
    let (most, least) = (rows.iter().max().copied(), rows.iter().min().copied());
    match least {
        Some(0) | None => Value::Decimal { unscaled: 10_000, scale: 2 },
        Some(least) => ratio(most.unwrap_or(least), least, 2),
    }
}

pub(crate) fn distribution(relation: &Stored, table: &Table) -> String {
    match table.distribution {
        Distribution::Auto if table.present_distribution() == Distribution::All => "AUTO(ALL)".to_owned(),
        Distribution::Auto => "AUTO(EVEN)".to_owned(),
        Distribution::Even => "EVEN".to_owned(),
        Distribution::All => "ALL".to_owned(),
        Distribution::Key(column) => match relation.columns.get(column) {
            Some(column) => format!("KEY({})", column.name),
            None => "KEY".to_owned(),
        },
    }
}

fn widest_varchar(relation: &Stored) -> i32 {
    let widths = relation.columns.iter().filter_map(|column| match column.data_type.text() {
        DataType::Varchar(bytes) => Some(bytes as i32),
        _ => None,
    });
    widths.max().unwrap_or(0)
}

/// `part / whole`, rounded down to `scale` digits.
fn ratio(part: u64, whole: u64, scale: u8) -> Value {
    let units = u128::from(part) * 10_u128.pow(u32::from(scale)) / u128::from(whole.max(1));
    Value::Decimal { unscaled: units as i128, scale }
}

fn block_list(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for (relation, table) in tables(viewer) {
        rows.extend(blocks(relation, table).iter().map(|block| block_row(relation, table, block)));
    }
    Ok(rows)
}

fn block_row(relation: &Stored, table: &Table, block: &DiskBlock) -> Vec<Value> {
    let limits = block.zone.as_ref().map(|(least, greatest)| (limit(least), limit(greatest)));
    let (least, greatest) = limits.unwrap_or((None, None));
    let cell = |limit: Option<i64>| limit.map_or(Value::Null, Value::BigInt);
    let flag = |set: bool| Value::Integer(i32::from(set));
    vec![
        Value::Integer(block.slice as i32),
        Value::Integer(block.column as i32),
        integer(relation.id.0),
        integer(block.number),
        Value::Integer(block.values as i32),
        flag(false),
        cell(least),
        cell(greatest),
        flag(false),
        flag(false),
        flag(true),
        flag(false),
        flag(false),
        flag(block.region == Region::Unsorted),
        flag(false),
        flag(false),
        flag(table.temporary),
        flag(false),
        flag(false),
        flag(false),
    ]
}

/// `stv_blocklist` with names.
fn disk_usage(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for (relation, table) in tables(viewer) {
        for block in blocks(relation, table) {
            let mut row = block_row(relation, table, &block);
            row.truncate(18);
            row.remove(5);
            row.splice(0..0, [integer(viewer.database.id.0), text(&relation.name)]);
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Every schema that the viewer may use, with its quota, if it has one.
fn quotas(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let seen = viewer.database.schemas.values().filter(|schema| {
        viewer.is_superuser()
            || schema.owner == viewer.user
            || acl::visible(&schema.acl, false, viewer).next().is_some()
    });
    Ok(seen
        .map(|schema| {
            let used = megabytes_of(viewer.database, &schema.name);
            let quota = viewer.database.notes.quotas.get(&schema.id).copied();
            let percent = |quota: u64| (used as f64 * 10_000.0 / quota.max(1) as f64).round() / 100.0;
            vec![
                integer(schema.id.0),
                text(&schema.name),
                integer(schema.owner.0),
                quota.map_or(Value::Null, |quota| integer(quota as u32)),
                integer(used as u32),
                quota.map_or(Value::Null, |quota| Value::Double(percent(quota))),
            ]
        })
        .collect())
}

/// Rows that came and went since ANALYZE.
fn statistic_indicators(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |(relation, table): (&Stored, &Table)| {
        let count = |rows: u64| Value::Double(rows as f64);
        let Analyzed { inserted, deleted, .. } = table.data.analyzed;
        vec![integer(relation.id.0), count(table.data.visible_rows()), count(inserted), count(deleted)]
    };
    Ok(tables(viewer).map(row).collect())
}

/// Columns of interleaved sort keys. How even their values are is no part of the simulation's sort: 1.00, that is none,
/// and no REINDEX is remembered here. Unconfirmed.
fn interleaved(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for (relation, table) in tables(viewer).filter(|(_, table)| table.interleaved) {
        for column in &table.sort_key {
            let none = Value::Decimal { unscaled: 100, scale: 2 };
            rows.push(vec![integer(relation.id.0), Value::Integer(*column as i32), none, Value::Null]);
        }
    }
    Ok(rows)
}

/// The node's one disk. What is counted is where it is full; reads and seeks are not simulated and stay 0.
fn partitions(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let databases = viewer.manifest.catalog.databases.values();
    let tables = databases.flat_map(|database| database.relations.values());
    let used: usize = tables.filter_map(|relation| Some(blocks(relation, relation.table()?).len())).sum();
    let count = |value: u64| Value::Integer(value as i32);
    let mut row =
        vec![count(0), count(0), count(0), Value::BigInt(0), Value::BigInt((CAPACITY << 20) as i64)];
    row.extend([count(used as u64), count(0), count(CAPACITY), Value::BigInt(0), Value::BigInt(0)]);
    row.extend([count(0), count(0), count(0), count(0), count(0)]);
    Ok(vec![row])
}

/// Every table on every slice, rows or none.
fn permanent_tables(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for (relation, table) in tables(viewer) {
        let sum = |slice: usize, region: Option<Region>| -> i64 {
            let segments = table.data.segments.iter();
            let chosen = segments.filter(|stored| region.is_none_or(|region| stored.region == region));
            chosen.map(|stored| i64::from(stored.slices[slice])).sum()
        };
        for slice in 0..SLICES {
            rows.push(vec![
                Value::Integer(slice as i32),
                integer(relation.id.0),
                text(&relation.name),
                Value::BigInt(sum(slice, None)),
                Value::BigInt(sum(slice, Some(Region::Sorted))),
                Value::Integer(i32::from(table.temporary)),
                integer(viewer.database.id.0),
                Value::SmallInt(0),
                Value::SmallInt(0),
                Value::Integer(i32::from(table.backup)),
            ]);
        }
    }
    Ok(rows)
}
