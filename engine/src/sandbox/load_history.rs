//! What the system's own logs remember of a COPY: `stl_load_errors` and `stl_load_commits`.
//!
//! Kept also when the load failed and was rolled back: that is when they are read.

use super::history::push;
use crate::sql::commands::copy::CopyTask;
use crate::sql::execute::Context;
use crate::warehouse::manifest::Logs;
use crate::warehouse::value::Value;

/// Remembers the lines a load refused and the files it read.
pub(super) fn remember(logs: &mut Logs, task: &CopyTask, context: &Context, query: i64, session: u32) {
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
            Value::string("Text"),
            Value::Integer(0),
            Value::BigInt(0),
        ];
        push(logs, "stl_load_commits", row);
    }
}
