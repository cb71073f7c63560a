//! External schemas and what was read through them: `svv_external_*`, `svl_s3*` and `sys_external_query_detail`.
//!
//! What the catalog holds was asked for when the query began; the logs are written when a query ends.

use super::log::own;
use super::relation::{Relation, Rows, Source, Viewer};
use crate::sql::error::SqlResult;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::Schema;
use crate::warehouse::guarded::Guarded;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "svv_external_schemas",
        "esoid i,eskind s,schemaname n,esowner i,databasename x,esoptions x",
        Source::Made(schemas),
    ),
    Relation::written(
        "pg_external_schema",
        "esoid i,eskind i,esdbname x,esoptions x",
        Source::Made(|viewer| {
            let pick = |row: Vec<Value>| {
                let mut cells = row.into_iter();
                let (id, rest) = (cells.next(), cells.skip(3));
                id.into_iter().chain([Value::Integer(1)]).chain(rest).collect()
            };
            Ok(schemas(viewer)?.into_iter().map(pick).collect())
        }),
    ),
    Relation::written(
        "svv_external_databases",
        "eskind i,esoptions x,databasename x,location x,parameters x",
        Source::Live("svv_external_databases"),
    ),
    Relation::written(
        "svv_external_tables",
        "redshift_database_name x,schemaname x,tablename x,tabletype x,location x,input_format x,output_format x,serialization_lib x,serde_parameters x,compressed i,parameters x",
        Source::Live("svv_external_tables"),
    ),
    Relation::written(
        "svv_external_columns",
        "redshift_database_name x,schemaname x,tablename x,columnname x,external_type x,columnnum i,part_key i,is_nullable x",
        Source::Live("svv_external_columns"),
    ),
    Relation::written(
        "svv_external_partitions",
        "schemaname x,tablename x,values x,location x,input_format x,output_format x,serialization_lib x,serde_parameters x,compressed i,parameters x",
        Source::Live("svv_external_partitions"),
    ),
    Relation::written(
        "svl_s3query_summary",
        "userid i,query i,xid b,pid i,segment i,step i,starttime t,endtime t,elapsed b,aborted i,external_table_name c136,file_format c16,is_partitioned c1,is_rrscan c1,is_nested c1,s3_scanned_rows b,s3_scanned_bytes b,s3query_returned_rows b,s3query_returned_bytes b,files i,files_max i,files_avg i,splits i,splits_max i,splits_avg i,total_split_size b,max_split_size b,avg_split_size b,total_retries i,max_retries i,max_request_duration i,avg_request_duration d38.2,max_request_parallelism i,avg_request_parallelism d38.2",
        Source::Log("svl_s3query_summary"),
    ),
    Relation::written(
        "svl_s3query",
        "userid i,query i,segment i,step i,node i,slice i,starttime t,endtime t,elapsed b,external_table_name c136,is_partitioned c1,is_rrscan c1,s3_scanned_rows b,s3_scanned_bytes b,s3query_returned_rows b,s3query_returned_bytes b,files i,splits i,total_split_size b,max_split_size b,total_retries i,max_retries i,max_request_duration i,avg_request_duration d38.2,max_request_parallelism i,avg_request_parallelism d38.2",
        Source::Log("svl_s3query"),
    ),
    Relation::written(
        "svl_s3partition",
        "query b,segment i,node i,slice i,starttime t,endtime t,duration b,total_partitions i,qualified_partitions i,assigned_partitions i,assignment c1",
        Source::Made(|viewer| Ok(without_user(viewer, "svl_s3partition"))),
    ),
    Relation::written(
        "svl_s3partition_summary",
        "query b,segment i,assignment c1,min_starttime t,max_endtime t,min_duration b,max_duration b,avg_duration b,total_partitions i,qualified_partitions i,min_assigned_partitions i,max_assigned_partitions i,avg_assigned_partitions b",
        Source::Made(partition_summary),
    ),
    Relation::written(
        "svl_s3log",
        "pid i,query i,segment i,step i,node i,slice i,eventtime t,message c512",
        Source::Made(|viewer| Ok(without_user(viewer, "svl_s3log"))),
    ),
    Relation::written(
        "sys_external_query_detail",
        "user_id i,query_id b,transaction_id b,child_query_sequence i,segment_id i,source_type c32,start_time t,end_time t,duration b,total_partitions b,qualified_partitions b,scanned_files b,returned_rows b,returned_bytes b,file_format x,file_location x,external_query_text x,warning_message c4000,table_name c136,is_recursive c1,is_nested c1,s3list_time b,get_partition_time b",
        Source::Log("sys_external_query_detail"),
    ),
];

/// Those that the viewer may look into: what the options tell of roles is nobody else's.
fn schemas(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let open = |schema: &&std::sync::Arc<Schema>| {
        viewer.manifest.held(viewer.user, Privilege::Usage, None, Guarded::Schema(schema)).is_some()
    };
    let schemas = viewer.database.schemas.values().filter(open);
    Ok(schemas
        .filter_map(|schema| {
            let external = schema.external.as_deref()?;
            Some(vec![
                Value::Integer(schema.id.0 as i32),
                Value::SmallInt(1),
                Value::string(schema.name.as_str()),
                Value::Integer(schema.owner.0 as i32),
                Value::string(external.database.as_str()),
                Value::string(external.options()),
            ])
        })
        .collect())
}

fn without_user(viewer: &Viewer<'_>, log: &str) -> Rows {
    own(viewer, log).into_iter().map(|row| row.into_iter().skip(1).collect()).collect()
}

/// One slice takes them all, so that the least, the greatest and the mean are one number.
fn partition_summary(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |row: Vec<Value>| {
        [0, 1, 10, 4, 5, 6, 6, 6, 7, 8, 9, 9, 9]
            .iter()
            .enumerate()
            .map(|(place, from)| match row.get(*from) {
                Some(Value::Integer(count)) if place == 12 => Value::BigInt((*count).into()),
                cell => cell.cloned().unwrap_or(Value::Null),
            })
            .collect()
    };
    Ok(without_user(viewer, "svl_s3partition").into_iter().map(row).collect())
}
