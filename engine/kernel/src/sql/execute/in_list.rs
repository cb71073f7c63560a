//! IN over a list: literals become a set, anything else a chain of equalities.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};

use super::Context;
use super::array::array_of;
use super::column::Column;
use super::evaluate::evaluate;
use super::intern::{ColumnIds, MISSING};
use super::logic;
use crate::sql::error::SqlResult;
use crate::sql::expression::{Comparison, Expression};
use crate::sql::outcome::Batch;
use crate::warehouse::value::Value;

pub fn evaluate_in(
    input: &Expression,
    list: &[Expression],
    negated: bool,
    batch: &Batch,
    context: &mut Context,
) -> SqlResult<Column> {
    let literals: Option<Vec<Value>> = list
        .iter()
        .map(|item| match item {
            Expression::Literal { value, .. } => Some(value.clone()),
            _ => None,
        })
        .collect();
    let Some(mut values) = literals else {
        return evaluate_chain(input, list, negated, batch, context);
    };
    let listed = values.len();
    values.retain(|value| !value.is_null());
    let has_null = values.len() < listed;
    let column = evaluate(input, batch, context)?;
    let data_type = input.data_type();
    let mut set = ColumnIds::small(data_type.arrow());
    set.intern(&array_of(&values, data_type))?;
    let found = set.find(column.array())?;
    let yes = BooleanBuffer::collect_bool(found.len(), |row| found[row] != MISSING);
    let nulls = match (column.array().nulls(), has_null) {
        (nulls, false) => nulls.cloned(),
        // With a NULL in the list, what is not found is unknown.
        (_, true) => Some(NullBuffer::new(yes.clone())),
    };
    let values = if negated { !&yes } else { yes };
    Ok(column.with(Arc::new(BooleanArray::new(values, nulls))))
}

fn evaluate_chain(
    input: &Expression,
    list: &[Expression],
    negated: bool,
    batch: &Batch,
    context: &mut Context,
) -> SqlResult<Column> {
    let operator = if negated { Comparison::NotEqual } else { Comparison::Equal };
    let tests: Vec<Expression> = list
        .iter()
        .map(|item| Expression::Compare {
            operator,
            left: Box::new(input.clone()),
            right: Box::new(item.clone()),
        })
        .collect();
    if negated { logic::and(&tests, batch, context) } else { logic::or(&tests, batch, context) }
}
