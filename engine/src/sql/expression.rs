//! Bound expressions: every name resolved to a column number, every type known, every cast explicit.

use std::sync::Arc;

use super::functions::ScalarFunction;
use super::plan::Plan;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// A scalar expression over the columns of one input.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// Column number of the operator's input, from 0 (for a join: left columns, then right).
    Column { index: usize, data_type: DataType },
    Literal { value: Value, data_type: DataType },
    /// Value `index` of the outer row, inside a correlated subquery.
    Parameter { index: usize, data_type: DataType },
    /// Arguments already have the types the function wants.
    Call { function: &'static ScalarFunction, arguments: Vec<Expression>, data_type: DataType },
    Cast { input: Box<Expression>, to: DataType, mode: CastMode },
    /// Both sides have the same type.
    Compare { operator: Comparison, left: Box<Expression>, right: Box<Expression> },
    /// Three-valued.
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    IsNull { input: Box<Expression>, negated: bool },
    /// IS [NOT] TRUE / FALSE: never NULL.
    IsBoolean { input: Box<Expression>, value: bool, negated: bool },
    /// Searched CASE; a simple CASE is bound to comparisons.
    Case { branches: Vec<(Expression, Expression)>, otherwise: Option<Box<Expression>>, data_type: DataType },
    /// All of one type; literal lists become sets in the executor.
    InList { input: Box<Expression>, list: Vec<Expression>, negated: bool },
    Like { input: Box<Expression>, pattern: Box<Expression>, escape: Option<char>, insensitive: bool, negated: bool },
    Subquery(Box<Subquery>),
}

/// How a cast treats what does not fit (fact sheet, section 6.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CastMode {
    /// CAST, `::`, CONVERT over table data: NUMERIC to fewer digits cuts; text is cut to length.
    Explicit,
    /// The same without a table in the query (leader node): rounds.
    Leader,
    /// INSERT and UPDATE: rounds; too long a string is an error unless the surplus is blanks.
    Assignment,
    /// Put in by the binder where types meet; never loses anything but may overflow.
    Implicit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A query used as an expression. The executor runs it once for each distinct list of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    pub plan: Arc<Plan>,
    /// Over the outer row; these are `Parameter { 0.. }` inside the plan. Empty when uncorrelated.
    pub parameters: Vec<Expression>,
    pub kind: SubqueryKind,
    pub data_type: DataType,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SubqueryKind {
    /// One column; more than one row is an error (21000), none is NULL.
    Scalar,
    Exists { negated: bool },
    /// `operand operator ANY (plan)`; IN is `= ANY`, NOT IN is `<> ALL`. Operands match the plan's columns.
    Any { operands: Vec<Expression>, operator: Comparison },
    All { operands: Vec<Expression>, operator: Comparison },
}

impl Expression {
    pub fn data_type(&self) -> DataType {
        match self {
            Expression::Column { data_type, .. }
            | Expression::Literal { data_type, .. }
            | Expression::Parameter { data_type, .. }
            | Expression::Call { data_type, .. }
            | Expression::Case { data_type, .. } => *data_type,
            Expression::Cast { to, .. } => *to,
            Expression::Subquery(subquery) => subquery.data_type,
            Expression::Compare { .. }
            | Expression::And(_)
            | Expression::Or(_)
            | Expression::Not(_)
            | Expression::IsNull { .. }
            | Expression::IsBoolean { .. }
            | Expression::InList { .. }
            | Expression::Like { .. } => DataType::Boolean,
        }
    }
}
