//! Predicates over lists, ranges and rows: IN, BETWEEN, IS NULL, row comparison.

use crate::sql::syntax;

use super::binder::Binder;
use super::coerce;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{Comparison, Expression};

impl Binder<'_> {
    pub fn is_null(&mut self, inner: &syntax::Expression, negated: bool) -> SqlResult<Expression> {
        Ok(Expression::IsNull { input: Box::new(self.expression(inner)?), negated })
    }

    pub fn is_boolean(
        &mut self,
        inner: &syntax::Expression,
        value: bool,
        negated: bool,
    ) -> SqlResult<Expression> {
        let place = match (value, negated) {
            (true, false) => "IS TRUE",
            (true, true) => "IS NOT TRUE",
            (false, false) => "IS FALSE",
            (false, true) => "IS NOT FALSE",
        };
        Ok(Expression::IsBoolean { input: Box::new(self.condition(inner, place)?), value, negated })
    }

    pub fn in_list(
        &mut self,
        expr: &syntax::Expression,
        list: &[syntax::Expression],
        negated: bool,
    ) -> SqlResult<Expression> {
        if let syntax::Expression::Tuple(parts) = expr {
            let mut any = Vec::new();
            for item in list {
                any.push(self.row_comparison(parts, item, Comparison::Equal)?);
            }
            let found = Expression::Or(any);
            return Ok(if negated { Expression::Not(Box::new(found)) } else { found });
        }
        let input = self.expression(expr)?;
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let item = self.expression(item)?;
            items.push(item);
        }
        // Every item may bring another type: `x IN (1, 2.5)`.
        let mut pairs = Vec::with_capacity(items.len());
        for item in items {
            pairs.push(coerce::comparable("=", input.clone(), item)?);
        }
        let shared = pairs.first().map(|(left, _)| left.clone());
        match shared {
            Some(shared)
                if pairs.iter().all(|(left, item)| {
                    *left == shared && item.data_type() == shared.data_type()
                        || left.data_type().is_string() && *left == shared && item.data_type().is_string()
                }) =>
            {
                let list = pairs.into_iter().map(|(_, item)| item).collect();
                Ok(Expression::InList { input: Box::new(shared), list, negated })
            }
            _ => {
                let any = pairs
                    .into_iter()
                    .map(|(left, right)| Expression::Compare {
                        operator: Comparison::Equal,
                        left: Box::new(left),
                        right: Box::new(right),
                    })
                    .collect();
                let found = Expression::Or(any);
                Ok(if negated { Expression::Not(Box::new(found)) } else { found })
            }
        }
    }

    /// The left side of IN: one expression, or a row of them.
    pub fn operands(&mut self, expr: &syntax::Expression) -> SqlResult<Vec<Expression>> {
        match expr {
            syntax::Expression::Tuple(parts) => parts.iter().map(|part| self.expression(part)).collect(),
            other => Ok(vec![self.expression(other)?]),
        }
    }

    pub fn row_comparison(
        &mut self,
        left: &[syntax::Expression],
        right: &syntax::Expression,
        operator: Comparison,
    ) -> SqlResult<Expression> {
        let syntax::Expression::Tuple(right) = right else {
            return Err(SqlError::product("42601", "unequal number of entries in row expression"));
        };
        if left.len() != right.len() {
            return Err(SqlError::product("42601", "unequal number of entries in row expression"));
        }
        let mut pairs = Vec::new();
        for (left, right) in left.iter().zip(right) {
            pairs.push((self.expression(left)?, self.expression(right)?));
        }
        let mut all = Vec::new();
        for (left, right) in &pairs {
            all.push(coerce::compare(Comparison::Equal, left.clone(), right.clone())?);
        }
        match operator {
            Comparison::Equal => Ok(Expression::And(all)),
            Comparison::NotEqual => Ok(Expression::Not(Box::new(Expression::And(all)))),
            // The first difference decides, as SQL says. Redshift lists row constructors among what it does not
            // take from PostgreSQL: that it takes these comparisons is unconfirmed.
            operator => {
                let last = pairs.len() - 1;
                let strict = match operator {
                    Comparison::LessOrEqual => Comparison::Less,
                    Comparison::GreaterOrEqual => Comparison::Greater,
                    other => other,
                };
                let mut any = Vec::new();
                for (place, (left, right)) in pairs.into_iter().enumerate() {
                    let mut decided = all[..place].to_vec();
                    let by = if place == last { operator } else { strict };
                    decided.push(coerce::compare(by, left, right)?);
                    any.push(Expression::And(decided));
                }
                Ok(Expression::Or(any))
            }
        }
    }

    pub fn between(
        &mut self,
        expr: &syntax::Expression,
        low: &syntax::Expression,
        high: &syntax::Expression,
        negated: bool,
    ) -> SqlResult<Expression> {
        let (input, low, high) = (self.expression(expr)?, self.expression(low)?, self.expression(high)?);
        let from = coerce::compare(Comparison::GreaterOrEqual, input.clone(), low)?;
        let to = coerce::compare(Comparison::LessOrEqual, input, high)?;
        let within = Expression::And(vec![from, to]);
        Ok(if negated { Expression::Not(Box::new(within)) } else { within })
    }
}
