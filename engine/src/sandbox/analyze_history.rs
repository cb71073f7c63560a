//! What the system's own log remembers of an ANALYZE (`stl_analyze`), and of queries for the next one: which columns
//! they filter, join and group by.

use super::history::push;
use crate::clock::Instant;
use crate::sql::commands::analyze::{AnalyzeRecord, Used};
use crate::sql::explain;
use crate::sql::plan::Plan;
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::{Database, ObjectId};
use crate::warehouse::manifest::Logs;
use crate::warehouse::value::Value;

/// Whose command it was, and where.
pub(super) struct Origin<'a> {
    pub user: UserId,
    pub transaction: i64,
    pub database: &'a str,
    pub now: Instant,
}

/// Remembers what was done with each table, and what was skipped.
pub(super) fn remember(logs: &mut Logs, records: &[AnalyzeRecord], origin: &Origin<'_>) {
    let now = Value::Timestamp(origin.now.0);
    let by_itself = if origin.user == UserId::RDSDB { "t" } else { "f" };
    for record in records {
        let status = match record.predicates {
            _ if record.skipped => "Skipped",
            Some(_) => "PredicateColumn",
            None => "Full",
        };
        let (predicates, new) = record.predicates.unwrap_or_default();
        let row = vec![
            Value::Integer(origin.user.0 as i32),
            Value::BigInt(origin.transaction),
            Value::string(origin.database),
            Value::Integer(record.table.0 as i32),
            Value::string(status),
            Value::Double(record.rows as f64),
            Value::Double(record.modified_rows as f64),
            // Whole percents, as the column has them.
            Value::Integer(record.threshold as i32),
            Value::string(by_itself),
            now.clone(),
            now.clone(),
            record.previous.map_or(Value::Null, |previous| Value::Timestamp(previous.0)),
            Value::Integer(predicates),
            Value::Integer(new),
            Value::string(by_itself),
            Value::Null,
        ];
        push(logs, "stl_analyze", row);
    }
}

/// No relation's name; nobody can read it.
const PREDICATES: &str = "predicate columns";

/// Notes the columns that a query used, by their names: numbers change when a column before them is dropped.
pub(super) fn note_predicates(
    logs: &mut std::sync::Arc<Logs>,
    plan: &Plan,
    database: &Database,
    now: Instant,
) {
    for (table, column) in explain::predicate_columns(plan) {
        let Some(column) = database.relation(table).and_then(|relation| relation.columns.get(column)) else {
            continue;
        };
        let (table, name) = (Value::Integer(table.0 as i32), Value::string(column.name.as_str()));
        let known = logs.rows.get(PREDICATES).is_some_and(|rows| {
            rows.iter().any(|row| row.first() == Some(&table) && row.get(1) == Some(&name))
        });
        if !known {
            push(std::sync::Arc::make_mut(logs), PREDICATES, vec![table, name, Value::Timestamp(now.0)]);
        }
    }
}

/// All that queries have used so far.
pub(super) fn predicates(logs: &Logs) -> Vec<Used> {
    let used = |row: &Vec<Value>| match row.as_slice() {
        [Value::Integer(table), Value::String(name), Value::Timestamp(since)] => {
            Some((ObjectId(*table as u32), name.to_string(), Instant(*since)))
        }
        _ => None,
    };
    logs.rows.get(PREDICATES).into_iter().flatten().filter_map(used).collect()
}
