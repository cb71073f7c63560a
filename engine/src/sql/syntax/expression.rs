//! Expressions.

use super::data_type::DataType;
use super::function::Function;
use super::name::{Ident, ObjectName};
use super::operator::{BinaryOperator, LikeKind, UnaryOperator};
use super::query::Query;
use crate::sql::error::Span;

#[derive(Clone, Debug)]
pub enum Expression {
    Identifier(Ident),
    CompoundIdentifier(Vec<Ident>),
    /// `a.b[0].c`, `f(x).a`: what is more than names with points between.
    Path {
        root: Box<Expression>,
        steps: Vec<PathStep>,
    },
    /// In parentheses.
    Nested(Box<Expression>),
    Value(Constant),
    /// `DATE '2026-01-01'`.
    TypedString {
        data_type: Box<DataType>,
        value: Constant,
    },
    Interval(Box<Interval>),
    Collate {
        expr: Box<Expression>,
        collation: ObjectName,
    },
    IsNull {
        expr: Box<Expression>,
        negated: bool,
    },
    /// `IS [NOT] {TRUE | FALSE}`.
    IsBoolean {
        expr: Box<Expression>,
        value: bool,
        negated: bool,
    },
    IsDistinctFrom {
        left: Box<Expression>,
        right: Box<Expression>,
    },
    InList {
        expr: Box<Expression>,
        list: Vec<Expression>,
        negated: bool,
    },
    InSubquery {
        expr: Box<Expression>,
        subquery: Box<Query>,
        negated: bool,
    },
    Exists {
        subquery: Box<Query>,
        negated: bool,
    },
    Subquery(Box<Query>),
    /// `left op {ANY | ALL} (right)`.
    Quantified {
        left: Box<Expression>,
        op: BinaryOperator,
        right: Box<Expression>,
        all: bool,
    },
    Between {
        expr: Box<Expression>,
        negated: bool,
        low: Box<Expression>,
        high: Box<Expression>,
    },
    BinaryOp {
        left: Box<Expression>,
        op: BinaryOperator,
        right: Box<Expression>,
    },
    UnaryOp {
        op: UnaryOperator,
        expr: Box<Expression>,
    },
    Like {
        kind: LikeKind,
        negated: bool,
        expr: Box<Expression>,
        pattern: Box<Expression>,
        escape: Option<Box<Expression>>,
    },
    Case(Box<Case>),
    /// CAST, `::`, CONVERT; TRY_CAST is `attempted`.
    Cast {
        expr: Box<Expression>,
        data_type: Box<DataType>,
        attempted: bool,
    },
    AtTimeZone {
        timestamp: Box<Expression>,
        time_zone: Box<Expression>,
    },
    /// `EXTRACT(field FROM expr)`, the field in lower case.
    Extract {
        field: String,
        expr: Box<Expression>,
    },
    Position {
        expr: Box<Expression>,
        within: Box<Expression>,
    },
    Trim {
        side: TrimSide,
        what: Option<Box<Expression>>,
        expr: Box<Expression>,
    },
    Function(Box<Function>),
    /// `(a, b)`.
    Tuple(Vec<Expression>),
    Prior(Box<Expression>),
    /// `column (+)`.
    OuterJoin(Box<Expression>),
}

#[derive(Clone, Debug)]
pub enum PathStep {
    Attribute(Ident),
    Index(Expression),
}

#[derive(Clone, Debug)]
pub struct Constant {
    pub value: Value,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Boolean(bool),
    /// Its digits.
    Number(String),
    String(String),
    /// `$1`.
    Placeholder(String),
}

/// `INTERVAL 'value' [leading_field [(precision)] [TO last_field [(precision)]]]`.
#[derive(Clone, Debug)]
pub struct Interval {
    pub value: Constant,
    pub leading_field: Option<Ident>,
    pub last_field: Option<Ident>,
    /// Digits behind the second's point.
    pub precision: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct Case {
    pub operand: Option<Expression>,
    pub conditions: Vec<CaseWhen>,
    pub else_result: Option<Expression>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct CaseWhen {
    pub condition: Expression,
    pub result: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrimSide {
    Both,
    Leading,
    Trailing,
}
