//! System tables and views: the warehouse described in its own terms.
//!
//! [`relation`] says what a relation is and what it is asked with; each family is a file of relations:
//! [`privilege`], [`default_privilege`], [`principal`], [`pg_catalog`], [`table_definition`], [`information_schema`],
//! [`redshift_catalog`], [`storage`] (by [`blocks`]), [`vacuum`], [`log`], [`steps`], [`metric`], [`activity`], [`running`], [`transaction`], [`statistic`], [`routine`],
//! [`materialized`], [`model`], [`policy`], [`external`] and [`time_zone`]; [`defined`] and [`queue`] are queries over these, [`absent`] is what is empty; [`constraint`] and [`definition`] are more of
//! PostgreSQL's.
//! [`acl`] prints grants.

mod absent;
mod acl;
mod activity;
pub mod blocks;
mod constraint;
mod default_privilege;
mod defined;
mod definition;
mod external;
mod information_schema;
mod log;
mod materialized;
mod metric;
mod model;
mod pg_catalog;
mod policy;
mod policy_text;
mod principal;
mod privilege;
mod queue;
mod redshift_catalog;
mod relation;
mod routine;
mod running;
mod statistic;
mod steps;
mod storage;
mod table_definition;
#[cfg(test)]
mod tests;
mod time_zone;
mod transaction;
mod usage;
mod vacuum;

use self::relation::{Relation, Source, Viewer};
use super::error::{SqlError, SqlResult};
use super::execute::array::array_of;
use super::outcome::Batch;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub use super::plan::SystemRelation;
pub(super) use constraint::written as constraint_text;
pub use definition::catalog_number;
pub use pg_catalog::{ENCODINGS, type_word};
pub(crate) use policy::APPLIED as APPLIED_POLICY_LOG;
pub(crate) use steps::LOG as STEP_LOG;
pub(crate) use storage::{distribution, stats_off};

/// The "schema" of functions that answer with rows: no name in it can be written.
pub const FUNCTIONS: &str = " functions";

static FAMILIES: &[&[Relation]] = &[
    privilege::RELATIONS,
    default_privilege::RELATIONS,
    principal::RELATIONS,
    pg_catalog::RELATIONS,
    table_definition::RELATIONS,
    information_schema::RELATIONS,
    redshift_catalog::RELATIONS,
    storage::RELATIONS,
    log::RELATIONS,
    steps::RELATIONS,
    constraint::RELATIONS,
    definition::RELATIONS,
    external::RELATIONS,
    activity::RELATIONS,
    usage::RELATIONS,
    vacuum::RELATIONS,
    routine::RELATIONS,
    materialized::RELATIONS,
    model::RELATIONS,
    policy::RELATIONS,
    time_zone::RELATIONS,
    defined::RELATIONS,
    queue::RELATIONS,
    statistic::RELATIONS,
    running::RELATIONS,
    metric::RELATIONS,
    transaction::RELATIONS,
    absent::RELATIONS,
];

/// Relations that the product has and the sandbox does not.
pub const GAPS: &[&str] = &[
    "pg_aggregate",
    "pg_cast",
    "pg_class_acl",
    "pg_conversion",
    "pg_namespace_info",
    "pg_operator",
    "svv_copy_job_integrations",
    "svv_datashare_privileges",
    "svv_integration",
    "svv_restore_table_state",
];

fn all() -> impl Iterator<Item = &'static Relation> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

fn get(relation: SystemRelation) -> Option<&'static Relation> {
    all().nth(usize::from(relation.0))
}

/// Finds `schema.name`; without a schema, `pg_catalog` is searched (it comes before the search path).
pub fn find(schema: Option<&str>, name: &str) -> Option<SystemRelation> {
    let schema = schema.unwrap_or("pg_catalog");
    let index = all().position(|relation| relation.schema == schema && relation.name == name)?;
    u16::try_from(index).ok().map(SystemRelation)
}

/// Whether the product has a system relation of this name that is not simulated: selecting from it is refused
/// as such and not as an unknown name.
pub fn known_gap(schema: Option<&str>, name: &str) -> bool {
    if find(schema, name).is_some() {
        return false;
    }
    match schema {
        Some("information_schema") => {
            GAPS.contains(&name) && !name.contains("pg_") && !name.starts_with("sv")
        }
        None | Some("pg_catalog") => {
            let log = ["stl_", "stv_", "svl_", "svcs_", "sys_"].iter().any(|prefix| name.starts_with(prefix));
            log || (GAPS.contains(&name) && (name.starts_with("pg_") || name.starts_with("sv")))
        }
        Some(_) => false,
    }
}

/// Whether it tells how far queries are that still run: that is looked up for those who ask.
pub fn reads_running_steps(plan: &mut super::plan::Plan) -> bool {
    let mut found = false;
    // The walk itself cannot fail.
    let walked = super::external::source::each_step(plan, &mut |step| {
        if let super::plan::Plan::SystemScan { relation, .. } = step {
            found |= get(*relation)
                .is_some_and(|one| matches!(one.source, Source::Running) || one.name == "sys_query_detail");
        }
        Ok(())
    });
    walked.is_ok() && found
}

/// Whether `user` may select from it.
pub fn may_select(
    relation: SystemRelation,
    user: crate::warehouse::access::UserId,
    manifest: &crate::warehouse::manifest::Manifest,
    database: &crate::warehouse::catalog::Database,
) -> bool {
    get(relation).is_some_and(|relation| relation.opens_to(user, manifest, database))
}

/// # Errors
/// 42501 where only superusers may look at all.
pub fn must_open(
    relation: SystemRelation,
    user: crate::warehouse::access::UserId,
    manifest: &crate::warehouse::manifest::Manifest,
    database: &crate::warehouse::catalog::Database,
) -> SqlResult<()> {
    match get(relation) {
        Some(relation) if !relation.opens_to(user, manifest, database) => {
            Err(relation::refusal(relation.name, user, &manifest.principals))
        }
        _ => Ok(()),
    }
}

/// The query that it is, if it is one over other relations.
pub fn definition(relation: SystemRelation) -> Option<&'static str> {
    match get(relation)?.source {
        Source::Defined(query) => Some(query),
        _ => None,
    }
}

/// Its columns, in order.
pub fn columns(relation: SystemRelation) -> Vec<(&'static str, DataType)> {
    get(relation).map_or_else(Vec::new, Relation::columns)
}

/// How many of its last columns `*` leaves out: the `oid` of catalog tables, which can be named only.
pub fn hidden_columns(relation: SystemRelation) -> usize {
    usize::from(columns(relation).last().is_some_and(|(name, _)| *name == "oid"))
}

/// The relation's name, without its schema.
pub fn name(relation: SystemRelation) -> &'static str {
    get(relation).map_or("", |relation| relation.name.trim_start())
}

/// True for `stl_*`, `stv_*`, `svl_*`, `svv_*` and what they are made of: a query over it runs on compute nodes.
pub fn on_compute_nodes(relation: SystemRelation) -> bool {
    let name = get(relation).map_or("", |relation| relation.name);
    [" ", "stl_", "stv_", "svl_", "svv_", "svcs_", "sys_"].iter().any(|prefix| name.starts_with(prefix))
}

/// Functions of the leader node inside a catalog view, which keep the view from being read together with tables;
/// none for catalog tables (`pg_class`), which are sent to the compute nodes. Which functions the product names is
/// unconfirmed for most.
pub fn leader_functions(relation: SystemRelation) -> &'static [&'static str] {
    let Some(relation) = get(relation) else { return &[] };
    match (relation.schema, relation.name) {
        ("information_schema", _) => &["has_table_privilege(oid,text)"],
        (_, "pg_table_def") => &["pg_table_is_visible(oid)", "format_type(oid,integer)"],
        (_, "pg_views") => &["pg_get_viewdef(oid)"],
        (_, "pg_tables" | "pg_rules" | "pg_indexes") => &["pg_get_userbyid(integer)"],
        (_, "pg_settings") => &["pg_show_all_settings()"],
        (_, "pg_stat_activity") => &["pg_stat_get_backend_idset()"],
        (_, "pg_locks") => &["pg_lock_status()"],
        _ => &[],
    }
}

/// Whether a plan that fills a table reads such a view.
///
/// # Errors
/// 0A000, as for a function of the leader node's.
pub fn must_run_on_tables(plan: &super::plan::Plan) -> SqlResult<()> {
    let mut plans = vec![plan];
    while let Some(plan) = plans.pop() {
        if let super::plan::Plan::SystemScan { relation, .. } = plan
            && let functions @ [_, ..] = leader_functions(*relation)
        {
            return Err(super::bind::not_on_tables(functions.iter().map(|name| (*name).to_owned())));
        }
        plans.extend(plan.inputs());
    }
    Ok(())
}

/// Its rows as this user sees them: superusers all, others what the product shows them (fact sheet, section 5).
///
/// # Errors
/// 42501 where only superusers may look at all.
pub fn rows(relation: SystemRelation, context: &super::execute::Context) -> SqlResult<Batch> {
    let relation = get(relation).ok_or_else(|| SqlError::bug("a system relation without a number"))?;
    let viewer = Viewer::new(context)?;
    if !relation.opens_to(viewer.user, viewer.manifest, viewer.database) {
        return Err(viewer.refusal(relation.name));
    }
    let columns = relation.columns();
    let rows = match relation.source {
        Source::Made(rows) => rows(&viewer)?,
        Source::Log(log) => log::own(&viewer, log),
        Source::Steps(kinds) => steps::projected(&log::own(&viewer, STEP_LOG), kinds, &columns),
        Source::Running => steps::projected(&running::mine(&viewer, STEP_LOG), &[], &columns),
        Source::Live(log) => log::live(&viewer, log),
        // Its query stands where it was named.
        Source::Defined(_) => return Err(SqlError::bug(format!("{} as a table", relation.name))),
    };
    let columns = columns
        .iter()
        .enumerate()
        .map(|(index, (_, data_type))| {
            let cells: Vec<Value> =
                rows.iter().map(|row| row.get(index).cloned().unwrap_or(Value::Null)).collect();
            array_of(&cells, *data_type)
        })
        .collect();
    Ok(Batch { columns, rows: rows.len() })
}
