//! What was used of what is paid for or limited: `sys_serverless_usage` and `stl_usage_control`.

use super::relation::{Relation, Source};

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "stl_usage_control",
        "eventtime t,query i,xid b,pid i,usage_limit_id c40,feature_type c30",
        Source::Log("stl_usage_control"),
    )
    .superuser_only(),
    Relation::written(
        "sys_serverless_usage",
        "start_time t,end_time t,compute_seconds f,compute_capacity f,data_storage b,cross_region_transferred_data b,charged_seconds b",
        Source::Log("sys_serverless_usage"),
    )
    .superuser_only(),
];
