//! Who is connected and what is open now: `stv_sessions`, `svv_transactions`, `stv_locks`.

use super::log::live;
use super::relation::{Relation, Rows, Source, Viewer};
use crate::sql::error::SqlResult;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "stv_sessions",
        "starttime t,process i,user_name c50,db_name c50,timeout_sec i",
        Source::Live("stv_sessions"),
    ),
    Relation::written(
        "svv_transactions",
        "txn_owner n,txn_db n,xid b,pid i,txn_start t,lock_mode n,lockable_object_type n,relation i,granted o",
        Source::Made(transactions),
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
    // Every query went through the default queue and waited for nobody.
    Relation::written(
        "stl_wlm_query",
        "userid i,xid b,task i,query i,service_class i,slot_count i,service_class_start_time t,queue_start_time t,queue_end_time t,total_queue_time b,exec_start_time t,exec_end_time t,total_exec_time b,service_class_end_time t,final_state c16,est_peak_mem b,query_priority c20,service_class_name c64",
        Source::Defined(
            "SELECT userid,xid,query,query,100,1,starttime,starttime,starttime,0,starttime,endtime,DATEDIFF(us,starttime,endtime),endtime,CASE aborted WHEN 0 THEN 'Completed' ELSE 'Evicted' END,0,NVL(p.rank,'Normal'),'Default queue' FROM stl_query LEFT JOIN \" query priority\" p ON p.id=query",
        ),
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

/// Every session; what others run is not shown to ordinary users.
/// Regular users see their own transactions only.
fn transactions(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let own = viewer.principals.user(viewer.user).map(|user| user.name.as_str());
    let mut rows = live(viewer, "svv_transactions");
    rows.retain(|row| {
        let is_own = matches!(row.first(), Some(Value::String(owner)) if own == Some(&**owner));
        viewer.sees_all_logs() || is_own
    });
    Ok(rows)
}

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
