//! Operators. Those that are functions in the end are known by their sign.

use crate::sql::expression::Comparison;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    And,
    Or,
    Compare(Comparison),
    /// `~~` and its like.
    Like {
        insensitive: bool,
        negated: bool,
    },
    Sign(&'static str),
}

impl BinaryOperator {
    pub fn sign(self) -> &'static str {
        match self {
            BinaryOperator::And => "AND",
            BinaryOperator::Or => "OR",
            BinaryOperator::Compare(comparison) => match comparison {
                Comparison::Equal => "=",
                Comparison::NotEqual => "<>",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
            },
            BinaryOperator::Like { insensitive: false, negated: false } => "~~",
            BinaryOperator::Like { insensitive: false, negated: true } => "!~~",
            BinaryOperator::Like { insensitive: true, negated: false } => "~~*",
            BinaryOperator::Like { insensitive: true, negated: true } => "!~~*",
            BinaryOperator::Sign(sign) => sign,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    Not,
    Plus,
    Minus,
    Sign(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikeKind {
    Like,
    Ilike,
    SimilarTo,
}
