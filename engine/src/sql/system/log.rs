//! What statements left behind: `stl_*`, `sys_*` and the views over them.
//!
//! The rows are written by whoever runs statements, in the column order declared here, the user's number
//! first. A user sees its own rows; superusers and SYSLOG ACCESS UNRESTRICTED see all.

use super::relation::{Relation, Rows, Source, Viewer};
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written("stl_query", QUERY, Source::Log("stl_query")),
    Relation::written("stl_querytext", "userid i,xid b,pid i,query i,sequence i,text c200", Source::Log("stl_querytext")),
    Relation::written("stl_ddltext", STATEMENT_TEXT, Source::Log("stl_ddltext")),
    Relation::written("stl_utilitytext", STATEMENT_TEXT, Source::Log("stl_utilitytext")),
    Relation::written(
        "svl_qlog",
        "userid i,query i,xid b,pid i,starttime t,endtime t,elapsed b,aborted i,label c320,substring c60,source_query i,concurrency_scaling_status_txt n,from_sp_call i",
        Source::Defined(
            "SELECT userid,query,xid,pid,starttime,endtime,DATEDIFF(us,starttime,endtime),aborted,label,LEFT(querytxt,60),NULL,'0 - Ran on a single cluster',NULL FROM stl_query",
        ),
    ),
    // Queries, definitions and utilities together, in the order they began.
    Relation::written(
        "svl_statementtext",
        "userid i,xid b,pid i,label c320,starttime t,endtime t,sequence i,type v10,text c200",
        Source::Defined(
            "SELECT * FROM (SELECT userid,xid,pid,label,starttime,endtime,sequence,'DDL' AS type,text FROM stl_ddltext UNION ALL SELECT userid,xid,pid,label,starttime,endtime,sequence,'UTILITY',text FROM stl_utilitytext UNION ALL SELECT t.userid,t.xid,t.pid,q.label,q.starttime,q.endtime,t.sequence,'QUERY',t.text FROM stl_querytext t JOIN stl_query q USING (query)) s ORDER BY starttime,sequence",
        ),
    ),
    // Those that are done; the rest is what still runs. What waits for a lock has not been planned (unconfirmed).
    Relation::written(
        " query history",
        "user_id i,query_id b,query_label c320,transaction_id b,session_id i,database_name c128,query_type c32,status c10,result_cache_hit o,start_time t,end_time t,elapsed_time b,queue_time b,execution_time b,error_message c512,returned_rows b,returned_bytes b,query_text c4000,redshift_version c256,usage_limit v150,compute_type v18,compile_time b,planning_time b,lock_wait_time b",
        Source::Log("sys_query_history"),
    ),
    // How the hashes are made is not published: unconfirmed, but for equal texts being equal, and generic ones without literals.
    Relation::written(
        "sys_query_history",
        "user_id i,query_id b,query_label c320,transaction_id b,session_id i,database_name c128,query_type c32,status c10,result_cache_hit o,start_time t,end_time t,elapsed_time b,queue_time b,execution_time b,error_message c512,returned_rows b,returned_bytes b,query_text c4000,redshift_version c256,usage_limit v150,compute_type v18,compile_time b,planning_time b,lock_wait_time b,service_class_id i,service_class_name c64,query_priority c20,short_query_accelerated c10,user_query_hash c40,generic_query_hash c40,query_hash_version i,result_cache_query_id b",
        Source::Defined(
            "SELECT q.*,100,'Default queue',NVL(p.rank,'Normal'),'false',TO_HEX(FNV_HASH(query_text)),TO_HEX(FNV_HASH(REGEXP_REPLACE(query_text,'''[^'']*''|[0-9.]+','?'))),1,NULL FROM (SELECT * FROM \" query history\" UNION ALL SELECT userid,query,label,xid,pid,database,kind,CASE WHEN waits IS NULL THEN 'running' ELSE 'planning' END,false,starttime,NULL,GREATEST(0,DATEDIFF(us,starttime,SYSDATE)),0,GREATEST(0,DATEDIFF(us,starttime,NVL(waits,SYSDATE))),'',0,0,querytxt,'1.0.50065',NULL,'primary',0,0,NVL(GREATEST(0,DATEDIFF(us,waits,SYSDATE)),0) FROM \" inflight\") q LEFT JOIN \" query priority\" p ON p.id=q.query_id",
        ),
    ),
    Relation::written(
        "sys_query_text",
        "user_id i,query_id b,transaction_id b,session_id i,start_time t,sequence i,text c4000",
        Source::Defined("SELECT user_id,query_id,transaction_id,session_id,start_time,0,query_text FROM sys_query_history"),
    ),
    Relation::written(
        "sys_load_history",
        "user_id i,query_id b,transaction_id b,session_id i,database_name x,status x,table_name x,start_time t,end_time t,duration b,data_source x,file_format x,loaded_rows b,loaded_bytes b,source_file_count i,source_file_bytes b,file_count_scanned i,file_bytes_scanned b,error_count b",
        Source::Log("sys_load_history"),
    ),
    Relation::written(
        "sys_load_error_detail",
        "user_id i,query_id b,transaction_id b,session_id i,database_name x,table_id i,start_time t,file_name x,line_number b,column_name x,column_type x,column_length x,position i,error_code i,error_message x",
        Source::Defined(
            "SELECT e.userid,h.query_id,h.transaction_id,h.session_id,h.database_name,e.tbl,e.starttime,e.filename,e.line_number,e.colname,e.type,e.col_length,e.position,e.err_code,e.err_reason FROM stl_load_errors e LEFT JOIN sys_load_history h ON h.query_id=e.query",
        ),
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
    Relation::written("stl_userlog", "userid i,username c50,oldusername c50,action c10,usecreatedb i,usesuper i,usecatupd i,valuntil t,pid i,xid b,recordtime t", Source::Made(|viewer| Ok(everything(viewer, "stl_userlog"))))
    .superuser_only(),
    Relation::written("stl_tr_conflict", "xact_id b,process_id i,xact_start_ts t,abort_time t,table_id i", Source::Made(|viewer| Ok(everything(viewer, "stl_tr_conflict"))))
    .superuser_only(),
    Relation::written("stl_load_errors", LOAD_ERRORS, Source::Log("stl_load_errors")),
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
    Relation::written("stl_loaderror_detail", "userid i,slice i,session i,query i,filename c256,line_number b,field i,colname c127,value c1024,is_null i,type c10,col_length c10", Source::Log("stl_loaderror_detail")),
    Relation::written("stl_load_commits", "userid i,query i,slice i,name c256,filename c256,byte_offset i,lines_scanned i,errors i,curtime t,status i,file_format c16,is_partial i,start_offset b", Source::Log("stl_load_commits")),
];

pub(super) fn everything(viewer: &Viewer<'_>, log: &str) -> Rows {
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

const QUERY: &str = "userid i,query i,label c320,xid b,pid i,database c32,querytxt c4000,starttime t,endtime t,aborted i,insert_pristine i,concurrency_scaling_status i";
const STATEMENT_TEXT: &str = "userid i,xid b,pid i,label c320,starttime t,endtime t,sequence i,text c200";
const LOAD_ERRORS: &str = "userid i,slice i,tbl i,starttime t,session i,query i,filename c256,line_number b,colname c127,type c10,col_length c10,position i,raw_line c1024,raw_field_value c1024,err_code i,err_reason c100,is_partial i,start_offset b";
