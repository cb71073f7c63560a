//! What runs at this moment, and how far it is: `stv_inflight`, `stv_recents`, `stv_exec_state`, `svv_query_state`,
//! `stv_query_metrics` and the cursors that are open.
//!
//! Statements are stepped, so another session meets one between two of its steps, with the rows that it has come to.
//! Whoever asks sees the own query too, which has done nothing yet. One that waits for a lock has not been planned.

use super::log::live;
use super::relation::{Relation, Rows, Source, Viewer};
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    // `stv_inflight` and more: the whole text, database, kind, and since when it waits for a lock.
    Relation::written(
        " inflight",
        "userid i,slice i,query i,label c320,xid b,pid i,starttime t,text c100,suspended i,insert_pristine i,concurrency_scaling_status i,querytxt c4000,database n,kind c32,waits t",
        Source::Made(|viewer| Ok(mine(viewer, "stv_inflight"))),
    ),
    Relation::written(
        "stv_inflight",
        "userid i,slice i,query i,label c320,xid b,pid i,starttime t,text c100,suspended i,insert_pristine i,concurrency_scaling_status i",
        Source::Made(|viewer| Ok(mine(viewer, "stv_inflight"))),
    ),
    Relation::written(
        "stv_load_state",
        "userid i,session i,query i,slice i,pid i,recordtime t,bytes_to_load b,bytes_loaded b,bytes_to_load_compressed b,bytes_loaded_compressed b,lines i,num_files i,num_files_complete i,current_file c256,pct_complete i",
        Source::Made(|viewer| Ok(mine(viewer, "stv_load_state"))),
    ),
    // In pieces of 200 characters.
    Relation::written(
        "svv_query_inflight",
        "userid i,slice i,query i,pid i,starttime t,suspended i,text c200,sequence i",
        Source::Made(|viewer| {
            let mut rows = Rows::new();
            for row in mine(viewer, "stv_inflight") {
                let Some(Value::String(text)) = row.get(11) else { continue };
                let letters: Vec<char> = text.chars().collect();
                for (number, piece) in letters.chunks(200).enumerate() {
                    let cells = [0, 1, 2, 5, 6, 8].iter().filter_map(|place| row.get(*place).cloned());
                    let piece = Value::string(piece.iter().collect::<String>());
                    rows.push(cells.chain([piece, Value::Integer(number as i32)]).collect());
                }
            }
            Ok(rows)
        }),
    ),
    // How many of those that are done the product keeps is unconfirmed.
    Relation::written(
        "stv_recents",
        "userid i,status c20,starttime t,duration i,user_name c50,db_name c50,query c600,pid i",
        Source::Defined(
            "SELECT r.userid,r.status,r.starttime,r.took,u.usename,r.database,LEFT(r.querytxt,600),r.pid FROM (SELECT userid,'Running' AS status,starttime,GREATEST(0,DATEDIFF(us,starttime,SYSDATE)) AS took,database,querytxt,pid FROM \" inflight\" UNION ALL SELECT * FROM (SELECT userid,'Done',starttime,DATEDIFF(us,starttime,endtime),database,querytxt,pid FROM stl_query ORDER BY query DESC LIMIT 100) d) r LEFT JOIN pg_user u ON u.usesysid=r.userid",
        ),
    ),
    Relation::written(
        "stv_exec_state",
        "userid i,query i,slice i,segment i,step i,starttime t,currenttime t,tasknum i,rows b,bytes b,label c256,is_diskbased c1,workmem b,num_parts i,is_rrscan c1,is_delayed_scan c1",
        Source::Running,
    ),
    Relation::written(
        "svv_query_state",
        "userid i,query i,seg i,step i,maxtime l,avgtime l,rows b,bytes b,cpu b,memory b,rate_row f,rate_byte f,label c25,is_diskbased c1,workmem b,num_parts i,is_rrscan c1,is_delayed_scan c1",
        Source::Defined(
            "SELECT userid,query,segment,step,took,took,r,b,NULL,NULL,r/NULLIF(s,0),b/NULLIF(s,0),LEFT(label,25),'f',w,0,rr,'f' FROM (SELECT userid,query,segment,step,label,MAX(currenttime)-MIN(starttime) AS took,DATEDIFF(us,MIN(starttime),MAX(currenttime))/1e6 AS s,SUM(rows) AS r,SUM(bytes) AS b,SUM(workmem) AS w,MAX(is_rrscan) AS rr FROM stv_exec_state GROUP BY 1,2,3,4,5) q",
        ),
    ),
    Relation::written(" running", super::metric::STEPS, Source::Running),
    Relation::written(
        "stv_query_metrics",
        "userid i,service_class i,query i,starttime t,slices i,segment i,step_type i,rows b,max_rows b,cpu_time b,max_cpu_time b,blocks_read b,max_blocks_read b,run_time b,max_run_time b,max_blocks_to_disk b,blocks_to_disk b,step i,max_query_scan_size b,query_scan_size b,query_priority c20,query_queue_time b,service_class_name c64",
        Source::Defined(super::metric::METRICS_OF_RUNNING),
    ),
    Relation::written(
        "stv_active_cursors",
        "userid i,name c256,xid b,pid i,starttime t,row_count b,byte_count b,fetched_rows b",
        Source::Made(|viewer| Ok(mine(viewer, "stv_active_cursors"))),
    ),
    Relation::written(
        "svv_active_cursors",
        "user_id i,cursor_name v128,transaction_id b,session_id i,declare_time t,total_bytes b,total_rows b,fetched_rows b,cursor_storage_limit_used_percent i",
        Source::Defined(
            "SELECT userid,name,xid,pid,starttime,byte_count,row_count,fetched_rows,byte_count/10737418 FROM stv_active_cursors",
        ),
    ),
    // What a node of the kinds that are offered here keeps for cursors: unconfirmed.
    Relation::written(
        "stv_cursor_configuration",
        "current_cursor_count i,max_diskspace_usable i,current_diskspace_used i",
        Source::Defined("SELECT COUNT(*),1024,NVL(SUM(byte_count),0)/1048576 FROM stv_active_cursors"),
    )
    .superuser_only(),
];

/// The moment's rows that the viewer may see, the user's number first.
pub(super) fn mine(viewer: &Viewer<'_>, log: &str) -> Rows {
    let me = Value::Integer(viewer.user.0 as i32);
    let all = viewer.sees_all_logs();
    live(viewer, log).into_iter().filter(|row| all || row.first() == Some(&me)).collect()
}
