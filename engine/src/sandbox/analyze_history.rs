//! What the system's own log remembers of an ANALYZE: `stl_analyze`.

use super::history::push;
use crate::clock::Instant;
use crate::sql::commands::analyze::AnalyzeRecord;
use crate::warehouse::access::UserId;
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
        let status = if record.skipped { "Skipped" } else { "Full" };
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
            Value::Integer(0),
            Value::Integer(0),
            Value::string(by_itself),
            Value::Null,
        ];
        push(logs, "stl_analyze", row);
    }
}
