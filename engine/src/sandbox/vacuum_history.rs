//! What the system's own log remembers of a VACUUM: `stl_vacuum`.

use super::history::push;
use crate::sql::commands::vacuum::VacuumTask;
use crate::sql::execute::Context;
use crate::warehouse::access::UserId;
use crate::warehouse::manifest::Logs;
use crate::warehouse::value::Value;

/// Remembers what was done with each table, and what was skipped.
pub(super) fn remember(logs: &mut Logs, task: &VacuumTask, context: &Context, transaction: i64) {
    let user = Value::Integer(context.evaluation.user.0 as i32);
    let now = Value::Timestamp(context.evaluation.statement_start.0);
    // What the service does by itself.
    let background = if context.evaluation.user == UserId::RDSDB { "[VacuumBG] " } else { "" };
    for record in &task.records {
        let row = vec![
            user.clone(),
            Value::BigInt(transaction),
            Value::Integer(record.table.0 as i32),
            Value::string(format!("{background}{}", record.status)),
            Value::BigInt(record.rows as i64),
            Value::Integer(record.sorted_rows as i32),
            Value::Integer(record.blocks as i32),
            Value::Integer(0),
            now.clone(),
            Value::BigInt(record.reclaimable_rows as i64),
            Value::BigInt(record.reclaimable_blocks as i64),
            Value::BigInt(transaction),
            Value::Integer(i32::from(record.is_recluster)),
        ];
        push(logs, "stl_vacuum", row);
    }
}
