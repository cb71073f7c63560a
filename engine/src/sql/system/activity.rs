//! Who is connected and what is open now: `stv_sessions`, `stv_inflight`, `stv_recents`, `svv_transactions`, `stv_locks`.
//!
//! The moment's rows come with the query; `stv_recents` and the queue's views read the log of queries.

use super::log::{live, own};
use super::relation::{Relation, Rows, Source, Viewer, text};
use super::steps::{SERVICE_CLASS, SERVICE_CLASS_NAME};
use crate::sql::error::SqlResult;
use crate::warehouse::access::UserId;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "stv_sessions",
        "starttime t,process i,user_name c50,db_name c50,timeout_sec i",
        Source::Live("stv_sessions"),
    ),
    Relation::written(
        "stv_inflight",
        "userid i,slice i,query i,label c320,xid b,pid i,starttime t,text c100,suspended i,insert_pristine i,concurrency_scaling_status i",
        Source::Made(|viewer| Ok(mine(viewer, "stv_inflight"))),
    ),
    Relation::written(
        "svv_query_inflight",
        "userid i,slice i,query i,pid i,starttime t,suspended i,text c200,sequence i",
        Source::Made(|viewer| {
            let pick = |row: &Vec<Value>| {
                let mut out: Vec<Value> =
                    [0, 1, 2, 5, 6, 8, 7].iter().filter_map(|at| row.get(*at).cloned()).collect();
                out.push(Value::Integer(0));
                out
            };
            Ok(mine(viewer, "stv_inflight").iter().map(pick).collect())
        }),
    ),
    Relation::written(
        "stv_recents",
        "userid i,status c20,starttime t,duration i,user_name c50,db_name c50,query c600,pid i",
        Source::Made(recent_queries),
    ),
    Relation::written(
        "svv_transactions",
        "txn_owner n,txn_db n,xid b,pid i,txn_start t,lock_mode n,lockable_object_type n,relation i,granted o",
        Source::Live("svv_transactions"),
    ),
    Relation::written(
        "stv_locks",
        "table_id i,last_commit t,last_update t,lock_owner b,lock_owner_pid b,lock_owner_start t,lock_owner_end t,lock_status c22",
        Source::Live("stv_locks"),
    )
    .superuser_only(),
    Relation::written(
        "pg_locks",
        "locktype n,database i,relation i,transaction b,pid i,mode n,granted o",
        Source::Made(|viewer| {
            let database = Value::Integer(viewer.database.id.0 as i32);
            let pick = |row: Vec<Value>| {
                let cell = |at: usize| row.get(at).cloned().unwrap_or(Value::Null);
                vec![cell(6), database.clone(), cell(7), cell(2), cell(3), cell(5), cell(8)]
            };
            Ok(live(viewer, "svv_transactions").into_iter().map(pick).collect())
        }),
    ),
    Relation::written(
        "pg_stat_activity",
        "datid i,datname n,procpid i,usesysid i,usename n,current_query x,query_start t",
        Source::Made(stat_activity),
    ),
    Relation::written(
        "stl_wlm_query",
        "userid i,xid b,task i,query i,service_class i,slot_count i,service_class_start_time t,queue_start_time t,queue_end_time t,total_queue_time b,exec_start_time t,exec_end_time t,total_exec_time b,service_class_end_time t,final_state c16,est_peak_mem b,query_priority c20,service_class_name c64",
        Source::Made(queued),
    ),
    Relation::written(
        "stv_slices",
        "node i,slice i,localslice i,type c1",
        Source::Made(|_| {
            let slice = |slice: u16| {
                let slice = Value::Integer(i32::from(slice));
                vec![Value::Integer(0), slice.clone(), slice, Value::string("D")]
            };
            Ok((0..crate::warehouse::storage::slices::SLICES as u16).map(slice).collect())
        }),
    ),
    Relation::written(
        "stl_connection_log",
        "event c50,recordtime t,remotehost c45,remoteport c32,pid i,dbname c50,username c50,authmethod c32,duration b,sslversion c50,sslcipher c128,mtu i,sslcompression c64,sslexpansion c64,iamauthguid c36,application_name c250,driver_version c64,os_version c64,plugin_name c32,protocol_version i,sessionid c36,compression c8",
        Source::Made(|viewer| Ok(viewer.logs.rows.get("stl_connection_log").cloned().unwrap_or_default())),
    )
    .superuser_only(),
];

/// The moment's rows that the viewer may see, the user's number first.
fn mine(viewer: &Viewer<'_>, log: &str) -> Rows {
    let me = Value::Integer(viewer.user.0 as i32);
    let all = viewer.sees_all_logs();
    live(viewer, log).into_iter().filter(|row| all || row.first() == Some(&me)).collect()
}

fn name_of(viewer: &Viewer<'_>, user: Option<&Value>) -> Value {
    match user {
        Some(Value::Integer(id)) => viewer.user_name(UserId(*id as u32)),
        _ => Value::Null,
    }
}

fn shortened(query: Option<&Value>, characters: usize) -> Value {
    match query {
        Some(Value::String(query)) => text(query.chars().take(characters).collect::<String>()),
        _ => Value::Null,
    }
}

/// What runs, and the last hundred queries, from `stl_query`.
fn recent_queries(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let cell = |row: &[Value], place: usize| row.get(place).cloned().unwrap_or(Value::Null);
    let database = text(&viewer.database.name);
    let running = mine(viewer, "stv_inflight").into_iter().map(|row| {
        vec![
            cell(&row, 0),
            Value::string("Running"),
            cell(&row, 6),
            Value::Integer(0),
            name_of(viewer, row.first()),
            database.clone(),
            cell(&row, 7),
            cell(&row, 5),
        ]
    });
    let done = own(viewer, "stl_query").into_iter().rev().take(100).map(|row| {
        let duration = match (row.get(7), row.get(8)) {
            (Some(Value::Timestamp(start)), Some(Value::Timestamp(end))) => {
                i32::try_from(end - start).map_or(Value::Null, Value::Integer)
            }
            _ => Value::Null,
        };
        vec![
            cell(&row, 0),
            Value::string("Done"),
            cell(&row, 7),
            duration,
            name_of(viewer, row.first()),
            cell(&row, 5),
            shortened(row.get(6), 600),
            cell(&row, 4),
        ]
    });
    Ok(running.chain(done).collect())
}

/// Every session; what others run is not shown to ordinary users.
fn stat_activity(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let running = live(viewer, "stv_inflight");
    let of = |session: &Vec<Value>| {
        let cell = |at: usize| session.get(at).cloned().unwrap_or(Value::Null);
        let user = match cell(2) {
            Value::String(name) => viewer.principals.users.values().find(|user| *user.name.as_str() == *name),
            _ => None,
        };
        let statement = running.iter().find(|row| row.get(5) == session.get(1));
        let seen = viewer.sees_all_logs() || user.is_some_and(|user| user.id == viewer.user);
        let query = match statement {
            None => Value::string("<IDLE>"),
            Some(_) if !seen => Value::string("<insufficient privilege>"),
            Some(row) => row.get(7).cloned().unwrap_or(Value::Null),
        };
        vec![
            Value::Integer(viewer.database.id.0 as i32),
            cell(3),
            cell(1),
            user.map_or(Value::Null, |user| Value::Integer(user.id.0 as i32)),
            cell(2),
            query,
            statement.and_then(|row| row.get(6)).cloned().unwrap_or(Value::Null),
        ]
    };
    Ok(live(viewer, "stv_sessions").iter().map(of).collect())
}

/// Every query went through the default queue and waited for nobody.
fn queued(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let of = |row: Vec<Value>| {
        let cell = |at: usize| row.get(at).cloned().unwrap_or(Value::Null);
        let (start, end) = (cell(7), cell(8));
        let took = match (&start, &end) {
            (Value::Timestamp(start), Value::Timestamp(end)) => Value::BigInt(end - start),
            _ => Value::Null,
        };
        let state = if cell(9) == Value::Integer(0) { "Completed" } else { "Evicted" };
        vec![
            cell(0),
            cell(3),
            cell(1),
            cell(1),
            Value::Integer(SERVICE_CLASS),
            Value::Integer(1),
            start.clone(),
            start.clone(),
            start.clone(),
            Value::BigInt(0),
            start,
            end.clone(),
            took,
            end,
            Value::string(state),
            Value::BigInt(0),
            Value::string("Normal"),
            Value::string(SERVICE_CLASS_NAME),
        ]
    };
    Ok(own(viewer, "stl_query").into_iter().map(of).collect())
}
