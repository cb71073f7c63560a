//! What ANALYZE has made known of columns: `pg_statistic` and, readable, `pg_stats`.
//!
//! The figures are those that the planner goes by (`storage/distinct`), and are there for tables that somebody has
//! analyzed. The values themselves stay with their owners and the superusers: bounds would tell of rows that a policy
//! hides, from the owner too. Most common values are not gathered.

use std::cmp::Ordering;

use super::relation::{Relation, Rows, Source, Viewer, integer, text};
use crate::sql::execute::compare::compare_values;
use crate::sql::execute::display::display_value;
use crate::sql::explain::cost;
use crate::warehouse::catalog::{Column, Relation as Stored};
use crate::warehouse::data_type::DataType;
use crate::warehouse::storage::Facts;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "pg_stats",
        "schemaname n,tablename n,attname n,null_frac r,avg_width i,n_distinct r,most_common_vals x,most_common_freqs x,histogram_bounds x,correlation r",
        Source::Made(|viewer| {
            Ok(each(viewer, |relation, _, column, found| {
                vec![
                    text(&relation.schema),
                    text(&relation.name),
                    text(&column.name),
                    found.nulls,
                    found.width,
                    found.distinct,
                    Value::Null,
                    Value::Null,
                    found.bounds,
                ]
            }))
        }),
    ),
    Relation::written(
        "pg_statistic",
        "starelid i,staattnum s,stanullfrac r,stawidth i,stadistinct r",
        Source::Made(|viewer| {
            Ok(each(viewer, |relation, number, _, found| {
                let number = Value::SmallInt(number as i16 + 1);
                vec![integer(relation.id.0), number, found.nulls, found.width, found.distinct]
            }))
        }),
    )
    .superuser_only(),
];

struct Found {
    nulls: Value,
    width: Value,
    /// As PostgreSQL writes it: less than zero for a share of the rows, where most are different.
    distinct: Value,
    bounds: Value,
}

fn each(viewer: &Viewer<'_>, row: fn(&Stored, usize, &Column, Found) -> Vec<Value>) -> Rows {
    let mut rows = Rows::new();
    for relation in viewer.database.relations.values() {
        let Some(table) = relation.table().filter(|table| cost::analyzed(table)) else { continue };
        let owned = viewer.is_superuser() || relation.owner == viewer.user;
        if !owned || relation.conceals(viewer.principals, viewer.user) {
            continue;
        }
        let stored = table.data.stored_rows() as f64;
        for (number, column) in relation.columns.iter().enumerate() {
            let blocks = table.data.segments.iter().filter_map(|stored| stored.segment.columns.get(number));
            let facts: Vec<&Facts> = blocks.filter_map(|block| block.facts()).collect();
            let Some(distinct) = table.data.distinct_values(number).filter(|_| stored > 0.0) else {
                continue;
            };
            let sum =
                |count: fn(&Facts) -> u32| facts.iter().map(|facts| f64::from(count(facts))).sum::<f64>();
            let share = if distinct > 0.1 * stored { -distinct / stored } else { distinct };
            let found = Found {
                nulls: Value::Real((sum(|facts| facts.nulls) / stored) as f32),
                width: Value::Integer((sum(|facts| facts.plain_bytes) / stored).round() as i32),
                distinct: Value::Real(share as f32),
                bounds: bounds(&facts, column.data_type),
            };
            rows.push(row(relation, number, column, found));
        }
    }
    rows
}

/// Least and greatest value, as an array's text.
fn bounds(facts: &[&Facts], data_type: DataType) -> Value {
    let zones = facts.iter().filter_map(|facts| facts.zone.as_ref());
    let ends = zones.fold(None, |ends: Option<(&Value, &Value)>, (low, high)| {
        let (least, greatest) = ends.unwrap_or((low, high));
        let least = if compare_values(low, least) == Some(Ordering::Less) { low } else { least };
        let greatest =
            if compare_values(high, greatest) == Some(Ordering::Greater) { high } else { greatest };
        Some((least, greatest))
    });
    let printed = |value: &Value| display_value(value, data_type).unwrap_or_default();
    ends.map_or(Value::Null, |(least, greatest)| {
        text(format!("{{{},{}}}", printed(least), printed(greatest)))
    })
}
