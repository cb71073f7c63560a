//! Who is connected and what is open now: `stv_sessions`, `stv_recents`, `svv_transactions`.

use super::relation::{BIGINT, BOOLEAN, INTEGER, NAME, Relation, Rows, TIMESTAMP, Viewer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new(
        "stv_sessions",
        &[
            ("starttime", TIMESTAMP),
            ("process", INTEGER),
            ("user_name", DataType::Char(50)),
            ("db_name", DataType::Char(50)),
            ("timeout_sec", INTEGER),
        ],
        sessions,
    ),
    Relation::new(
        "stv_recents",
        &[
            ("userid", INTEGER),
            ("status", DataType::Char(20)),
            ("starttime", TIMESTAMP),
            ("duration", INTEGER),
            ("user_name", DataType::Char(50)),
            ("db_name", DataType::Char(50)),
            ("query", DataType::Char(600)),
            ("pid", INTEGER),
        ],
        recent_queries,
    ),
    Relation::new(
        "svv_transactions",
        &[
            ("txn_owner", NAME),
            ("txn_db", NAME),
            ("xid", BIGINT),
            ("pid", INTEGER),
            ("txn_start", TIMESTAMP),
            ("lock_mode", NAME),
            ("lockable_object_type", NAME),
            ("relation", INTEGER),
            ("granted", BOOLEAN),
        ],
        transactions,
    ),
];

fn process(viewer: &Viewer<'_>) -> Value {
    viewer.setting("pg_backend_pid").and_then(|pid| pid.parse().ok()).map_or(Value::Null, Value::Integer)
}

/// Every session, where the driver lists them in the log of this name; the asking one in any case.
fn sessions(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    if let Some(rows) = viewer.logs.rows.get("stv_sessions") {
        return Ok(rows.clone());
    }
    let timeout = viewer.principals.user(viewer.user).and_then(|user| user.session_timeout);
    Ok(vec![vec![
        Value::Timestamp(viewer.context.evaluation.transaction_start.0),
        process(viewer),
        viewer.user_name(viewer.user),
        text(&viewer.database.name),
        Value::Integer(timeout.map_or(0, |seconds| seconds as i32)),
    ]])
}

/// The last hundred queries, from `stl_query`.
fn recent_queries(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let all = viewer.sees_all_logs();
    let queries = viewer.logs.rows.get("stl_query").map_or(&[][..], Vec::as_slice);
    let cell = |row: &Vec<Value>, place: usize| row.get(place).cloned().unwrap_or(Value::Null);
    Ok(queries
        .iter()
        .rev()
        .filter(|row| all || row.first() == Some(&Value::Integer(viewer.user.0 as i32)))
        .take(100)
        .map(|row| {
            let duration = match (row.get(7), row.get(8)) {
                (Some(Value::Timestamp(start)), Some(Value::Timestamp(end))) => {
                    i32::try_from(end - start).map_or(Value::Null, Value::Integer)
                }
                _ => Value::Null,
            };
            let user = match row.first() {
                Some(Value::Integer(id)) => viewer.user_name(crate::warehouse::access::UserId(*id as u32)),
                _ => Value::Null,
            };
            let query = match row.get(6) {
                Some(Value::String(query)) => text(query.chars().take(600).collect::<String>()),
                _ => Value::Null,
            };
            vec![
                cell(row, 0),
                Value::string("Done"),
                cell(row, 7),
                duration,
                user,
                cell(row, 5),
                query,
                cell(row, 4),
            ]
        })
        .collect())
}

/// The transaction that asks: everyone's could be seen, but only this one is known to a running query.
fn transactions(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(vec![vec![
        viewer.user_name(viewer.user),
        text(&viewer.database.name),
        Value::Null,
        process(viewer),
        Value::Timestamp(viewer.context.evaluation.transaction_start.0),
        Value::string("ExclusiveLock"),
        Value::string("transactionid"),
        Value::Null,
        Value::Boolean(true),
    ]])
}
