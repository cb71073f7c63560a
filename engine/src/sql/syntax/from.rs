//! FROM: tables, what stands for them, and joins.

use super::expression::{Expression, PathStep};
use super::function::Function;
use super::name::{Ident, ObjectName};
use super::query::Query;
use crate::sql::error::Span;

#[derive(Clone, Debug)]
pub struct TableWithJoins {
    pub relation: TableFactor,
    pub joins: Vec<Join>,
}

#[derive(Clone, Debug)]
pub struct Join {
    pub relation: TableFactor,
    pub kind: JoinKind,
    pub constraint: JoinConstraint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    Cross,
    Inner,
    Left,
    Right,
    Full,
}

#[derive(Clone, Debug)]
pub enum JoinConstraint {
    None,
    On(Expression),
    Using(Vec<Ident>),
    Natural,
}

#[derive(Clone, Debug)]
pub enum TableFactor {
    /// `name [path]`.
    Table {
        name: ObjectName,
        path: Vec<PathStep>,
        alias: Option<TableAlias>,
        span: Span,
    },
    /// `name(...)`.
    Function {
        function: Box<Function>,
        alias: Option<TableAlias>,
        span: Span,
    },
    Derived {
        subquery: Box<Query>,
        alias: Option<TableAlias>,
        span: Span,
    },
    /// Joins in parentheses.
    NestedJoin {
        table_with_joins: Box<TableWithJoins>,
        span: Span,
    },
    /// `UNNEST(array) [AS alias] [WITH OFFSET [AS name]]`.
    Unnest {
        array: Expression,
        alias: Option<TableAlias>,
        offset: Option<Option<Ident>>,
        span: Span,
    },
    /// `UNPIVOT expression AS value [AT name]`.
    UnpivotExpression {
        expression: Expression,
        value: Ident,
        name: Option<Ident>,
        span: Span,
    },
    /// `table PIVOT (aggregate [AS alias] FOR column IN (...))`.
    Pivot {
        table: Box<TableFactor>,
        aggregate: ExpressionWithAlias,
        column: Expression,
        values: Vec<ExpressionWithAlias>,
        alias: Option<TableAlias>,
        span: Span,
    },
    /// `table UNPIVOT [INCLUDE NULLS] (value FOR name IN (...))`.
    Unpivot {
        table: Box<TableFactor>,
        with_nulls: bool,
        value: Ident,
        name: Ident,
        columns: Vec<ExpressionWithAlias>,
        alias: Option<TableAlias>,
        span: Span,
    },
}

#[derive(Clone, Debug)]
pub struct ExpressionWithAlias {
    pub expr: Expression,
    pub alias: Option<Ident>,
}

#[derive(Clone, Debug)]
pub struct TableAlias {
    pub name: Ident,
    pub columns: Vec<Ident>,
    /// `AT name`: what the position in an array is called.
    pub at: Option<Ident>,
}
