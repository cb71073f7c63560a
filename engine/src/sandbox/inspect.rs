//! A table as it lies on disk, for somebody who wants to see it: slices, regions, ghost rows, blocks, zone maps, and what
//! the last query could leave unread.
//!
//! It is an X-ray that the product has not: the same facts as `svv_table_info`, `stv_blocklist` and `stl_scan`, read off
//! the same segments. Whoever may not read a column sees no value of it.

use serde_json::Value as Json;

use super::spoken::{number, text};
use super::{Sandbox, names};
use crate::json::json;
use crate::sql::execute::display::display_value;
use crate::sql::system::blocks::{HIDDEN_COLUMNS, blocks, limit};
use crate::sql::system::{STEP_LOG, distribution, stats_off};
use crate::warehouse::access::{Privilege, UserId};
use crate::warehouse::catalog::{Distribution, Relation, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::guarded::Guarded;
use crate::warehouse::storage::slices::SLICES;
use crate::warehouse::storage::{Region, StoredSegment, zone};
use crate::warehouse::value::Value;

/// Squares of the fullest slice, about; more would be dust.
const SQUARES: u64 = 120;
/// Segments whose zones are told one by one.
const SEGMENTS: usize = 120;

type Zone = Option<(Value, Value)>;

/// Some rows of a slice that lie together.
#[derive(Default)]
struct Square {
    rows: u64,
    deleted: u64,
    zone: Zone,
}

impl Sandbox {
    /// The tables of the present warehouse that `user` may see; with a table's number that table in full, drawn by the
    /// values of one of its columns (the first of its sort key, unless another one is named).
    pub fn inspect(&self, user: &str, table: Option<u32>, column: Option<usize>) -> Json {
        let manifest = &self.warehouse.committed;
        let Some(user) = manifest.principals.user_called(user).map(|user| user.id) else { return json!({}) };
        let database = manifest.catalog.database(&self.database());
        let relations = database.into_iter().flat_map(|database| database.relations.values());
        let seen = relations
            .filter_map(|relation| Some((relation, relation.table()?)))
            .filter(|(relation, _)| names::readable(manifest, user, relation));
        let Some(wanted) = table else {
            let tables: Vec<Json> = seen.map(|(relation, table)| heading(relation, table)).collect();
            return json!({ "Tables": tables });
        };
        let mut seen = seen.filter(|(relation, _)| relation.id.0 == wanted);
        let Some((relation, table)) = seen.next() else { return json!({}) };
        json!({ "Table": self.picture(user, relation, table, column) })
    }

    fn picture(&self, user: UserId, relation: &Relation, table: &Table, column: Option<usize>) -> Json {
        let manifest = &self.warehouse.committed;
        let conceals = relation.conceals(&manifest.principals, user);
        let shows = |at: usize| {
            let held = |column| manifest.held(user, Privilege::Select, column, Guarded::Relation(relation));
            !conceals && relation.columns.get(at).is_some_and(|one| held(Some(&one.name)).is_some())
        };
        let column = column.or(table.sort_key.first().copied()).unwrap_or(0);
        let column = if column < relation.columns.len() { column } else { 0 };
        let data_type = relation.columns.get(column).map_or(DataType::Integer, |one| one.data_type);
        let scale = if shows(column) { Scale::of(column, data_type, table) } else { Scale::hidden() };
        let fullest = table.slice_rows().into_iter().max().unwrap_or(0);
        let per = nice(fullest.div_ceil(SQUARES));
        let slices: Vec<Json> = (0..SLICES)
            .map(|slice| {
                let region = |region: Region| {
                    let told: Vec<Json> = squares(table, slice, region, per, column)
                        .iter()
                        .map(|square| scale.told(json!({ "Rows": square.rows, "Ghosts": square.deleted }), &square.zone))
                        .collect();
                    json!({ "Rows": told.iter().filter_map(|one| one["Rows"].as_u64()).sum::<u64>(), "Squares": told })
                };
                json!({ "Sorted": region(Region::Sorted), "Unsorted": region(Region::Unsorted) })
            })
            .collect();
        let segments = &table.data.segments;
        let zones: Vec<Json> =
            segments.iter().take(SEGMENTS).map(|stored| scale.segment(stored, column)).collect();
        let disk = blocks(relation, table);
        let counted = |at: usize| {
            let of =
                |slice: usize| disk.iter().filter(move |one| (one.column, one.slice) == (at, slice)).count();
            (0..SLICES).map(of).collect::<Vec<_>>()
        };
        let columns: Vec<Json> = relation
            .columns
            .iter()
            .enumerate()
            .map(|(at, one)| {
                let mut keys = Vec::new();
                if table.sort_key.contains(&at) {
                    keys.push(if table.interleaved { "INTERLEAVED SORTKEY" } else { "SORTKEY" });
                }
                if table.distribution == Distribution::Key(at) {
                    keys.push("DISTKEY");
                }
                let told = json!({
                    "Number": at, "Name": one.name.to_string(), "Type": one.data_type.to_string(),
                    "Encoding": one.encoding, "Keys": keys, "Blocks": counted(at), "Shown": at == column,
                });
                if !shows(at) {
                    return told;
                }
                let zones = segments.iter().filter_map(|stored| stored.segment.columns.get(at)?.zone());
                let whole = zones.fold(None, |whole, zone| wider(whole, Some(zone.clone())));
                Scale { data_type: one.data_type, ..Scale::hidden() }.worded(told, &whole)
            })
            .collect();
        let hidden = (0..HIDDEN_COLUMNS).map(|at| counted(relation.columns.len() + at));
        let mut told = heading(relation, table);
        let more = json!({
            "Column": column, "ColumnName": relation.columns.get(column).map(|one| one.name.to_string()),
            "Numeric": is_number(data_type), "Hidden": !shows(column), "Keyed": table.sort_key.first() == Some(&column),
            "Per": per, "Slices": slices, "Zones": zones, "ZonesLeft": segments.len().saturating_sub(SEGMENTS),
            "Columns": columns, "HiddenBlocks": hidden.collect::<Vec<_>>(), "Size": disk.len(),
            "Last": self.last_scan(user, relation.id.0),
        });
        if let (Some(told), Json::Object(more)) = (told.as_object_mut(), more) {
            told.extend(more);
        }
        told
    }

    /// What the newest query that scanned the table read of it; a superuser sees everybody's.
    fn last_scan(&self, user: UserId, table: u32) -> Json {
        let logs = &self.warehouse.logs.rows;
        let rows = |log: &str| logs.get(log).map_or(&[][..], Vec::as_slice);
        let all = self.warehouse.committed.principals.is_superuser(user);
        let is_scan = |row: &&Vec<Value>| number(row, 9) == i64::from(table) && text(row, 11) == "scan";
        let steps = || rows(STEP_LOG).iter().rev().filter(is_scan);
        let Some(last) = steps().find(|row| all || number(row, 0) == i64::from(user.0)) else {
            return Json::Null;
        };
        let query = number(last, 1);
        let of = steps().take_while(|row| number(row, 1) == query);
        let sum = |at: usize| of.clone().map(|row| number(row, at)).sum::<i64>();
        let asked = rows("stl_query").iter().rev().find(|row| number(row, 1) == query);
        json!({
            "Query": query, "Text": asked.map(|row| text(row, 6)), "Read": sum(15), "Visible": sum(16), "Kept": sum(7),
            "Blocks": sum(21), "Restricted": text(last, 14) == "t",
        })
    }
}

/// What a list of tables says of each.
fn heading(relation: &Relation, table: &Table) -> Json {
    let keys: Vec<String> =
        table.sort_key.iter().filter_map(|key| Some(relation.columns.get(*key)?.name.to_string())).collect();
    let (stored, visible, sorted) =
        (table.data.stored_rows(), table.data.visible_rows(), table.data.sorted_rows());
    let unsorted = if keys.is_empty() { 0 } else { stored - sorted };
    json!({
        "Id": relation.id.0, "Name": relation.qualified_name().to_string(), "Distribution": distribution(relation, table),
        "SortKey": keys, "Stored": stored, "Visible": visible, "Ghosts": stored - visible, "Unsorted": unsorted,
        "UnsortedShare": share(unsorted, stored), "StatsOff": display_value(&stats_off(table), DataType::Decimal { precision: 5, scale: 2 }),
        "SliceRows": table.slice_rows(),
    })
}

fn share(part: u64, whole: u64) -> String {
    let hundredths = part * 10_000 / whole.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The least of 1, 2, 5, 10, ... that is not less.
fn nice(rows: u64) -> u64 {
    let mut step = 1;
    loop {
        match [1, 2, 5].into_iter().find(|by| step * by >= rows) {
            Some(by) => return step * by,
            None => step *= 10,
        }
    }
}

/// A slice's rows of a region, so many a square. A segment knows how many of its rows a slice holds, not which: its part
/// is taken evenly from all of them.
fn squares(table: &Table, slice: usize, region: Region, per: u64, column: usize) -> Vec<Square> {
    let mut out: Vec<Square> = Vec::new();
    for stored in table.data.segments.iter().filter(|stored| stored.region == region) {
        let (part, rows) = (u64::from(stored.slices[slice]), u64::from(stored.segment.rows));
        let mut done = 0;
        while done < part {
            if out.last().is_none_or(|last| last.rows >= per) {
                out.push(Square::default());
            }
            let Some(square) = out.last_mut() else { break };
            let taken = (per - square.rows).min(part - done);
            let (from, to) = (done * rows / part, (done + taken) * rows / part);
            let marked =
                |row: u64| stored.deleted.partition_point(|deleted| u64::from(*deleted) < row) as u64;
            square.rows += taken;
            square.deleted += (marked(to) - marked(from)) * taken / (to - from).max(1);
            let block = stored.segment.columns.get(column);
            let values = block.and_then(|block| block.slice(from as usize, (to - from) as usize));
            let zone = values.and_then(|values| zone::zone(&values));
            square.zone = wider(square.zone.take(), zone);
            done += taken;
        }
    }
    out
}

fn wider(one: Zone, other: Zone) -> Zone {
    let (Some((low, high)), Some((least, greatest))) = (&one, &other) else { return one.or(other) };
    let low = if place(least) < place(low) { least } else { low };
    let high = if place(greatest) > place(high) { greatest } else { high };
    Some((low.clone(), high.clone()))
}

/// Where a value stands among those of its type; text by its first eight bytes.
fn place(value: &Value) -> f64 {
    match value {
        Value::Real(value) => f64::from(*value),
        Value::Double(value) => *value,
        Value::String(text) => {
            let bytes = text.bytes().chain(std::iter::repeat(0)).take(8);
            bytes.fold(0.0, |place, byte| place * 256.0 + f64::from(byte))
        }
        value => limit(value).unwrap_or(0) as f64,
    }
}

fn is_number(data_type: DataType) -> bool {
    use DataType::{BigInt, Decimal, Double, Integer, Real, SmallInt};
    matches!(data_type, SmallInt | Integer | BigInt | Decimal { .. } | Real | Double)
}

/// From the least to the greatest value of a column.
struct Scale {
    data_type: DataType,
    from: f64,
    to: f64,
    hidden: bool,
}

impl Scale {
    fn hidden() -> Self {
        Scale { data_type: DataType::Integer, from: 0.0, to: 0.0, hidden: true }
    }

    fn of(column: usize, data_type: DataType, table: &Table) -> Self {
        let zones =
            table.data.segments.iter().filter_map(|stored| stored.segment.columns.get(column)?.zone());
        let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
        for (least, greatest) in zones {
            (from, to) = (from.min(place(least)), to.max(place(greatest)));
        }
        Scale { data_type, from, to, hidden: false }
    }

    /// What is told of some rows, with their bounds in words and as thousandths of the scale.
    fn told(&self, mut told: Json, zone: &Zone) -> Json {
        if let (false, Some((least, greatest))) = (self.hidden, zone) {
            let at = |value: &Value| {
                ((place(value) - self.from) / (self.to - self.from).max(1e-300) * 1_000.0) as i64
            };
            told["From"] = json!(at(least));
            told["To"] = json!(at(greatest));
            return self.worded(told, zone);
        }
        told
    }

    fn worded(&self, mut told: Json, zone: &Zone) -> Json {
        if let Some((least, greatest)) = zone {
            told["Least"] = json!(display_value(least, self.data_type));
            told["Greatest"] = json!(display_value(greatest, self.data_type));
        }
        told
    }

    fn segment(&self, stored: &StoredSegment, column: usize) -> Json {
        let zone = stored.segment.columns.get(column).and_then(|block| block.zone()).cloned();
        let sorted = stored.region == Region::Sorted;
        self.told(
            json!({ "Rows": stored.segment.rows, "Ghosts": stored.deleted.len(), "Sorted": sorted }),
            &zone,
        )
    }
}
