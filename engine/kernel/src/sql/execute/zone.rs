//! Zone maps: whether a block can hold a row that a filter wants, by its least and greatest value.

use super::Context;
use super::array::value_at;
use super::compare::compare_values;
use super::dictionary::columns_of;
use super::evaluate::evaluate;
use crate::sql::error::SqlResult;
use crate::sql::expression::{Comparison, Expression};
use crate::sql::outcome::Batch;
use crate::warehouse::storage::Block;
use crate::warehouse::value::Value;

/// A filter that a zone map can answer. `column` is a position in the scan's output.
pub struct ZoneTest {
    pub column: usize,
    question: Question,
}

enum Question {
    Compare(Comparison, Value),
    OneOf(Vec<Value>),
    IsNull,
    IsNotNull,
}

impl ZoneTest {
    /// The test a conjunct amounts to; `None` when zone maps cannot help.
    pub fn of(conjunct: &Expression, context: &mut Context) -> SqlResult<Option<ZoneTest>> {
        Ok(match conjunct {
            Expression::Compare { operator, left, right } => match (&**left, &**right) {
                (Expression::Column { index, .. }, other) => {
                    fixed(other, context)?.map(|value| compare(*index, *operator, value))
                }
                (other, Expression::Column { index, .. }) => {
                    fixed(other, context)?.map(|value| compare(*index, operator.flipped(), value))
                }
                _ => None,
            },
            Expression::InList { input, list, negated: false } => match &**input {
                Expression::Column { index, .. } => {
                    let mut values = Vec::with_capacity(list.len());
                    for item in list {
                        match fixed(item, context)? {
                            Some(value) => values.push(value),
                            None => return Ok(None),
                        }
                    }
                    Some(ZoneTest { column: *index, question: Question::OneOf(values) })
                }
                _ => None,
            },
            Expression::IsNull { input, negated } => match &**input {
                Expression::Column { index, .. } => Some(ZoneTest {
                    column: *index,
                    question: if *negated { Question::IsNotNull } else { Question::IsNull },
                }),
                _ => None,
            },
            _ => None,
        })
    }

    /// The test of being neither below nor above.
    pub fn within(column: usize, least: Value, greatest: Value) -> [ZoneTest; 2] {
        [
            compare(column, Comparison::GreaterOrEqual, least),
            compare(column, Comparison::LessOrEqual, greatest),
        ]
    }

    /// False when no row of the block can pass.
    pub fn may_match(&self, block: &Block, rows: u32) -> bool {
        block.facts().is_none_or(|facts| {
            self.may_match_zone(facts.zone.as_ref(), u64::from(facts.nulls), u64::from(rows))
        })
    }

    /// The same for rows of which the least and the greatest value are known; none: all are NULL.
    pub fn may_match_zone(&self, zone: Option<&(Value, Value)>, nulls: u64, rows: u64) -> bool {
        let value_may_match = |operator: Comparison, value: &Value| match zone {
            None => nulls < rows,
            Some((least, greatest)) => {
                let (Some(low), Some(high)) = (compare_values(least, value), compare_values(greatest, value))
                else {
                    return true;
                };
                match operator {
                    Comparison::Equal => low.is_le() && high.is_ge(),
                    Comparison::NotEqual => !(low.is_eq() && high.is_eq()),
                    Comparison::Less => low.is_lt(),
                    Comparison::LessOrEqual => low.is_le(),
                    Comparison::Greater => high.is_gt(),
                    Comparison::GreaterOrEqual => high.is_ge(),
                }
            }
        };
        match &self.question {
            Question::Compare(operator, value) => value_may_match(*operator, value),
            Question::OneOf(values) => values.iter().any(|value| value_may_match(Comparison::Equal, value)),
            Question::IsNull => nulls > 0,
            Question::IsNotNull => nulls < rows,
        }
    }
}

fn compare(column: usize, operator: Comparison, value: Value) -> ZoneTest {
    ZoneTest { column, question: Question::Compare(operator, value) }
}

/// The value of an expression that is the same for every row. What fails is left for the rows to report.
fn fixed(expression: &Expression, context: &mut Context) -> SqlResult<Option<Value>> {
    if let Expression::Literal { value, .. } = expression {
        return Ok(Some(value.clone()));
    }
    let mut same = columns_of(expression).is_empty();
    expression.visit(&mut |part| match part {
        Expression::Call { function, .. } => same &= function.pure,
        Expression::Subquery(_) => same = false,
        _ => {}
    });
    if !same {
        return Ok(None);
    }
    let row = Batch { columns: Vec::new(), rows: 1 };
    Ok(evaluate(expression, &row, context)
        .ok()
        .map(|column| value_at(column.array(), expression.data_type(), 0)))
}
