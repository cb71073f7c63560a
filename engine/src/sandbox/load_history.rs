//! What the system's own logs remember of a COPY: `stl_load_errors`, `stl_load_commits` and `sys_load_history`.
//!
//! Kept also when the load failed and was rolled back: that is when they are read.

use super::history::push;
use crate::clock::Instant;
use crate::sql::commands::copy::CopyTask;
use crate::sql::execute::Context;
use crate::warehouse::manifest::Logs;
use crate::warehouse::value::Value;

/// Which statement it was, and how it ended.
pub(super) struct Load {
    pub query: i64,
    pub session: u32,
    pub transaction: i64,
    pub ended: Instant,
    /// The rows that are in the table now; `None` when it failed.
    pub rows: Option<u64>,
}

/// The row of `sys_load_history`.
fn whole(task: &CopyTask, context: &Context, load: &Load) -> Vec<Value> {
    let began = context.evaluation.statement_start;
    let bytes: u64 = task.commits().iter().map(|file| file.bytes).sum();
    let files = task.commits().len();
    vec![
        Value::Integer(context.evaluation.user.0 as i32),
        Value::BigInt(load.query),
        Value::BigInt(load.transaction),
        Value::Integer(load.session as i32),
        Value::string(context.database.as_str()),
        Value::string(if load.rows.is_some() { "completed" } else { "aborted" }),
        Value::string(task.table_name()),
        Value::Timestamp(began.0),
        Value::Timestamp(load.ended.0),
        Value::BigInt(load.ended.0 - began.0),
        Value::string(task.source()),
        Value::string(task.file_format().to_lowercase()),
        Value::BigInt(load.rows.unwrap_or(0) as i64),
        Value::BigInt(if load.rows.is_some() { bytes as i64 } else { 0 }),
        Value::Integer(files as i32),
        Value::BigInt(bytes as i64),
        Value::Integer(files as i32),
        Value::BigInt(bytes as i64),
        Value::BigInt(task.errors().len() as i64),
    ]
}

/// Remembers the lines a load refused and the files it read.
pub(super) fn remember(logs: &mut Logs, task: &CopyTask, context: &Context, load: &Load) {
    let Load { query, session, .. } = *load;
    let whole = whole(task, context, load);
    let user = Value::Integer(context.evaluation.user.0 as i32);
    let now = Value::Timestamp(context.evaluation.statement_start.0);
    let query = Value::Integer(query as i32);
    for error in task.errors() {
        let row = vec![
            user.clone(),
            Value::Integer(0),
            Value::Integer(error.table.0 as i32),
            now.clone(),
            Value::Integer(session as i32),
            query.clone(),
            Value::string(error.filename.as_str()),
            Value::BigInt(error.line_number as i64),
            Value::string(error.column.as_str()),
            Value::string(error.data_type.as_str()),
            Value::string(error.column_length.as_str()),
            Value::Integer(error.position),
            Value::string(error.raw_line.as_str()),
            Value::string(error.raw_field_value.as_str()),
            Value::Integer(error.code),
            Value::string(error.reason.as_str()),
            Value::Integer(0),
            Value::BigInt(0),
        ];
        push(logs, "stl_load_errors", row);
    }
    // The product keeps so many a slice.
    for error in task.errors().iter().take(20) {
        for (number, field) in error.fields.iter().enumerate() {
            let row = vec![
                user.clone(),
                Value::Integer(0),
                Value::Integer(session as i32),
                query.clone(),
                Value::string(error.filename.as_str()),
                Value::BigInt(error.line_number as i64),
                Value::Integer(number as i32),
                Value::string(field.column.as_str()),
                Value::string(field.value.as_str()),
                Value::Integer(i32::from(field.value.is_empty())),
                Value::string(field.data_type.as_str()),
                Value::string(field.column_length.as_str()),
            ];
            push(logs, "stl_loaderror_detail", row);
        }
    }
    for replaced in task.replacements() {
        let row = vec![
            user.clone(),
            query.clone(),
            Value::Integer(0),
            now.clone(),
            Value::Integer(session as i32),
            Value::string(replaced.filename.as_str()),
            Value::BigInt(replaced.line_number as i64),
            Value::string(replaced.column.as_str()),
            Value::string(replaced.raw_line.as_str()),
        ];
        push(logs, "stl_replacements", row);
    }
    for commit in task.commits() {
        let row = vec![
            user.clone(),
            query.clone(),
            Value::Integer(0),
            Value::string(commit.filename.as_str()),
            Value::string(commit.filename.as_str()),
            Value::Integer(commit.bytes as i32),
            Value::Integer(commit.lines_scanned as i32),
            Value::Integer(commit.errors as i32),
            now.clone(),
            Value::Integer(1),
            Value::string(task.file_format()),
            Value::Integer(0),
            Value::BigInt(0),
        ];
        push(logs, "stl_load_commits", row);
        let row = vec![
            user.clone(),
            Value::BigInt(load.query),
            Value::string(commit.filename.as_str()),
            Value::BigInt(commit.bytes as i64),
            Value::BigInt(commit.lines_scanned as i64),
            Value::BigInt(commit.errors as i64),
            Value::string("loaded"),
            now.clone(),
            Value::Timestamp(load.ended.0),
            Value::BigInt(load.ended.0 - context.evaluation.statement_start.0),
            Value::string(task.file_format().to_lowercase()),
            Value::Boolean(false),
        ];
        push(logs, "sys_load_detail", row);
    }
    push(logs, "sys_load_history", whole);
}
