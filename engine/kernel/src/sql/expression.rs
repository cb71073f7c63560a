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
    Column {
        index: usize,
        data_type: DataType,
    },
    Literal {
        value: Value,
        data_type: DataType,
    },
    /// Value `index` of the outer row, inside a correlated subquery.
    Parameter {
        index: usize,
        data_type: DataType,
    },
    /// Arguments already have the types the function wants.
    Call {
        function: &'static ScalarFunction,
        arguments: Vec<Expression>,
        data_type: DataType,
    },
    Cast {
        input: Box<Expression>,
        to: DataType,
        mode: CastMode,
    },
    /// Both sides have the same type.
    Compare {
        operator: Comparison,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    /// Three-valued.
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    IsNull {
        input: Box<Expression>,
        negated: bool,
    },
    /// IS [NOT] TRUE / FALSE: never NULL.
    IsBoolean {
        input: Box<Expression>,
        value: bool,
        negated: bool,
    },
    /// Searched CASE; a simple CASE is bound to comparisons.
    Case {
        branches: Vec<(Expression, Expression)>,
        otherwise: Option<Box<Expression>>,
        data_type: DataType,
    },
    /// All of one type; literal lists become sets in the executor.
    InList {
        input: Box<Expression>,
        list: Vec<Expression>,
        negated: bool,
    },
    Like {
        input: Box<Expression>,
        pattern: Box<Expression>,
        escape: Option<char>,
        insensitive: bool,
        negated: bool,
    },
    Subquery(Box<Subquery>),
}

/// How a cast treats what does not fit (fact sheet, section 6.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CastMode {
    /// CAST, `::`, CONVERT over table data: NUMERIC to fewer digits cuts; text is cut to length.
    Explicit,
    /// The same without a table in the query (leader node): rounds.
    Leader,
    /// TRY_CAST: as `Explicit`, but a value that does not fit becomes NULL.
    Try,
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
    Exists {
        negated: bool,
    },
    /// `operand operator ANY (plan)`; IN is `= ANY`, NOT IN is `<> ALL`. Operands match the plan's columns.
    Any {
        operands: Vec<Expression>,
        operator: Comparison,
    },
    All {
        operands: Vec<Expression>,
        operator: Comparison,
    },
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

    /// The expressions this one is made of, over the same row. A subquery's plan is a world of its own; only
    /// its parameters and operands are of this row.
    pub fn children(&self) -> Vec<&Expression> {
        match self {
            Expression::Column { .. } | Expression::Literal { .. } | Expression::Parameter { .. } => {
                Vec::new()
            }
            Expression::Call { arguments, .. } => arguments.iter().collect(),
            Expression::And(all) | Expression::Or(all) => all.iter().collect(),
            Expression::Cast { input, .. }
            | Expression::Not(input)
            | Expression::IsNull { input, .. }
            | Expression::IsBoolean { input, .. } => vec![&**input],
            Expression::Compare { left, right, .. } => vec![&**left, &**right],
            Expression::Like { input, pattern, .. } => vec![&**input, &**pattern],
            Expression::InList { input, list, .. } => std::iter::once(&**input).chain(list).collect(),
            Expression::Case { branches, otherwise, .. } => branches
                .iter()
                .flat_map(|(condition, result)| [condition, result])
                .chain(otherwise.as_deref())
                .collect(),
            Expression::Subquery(subquery) => {
                let operands: &[Expression] = match &subquery.kind {
                    SubqueryKind::Scalar | SubqueryKind::Exists { .. } => &[],
                    SubqueryKind::Any { operands, .. } | SubqueryKind::All { operands, .. } => operands,
                };
                subquery.parameters.iter().chain(operands).collect()
            }
        }
    }

    /// As [`Expression::children`], to change them.
    pub fn children_mut(&mut self) -> Vec<&mut Expression> {
        match self {
            Expression::Column { .. } | Expression::Literal { .. } | Expression::Parameter { .. } => {
                Vec::new()
            }
            Expression::Call { arguments, .. } => arguments.iter_mut().collect(),
            Expression::And(all) | Expression::Or(all) => all.iter_mut().collect(),
            Expression::Cast { input, .. }
            | Expression::Not(input)
            | Expression::IsNull { input, .. }
            | Expression::IsBoolean { input, .. } => vec![&mut **input],
            Expression::Compare { left, right, .. } => vec![&mut **left, &mut **right],
            Expression::Like { input, pattern, .. } => vec![&mut **input, &mut **pattern],
            Expression::InList { input, list, .. } => std::iter::once(&mut **input).chain(list).collect(),
            Expression::Case { branches, otherwise, .. } => branches
                .iter_mut()
                .flat_map(|(condition, result)| [condition, result])
                .chain(otherwise.as_deref_mut())
                .collect(),
            Expression::Subquery(subquery) => {
                let subquery = &mut **subquery;
                let operands: &mut [Expression] = match &mut subquery.kind {
                    SubqueryKind::Scalar | SubqueryKind::Exists { .. } => &mut [],
                    SubqueryKind::Any { operands, .. } | SubqueryKind::All { operands, .. } => operands,
                };
                subquery.parameters.iter_mut().chain(operands).collect()
            }
        }
    }

    /// Shows every expression in this one, itself first.
    pub fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(self);
        for child in self.children() {
            child.visit(see);
        }
    }

    /// Changes every expression in this one, itself last.
    pub fn transform(&mut self, change: &mut dyn FnMut(&mut Expression)) {
        for child in self.children_mut() {
            child.transform(change);
        }
        change(self);
    }
}
