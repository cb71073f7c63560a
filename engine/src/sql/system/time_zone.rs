//! The time zones that SET TIMEZONE and AT TIME ZONE know, as functions that answer with rows.

use super::relation::{Relation, Rows, Source, Viewer, text};
use crate::warehouse::calendar::SECOND;
use crate::warehouse::calendar::zone;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "pg_timezone_names",
        "name x,abbrev x,utc_offset l,is_dst o",
        Source::Made(|viewer| Ok(zones(viewer, false))),
    )
    .in_schema(super::FUNCTIONS),
    Relation::written(
        "pg_timezone_abbrevs",
        "abbrev x,utc_offset l,is_dst o",
        Source::Made(|viewer| Ok(zones(viewer, true))),
    )
    .in_schema(super::FUNCTIONS),
];

/// Names of letters alone are abbreviations; the others' abbreviations are not kept, and what stands for them is
/// what PostgreSQL prints where there is none: the offset.
fn zones(viewer: &Viewer<'_>, short: bool) -> Rows {
    let now = viewer.context.evaluation.statement_start.0;
    let is_short = |name: &str| name.len() <= 4 && name.bytes().all(|letter| letter.is_ascii_uppercase());
    let mut rows = Rows::new();
    for (zone, moves) in zone::all().filter(|(zone, _)| !short || is_short(zone.name)) {
        let offset = zone.offset_at(now);
        let shift = Value::Interval { months: 0, micros: i64::from(offset) * SECOND };
        let summer = moves && offset != zone.standard_offset();
        let mut row = vec![text(zone.name)];
        if !short {
            let hours = format!("{}{:02}", if offset < 0 { '-' } else { '+' }, offset.abs() / 3_600);
            row.push(if is_short(zone.name) { text(zone.name) } else { text(hours) });
        }
        row.extend([shift, Value::Boolean(summer)]);
        rows.push(row);
    }
    crate::sorted::sort_by_key(&mut rows, |row| match row.first() {
        Some(Value::String(name)) => name.to_string(),
        _ => String::new(),
    });
    rows
}
