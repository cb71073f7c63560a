//! Names and types: a parsed query to a plan and the rights it needs.
//!
//! Read in this order: `binder` (the state of one statement's binding), `relation` (which table a name
//! means), `from`, `view`, `protection`, `masking`, `series`, `join`, `outer_mark` and `hierarchy` (tables to one wide row), `level` (which column a name means), `scalar`,
//! `operator`, `predicate`, `pattern`, `call`, `aggregate`, `window`, `super_path`, `nested` (columns of external tables that hold others) and `subquery` (expressions), `coerce` (how types meet), `select` and `query` (the
//! clauses put together), `write` (INSERT, UPDATE, DELETE), `merge`.

mod aggregate;
mod binder;
mod call;
mod coerce;
mod from;
mod group_by;
mod grouping_sets;
mod hierarchy;
mod join;
mod level;
mod literal;
mod masking;
mod merge;
mod nested;
mod operator;
mod outer_mark;
mod output_name;
mod pattern;
mod pivot;
mod predicate;
mod protection;
mod query;
mod recursive;
mod relation;
mod routine;
mod row_answer;
mod scalar;
mod select;
mod series;
mod slice_num;
mod star;
mod subquery;
mod super_path;
#[cfg(test)]
pub(crate) mod tests;
mod view;
mod window;
mod write;

use std::sync::Arc;

use crate::sql::syntax;

use super::error::{SqlError, SqlResult};
use super::expression::Expression;
use super::external::lookup::Lookup;
use super::plan::Plan;
use super::session::Session;
use super::statement::{Delete, Insert, Merge, Update};
use crate::warehouse::access::{Privilege, UserId};
use crate::warehouse::catalog::{ObjectId, Relation};
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::ExternalColumn;
use crate::warehouse::manifest::Manifest;
use binder::Binder;
pub(super) use binder::not_on_tables;

/// What binding looks names up in.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub manifest: &'a Manifest,
    pub session: &'a Session,
    /// The statement as it was written; empty when nobody wrote it just now, and then no error points anywhere.
    pub statement_text: &'a str,
    /// Whom to ask for external tables, where they may stand.
    pub outside: Option<&'a dyn Lookup>,
}

/// A query with everything known about it.
#[derive(Clone, Debug)]
pub struct BoundQuery {
    pub plan: Plan,
    pub needs: Vec<Need>,
    /// Users' functions that stand in it.
    pub routines: Vec<ObjectId>,
}

/// One right that a statement needs, in range-table order. Schema USAGE has been checked while names were
/// looked up, because without it a name does not resolve at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    pub relation: ObjectId,
    pub privilege: Privilege,
    /// Column numbers read or written; empty means no particular one (`COUNT(*)`).
    pub columns: Vec<usize>,
    /// Who must hold it: the session's user, or the owner of the view it was reached through.
    pub user: UserId,
    /// The view that stands between, for the refusal's text.
    pub through: Option<ObjectId>,
}

/// An INSERT, UPDATE or DELETE ready to run: `source` yields what [`super::execute::write`] stores.
#[derive(Clone, Debug)]
pub struct BoundWrite {
    pub target: ObjectId,
    pub kind: WriteKind,
    /// Insert: one column for each table column, in table order, cast for assignment.
    /// Update: the row id (BIGINT) first, then every table column's new value. Delete: the row id only.
    pub source: Plan,
    pub needs: Vec<Need>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteKind {
    Insert,
    Update,
    Delete,
}

pub(crate) use coerce::bare_name as bare_type_name;
pub(in crate::sql) use from::identifier;
pub(crate) use join::{Side, conjunction, conjuncts, side, split};
pub use protection::{BoundPolicy, PolicyColumn, policy};
pub use relation::search_path;
pub use routine::{function_body, implicit, value};
pub(in crate::sql) use super_path::{grouping_key, has_key};

/// A query for its rows.
pub fn query(query: &syntax::Query, scope: Scope<'_>) -> SqlResult<BoundQuery> {
    bound_query(query, Binder::new(scope)?)
}

/// A query for CREATE VIEW: `*` keeps every column, so that one who may read only some is refused instead of
/// getting a narrower view.
pub fn view_query(query: &syntax::Query, scope: Scope<'_>) -> SqlResult<BoundQuery> {
    let mut binder = Binder::new(scope)?;
    binder.whole_star = true;
    // Without a text at hand the plan is not run.
    binder.slices |= scope.statement_text.is_empty();
    bound_query(query, binder)
}

/// The query of a materialized view, as its owner runs it.
pub fn materialized(relation: &Relation, scope: Scope<'_>) -> SqlResult<BoundQuery> {
    let view = relation.view().ok_or_else(|| SqlError::bug("a refresh of what has no query"))?.clone();
    let mut binder = Binder::new(scope)?;
    let plan = binder.view(&Arc::new(relation.clone()), &view)?;
    let mut plan = coerce::settle_all(plan);
    binder.finish(&mut plan)?;
    Ok(BoundQuery { plan, needs: binder.needs, routines: binder.routines })
}

fn bound_query(query: &syntax::Query, mut binder: Binder<'_>) -> SqlResult<BoundQuery> {
    let plan = binder.query(query)?;
    let mut plan = coerce::settle_all(plan);
    binder.finish(&mut plan)?;
    Ok(BoundQuery { plan, needs: binder.needs, routines: binder.routines })
}

/// A query whose columns become those of an external table, in order, cast for assignment.
pub fn into_columns(
    query: &syntax::Query,
    columns: &[ExternalColumn],
    scope: Scope<'_>,
) -> SqlResult<BoundQuery> {
    let mut binder = Binder::new(scope)?;
    let mut plan = binder.query_for(query, columns)?;
    binder.finish(&mut plan)?;
    Ok(BoundQuery { plan, needs: binder.needs, routines: binder.routines })
}

pub fn insert(insert: &Insert, scope: Scope<'_>) -> SqlResult<BoundWrite> {
    Binder::new(scope)?.insert(insert)
}

pub fn update(update: &Update, scope: Scope<'_>) -> SqlResult<BoundWrite> {
    Binder::new(scope)?.update(update)
}

pub fn delete(delete: &Delete, scope: Scope<'_>) -> SqlResult<BoundWrite> {
    Binder::new(scope)?.delete(delete)
}

/// MERGE as the two writes it is: what happens to matched rows, then the rows that matched nothing.
pub fn merge(merge: &Merge, scope: Scope<'_>) -> SqlResult<(BoundWrite, BoundWrite)> {
    merge::merge(merge, scope)
}

/// A default's expression: no columns, cast to `to` for assignment.
pub fn default_expression(text: &str, to: DataType, scope: Scope<'_>) -> SqlResult<Expression> {
    Binder::new(scope)?.default_expression(text, to)
}
