//! Relations that are empty because what they tell of does not happen in the sandbox: nobody shares data with it, no node
//! fails or runs full, and no table is moved by anybody but its owner.

use super::relation::{Relation, Rows, Source};

pub(super) static RELATIONS: &[Relation] = &[
    // Accounts share nothing with others, know no identity provider, and nobody advises them of another layout.
    none("svv_datashares", "share_name v128,share_id i,share_owner i,source_database v128,consumer_database v128,share_type v8,createdate t,is_publicaccessible o,share_acl v256,producer_account v16,producer_namespace v64,managed_by v64"),
    none("svv_datashare_objects", "share_type v8,share_name v128,object_type v64,object_name v512,producer_account v16,producer_namespace v64,include_new o"),
    none("svv_datashare_consumers", "share_name v128,consumer_account v16,consumer_namespace v64,share_date t"),
    none("svv_identity_providers", "uid i,name x,type x,instanceid x,namespc x,params x,enabled o").superuser_only(),
    none("svv_alter_table_recommendations", "type c30,database c128,table_id i,group_id i,ddl c1024,auto_apply c1")
        .superuser_only(),
    none("svl_auto_worker_action", "table_id i,type c32,status c128,eventtime t,sequence i,previous_state c200")
        .superuser_only(),
    none("sys_auto_table_optimization", "table_id i,alter_table_type c30,status c128,event_time t,alter_from c200")
        .superuser_only(),
    none("pg_library", "name n,language_oid i,file_store_id i,owner i"),
    none("pg_listener", "relname n,listenerpid i,notification i"),
    // A resize or a restore is over before anybody can ask.
    none(
        "sys_restore_state",
        "user_id i,database_name c64,schema_id i,table_id i,table_name c128,redistribution_status c128,percentage_redistributed f,redistribution_type c32",
    )
    .superuser_only(),
    none("stv_startup_recovery_state", "db_id i,table_id i,table_name c137").superuser_only(),
    none("stl_restarted_sessions", "currenttime t,dbname c50,newpid i,oldpid i,username c50,remotehost c45,remoteport c32,parkedtime t,session_vars c2000")
        .superuser_only(),
    // What does not fit into memory ends, and nothing is put aside on disk.
    none("stl_disk_full_diag", "currenttime b,node_num b,query_id b,temp_blocks b").superuser_only(),
    none("stl_wlm_error", "userid i,recordtime t,pid i,error_string c256"),
    // Queues have no monitoring rules.
    none("stv_wlm_qmr_config", "service_class i,rule_name c256,action c256,metric_name c64,metric_operator c256,metric_value c256,action_value c256")
        .superuser_only(),
    none("stl_wlm_rule_action", "userid i,query i,service_class i,rule c256,action c256,recordtime t,action_value c256,service_class_name c64"),
    // No query leaves the main cluster, and every request is answered at once.
    none("svcs_concurrency_scaling_usage", "start_time t,end_time t,queries b,usage_in_seconds d27.0"),
    none("svl_s3retries", "query i,segment i,node i,slice i,eventtime t,retries i,successful_fetches i,file_size b,location x,message x"),
    // External schemas are the data catalog's, and functions are in SQL.
    none("svl_federated_query", "userid i,xid b,pid i,query i,sourcetype c32,recordtime t,querytext c4000,num_rows b,num_bytes b,duration b"),
    none("svl_udf_log", "query b,message c4096,created t,traceback c4096,funcname c256,node i,slice i,seq i"),
    none("sys_udf_log", "query_id b,record_time t,function_name c256,message c4096,traceback c4096,sequence i"),
];

const fn none(name: &'static str, columns: &'static str) -> Relation {
    Relation::written(name, columns, Source::Made(|_| Ok(Rows::new())))
}
