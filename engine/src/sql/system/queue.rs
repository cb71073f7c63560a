//! The queues of workload management: one automatic queue, as a cluster has that nobody has configured, and what
//! stands or runs in it. Whatever is asked has its slot at once.

use super::relation::{Relation, Rows, Source};

pub(super) static RELATIONS: &[Relation] = &[
    // Automatic workload management counts tasks and memory by itself, which is shown as -1. The numbers of the
    // queues are the guide's ("WLM service class IDs"); what it says of the system's own queues is unconfirmed.
    Relation::written(
        "stv_wlm_service_class_config",
        "service_class i,queueing_strategy c32,num_query_tasks i,target_num_query_tasks i,evictable c8,eviction_threshold b,query_working_mem i,target_query_working_mem i,min_step_mem i,name c64,max_execution_time b,user_group_wild_card o,query_group_wild_card o,concurrency_scaling c20,query_priority c20,user_role_wild_card o",
        Source::Defined(
            "SELECT service_class,'FIFO',tasks,tasks,'false',0,CASE tasks WHEN -1 THEN -1 ELSE 200 END,CASE tasks WHEN -1 THEN -1 ELSE 200 END,5,name,0,false,false,'off','Normal',false FROM (SELECT 5 AS service_class,1 AS tasks,'Service class for super user' AS name UNION ALL SELECT 14,6,'Short query queue' UNION ALL SELECT 15,1,'Service class for vacuum/analyze' UNION ALL SELECT 100,-1,'Default queue') q",
        ),
    )
    .superuser_only(),
    Relation::written(
        "stv_wlm_classification_config",
        "id i,condition c128,action_seq i,action c64,action_service_class i",
        Source::Defined(
            "SELECT id,condition,0,'assign',class FROM (SELECT 1 AS id,'(system user) and (query group: health)' AS condition,1 AS class UNION ALL SELECT 2,'(system user) and (query group: metrics)',2 UNION ALL SELECT 3,'(system user) and (query group: cmstats)',3 UNION ALL SELECT 4,'(system user)',4 UNION ALL SELECT 5,'(super user) and (query group: superuser)',5 UNION ALL SELECT 6,'(querytype: any)',100) q",
        ),
    )
    .superuser_only(),
    Relation::written(
        "stv_wlm_service_class_state",
        "service_class i,num_queued_queries i,num_executing_queries i,num_serviced_queries b,num_executed_queries b,num_evicted_queries b,num_concurrency_scaling_queries i",
        Source::Defined(
            "SELECT 100,0,(SELECT COUNT(*) FROM stv_inflight)::INT,n,n,0,0 FROM (SELECT COUNT(*) AS n FROM stl_wlm_query WHERE service_class=100) q",
        ),
    )
    .superuser_only(),
    Relation::written(
        "stv_wlm_query_task_state",
        "service_class i,task i,query i,level i,slot_count i,start_time t,exec_time b",
        Source::Defined(
            "SELECT service_class,task,query,1,slot_count,wlm_start_time,exec_time FROM stv_wlm_query_state",
        ),
    ),
    Relation::written(
        "stv_wlm_query_queue_state",
        "service_class i,position i,task i,query i,slot_count i,start_time t,queue_time b",
        Source::Made(|_| Ok(Rows::new())),
    ),
];
