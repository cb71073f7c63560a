//! What the system's own logs remember of an UNLOAD: `stl_unload_log`, `sys_unload_history` and `sys_unload_detail`.

use super::history::push;
use super::load_history::Load;
use crate::sql::commands::unload::UnloadTask;
use crate::sql::execute::Context;
use crate::warehouse::manifest::Logs;
use crate::warehouse::value::Value;

/// Remembers the files that an unload wrote, also one that failed half-way: they stay in S3.
pub(super) fn remember(
    logs: &mut Logs,
    task: &UnloadTask,
    context: &Context,
    load: &Load,
    why: Option<String>,
) {
    let began = context.evaluation.statement_start.0;
    let user = Value::Integer(context.evaluation.user.0 as i32);
    let (start, end) = (Value::Timestamp(began), Value::Timestamp(load.ended.0));
    for file in task.files() {
        let row = vec![
            user.clone(),
            Value::Integer(load.query as i32),
            Value::Integer(file.slice as i32),
            Value::Integer(load.session as i32),
            Value::string(file.path.as_str()),
            start.clone(),
            end.clone(),
            Value::BigInt(file.rows as i64),
            Value::BigInt(file.bytes as i64),
            Value::string(task.file_format()),
        ];
        push(logs, "stl_unload_log", row);
        let row = vec![
            user.clone(),
            Value::BigInt(load.query),
            Value::string(file.path.as_str()),
            start.clone(),
            end.clone(),
            Value::BigInt(file.rows as i64),
            Value::BigInt(file.bytes as i64),
            Value::string(task.file_format()),
        ];
        push(logs, "sys_unload_detail", row);
    }
    let bytes: u64 = task.files().iter().map(|file| file.bytes).sum();
    let row = vec![
        user,
        Value::BigInt(load.query),
        Value::BigInt(load.transaction),
        Value::Integer(load.session as i32),
        Value::string(context.database.as_str()),
        Value::string(if why.is_none() { "completed" } else { "failed" }),
        start,
        end,
        Value::BigInt(load.ended.0 - began),
        Value::string(task.file_format()),
        Value::string(task.compression()),
        Value::string(task.destination()),
        Value::BigInt(load.rows.unwrap_or(0) as i64),
        Value::BigInt(task.files().len() as i64),
        Value::BigInt(bytes as i64),
        Value::string(why.unwrap_or_default()),
    ];
    push(logs, "sys_unload_history", row);
}
