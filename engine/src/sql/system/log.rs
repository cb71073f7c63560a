//! What statements left behind: `stl_*`, `sys_*` and the views over them.
//!
//! The rows are written by whoever runs statements, in the column order declared here, the user's number
//! first. A user sees its own rows; superusers and SYSLOG ACCESS UNRESTRICTED see all.

use super::relation::{BIGINT, BOOLEAN, INTEGER, NAME, Relation, Rows, Source, TIMESTAMP, Viewer, text};
use crate::sorted::SortedMap;
use crate::sql::error::SqlResult;
use crate::warehouse::access::UserId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::data_type::DataType::Char;
use crate::warehouse::value::Value;

type Columns = &'static [(&'static str, DataType)];

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new("stl_query", QUERY, |viewer| Ok(own(viewer, "stl_query"))),
    Relation::new(
        "stl_querytext",
        &[
            ("userid", INTEGER),
            ("xid", BIGINT),
            ("pid", INTEGER),
            ("query", INTEGER),
            ("sequence", INTEGER),
            ("text", Char(200)),
        ],
        |viewer| Ok(own(viewer, "stl_querytext")),
    ),
    Relation::new("stl_ddltext", STATEMENT_TEXT, |viewer| Ok(own(viewer, "stl_ddltext"))),
    Relation::new("stl_utilitytext", STATEMENT_TEXT, |viewer| Ok(own(viewer, "stl_utilitytext"))),
    Relation::new(
        "svl_qlog",
        &[
            ("userid", INTEGER),
            ("query", INTEGER),
            ("xid", BIGINT),
            ("pid", INTEGER),
            ("starttime", TIMESTAMP),
            ("endtime", TIMESTAMP),
            ("elapsed", BIGINT),
            ("aborted", INTEGER),
            ("label", Char(320)),
            ("substring", Char(60)),
            ("source_query", INTEGER),
            ("concurrency_scaling_status_txt", NAME),
            ("from_sp_call", INTEGER),
        ],
        query_log,
    ),
    Relation::new(
        "svl_statementtext",
        &[
            ("userid", INTEGER),
            ("xid", BIGINT),
            ("pid", INTEGER),
            ("label", Char(320)),
            ("starttime", TIMESTAMP),
            ("endtime", TIMESTAMP),
            ("sequence", INTEGER),
            ("type", DataType::Varchar(10)),
            ("text", Char(200)),
        ],
        statement_text,
    ),
    Relation::written(
        "stv_recents",
        "userid i,status c20,starttime t,duration i,user_name c50,db_name c50,query c600,pid i",
        Source::Made(recents),
    ),
    Relation::new("sys_query_history", QUERY_HISTORY, |viewer| Ok(own(viewer, "sys_query_history"))),
    Relation::written(
        "sys_query_text",
        "user_id i,query_id b,transaction_id b,session_id i,start_time t,sequence i,text c4000",
        Source::Made(query_text),
    ),
    Relation::written(
        "sys_load_history",
        "user_id i,query_id b,transaction_id b,session_id i,database_name x,status x,table_name x,start_time t,end_time t,duration b,data_source x,file_format x,loaded_rows b,loaded_bytes b,source_file_count i,source_file_bytes b,file_count_scanned i,file_bytes_scanned b,error_count b",
        Source::Log("sys_load_history"),
    ),
    Relation::written(
        "sys_load_error_detail",
        "user_id i,query_id b,transaction_id b,session_id i,database_name x,table_id i,start_time t,file_name x,line_number b,column_name x,column_type x,column_length x,position i,error_code i,error_message x",
        Source::Made(load_error_detail),
    ),
    Relation::written(
        "sys_connection_log",
        "event c50,record_time t,remote_host c45,remote_port c32,session_id i,database_name c50,user_name c50,auth_method c32,duration b",
        Source::Made(|viewer| Ok(everything(viewer, "stl_connection_log"))),
    )
    .superuser_only(),
    Relation::written(
        "sys_userlog",
        "user_id i,user_name c50,original_user_name c50,action c10,has_create_db_privs i,is_superuser i,has_update_catalog_privs i,password_expiration t,session_id i,transaction_id b,record_time t",
        Source::Made(|viewer| Ok(everything(viewer, "stl_userlog"))),
    )
    .superuser_only(),
    Relation::new(
        "stl_userlog",
        &[
            ("userid", INTEGER),
            ("username", Char(50)),
            ("oldusername", Char(50)),
            ("action", Char(10)),
            ("usecreatedb", INTEGER),
            ("usesuper", INTEGER),
            ("usecatupd", INTEGER),
            ("valuntil", TIMESTAMP),
            ("pid", INTEGER),
            ("xid", BIGINT),
            ("recordtime", TIMESTAMP),
        ],
        |viewer| Ok(everything(viewer, "stl_userlog")),
    )
    .superuser_only(),
    Relation::new(
        "stl_tr_conflict",
        &[
            ("xact_id", BIGINT),
            ("process_id", INTEGER),
            ("xact_start_ts", TIMESTAMP),
            ("abort_time", TIMESTAMP),
            ("table_id", INTEGER),
        ],
        |viewer| Ok(everything(viewer, "stl_tr_conflict")),
    )
    .superuser_only(),
    Relation::new("stl_load_errors", LOAD_ERRORS, |viewer| Ok(own(viewer, "stl_load_errors"))),
    Relation::written(
        "stl_unload_log",
        "userid i,query i,slice i,pid i,path c1280,start_time t,end_time t,line_count b,transfer_size b,file_format c10",
        Source::Log("stl_unload_log"),
    ),
    // Recalled; the order of their columns is unconfirmed.
    Relation::written(
        "sys_unload_history",
        "user_id i,query_id b,transaction_id b,session_id i,database_name x,status x,start_time t,end_time t,duration b,file_format x,compression_type x,unloaded_location x,unloaded_rows b,unloaded_files_count b,unloaded_files_size b,error_message x",
        Source::Log("sys_unload_history"),
    ),
    Relation::written(
        "sys_unload_detail",
        "user_id i,query_id b,file_name x,start_time t,end_time t,line_count b,transfer_size b,file_format x",
        Source::Log("sys_unload_detail"),
    ),
    Relation::written(
        "stl_replacements",
        "userid i,query i,slice i,starttime t,session i,filename c256,line_number b,colname c127,raw_line c1024",
        Source::Log("stl_replacements"),
    ),
    // Recalled; the order of its columns is unconfirmed.
    Relation::written(
        "sys_load_detail",
        "user_id i,query_id b,file_name x,bytes_scanned b,lines_scanned b,error_count b,status x,start_time t,end_time t,duration b,file_format x,is_partial o",
        Source::Log("sys_load_detail"),
    ),
    Relation::new(
        "stl_loaderror_detail",
        &[
            ("userid", INTEGER),
            ("slice", INTEGER),
            ("session", INTEGER),
            ("query", INTEGER),
            ("filename", Char(256)),
            ("line_number", BIGINT),
            ("field", INTEGER),
            ("colname", Char(127)),
            ("value", Char(1024)),
            ("is_null", INTEGER),
            ("type", Char(10)),
            ("col_length", Char(10)),
        ],
        |viewer| Ok(own(viewer, "stl_loaderror_detail")),
    ),
    Relation::new(
        "stl_load_commits",
        &[
            ("userid", INTEGER),
            ("query", INTEGER),
            ("slice", INTEGER),
            ("name", Char(256)),
            ("filename", Char(256)),
            ("byte_offset", INTEGER),
            ("lines_scanned", INTEGER),
            ("errors", INTEGER),
            ("curtime", TIMESTAMP),
            ("status", INTEGER),
            ("file_format", Char(16)),
            ("is_partial", INTEGER),
            ("start_offset", BIGINT),
        ],
        |viewer| Ok(own(viewer, "stl_load_commits")),
    ),
];

const QUERY: Columns = &[
    ("userid", INTEGER),
    ("query", INTEGER),
    ("label", Char(320)),
    ("xid", BIGINT),
    ("pid", INTEGER),
    ("database", Char(32)),
    ("querytxt", Char(4000)),
    ("starttime", TIMESTAMP),
    ("endtime", TIMESTAMP),
    ("aborted", INTEGER),
    ("insert_pristine", INTEGER),
    ("concurrency_scaling_status", INTEGER),
];

/// `stl_ddltext` and `stl_utilitytext`.
const STATEMENT_TEXT: Columns = &[
    ("userid", INTEGER),
    ("xid", BIGINT),
    ("pid", INTEGER),
    ("label", Char(320)),
    ("starttime", TIMESTAMP),
    ("endtime", TIMESTAMP),
    ("sequence", INTEGER),
    ("text", Char(200)),
];

const QUERY_HISTORY: Columns = &[
    ("user_id", INTEGER),
    ("query_id", BIGINT),
    ("query_label", Char(320)),
    ("transaction_id", BIGINT),
    ("session_id", INTEGER),
    ("database_name", Char(128)),
    ("query_type", Char(32)),
    ("status", Char(10)),
    ("result_cache_hit", BOOLEAN),
    ("start_time", TIMESTAMP),
    ("end_time", TIMESTAMP),
    ("elapsed_time", BIGINT),
    ("queue_time", BIGINT),
    ("execution_time", BIGINT),
    ("error_message", Char(512)),
    ("returned_rows", BIGINT),
    ("returned_bytes", BIGINT),
    ("query_text", Char(4000)),
    ("redshift_version", Char(256)),
    ("usage_limit", DataType::Varchar(150)),
    ("compute_type", DataType::Varchar(18)),
    ("compile_time", BIGINT),
    ("planning_time", BIGINT),
    ("lock_wait_time", BIGINT),
];

const LOAD_ERRORS: Columns = &[
    ("userid", INTEGER),
    ("slice", INTEGER),
    ("tbl", INTEGER),
    ("starttime", TIMESTAMP),
    ("session", INTEGER),
    ("query", INTEGER),
    ("filename", Char(256)),
    ("line_number", BIGINT),
    ("colname", Char(127)),
    ("type", Char(10)),
    ("col_length", Char(10)),
    ("position", INTEGER),
    ("raw_line", Char(1024)),
    ("raw_field_value", Char(1024)),
    ("err_code", INTEGER),
    ("err_reason", Char(100)),
    ("is_partial", INTEGER),
    ("start_offset", BIGINT),
];

fn everything(viewer: &Viewer<'_>, log: &str) -> Rows {
    viewer.logs.rows.get(log).cloned().unwrap_or_default()
}

/// What the driver knows of this moment.
pub(super) fn live(viewer: &Viewer<'_>, log: &str) -> Rows {
    viewer.context.live.rows.get(log).cloned().unwrap_or_default()
}

/// The rows the viewer may see, its number standing in the first cell.
pub(super) fn own(viewer: &Viewer<'_>, log: &str) -> Rows {
    let me = Value::Integer(viewer.user.0 as i32);
    let all = viewer.sees_all_logs();
    let rows = viewer.logs.rows.get(log).map_or(&[][..], Vec::as_slice);
    rows.iter().filter(|row| all || row.first() == Some(&me)).cloned().collect()
}

/// Cells `places` of a row, in that order.
fn pick(row: &[Value], places: &[usize]) -> Vec<Value> {
    places.iter().map(|place| row.get(*place).cloned().unwrap_or(Value::Null)).collect()
}

/// `stl_load_errors`, with what its COPY is known by.
fn load_error_detail(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let loads = own(viewer, "sys_load_history");
    let row = |row: Vec<Value>| {
        let load = match row.get(5) {
            Some(Value::Integer(query)) => {
                loads.iter().find(|load| load.get(1) == Some(&Value::BigInt(i64::from(*query))))
            }
            _ => None,
        };
        let mut out = pick(&row, &[0]);
        out.extend(load.map_or_else(|| vec![Value::Null; 4], |load| pick(load, &[1, 2, 3, 4])));
        out.extend(pick(&row, &[2, 3, 6, 7, 8, 9, 10, 11, 14, 15]));
        out
    };
    Ok(own(viewer, "stl_load_errors").into_iter().map(row).collect())
}

/// What runs now, then what ran last. How many the product keeps is unconfirmed.
fn recents(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let me = Value::Integer(viewer.user.0 as i32);
    let all = viewer.sees_all_logs();
    let now = viewer.context.evaluation.statement_start.0;
    let name = |user: Option<&Value>| match user {
        Some(Value::Integer(user)) => viewer.user_name(UserId(*user as u32)),
        _ => Value::Null,
    };
    let mut rows = Rows::new();
    for row in live(viewer, "stv_inflight").iter().filter(|row| all || row.first() == Some(&me)) {
        let mut out = pick(row, &[0]);
        out.push(Value::string("Running"));
        out.extend(pick(row, &[6]));
        out.push(match row.get(6) {
            Some(Value::Timestamp(start)) => Value::Integer((now - start) as i32),
            _ => Value::Null,
        });
        out.extend([name(row.first()), text(&viewer.database.name)]);
        out.extend(pick(row, &[7, 5]));
        rows.push(out);
    }
    for row in own(viewer, "stl_query").iter().rev().take(100) {
        let mut out = pick(row, &[0]);
        out.push(Value::string("Done"));
        out.extend(pick(row, &[7]));
        out.push(match (row.get(7), row.get(8)) {
            (Some(Value::Timestamp(start)), Some(Value::Timestamp(end))) => {
                Value::Integer((end - start) as i32)
            }
            _ => Value::Null,
        });
        out.push(name(row.first()));
        out.extend(pick(row, &[5, 6, 4]));
        rows.push(out);
    }
    Ok(rows)
}

/// The whole text of what `sys_query_history` lists.
fn query_text(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |row: Vec<Value>| {
        let mut out = pick(&row, &[0, 1, 3, 4, 9]);
        out.push(Value::Integer(0));
        out.extend(pick(&row, &[17]));
        out
    };
    Ok(own(viewer, "sys_query_history").into_iter().map(row).collect())
}

/// `stl_query`, shortened and timed.
fn query_log(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(own(viewer, "stl_query")
        .iter()
        .map(|row| {
            let mut out = pick(row, &[0, 1, 3, 4, 7, 8]);
            out.push(match (row.get(7), row.get(8)) {
                (Some(Value::Timestamp(start)), Some(Value::Timestamp(end))) => Value::BigInt(end - start),
                _ => Value::Null,
            });
            out.extend(pick(row, &[9, 2]));
            out.push(match row.get(6) {
                Some(Value::String(query)) => text(query.chars().take(60).collect::<String>()),
                _ => Value::Null,
            });
            out.extend([Value::Null, Value::string("0 - Ran on a single cluster"), Value::Null]);
            out
        })
        .collect())
}

/// Queries, definitions and utilities together, in the order they began.
fn statement_text(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows: Rows = Vec::new();
    for (log, kind) in [("stl_ddltext", "DDL"), ("stl_utilitytext", "UTILITY")] {
        for row in own(viewer, log) {
            let mut out = pick(&row, &[0, 1, 2, 3, 4, 5, 6]);
            out.push(Value::string(kind));
            out.extend(pick(&row, &[7]));
            rows.push(out);
        }
    }
    // A query's times and label stand with the query, not with its text.
    let queries = own(viewer, "stl_query");
    let by_number: SortedMap<i32, &Vec<Value>> = queries
        .iter()
        .filter_map(|row| match row.get(1) {
            Some(Value::Integer(query)) => Some((*query, row)),
            _ => None,
        })
        .collect();
    for row in own(viewer, "stl_querytext") {
        let Some(Value::Integer(number)) = row.get(3) else { continue };
        let Some(query) = by_number.get(number) else { continue };
        let mut out = pick(&row, &[0, 1, 2]);
        out.extend(pick(query, &[2, 7, 8]));
        out.extend(pick(&row, &[4]));
        out.push(Value::string("QUERY"));
        out.extend(pick(&row, &[5]));
        rows.push(out);
    }
    crate::sorted::sort_by_key(&mut rows, |row| match (row.get(4), row.get(6)) {
        (Some(Value::Timestamp(start)), Some(Value::Integer(sequence))) => (*start, *sequence),
        _ => (0, 0),
    });
    Ok(rows)
}
