//! How transactions and statements ended that did not simply go through: commits, what was undone, what was canceled, and
//! what a transaction block does not take.

use super::relation::{Relation, Source};

pub(super) static RELATIONS: &[Relation] = &[
    // What ended; `blocks` is NULL where it was undone.
    Relation::written(
        " transactions",
        "userid i,xid b,started t,ended t,blocks b,numxids i,oldestxid b",
        Source::Log("transactions"),
    ),
    Relation::written(
        "sys_transaction_history",
        "user_id i,transaction_id b,isolation_level x,status x,transaction_start_time t,commit_start_time t,commit_end_time t,blocks_committed b,undo_transaction_id b",
        Source::Defined(
            "SELECT t.userid,t.xid,NVL(INITCAP(l.isolation_level),'Serializable'),CASE WHEN t.blocks IS NULL THEN 'rolledback' ELSE 'committed' END,t.started,t.ended,t.ended,NVL(t.blocks,0),NVL((SELECT MAX(xact_id) FROM stl_undone u WHERE u.xact_id_undone=t.xid),-1) FROM \" transactions\" t LEFT JOIN (SELECT transaction_id,MAX(database_name) AS d FROM sys_query_history GROUP BY 1) q ON q.transaction_id=t.xid LEFT JOIN stv_db_isolation_level l ON l.db_name=NVL(q.d,CURRENT_DATABASE())",
        ),
    )
    .superuser_only(),
    // The leader node and the one behind it. How many blocks there were before is not kept.
    Relation::written(
        "stl_commit_stats",
        "xid b,node i,startqueue t,startwork t,endflush t,endstage t,endlocal t,startglobal t,endtime t,queuelen b,permblocks b,newblocks b,dirtyblocks b,headers b,numxids i,oldestxid b,extwritelatency b,metadatawritten i,tombstonedblocks b,tossedblocks b,batched_by b",
        Source::Defined(
            "SELECT xid,node,ended,ended,ended,ended,ended,ended,ended,0,NULL,b,b,b,numxids,oldestxid,NULL,NULL,NULL,NULL,NULL FROM (SELECT xid,ended,numxids,oldestxid,node,CASE node WHEN 0 THEN blocks ELSE 0 END AS b FROM \" transactions\",(SELECT -1 AS node UNION ALL SELECT 0) n WHERE blocks IS NOT NULL) t",
        ),
    )
    .superuser_only(),
    Relation::written(
        "stl_undone",
        "userid i,xact_id b,xact_id_undone b,undo_start_ts t,undo_end_ts t,table_id b",
        Source::Log("stl_undone"),
    ),
    Relation::written(
        "svl_terminate",
        "pid i,eventtime t,userid i,type x",
        Source::Made(|viewer| Ok(super::log::everything(viewer, "svl_terminate"))),
    )
    .superuser_only(),
    Relation::written(
        "svl_multi_statement_violations",
        "userid i,database c32,cmdname c20,xid b,pid i,label c320,starttime t,endtime t,sequence i,type v10,text c200",
        Source::Defined(
            "SELECT user_id,database_name,SPLIT_PART(error_message,' cannot run inside a transaction block',1),transaction_id,session_id,query_label,start_time,end_time,0,CASE WHEN query_type IN ('DDL','UTILITY') THEN TRIM(query_type) ELSE 'QUERY' END,LEFT(query_text,200) FROM sys_query_history WHERE error_message LIKE '% cannot run inside a transaction block%'",
        ),
    ),
];
