//! Relations that are queries over others: the `sys_*` views that tell again what `stl_*` tables tell, and their like.
//!
//! Each is bound where its name is met, as a view would be, for the user who asks: rows that others may not see are
//! left out by what it stands on. A name that begins with a blank stands for no relation of the product's.

use super::relation::{Relation, Rows, Source, Viewer};
use crate::sql::error::SqlResult;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    // `stl_vacuum`, of which ordinary users see the rows of their own through the view.
    Relation::written(
        " vacuum",
        "userid i,xid b,table_id i,status c30,rows b,sortedrows i,blocks i,partitions i,eventtime t,reclaimable b",
        Source::Log("stl_vacuum"),
    ),
    Relation::written(
        " sessions",
        "userid i,starttime t,endtime t,process i,user_name c50,db_name c50,timeout_sec i,timed_out i",
        Source::Made(sessions),
    ),
    Relation::written(
        "stl_sessions",
        "userid i,starttime t,endtime t,process i,user_name c50,db_name c50,timeout_sec i,timed_out i",
        Source::Defined("SELECT * FROM \" sessions\""),
    ),
    // What a session that timed out is called in `status` is the guide's; here sessions that time out are closed.
    Relation::written(
        "sys_session_history",
        "user_id c50,session_id i,database_name c50,status c12,session_timeout i,start_time t,end_time t",
        Source::Defined(
            "SELECT userid,process,db_name,CASE WHEN endtime IS NULL THEN 'active' ELSE 'closed' END,timeout_sec,starttime,endtime FROM \" sessions\"",
        ),
    ),
    Relation::written(
        "sys_vacuum_history",
        "user_id i,transaction_id b,query_id b,database_name x,schema_name x,table_name x,table_id i,vacuum_type c12,is_automatic o,status c30,start_time t,end_time t,record_time t,duration i,rows_before_vacuum b,size_before_vacuum i,reclaimable_rows b,reclaimed_rows b,reclaimed_blocks b,sortedrows_before_vacuum i,sortedrows_after_vacuum i",
        Source::Defined(
            "SELECT b.userid,b.xid,(SELECT MIN(query) FROM stl_query q WHERE q.xid=b.xid),CURRENT_DATABASE(),n.nspname,c.relname,b.table_id,CASE WHEN b.status LIKE '%Delete%' THEN 'Delete' WHEN b.status LIKE '%Sort Only%' THEN 'Sort' WHEN b.status LIKE '%Reindex%' THEN 'Reindex' WHEN b.status LIKE '%Recluster%' THEN 'Recluster' ELSE 'Full' END,b.status LIKE '[VacuumBG]%','Finished',b.eventtime,e.eventtime,e.eventtime,DATEDIFF(us,b.eventtime,e.eventtime),b.rows,b.blocks,b.reclaimable,b.rows-e.rows,b.blocks-e.blocks,b.sortedrows,e.sortedrows FROM \" vacuum\" b JOIN \" vacuum\" e ON b.xid=e.xid AND b.table_id=e.table_id AND b.status LIKE '%Started%' AND e.status LIKE '%Finished%' LEFT JOIN pg_class c ON c.oid=b.table_id LEFT JOIN pg_namespace n ON n.oid=c.relnamespace",
        ),
    ),
    Relation::written(
        "sys_analyze_history",
        "user_id i,transaction_id b,database_name c30,schema_name c128,table_name c128,table_id i,is_automatic c1,status c15,start_time t,end_time t,rows f,modified_rows f,analyze_threshold_percent i,last_analyze_time t",
        Source::Defined(
            "SELECT a.userid,a.xid,a.database,n.nspname,c.relname,a.table_id,a.is_auto,a.status,a.starttime,a.endtime,a.rows,a.modified_rows,a.threshold_percent,NVL(a.prevtime,'2000-01-01') FROM stl_analyze a LEFT JOIN pg_class c ON c.oid=a.table_id LEFT JOIN pg_namespace n ON n.oid=c.relnamespace",
        ),
    )
    .superuser_only(),
    // What the status of a call that failed by itself is called is unconfirmed.
    Relation::written(
        "sys_procedure_call",
        "session_user_id i,security_user_id i,query_id i,query_text c4000,start_time t,end_time t,status c10,caller_procedure_query_id i",
        Source::Defined(
            "SELECT session_userid,userid,query,querytxt,starttime,endtime,CASE aborted WHEN 0 THEN 'success' ELSE 'failed' END,from_sp_call FROM svl_stored_proc_call",
        ),
    ),
    Relation::written(
        "sys_procedure_messages",
        "transaction_id b,query_id i,record_time t,log_level c10,message c1024,line_number i",
        Source::Defined(
            "SELECT xid,query,recordtime,loglevel_text,message,linenum FROM svl_stored_proc_messages",
        ),
    ),
    Relation::written(
        "svl_query_queue_info",
        "database n,query i,xid b,userid i,querytxt c500,queue_start_time t,exec_start_time t,service_class i,slots i,queue_elapsed b,exec_elapsed b,wlm_total_elapsed b,commit_queue_elapsed b,commit_exec_time b,service_class_name c64",
        Source::Defined(
            "SELECT q.database,q.query,q.xid,q.userid,LEFT(q.querytxt,500),w.queue_start_time,w.exec_start_time,w.service_class,w.slot_count,DATEDIFF(s,w.queue_start_time,w.queue_end_time),DATEDIFF(s,w.exec_start_time,w.exec_end_time),DATEDIFF(s,w.queue_start_time,w.exec_end_time),0,0,w.service_class_name FROM stl_query q JOIN stl_wlm_query w ON q.query=w.query AND q.userid=w.userid",
        ),
    ),
    // Whatever runs has its slot: the default queue makes nobody wait here.
    Relation::written(
        "stv_wlm_query_state",
        "xid b,task i,query i,service_class i,slot_count i,wlm_start_time t,state c16,queue_time b,exec_time b,query_priority c20",
        Source::Defined(
            "SELECT xid,query,query,100,1,starttime,'Running',0,GREATEST(0,DATEDIFF(us,starttime,SYSDATE)),'Normal' FROM stv_inflight",
        ),
    ),
    // `svcs_*` views tell of queries on the main cluster and on those that help it, of which there are none.
    Relation::written(
        "stl_stream_segs",
        "userid i,query i,stream i,segment i",
        Source::Defined("SELECT DISTINCT userid,query,stm,seg FROM svl_query_summary"),
    ),
    Relation::written(
        "svcs_stream_segs",
        "userid i,query i,stream i,segment i",
        Source::Defined("SELECT * FROM stl_stream_segs"),
    ),
    Relation::written(
        "svcs_plan_info",
        "userid i,query i,nodeid i,segment i,step i,locus i,plannode i,startupcost f,totalcost f,rows b,bytes b",
        Source::Defined("SELECT * FROM stl_plan_info"),
    ),
    Relation::written(
        "svcs_s3log",
        "pid i,query i,segment i,step i,node i,slice i,eventtime t,message c512",
        Source::Defined("SELECT * FROM svl_s3log"),
    ),
    Relation::written(
        "svcs_unload_log",
        "userid i,query i,slice i,pid i,path c1280,start_time t,end_time t,line_count b,transfer_size b,file_format c10",
        Source::Defined("SELECT * FROM stl_unload_log"),
    ),
    Relation::written(
        "stl_file_scan",
        "userid i,query i,slice i,name c90,lines b,bytes b,loadtime b,curtime t,is_partial i,start_offset b",
        Source::Defined(
            "SELECT c.userid,c.query,c.slice,c.filename,c.lines_scanned,d.bytes_scanned,d.duration,c.curtime,c.is_partial,c.start_offset FROM stl_load_commits c JOIN sys_load_detail d ON d.query_id=c.query AND d.file_name=c.filename",
        ),
    ),
    Relation::written(
        "stv_node_storage_capacity",
        "node i,used i,capacity i",
        Source::Defined("SELECT owner,SUM(used),SUM(capacity) FROM stv_partitions GROUP BY owner"),
    ),
    Relation::written(
        "role_table_grants",
        "grantor n,grantee n,table_catalog n,table_schema n,table_name n,privilege_type n,is_grantable v3,with_hierarchy v3",
        Source::Defined(
            "SELECT * FROM information_schema.table_privileges WHERE grantor=CURRENT_USER OR grantee=CURRENT_USER",
        ),
    )
    .in_schema("information_schema"),
    // Accounts share nothing with others, know no identity provider, and nobody advises them of another layout.
    none("svv_datashares", "share_name v128,share_id i,share_owner i,source_database v128,consumer_database v128,share_type v8,createdate t,is_publicaccessible o,share_acl v256,producer_account v16,producer_namespace v64,managed_by v64"),
    none("svv_datashare_objects", "share_type v8,share_name v128,object_type v64,object_name v512,producer_account v16,producer_namespace v64,include_new o"),
    none("svv_datashare_consumers", "share_name v128,consumer_account v16,consumer_namespace v64,share_date t"),
    none("svv_identity_providers", "uid i,name x,type x,instanceid x,namespc x,params x,enabled o").superuser_only(),
    none("svv_alter_table_recommendations", "type c30,database c128,table_id i,group_id i,ddl c1024,auto_apply c1")
        .superuser_only(),
    none("pg_library", "name n,language_oid i,file_store_id i,owner i"),
    none("pg_listener", "relname n,listenerpid i,notification i"),
];

const fn none(name: &'static str, columns: &'static str) -> Relation {
    Relation::written(name, columns, Source::Made(|_| Ok(Rows::new())))
}

/// A row for each connection, from the log of their beginnings and ends.
fn sessions(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let log = viewer.logs.rows.get("stl_connection_log").map_or(&[][..], Vec::as_slice);
    let event =
        |row: &[Value], word: &str| matches!(row.first(), Some(Value::String(event)) if event.trim() == word);
    let of = |(at, begun): (usize, &Vec<Value>)| {
        let cell = |place: usize| begun.get(place).cloned().unwrap_or(Value::Null);
        let user = match begun.get(6) {
            Some(Value::String(name)) => {
                viewer.principals.users.values().find(|user| user.name.as_str() == name.trim())
            }
            _ => None,
        };
        if !viewer.sees_all_logs() && user.is_none_or(|user| user.id != viewer.user) {
            return None;
        }
        let ends = |row: &&Vec<Value>| row.get(4) == begun.get(4) && event(row, "disconnecting session");
        let end = log[at..].iter().find(ends).and_then(|row| row.get(1)).cloned();
        Some(vec![
            user.map_or(Value::Null, |user| Value::Integer(user.id.0 as i32)),
            cell(1),
            end.unwrap_or(Value::Null),
            cell(4),
            cell(6),
            cell(5),
            user.and_then(|user| user.session_timeout)
                .map_or(Value::Integer(0), |limit| Value::Integer(limit as i32)),
            Value::Integer(0),
        ])
    };
    Ok(log.iter().enumerate().filter(|(_, row)| event(row, "initiating session")).filter_map(of).collect())
}
