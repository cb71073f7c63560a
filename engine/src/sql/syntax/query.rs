//! Queries: WITH, set operations, and the clauses of a SELECT.

use super::expression::Expression;
use super::from::{TableAlias, TableWithJoins};
use super::function::NamedWindow;
use super::name::{Ident, ObjectName};
use crate::sql::error::Span;

#[derive(Clone, Debug)]
pub struct Query {
    pub with: Option<With>,
    pub body: SetExpression,
    pub order_by: Vec<OrderBy>,
    /// None without LIMIT and for LIMIT ALL.
    pub limit: Option<Expression>,
    pub offset: Option<Expression>,
    pub span: Span,
}

impl Query {
    /// `SELECT * FROM tables`.
    pub fn all_of(tables: TableWithJoins, span: Span) -> Query {
        let select = Select {
            distinct: false,
            top: None,
            projection: vec![SelectItem::Wildcard { exclude: Vec::new(), span }],
            exclude: Vec::new(),
            into: None,
            from: vec![tables],
            selection: None,
            hierarchy: None,
            group_by: GroupBy::Elements(Vec::new()),
            having: None,
            named_window: Vec::new(),
            qualify: None,
        };
        let body = SetExpression::Select(Box::new(select));
        Query { with: None, body, order_by: Vec::new(), limit: None, offset: None, span }
    }
}

#[derive(Clone, Debug)]
pub struct With {
    pub recursive: bool,
    pub tables: Vec<CommonTable>,
}

#[derive(Clone, Debug)]
pub struct CommonTable {
    pub alias: TableAlias,
    pub query: Box<Query>,
    /// Whether its own name stands somewhere in its query.
    pub names_itself: bool,
}

#[derive(Clone, Debug)]
pub enum SetExpression {
    Select(Box<Select>),
    Query(Box<Query>),
    SetOperation { op: SetOperator, all: bool, left: Box<SetExpression>, right: Box<SetExpression> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperator {
    Union,
    Intersect,
    Except,
}

#[derive(Clone, Debug)]
pub struct Select {
    pub distinct: bool,
    pub top: Option<Expression>,
    pub projection: Vec<SelectItem>,
    /// EXCLUDE behind the whole list.
    pub exclude: Vec<Ident>,
    pub into: Option<SelectInto>,
    pub from: Vec<TableWithJoins>,
    pub selection: Option<Expression>,
    pub hierarchy: Option<Hierarchy>,
    pub group_by: GroupBy,
    pub having: Option<Expression>,
    pub named_window: Vec<NamedWindow>,
    pub qualify: Option<Expression>,
}

#[derive(Clone, Debug)]
pub enum SelectItem {
    Unnamed(Expression),
    Named { expr: Expression, alias: Ident },
    Wildcard { exclude: Vec<Ident>, span: Span },
    QualifiedWildcard { name: ObjectName, exclude: Vec<Ident> },
}

#[derive(Clone, Debug)]
pub struct SelectInto {
    pub temporary: bool,
    pub name: ObjectName,
}

/// `[START WITH start] CONNECT BY relationship`.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    pub start: Option<Expression>,
    pub relationship: Expression,
}

#[derive(Clone, Debug)]
pub enum GroupBy {
    All,
    /// None without GROUP BY.
    Elements(Vec<GroupElement>),
}

#[derive(Clone, Debug)]
pub enum GroupElement {
    Expression(Expression),
    /// `()` anywhere, and lists inside of GROUPING SETS.
    List(Vec<Expression>),
    Rollup(Vec<Vec<Expression>>),
    Cube(Vec<Vec<Expression>>),
    Sets(Vec<GroupElement>),
}

#[derive(Clone, Debug)]
pub struct OrderBy {
    pub expr: Expression,
    pub descending: bool,
    pub nulls_first: Option<bool>,
}
