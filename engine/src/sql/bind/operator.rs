//! Operators between expressions: arithmetic, comparison, AND, OR, NOT.

use crate::sql::syntax;

use super::binder::{Binder, product_with};
use super::coerce::{self, bare_name};
use super::literal;
use super::pattern::matched;
use super::scalar::types;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Comparison, Expression};
use crate::sql::functions;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

impl Binder<'_> {
    /// A chain of binary operators. `a OR b OR c ...` is written by the thousand, and its tree leans to the left:
    /// the walk down the left side is a loop, so that a long chain is not a deep one.
    pub fn binary(&mut self, expression: &syntax::Expression) -> SqlResult<Expression> {
        use syntax::BinaryOperator as Op;
        let syntax::Expression::BinaryOp { op, .. } = expression else {
            return Err(SqlError::bug("no binary operator"));
        };
        match op {
            Op::And => Ok(Expression::And(self.conditions(expression, *op, "AND")?)),
            Op::Or => Ok(Expression::Or(self.conditions(expression, *op, "OR")?)),
            _ => {
                let mut chain = Vec::new();
                let mut first = expression;
                while let syntax::Expression::BinaryOp { left, op, right } = first
                    && !matches!(op, Op::And | Op::Or)
                    && !matches!(**left, syntax::Expression::Tuple(_))
                {
                    chain.push((first, *op, &**right));
                    first = left;
                }
                if chain.is_empty() {
                    return self.row_operator(expression);
                }
                let mut bound = match first {
                    syntax::Expression::BinaryOp { .. } => {
                        self.binary(first).map_err(|error| self.at(error, first))?
                    }
                    first => self.expression(first)?,
                };
                for (whole, op, right) in chain.into_iter().rev() {
                    bound = self.applied(bound, op, right).map_err(|error| self.at(error, whole))?;
                }
                Ok(bound)
            }
        }
    }

    /// The operands of a chain of one connective, in the order they are written.
    fn conditions(
        &mut self,
        expression: &syntax::Expression,
        connective: syntax::BinaryOperator,
        place: &str,
    ) -> SqlResult<Vec<Expression>> {
        let mut operands = Vec::new();
        let mut rest = expression;
        while let syntax::Expression::BinaryOp { left, op, right } = rest
            && *op == connective
        {
            operands.push(&**right);
            rest = left;
        }
        operands.push(rest);
        let mut all = Vec::with_capacity(operands.len());
        for operand in operands.into_iter().rev() {
            all.push(self.condition(operand, place)?);
        }
        Ok(all)
    }

    /// `(a, b) = (c, d)`.
    fn row_operator(&mut self, expression: &syntax::Expression) -> SqlResult<Expression> {
        match expression {
            syntax::Expression::BinaryOp { left, op, right } => match (&**left, comparison(*op)) {
                (syntax::Expression::Tuple(parts), Some(operator)) => {
                    self.row_comparison(parts, right, operator)
                }
                (left, _) => {
                    Err(self.expression(left).err().unwrap_or_else(|| SqlError::bug("a row of nothing")))
                }
            },
            _ => Err(SqlError::bug("no binary operator")),
        }
    }

    fn applied(
        &mut self,
        left: Expression,
        op: syntax::BinaryOperator,
        right: &syntax::Expression,
    ) -> SqlResult<Expression> {
        use syntax::BinaryOperator as Op;
        let right = self.expression(right)?;
        match op {
            Op::Compare(operator) => coerce::compare(operator, left, right),
            Op::Like { insensitive, negated } => matched(left, right, Some('\\'), insensitive, negated),
            _ => self.operator(op.sign(), vec![left, right]),
        }
    }

    pub fn unary(&mut self, op: syntax::UnaryOperator, expr: &syntax::Expression) -> SqlResult<Expression> {
        match op {
            syntax::UnaryOperator::Not => Ok(negate(self.condition(expr, "NOT")?)),
            syntax::UnaryOperator::Plus => self.expression(expr),
            syntax::UnaryOperator::Minus => {
                if let syntax::Expression::Value(value) = expr
                    && let syntax::Value::Number(digits) = &value.value
                {
                    return negative(digits);
                }
                let argument = self.expression(expr)?;
                self.operator("-", vec![argument])
            }
            syntax::UnaryOperator::Sign(sign) => {
                let argument = self.expression(expr)?;
                self.operator(sign, vec![argument])
            }
        }
    }

    /// An operator by its sign, with an untyped literal taken for the other side's type where needed.
    pub fn operator(&mut self, sign: &str, arguments: Vec<Expression>) -> SqlResult<Expression> {
        let found = types(&arguments);
        if let Some(resolved) = functions::resolve(sign, &found) {
            let moment = self.resolved(resolved, arguments);
            // A day and whole months make a day (Developer Guide, "Interval arithmetic").
            if found.contains(&DataType::Date) && found.iter().any(coerce::is_months) {
                return Ok(coerce::cast(moment, DataType::Date, CastMode::Implicit));
            }
            return Ok(moment);
        }
        if let Some(known) = found.iter().copied().find(|data_type| *data_type != DataType::Unknown) {
            let guessed: Vec<DataType> = found
                .iter()
                .map(|data_type| if *data_type == DataType::Unknown { known } else { *data_type })
                .collect();
            if guessed != found
                && let Some(resolved) = functions::resolve(sign, &guessed)
            {
                return Ok(self.resolved(resolved, arguments));
            }
        }
        let hint = "No operator matches the given name and argument type(s). You may need to add explicit type casts.";
        let message = match found.as_slice() {
            [only] => format!("operator does not exist: {sign} {}", bare_name(*only)),
            [left, right] => {
                format!("operator does not exist: {} {sign} {}", bare_name(*left), bare_name(*right))
            }
            _ => format!("operator does not exist: {sign}"),
        };
        Err(product_with("42883", message, None, Some(hint)))
    }
}

pub(super) fn comparison(op: syntax::BinaryOperator) -> Option<Comparison> {
    match op {
        syntax::BinaryOperator::Compare(comparison) => Some(comparison),
        _ => None,
    }
}

/// NOT, worked into EXISTS and IN, which have their own negated forms.
fn negate(expression: Expression) -> Expression {
    use crate::sql::expression::SubqueryKind as Kind;
    match expression {
        Expression::InList { input, list, negated } => Expression::InList { input, list, negated: !negated },
        Expression::IsNull { input, negated } => Expression::IsNull { input, negated: !negated },
        Expression::Subquery(mut subquery) => match subquery.kind {
            Kind::Exists { negated } => {
                subquery.kind = Kind::Exists { negated: !negated };
                Expression::Subquery(subquery)
            }
            Kind::Any { operands, operator: Comparison::Equal } => {
                subquery.kind = Kind::All { operands, operator: Comparison::NotEqual };
                Expression::Subquery(subquery)
            }
            Kind::All { operands, operator: Comparison::NotEqual } => {
                subquery.kind = Kind::Any { operands, operator: Comparison::Equal };
                Expression::Subquery(subquery)
            }
            kind => {
                subquery.kind = kind;
                Expression::Not(Box::new(Expression::Subquery(subquery)))
            }
        },
        other => Expression::Not(Box::new(other)),
    }
}

/// A negative number is one literal, so that the least BIGINT can be written.
fn negative(digits: &str) -> SqlResult<Expression> {
    if let Ok(value) = format!("-{digits}").parse::<i32>() {
        return Ok(Expression::Literal { value: Value::Integer(value), data_type: DataType::Integer });
    }
    if let Ok(value) = format!("-{digits}").parse::<i64>() {
        return Ok(Expression::Literal { value: Value::BigInt(value), data_type: DataType::BigInt });
    }
    Ok(match literal::number(digits)? {
        Expression::Literal { value: Value::Decimal { unscaled, scale }, data_type } => {
            Expression::Literal { value: Value::Decimal { unscaled: -unscaled, scale }, data_type }
        }
        Expression::Literal { value: Value::Double(value), data_type } => {
            Expression::Literal { value: Value::Double(-value), data_type }
        }
        other => other,
    })
}
