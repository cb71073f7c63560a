//! What queries took, by query, segment and step: `stl_query_metrics`, `stv_query_metrics` and the views over them, counted
//! from the log of steps.
//!
//! The product samples each second and leaves out what ends before; here nothing is left out.

use super::relation::{Relation, Source};

/// The log of steps as queries over it read it.
pub(super) const STEPS: &str = "userid i,query i,slice i,segment i,step i,starttime t,endtime t,rows b,bytes b,kind x,label x,rows_pre_filter b,blocks_read b";

const METRICS: &str = "userid i,service_class i,query i,segment i,step_type i,starttime t,slices i,max_rows b,rows b,max_cpu_time b,cpu_time b,max_blocks_read b,blocks_read b,max_run_time b,run_time b,max_blocks_to_disk b,blocks_to_disk b,step i,max_query_scan_size b,query_scan_size b,query_priority c20,query_queue_time b,service_class_name c64";

/// By step, segment and query, with the guide's numbers for the kinds of step.
macro_rules! measured {
    ($columns:literal, $steps:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM (SELECT userid,query,NVL(segment,-1) AS segment,NVL(step,-1) AS step,CASE WHEN step IS NULL THEN -1 ELSE MIN(CASE kind WHEN 'scan' THEN 1 WHEN 'insert' THEN 2 WHEN 'aggr' THEN 3 WHEN 'sort' THEN 6 WHEN 'merge' THEN 7 WHEN 'dist' THEN 8 WHEN 'bcast' THEN 9 WHEN 'hjoin' THEN 10 WHEN 'mjoin' THEN 11 WHEN 'save' THEN 12 WHEN 'hash' THEN 14 WHEN 'nloop' THEN 15 WHEN 'project' THEN 16 WHEN 'limit' THEN 17 WHEN 'unique' THEN 18 WHEN 'delete' THEN 20 WHEN 'window' THEN 29 ELSE 37 END) END AS kind,MIN(s) AS starttime,MAX(n)::INT AS slices,MAX(r) AS most,SUM(r) AS rows,SUM(t) AS cpu,MAX(t) AS longest,SUM(b) AS blocks,DATEDIFF(us,MIN(s),MAX(e)) AS run,SUM(m)/1048576 AS size FROM (SELECT userid,query,segment,step,kind,MIN(starttime) AS s,MAX(endtime) AS e,COUNT(DISTINCT slice) AS n,SUM(rows) AS r,SUM(blocks_read) AS b,SUM(CASE WHEN rows_pre_filter>0 THEN bytes ELSE 0 END) AS m,DATEDIFF(us,MIN(starttime),MAX(endtime)) AS t FROM \"",
            $steps,
            "\" GROUP BY 1,2,3,4,5) d GROUP BY GROUPING SETS((userid,query),(userid,query,segment),(userid,query,segment,step))) q"
        )
    };
}

pub(super) const METRICS_OF_RUNNING: &str = measured!(
    "userid,100,query,starttime,slices,segment,kind,rows,most,cpu,longest,blocks,blocks,run,run,0,0,step,size,size,'Normal',0,'Default queue'",
    " running"
);

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(" steps", STEPS, Source::Steps(&[])),
    // The numbers of merge joins, saves and hashes are unconfirmed.
    Relation::written(
        "stl_query_metrics",
        METRICS,
        Source::Defined(measured!(
            "userid,100,query,segment,kind,starttime,slices,most,rows,longest,cpu,blocks,blocks,run,run,0,0,step,size,size,'Normal',0,'Default queue'",
            " steps"
        )),
    ),
    // Seconds, as the views count them.
    Relation::written(
        "svl_query_metrics",
        "userid i,query i,service_class i,dimension v24,segment i,step i,step_label v30,query_cpu_time b,query_blocks_read b,query_execution_time b,query_cpu_usage_percent d38.2,query_temp_blocks_to_disk b,segment_execution_time b,cpu_skew d38.2,io_skew d38.2,scan_row_count b,join_row_count b,nested_loop_join_row_count b,return_row_count b,spectrum_scan_row_count b,spectrum_scan_size_mb b,query_queue_time b,service_class_name c64",
        Source::Defined(
            "SELECT q.userid,q.query,100,d,segment,step,l,s,b,s,0,0,s,1,1,scans,joins,loops,sent,x.n,x.m,0,'Default queue' FROM (SELECT userid,query,segment,step,CASE WHEN segment IS NULL THEN 'query' WHEN step IS NULL THEN 'segment' ELSE 'step' END AS d,CASE WHEN step IS NOT NULL THEN MIN(label) END AS l,DATEDIFF(us,MIN(starttime),MAX(endtime))/1000000 AS s,SUM(blocks_read) AS b,NULLIF(SUM(rows_pre_filter),0) AS scans,SUM(CASE WHEN kind IN ('hjoin','mjoin','nloop') THEN rows END) AS joins,SUM(CASE WHEN kind='nloop' THEN rows END) AS loops,MIN(CASE WHEN kind='return' THEN rows END) AS sent FROM \" steps\" GROUP BY GROUPING SETS((userid,query),(userid,query,segment),(userid,query,segment,step))) q LEFT JOIN (SELECT query,SUM(s3_scanned_rows) AS n,SUM(s3_scanned_bytes)/1048576 AS m FROM svl_s3query_summary GROUP BY 1) x ON x.query=q.query AND d='query'",
        ),
    ),
    Relation::written(
        "svl_query_metrics_summary",
        "userid i,query i,service_class i,query_cpu_time b,query_blocks_read b,query_execution_time b,query_cpu_usage_percent d38.2,query_temp_blocks_to_disk b,segment_execution_time b,cpu_skew d38.2,io_skew d38.2,scan_row_count b,join_row_count b,nested_loop_join_row_count b,return_row_count b,spectrum_scan_row_count b,spectrum_scan_size_mb b,query_queue_time b,service_class_name c64",
        Source::Defined(
            "SELECT userid,query,service_class,query_cpu_time,query_blocks_read,query_execution_time,query_cpu_usage_percent,query_temp_blocks_to_disk,segment_execution_time,cpu_skew,io_skew,scan_row_count,join_row_count,nested_loop_join_row_count,return_row_count,spectrum_scan_row_count,spectrum_scan_size_mb,query_queue_time,service_class_name FROM svl_query_metrics WHERE dimension='query'",
        ),
    ),
];
