//! CREATE, REFRESH and ALTER MATERIALIZED VIEW (Developer Guide, "Materialized views in Amazon Redshift"): the rows
//! are a table's, filled by the driver; here is what stands around them.

use std::sync::Arc;

use super::alter_table;
use super::create_table_as;
use super::create_view::stands_on;
use super::{CommandContext, done};
use crate::sorted::SortedMap;
use crate::sql::bind::BoundQuery;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::plan::{AggregateFunction, JoinKind, Plan};
use crate::sql::statement::{
    AlterMaterializedView, AlterTable, CreateMaterializedView, CreateTableAs, DistributionStyle,
    TableAttributes,
};
use crate::warehouse::catalog::{Database, Materialized, ObjectId, Relation, View};
use crate::warehouse::identifier::QualifiedName;
use crate::warehouse::storage::TableData;

/// Makes the empty table of a new materialized view, and what there is to say about it.
///
/// # Errors
/// 0A000 for what no materialized view may stand on.
pub fn prepare(
    create: &CreateMaterializedView,
    bound: &BoundQuery,
    context: &mut CommandContext<'_>,
) -> SqlResult<(ObjectId, Vec<String>)> {
    must_be_allowed(create, bound, context.database()?)?;
    let reason = why_not_incremental(&bound.plan);
    let view = View {
        query: create.query_text.clone(),
        search_path: context.search_path(),
        depends_on: stands_on(bound, context),
        written: SortedMap::new(),
        late: None,
    };
    let given = &create.table.attributes;
    let style = match (given.style, &given.distribution_key) {
        (None, None) => Some(DistributionStyle::Even),
        (style, _) => style,
    };
    let attributes = TableAttributes { style, ..given.clone() };
    let table = CreateTableAs { attributes, ..create.table.clone() };
    let id = create_table_as::prepare(&table, &bound.plan, context)?;
    let seen = versions(&view, context.database()?);
    let incremental = reason.is_none();
    let outside = reads_outside(&bound.plan);
    let materialized = Materialized { view, seen, auto_refresh: create.auto_refresh, incremental, outside };
    if let Some(table) = context.relation_mut(id)?.table_mut() {
        table.materialized = Some(Box::new(materialized));
    }
    let name = &create.table.name.name;
    let notices = reason.map(|reason| {
        format!(
            "INFO:  An incrementally maintained materialized view could not be created, reason: {reason}. The materialized view created, {name}, will be recomputed from scratch for every REFRESH."
        )
    });
    Ok((id, notices.into_iter().collect()))
}

/// The materialized view that `name` means, if the user may refresh it.
pub fn to_refresh(name: &QualifiedName, context: &CommandContext<'_>) -> SqlResult<Arc<Relation>> {
    let relation = materialized(name, context)?;
    context.rights().own_relation(&relation, None, None)?;
    Ok(relation)
}

/// Empties the view for its new rows.
pub fn empty(id: ObjectId, context: &mut CommandContext<'_>) -> SqlResult<()> {
    let seen = match context.database()?.relation(id).and_then(|relation| relation.materialized()) {
        Some(materialized) => versions(&materialized.view, context.database()?),
        None => return Err(SqlError::bug("a refresh of what is not materialized")),
    };
    if let Some(table) = context.relation_mut(id)?.table_mut() {
        table.data = TableData { version: table.data.version + 1, ..TableData::default() };
        if let Some(materialized) = &mut table.materialized {
            materialized.seen = seen;
        }
    }
    Ok(())
}

pub(super) fn alter(
    name: &QualifiedName,
    action: &AlterMaterializedView,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let relation = to_refresh(name, context)?;
    match action {
        AlterMaterializedView::AutoRefresh(on) => {
            let table = context.relation_mut(relation.id)?.table_mut();
            if let Some(materialized) = table.and_then(|table| table.materialized.as_mut()) {
                materialized.auto_refresh = *on;
            }
        }
        AlterMaterializedView::OwnerTo(owner) => {
            alter_table::run(name, &AlterTable::OwnerTo(owner.clone()), context)?;
        }
        AlterMaterializedView::RenameTo(new) => {
            alter_table::run(name, &AlterTable::RenameTo(new.clone()), context)?;
        }
    }
    done("ALTER MATERIALIZED VIEW")
}

/// Whether a base table has changed since the last refresh.
pub fn is_stale(materialized: &Materialized, database: &Database) -> bool {
    materialized.outside || versions(&materialized.view, database) != materialized.seen
}

fn versions(view: &View, database: &Database) -> SortedMap<ObjectId, u64> {
    let bases = view.depends_on.iter().filter_map(|id| Some((*id, database.relation(*id)?.table()?)));
    bases.map(|(id, table)| (id, table.data.version)).collect()
}

fn materialized(name: &QualifiedName, context: &CommandContext<'_>) -> SqlResult<Arc<Relation>> {
    let relation = context.relation(name)?;
    if relation.materialized().is_some() {
        return Ok(relation);
    }
    // Text unconfirmed: PostgreSQL's.
    Err(SqlError::product("42809", format!("\"{}\" is not a materialized view", relation.name)))
}

/// Texts and states are unconfirmed, the list is the guide's ("CREATE MATERIALIZED VIEW", limitations).
fn must_be_allowed(
    create: &CreateMaterializedView,
    bound: &BoundQuery,
    database: &Database,
) -> SqlResult<()> {
    let refused = |what: &str| {
        Err(SqlError::new(SqlErrorKind::Product {
            state: "0A000",
            message: format!("Materialized views cannot be created on {what}"),
            detail: None,
            hint: None,
        }))
    };
    let query = &create.table.query;
    if !query.order_by.is_empty() || query.limit.is_some() || query.offset.is_some() {
        let message = "ORDER BY, LIMIT and OFFSET are not supported in materialized views";
        return Err(SqlError::product("0A000", message));
    }
    if !bound.routines.is_empty() {
        return refused("user-defined functions");
    }
    for need in &bound.needs {
        let Some(relation) = database.relation(need.relation) else { continue };
        match relation.table() {
            None => return refused("views"),
            Some(table) if table.temporary => return refused("temporary tables"),
            // What it keeps would be the same for all, whatever policies reach them.
            Some(_) if relation.protection.rows || !relation.protection.attached.is_empty() => {
                return refused("tables with row-level security or masking policies");
            }
            Some(_) => {}
        }
    }
    let mut plans = vec![&bound.plan];
    while let Some(plan) = plans.pop() {
        if matches!(plan, Plan::SystemScan { .. }) {
            return refused("system tables");
        }
        plans.extend(plan.inputs());
    }
    Ok(())
}

fn reads_outside(plan: &Plan) -> bool {
    matches!(plan, Plan::Scan(scan) if scan.external.is_some())
        || plan.inputs().into_iter().any(reads_outside)
}

/// What keeps a query from being maintained incrementally (the guide's list).
fn why_not_incremental(plan: &Plan) -> Option<&'static str> {
    let mut plans = vec![plan];
    while let Some(plan) = plans.pop() {
        let reason = match plan {
            Plan::Window { .. } => Some("Window functions are not supported"),
            Plan::Distinct { .. } => Some("DISTINCT is not supported"),
            Plan::SetOperation { .. } => Some("Set operations are not supported"),
            Plan::Join(join) if !matches!(join.kind, JoinKind::Inner | JoinKind::Cross) => {
                Some("OUTER JOINs and subqueries are not supported")
            }
            Plan::Aggregate { aggregates, .. } => {
                let simple = |function| {
                    use AggregateFunction as A;
                    matches!(function, A::CountRows | A::Count | A::Sum | A::Average | A::Min | A::Max)
                };
                if aggregates.iter().any(|call| call.distinct) {
                    Some("Aggregate DISTINCT is not supported")
                } else if !aggregates.iter().all(|call| simple(call.function)) {
                    Some("Aggregate functions other than SUM, COUNT, MIN, MAX and AVG are not supported")
                } else {
                    None
                }
            }
            // Text unconfirmed.
            Plan::Scan(scan) if scan.external.is_some() => Some("External tables are not supported"),
            Plan::Recursive { .. } | Plan::Common { .. } | Plan::Sort { .. } | Plan::Limit { .. } => {
                Some("Query features that are not supported")
            }
            _ => None,
        };
        if reason.is_some() {
            return reason;
        }
        plans.extend(plan.inputs());
    }
    let mut changing = false;
    let mut copy = plan.clone();
    copy.transform_expressions(&mut |expression| {
        use crate::sql::expression::Expression as E;
        changing |= match expression {
            E::Subquery(_) => true,
            E::Call { function, .. } => !function.pure,
            _ => false,
        };
    });
    changing.then_some("Mutable functions and subqueries are not supported")
}
