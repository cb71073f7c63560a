//! Computing over a dictionary's values instead of over rows.
//!
//! An expression over one dictionary-encoded column has one answer for each distinct value, so it is computed
//! once for each value that really occurs in the batch. Values that do not occur are left alone: they could
//! fail where no row would.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, NullArray, StringBuilder};
use arrow::datatypes::{DataType as ArrowType, Int32Type};

use super::Context;
use super::column::Column;
use super::evaluate::evaluate;
use super::gather::{dictionary_of, gather};
use crate::sorted::SortedSet;
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;

/// Which codes occur, and the rows' codes among only those.
pub struct UsedCodes {
    pub codes: Vec<u32>,
    /// A NULL row keeps its NULL; its code is 0.
    pub renumbered: Int32Array,
}

pub fn used_codes(keys: &Int32Array, values: usize) -> UsedCodes {
    let mut numbers: Vec<i32> = vec![-1; values];
    let mut codes = Vec::new();
    let nulls = keys.nulls().filter(|nulls| nulls.null_count() > 0);
    let mut renumbered = Vec::with_capacity(keys.len());
    for (row, &key) in keys.values().iter().enumerate() {
        if nulls.is_some_and(|nulls| nulls.is_null(row)) {
            renumbered.push(0);
            continue;
        }
        let number = &mut numbers[key as usize];
        if *number < 0 {
            *number = codes.len() as i32;
            codes.push(key as u32);
        }
        renumbered.push(*number);
    }
    UsedCodes { codes, renumbered: Int32Array::new(renumbered.into(), nulls.cloned()) }
}

/// The columns of the row that an expression reads.
pub fn columns_of(expression: &Expression) -> SortedSet<usize> {
    let mut columns = SortedSet::new();
    expression.visit(&mut |part| {
        if let Expression::Column { index, .. } = part {
            columns.insert(*index);
        }
    });
    columns
}

fn is_pure(expression: &Expression) -> bool {
    let mut pure = true;
    expression.visit(&mut |part| match part {
        Expression::Call { function, .. } => pure &= function.pure,
        Expression::Subquery(_) => pure = false,
        _ => {}
    });
    pure
}

/// The expression's column, when it can be computed over a dictionary's values; `None` when it must be
/// computed row by row.
pub fn lift(expression: &Expression, batch: &Batch, context: &mut Context) -> SqlResult<Option<Column>> {
    let encoded = |array: &ArrayRef| matches!(array.data_type(), ArrowType::Dictionary(_, _));
    let worth = match expression {
        Expression::Column { .. } | Expression::Literal { .. } | Expression::Parameter { .. } => false,
        Expression::IsNull { input, .. } => !matches!(**input, Expression::Column { .. }),
        _ => batch.columns.iter().any(encoded),
    };
    if !worth {
        return Ok(None);
    }
    let columns = columns_of(expression);
    let (Some(&index), 1) = (columns.first(), columns.len()) else {
        return Ok(None);
    };
    let Some(array) = batch.columns.get(index).filter(|array| encoded(array)) else {
        return Ok(None);
    };
    let dictionary = array.as_dictionary::<Int32Type>();
    if dictionary.values().len() > batch.rows || !is_pure(expression) {
        return Ok(None);
    }
    let used = used_codes(dictionary.keys(), dictionary.values().len());
    let values = used.codes.len();
    let has_nulls = dictionary.keys().null_count() > 0;
    let texts = dictionary.values().as_string::<i32>();
    let mut builder = StringBuilder::new();
    used.codes.iter().for_each(|&code| builder.append_value(texts.value(code as usize)));
    if has_nulls {
        builder.append_null();
    }
    let input: ArrayRef = Arc::new(builder.finish());
    let rows = input.len();
    let columns = (0..batch.columns.len())
        .map(
            |column| if column == index { input.clone() } else { Arc::new(NullArray::new(rows)) as ArrayRef },
        )
        .collect();
    let answers = match evaluate(expression, &Batch { columns, rows }, context)? {
        constant @ Column::Constant(_) => return Ok(Some(constant)),
        Column::Rows(answers) => answers,
    };
    let null_is_null = !has_nulls || answers.is_null(values);
    if answers.data_type() == &ArrowType::Utf8 && null_is_null && answers.slice(0, values).null_count() == 0 {
        return Ok(Some(Column::Rows(dictionary_of(used.renumbered, &answers.slice(0, values)))));
    }
    let codes = &used.renumbered;
    let indices: Vec<u32> = (0..codes.len())
        .map(|row| if codes.is_valid(row) { codes.value(row) as u32 } else { values as u32 })
        .collect();
    Ok(Some(Column::Rows(gather(&answers, &indices))))
}
