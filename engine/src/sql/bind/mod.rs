//! Names and types: a parsed query to a plan and the rights it needs.

use sqlparser::ast;

use super::error::SqlResult;
use super::expression::Expression;
use super::plan::Plan;
use super::session::Session;
use super::statement::{Delete, Insert, Update};
use crate::warehouse::access::{Privilege, UserId};
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::manifest::Manifest;

/// What binding looks names up in.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub manifest: &'a Manifest,
    pub session: &'a Session,
    /// The text that the syntax tree was parsed from, so that mistakes can point into it; empty when there
    /// is none.
    pub statement_text: &'a str,
}

/// A query with everything known about it.
#[derive(Clone, Debug)]
pub struct BoundQuery {
    pub plan: Plan,
    pub needs: Vec<Need>,
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

pub fn query(_query: &ast::Query, _scope: Scope<'_>) -> SqlResult<BoundQuery> {
    todo!("front")
}

pub fn insert(_insert: &Insert, _scope: Scope<'_>) -> SqlResult<BoundWrite> {
    todo!("front")
}

pub fn update(_update: &Update, _scope: Scope<'_>) -> SqlResult<BoundWrite> {
    todo!("front")
}

pub fn delete(_delete: &Delete, _scope: Scope<'_>) -> SqlResult<BoundWrite> {
    todo!("front")
}

/// A default's expression: no columns, cast to `to` for assignment.
pub fn default_expression(_text: &str, _to: DataType, _scope: Scope<'_>) -> SqlResult<Expression> {
    todo!("front")
}
