//! Where rows lie: `svv_table_info` and `stv_blocklist`, read off the blocks themselves.

use super::relation::{INTEGER, NAME, Relation, Rows, SMALLINT, TEXT, TIMESTAMP, Viewer, integer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::catalog::{Distribution, Relation as Stored, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::storage::Region;
use crate::warehouse::value::Value;

const fn decimal(precision: u8, scale: u8) -> DataType {
    DataType::Decimal { precision, scale }
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
    Relation::new(
        "stv_blocklist",
        &[
            ("slice", INTEGER),
            ("col", INTEGER),
            ("tbl", INTEGER),
            ("blocknum", INTEGER),
            ("num_values", INTEGER),
            ("extended_limits", INTEGER),
            ("minvalue", DataType::BigInt),
            ("maxvalue", DataType::BigInt),
            ("sb_pos", INTEGER),
            ("pinned", INTEGER),
            ("on_disk", INTEGER),
            ("modified", INTEGER),
            ("hdr_modified", INTEGER),
            ("unsorted", INTEGER),
            ("tombstone", INTEGER),
            ("preferred_diskno", INTEGER),
            ("temporary", INTEGER),
            ("newblock", INTEGER),
            ("num_readers", INTEGER),
            ("flags", INTEGER),
        ],
        block_list,
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
];

const MEGABYTE: u64 = 1 << 20;

fn tables<'a>(viewer: &Viewer<'a>) -> impl Iterator<Item = (&'a Stored, &'a Table)> {
    viewer.database.relations.values().filter_map(|relation| Some((&**relation, relation.table()?)))
}

/// Only tables with at least one row, as the product lists them.
fn table_info(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(tables(viewer)
        .filter(|(_, table)| table.data.stored_rows() > 0)
        .map(|(relation, table)| {
            let stored = table.data.stored_rows();
            let bytes: u64 = table
                .data
                .segments
                .iter()
                .flat_map(|stored| &stored.segment.columns)
                .map(|block| u64::from(block.bytes))
                .sum();
            let first_key = table.sort_key.first().and_then(|key| relation.columns.get(*key));
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
                first_key.map_or(Value::string("AUTO(SORTKEY)"), |column| text(&column.name)),
                Value::Integer(widest_varchar(relation)),
                first_key.map_or(Value::Null, |column| text(&column.encoding)),
                Value::Integer(table.sort_key.len() as i32),
                // The product counts blocks of 1 MB for each column and slice; here it is what is really held.
                Value::BigInt(bytes.div_ceil(MEGABYTE) as i64),
                Value::Null,
                Value::BigInt(0),
                if table.sort_key.is_empty() { Value::Null } else { percent(unsorted_rows(table), stored) },
                Value::Decimal { unscaled: 0, scale: 2 },
                Value::Decimal { unscaled: i128::from(stored), scale: 0 },
                Value::Null,
                Value::Null,
                Value::Decimal { unscaled: i128::from(table.data.visible_rows()), scale: 0 },
                Value::Null,
                Value::Null,
                Value::Timestamp(relation.created.0),
            ]
        })
        .collect())
}

fn distribution(relation: &Stored, table: &Table) -> String {
    match table.distribution {
        // unconfirmed: when AUTO leaves ALL for EVEN; the sandbox's tables are small ones to the product.
        Distribution::Auto => "AUTO(ALL)".to_owned(),
        Distribution::Even => "EVEN".to_owned(),
        Distribution::All => "ALL".to_owned(),
        Distribution::Key(column) => match relation.columns.get(column) {
            Some(column) => format!("KEY({})", column.name),
            None => "KEY".to_owned(),
        },
    }
}

fn widest_varchar(relation: &Stored) -> i32 {
    let widths = relation.columns.iter().filter_map(|column| match column.data_type {
        DataType::Varchar(bytes) => Some(bytes as i32),
        _ => None,
    });
    widths.max().unwrap_or(0)
}

fn unsorted_rows(table: &Table) -> u64 {
    let unsorted = table.data.segments.iter().filter(|stored| stored.region == Region::Unsorted);
    unsorted.map(|stored| u64::from(stored.segment.rows)).sum()
}

fn percent(part: u64, whole: u64) -> Value {
    let hundredths = if whole == 0 { 0 } else { u128::from(part) * 10_000 / u128::from(whole) };
    Value::Decimal { unscaled: hundredths as i128, scale: 2 }
}

fn block_list(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for (relation, table) in tables(viewer) {
        for (number, stored) in table.data.segments.iter().enumerate() {
            for (column, block) in stored.segment.columns.iter().enumerate() {
                let (least, greatest) = match &block.zone {
                    Some((least, greatest)) => (limit(least), limit(greatest)),
                    None => (Value::Null, Value::Null),
                };
                rows.push(vec![
                    Value::Integer(i32::from(stored.slice)),
                    Value::Integer(column as i32),
                    integer(relation.id.0),
                    Value::Integer(number as i32),
                    integer(stored.segment.rows),
                    Value::Integer(0),
                    least,
                    greatest,
                    Value::Integer(0),
                    Value::Integer(0),
                    Value::Integer(1),
                    Value::Integer(0),
                    Value::Integer(0),
                    Value::Integer(i32::from(stored.region == Region::Unsorted)),
                    Value::Integer(0),
                    Value::Integer(0),
                    Value::Integer(i32::from(table.temporary)),
                    Value::Integer(0),
                    Value::Integer(0),
                    Value::Integer(0),
                ]);
            }
        }
    }
    Ok(rows)
}

/// A zone map's limit as the eight bytes the product keeps of it; text by its first eight.
fn limit(value: &Value) -> Value {
    match value {
        Value::Boolean(value) => Value::BigInt(i64::from(*value)),
        Value::SmallInt(value) => Value::BigInt(i64::from(*value)),
        Value::Integer(value) | Value::Date(value) => Value::BigInt(i64::from(*value)),
        Value::BigInt(value) | Value::Time(value) | Value::Timestamp(value) => Value::BigInt(*value),
        Value::Decimal { unscaled, .. } => i64::try_from(*unscaled).map_or(Value::Null, Value::BigInt),
        Value::Real(value) => Value::BigInt(f64::from(*value).to_bits() as i64),
        Value::Double(value) => Value::BigInt(value.to_bits() as i64),
        Value::String(text) => {
            let mut first = [0; 8];
            for (slot, byte) in first.iter_mut().zip(text.bytes()) {
                *slot = byte;
            }
            Value::BigInt(i64::from_le_bytes(first))
        }
        Value::Null | Value::Interval { .. } | Value::Varbyte(_) => Value::Null,
    }
}

fn permanent_tables(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for (relation, table) in tables(viewer) {
        let mut slices: Vec<u16> = table.data.segments.iter().map(|stored| stored.slice).collect();
        slices.sort_unstable();
        slices.dedup();
        for slice in slices {
            let here = || table.data.segments.iter().filter(move |stored| stored.slice == slice);
            let count = |region: Option<Region>| -> i64 {
                here()
                    .filter(|stored| region.is_none_or(|region| stored.region == region))
                    .map(|stored| i64::from(stored.segment.rows))
                    .sum()
            };
            rows.push(vec![
                Value::Integer(i32::from(slice)),
                integer(relation.id.0),
                text(&relation.name),
                Value::BigInt(count(None)),
                Value::BigInt(count(Some(Region::Sorted))),
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
