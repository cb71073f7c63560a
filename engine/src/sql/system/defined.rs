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
            "SELECT i.xid,i.query,i.query,100,1,i.starttime,'Running',0,GREATEST(0,DATEDIFF(us,i.starttime,SYSDATE)),NVL(q.rank,s.rank,u.rank,'Normal') FROM \" inflight\" i LEFT JOIN \" priority\" q ON q.kind='q' AND q.id=i.query LEFT JOIN \" priority\" s ON s.kind='s' AND s.id=i.pid LEFT JOIN \" priority\" u ON u.kind='u' AND u.id=i.userid WHERE i.waits IS NULL",
        ),
    ),
    Relation::written(" priority", "kind c1,id b,rank c20", Source::Made(|viewer| Ok(log(viewer, " priority")))),
    Relation::written(
        " query priority",
        "kind c1,id b,rank c20",
        Source::Made(|viewer| Ok(log(viewer, " query priority"))),
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
    Relation::written(
        "stl_analyze_compression",
        "userid i,start_time t,xid b,tbl i,tablename c128,col i,old_encoding c15,new_encoding c15,mode c14,best_compression_encoding c15,recommended_bytes c15,best_compression_bytes c15,ndv b",
        Source::Log("stl_analyze_compression"),
    ),
    Relation::written(
        "sys_analyze_compression_history",
        "user_id i,start_time t,transaction_id b,table_id i,table_name c128,column_position i,old_encoding c15,new_encoding c15,mode c14,best_compression_encoding c15,recommended_bytes c15,best_compression_bytes c15,ndv b",
        Source::Defined("SELECT * FROM stl_analyze_compression"),
    ),
    Relation::written(
        "svcs_s3query_summary",
        "userid i,query i,xid b,pid i,segment i,step i,starttime t,endtime t,elapsed b,aborted i,external_table_name c136,file_format c16,is_partitioned c1,is_rrscan c1,is_nested c1,s3_scanned_rows b,s3_scanned_bytes b,s3query_returned_rows b,s3query_returned_bytes b,files i,files_max i,files_avg i,splits i,splits_max i,splits_avg i,total_split_size b,max_split_size b,avg_split_size b,total_retries i,max_retries i,max_request_duration i,avg_request_duration d38.2,max_request_parallelism i,avg_request_parallelism d38.2",
        Source::Defined("SELECT * FROM svl_s3query_summary"),
    ),
    Relation::written(
        "svcs_s3partition_summary",
        "query b,segment i,assignment c1,min_starttime t,max_endtime t,min_duration b,max_duration b,avg_duration b,total_partitions i,qualified_partitions i,min_assigned_partitions i,max_assigned_partitions i,avg_assigned_partitions b",
        Source::Defined("SELECT * FROM svl_s3partition_summary"),
    ),
    Relation::written(
        "sys_child_query_text",
        "user_id i,query_id b,child_query_sequence i,sequence i,text c200",
        Source::Defined("SELECT userid,query,1,sequence,text FROM stl_querytext"),
    ),
    // The order of these columns is unconfirmed.
    Relation::written(
        "sys_copy_replacements",
        "user_id i,query_id b,start_time t,session_id i,file_name c256,line_number b,column_name c127,raw_line c1024",
        Source::Defined("SELECT userid,query,starttime,session,filename,line_number,colname,raw_line FROM stl_replacements"),
    ),
    Relation::written(
        "sys_schema_quota_violations",
        "owner_id i,user_id i,transaction_id b,session_id i,schema_id i,schema_name c128,quota i,disk_usage i,record_time t",
        Source::Defined(
            "SELECT ownerid,userid,xact_id,pid,schema_id,schema_name,quota,disk_usage,timestamp FROM stl_schema_quota_violations",
        ),
    ),
    Relation::written(
        "svl_vacuum_percentage",
        "xid b,table_id i,percentage b",
        Source::Defined(
            "SELECT b.xid,b.table_id,e.blocks*100/NULLIF(b.blocks,0) FROM stl_vacuum b JOIN stl_vacuum e ON b.xid=e.xid AND b.table_id=e.table_id AND b.status LIKE '%Started%' AND e.status LIKE '%Finished%'",
        ),
    )
    .superuser_only(),
    // What COPY read and UNLOAD wrote, a request a file; times in seconds since 1970 are unconfirmed.
    Relation::written(
        "stl_s3client",
        "userid i,query i,slice i,recordtime t,pid i,http_method c64,bucket c64,key c256,transfer_size b,data_size b,start_time b,end_time b,transfer_time b,compression_time b,connect_time b,app_connect_time b,retries b,request_id c32,extended_request_id c128,ip_address c64,is_partial i,start_offset b",
        Source::Defined(
            "SELECT userid,query,slice,e,pid,m,SPLIT_PART(f,'/',3),SUBSTRING(f,LEN(SPLIT_PART(f,'/',3))+7),b,b,EXTRACT(epoch FROM s),EXTRACT(epoch FROM e),DATEDIFF(us,s,e),0,0,0,0,NULL,NULL,NULL,0,0 FROM (SELECT d.user_id AS userid,d.query_id AS query,0 AS slice,h.session_id AS pid,'GET' AS m,TRIM(d.file_name) AS f,d.bytes_scanned AS b,d.start_time AS s,d.end_time AS e FROM sys_load_detail d JOIN sys_load_history h USING (query_id) UNION ALL SELECT userid,query,slice,pid,'PUT',TRIM(path),transfer_size,start_time,end_time FROM stl_unload_log) q",
        ),
    ),
];

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

fn log(viewer: &Viewer<'_>, name: &str) -> Rows {
    viewer.logs.rows.get(name).cloned().unwrap_or_default()
}
