//! What the steps of queries did, as each system table and view shows it: one log, seen by kind of step
//! (`stl_scan`, `stl_hash`, ...), whole (`svl_query_report`) or by stream (`svl_query_summary`, `sys_query_detail`); and the plans that the steps came from.

use super::log::own;
use super::relation::{Relation, Rows, Source, Viewer};
use super::running::mine;
use crate::sorted::SortedMap;
use crate::sql::error::SqlResult;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// The log that holds a row for each step and slice, and what its cells are.
pub(crate) const LOG: &str = "query_steps";
const COLUMNS: [&str; 24] = [
    "userid",
    "query",
    "slice",
    "segment",
    "step",
    "starttime",
    "endtime",
    "rows",
    "bytes",
    "tbl",
    "stm",
    "kind",
    "label",
    "workmem",
    "is_rrscan",
    "rows_pre_filter",
    "rows_pre_user_filter",
    "perm_table_name",
    "nodeid",
    "pid",
    "xid",
    "blocks_read",
    "tasknum",
    "alert",
];

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "stl_scan",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,bytes b,fetches b,type i,tbl i,is_rrscan c1,is_delayed_scan c1,rows_pre_filter b,rows_pre_user_filter b,perm_table_name c136,is_rlf_scan c1,is_rlf_scan_reason i,num_em_blocks i,checksum b,runtime_filtering c1,scan_region i,num_sortkey_as_predicate i,row_fetcher_state i,consumed_scan_ranges b,work_stealing_reason b,is_vectorized_scan c1,is_vectorized_scan_reason i,row_fetcher_reason b,topology_signature b,use_tpm_partition c1,is_rrscan_expr c1",
        Source::Steps(&["scan"]),
    ),
    Relation::written("stl_project", COUNTED, Source::Steps(&["project"])),
    Relation::written("stl_limit", COUNTED, Source::Steps(&["limit"])),
    Relation::written(
        "stl_hash",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,bytes b,slots i,occupied i,maxlength i,tbl i,is_diskbased c1,workmem b,num_parts i,est_rows b,num_blocks_permitted i,resizes i,checksum b,runtime_filter_size i,max_runtime_filter_size i",
        Source::Steps(&["hash"]),
    ),
    Relation::written(
        "stl_hashjoin",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,tbl i,num_parts i,join_type i,hash_looped c1,switched_parts c1,used_prefetching c1,hash_segment i,hash_step i,checksum b,distribution i",
        Source::Steps(&["hjoin"]),
    ),
    Relation::written("stl_mergejoin", JOINED, Source::Steps(&["mjoin"])),
    Relation::written("stl_nestloop", JOINED, Source::Steps(&["nloop"])),
    Relation::written(
        "stl_aggr",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,bytes b,slots i,occupied i,maxlength i,tbl i,is_diskbased c1,workmem b,type c6,resizes i,flushable i",
        Source::Steps(&["aggr"]),
    ),
    Relation::written(
        "stl_sort",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,bytes b,tbl i,is_diskbased c1,workmem b,checksum b",
        Source::Steps(&["sort"]),
    ),
    Relation::written(
        "stl_merge",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b",
        Source::Steps(&["merge"]),
    ),
    Relation::written(
        "stl_unique",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,is_diskbased c1,slots i,workmem b,max_buffers_used b,resizes i,occupied i,flushable i,used_unique_prefetching c1,bytes b",
        Source::Steps(&["unique"]),
    ),
    Relation::written(
        "stl_window",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,is_diskbased c1,workmem b",
        Source::Steps(&["window"]),
    ),
    Relation::written("stl_dist", SENT, Source::Steps(&["dist"])),
    Relation::written("stl_bcast", SENT, Source::Steps(&["bcast"])),
    Relation::written(
        "stl_return",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,bytes b,packets i,checksum b",
        Source::Steps(&["return"]),
    ),
    Relation::written(
        "stl_save",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,bytes b,tbl i,is_diskbased c1,workmem b",
        Source::Steps(&["save"]),
    ),
    Relation::written(
        "stl_insert",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,tbl i,inserted_mega_value c1,use_staging_table c1",
        Source::Steps(&["insert"]),
    ),
    Relation::written(
        "stl_delete",
        "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,tbl i",
        Source::Steps(&["delete"]),
    ),
    Relation::written(
        "svl_query_report",
        "userid i,query i,slice i,segment i,step i,start_time t,end_time t,elapsed_time b,rows b,bytes b,label c256,is_diskbased c1,workmem b,is_rrscan c1,is_delayed_scan c1,rows_pre_filter b",
        Source::Steps(&[]),
    ),
    Relation::written("svl_query_summary", SUMMARY, Source::Made(summary)),
    Relation::written("svcs_query_summary", SUMMARY, Source::Made(summary)),
    Relation::written(
        "sys_query_detail",
        "user_id i,query_id b,child_query_sequence i,stream_id i,segment_id i,step_id i,step_name x,table_id i,table_name c136,is_rrscan c1,start_time t,end_time t,duration b,alert x,input_bytes b,input_rows b,output_bytes b,output_rows b,blocks_read b,blocks_write b,local_read_io b,remote_read_io b,source x,data_skewness i,time_skewness i,is_active c1,spilled_block_local_disk b,spilled_block_remote_disk b,step_attribute c64",
        Source::Made(detail),
    ),
    Relation::written("stl_explain", PLAN, Source::Log("stl_explain")),
    Relation::written("svcs_explain", PLAN, Source::Log("stl_explain")),
    Relation::written(
        "sys_query_explain",
        "user_id i,query_id b,child_query_sequence i,plan_node_id i,plan_parent_id i,plan_node v400,plan_info v400",
        Source::Defined("SELECT userid,query,1,nodeid,parentid,plannode,info FROM stl_explain"),
    ),
    Relation::written(
        "stl_plan_info",
        "userid i,query i,nodeid i,segment i,step i,locus i,plannode i,startupcost f,totalcost f,rows b,bytes b",
        Source::Log("stl_plan_info"),
    ),
    Relation::written("stl_alert_event_log", ALERTS, Source::Log("stl_alert_event_log")),
    Relation::written(
        "svcs_alert_event_log",
        "userid i,query i,segment i,step i,pid i,xid b,event c1024,solution c1024,event_time t",
        Source::Defined(
            "SELECT userid,query,segment,step,pid,xid,event,solution,event_time FROM stl_alert_event_log",
        ),
    ),
];

const COUNTED: &str =
    "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,checksum b";
const JOINED: &str =
    "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,tbl i,checksum b";
const SENT: &str =
    "userid i,query i,slice i,segment i,step i,starttime t,endtime t,tasknum i,rows b,bytes b,packets i";
const SUMMARY: &str = "userid i,query i,stm i,seg i,step i,maxtime b,avgtime b,rows b,bytes b,rate_row f,rate_byte f,label x,is_diskbased c1,workmem b,is_rrscan c1,is_delayed_scan c1,rows_pre_filter b";
const PLAN: &str = "userid i,query i,nodeid i,parentid i,plannode c400,info c400";
const ALERTS: &str =
    "userid i,query i,slice i,segment i,step i,pid i,xid b,event c1024,solution c1024,event_time t";
fn number(value: &Value) -> i64 {
    match value {
        Value::Integer(value) => i64::from(*value),
        Value::BigInt(value) | Value::Timestamp(value) => *value,
        _ => 0,
    }
}

/// A row of the log, by the names of its cells.
struct Logged<'a>(&'a [Value]);

impl Logged<'_> {
    fn get(&self, name: &str) -> Value {
        let at = COLUMNS.iter().position(|column| *column == name);
        at.and_then(|at| self.0.get(at)).cloned().unwrap_or(Value::Null)
    }

    fn number(&self, name: &str) -> i64 {
        number(&self.get(name))
    }

    fn is(&self, kind: &str) -> bool {
        self.get("kind") == Value::string(kind)
    }

    fn elapsed(&self) -> i64 {
        self.number("endtime") - self.number("starttime")
    }

    /// A column of one of the tables: most are the log's own, some the same for every step.
    fn cell(&self, name: &str) -> Value {
        match name {
            "start_time" => self.get("starttime"),
            "end_time" | "currenttime" => self.get("endtime"),
            "elapsed_time" => Value::BigInt(self.elapsed()),
            "is_diskbased"
            | "is_delayed_scan"
            | "is_rlf_scan"
            | "hash_looped"
            | "switched_parts"
            | "used_prefetching"
            | "runtime_filtering"
            | "inserted_mega_value"
            | "use_staging_table"
            | "is_rrscan_expr"
            | "used_unique_prefetching"
            | "use_tpm_partition" => Value::string("f"),
            // Everything here works on columns of many rows at a time.
            "is_vectorized_scan" => Value::string("t"),
            // A permanent table, or rows between two steps.
            "type" if self.is("scan") => {
                Value::Integer(if self.get("perm_table_name") == Value::string("Internal Worktable") {
                    2
                } else {
                    1
                })
            }
            "type" => Value::string(if self.get("tbl") == Value::Null { "plain" } else { "hashed" }),
            "occupied" => Value::Integer(self.number("rows") as i32),
            "packets" => Value::Integer((self.number("bytes") / 32_000 + 1) as i32),
            "resizes" | "num_parts" | "is_rlf_scan_reason" | "checksum" | "flushable" => match name {
                "checksum" => Value::BigInt(0),
                _ => Value::Integer(0),
            },
            name => self.get(name),
        }
    }
}

/// The steps of these kinds (none: of all) in the columns asked for, of what is done or of what still runs.
pub(super) fn projected(rows: &Rows, kinds: &[&str], columns: &[(&str, DataType)]) -> Rows {
    rows.iter()
        .map(|row| Logged(row))
        .filter(|row| kinds.is_empty() || kinds.iter().any(|kind| row.is(kind)))
        .map(|row| columns.iter().map(|(name, _)| row.cell(name)).collect())
        .collect()
}

/// The rows of the log by query, segment and step, the slices of a step together.
fn by_step(rows: Rows) -> SortedMap<(i64, i64, i64), Vec<Vec<Value>>> {
    let mut steps: SortedMap<(i64, i64, i64), Vec<Vec<Value>>> = SortedMap::new();
    for row in rows {
        let logged = Logged(&row);
        let key = (logged.number("query"), logged.number("segment"), logged.number("step"));
        steps.entry(key).or_default().push(row);
    }
    steps
}

fn total(slices: &[Vec<Value>], name: &str) -> i64 {
    slices.iter().map(|row| Logged(row).number(name)).sum()
}

fn summary(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let line = |slices: Vec<Vec<Value>>| {
        let first = Logged(slices.first()?);
        let longest = slices.iter().map(|row| Logged(row).elapsed()).max().unwrap_or(0);
        let average = slices.iter().map(|row| Logged(row).elapsed()).sum::<i64>() / slices.len() as i64;
        let (rows, bytes) = (total(&slices, "rows"), total(&slices, "bytes"));
        let rate = |amount: i64| match longest {
            0 => Value::Null,
            longest => Value::Double(amount as f64 * 1_000_000.0 / longest as f64),
        };
        Some(vec![
            first.get("userid"),
            first.get("query"),
            first.get("stm"),
            first.get("segment"),
            first.get("step"),
            Value::BigInt(longest),
            Value::BigInt(average),
            Value::BigInt(rows),
            Value::BigInt(bytes),
            rate(rows),
            rate(bytes),
            first.get("label"),
            Value::string("f"),
            Value::BigInt(total(&slices, "workmem")),
            first.get("is_rrscan"),
            Value::string("f"),
            Value::BigInt(total(&slices, "rows_pre_filter")),
        ])
    };
    Ok(by_step(own(viewer, LOG)).into_values().filter_map(line).collect())
}

fn detail(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut out = detailed(own(viewer, LOG), "f");
    out.extend(detailed(mine(viewer, LOG), "t"));
    Ok(out)
}

fn detailed(rows: Rows, active: &str) -> Rows {
    let mut out = Vec::new();
    // What comes out of one step goes into the next.
    let (mut last, mut flowing) = (-1, (0, 0));
    for ((query, _, _), slices) in by_step(rows) {
        let Some(first) = slices.first().map(|row| Logged(row)) else { continue };
        if query != last {
            (last, flowing) = (query, (0, 0));
        }
        let (rows, bytes) = (total(&slices, "rows"), total(&slices, "bytes"));
        let stored = first.is("scan") && first.number("rows_pre_filter") > 0;
        let input = if stored { (total(&slices, "rows_pre_filter"), bytes) } else { flowing };
        flowing = (rows, bytes);
        let elapsed = slices.iter().map(|row| Logged(row).elapsed()).max().unwrap_or(0);
        let blocks = total(&slices, "blocks_read");
        let most = slices.iter().map(|row| Logged(row).number("rows")).max().unwrap_or(0);
        let skew = if rows == 0 || slices.len() < 2 {
            0
        } else {
            (most * slices.len() as i64 * 100 / rows - 100).clamp(0, 100)
        };
        let named = first.get("perm_table_name");
        let name = match &first.get("kind") {
            Value::String(kind) => Value::string(match &**kind {
                "aggr" => "aggregate",
                "hjoin" => "hashjoin",
                "mjoin" => "mergejoin",
                "nloop" => "nestloop",
                "dist" => "distribute",
                "bcast" => "broadcast",
                kind => kind,
            }),
            other => other.clone(),
        };
        out.push(vec![
            first.get("userid"),
            Value::BigInt(query),
            Value::Integer(1),
            first.get("stm"),
            first.get("segment"),
            first.get("step"),
            name,
            first.get("tbl"),
            if named == Value::string("Internal Worktable") { Value::string("") } else { named },
            first.get("is_rrscan"),
            first.get("starttime"),
            first.get("endtime"),
            Value::BigInt(elapsed),
            first.get("alert"),
            Value::BigInt(input.1),
            Value::BigInt(input.0),
            Value::BigInt(bytes),
            Value::BigInt(rows),
            Value::BigInt(blocks),
            Value::BigInt(0),
            Value::BigInt(blocks),
            Value::BigInt(0),
            Value::string(""),
            Value::Integer(skew as i32),
            Value::Integer(0),
            Value::string(active),
            Value::BigInt(0),
            Value::BigInt(0),
            Value::string(""),
        ]);
    }
    out
}
