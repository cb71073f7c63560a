//! CASE and COALESCE: each branch is computed for the rows that chose it and for no others.

use arrow::array::Array;

use super::Context;
use super::array::nulls;
use super::column::Column;
use super::dictionary::columns_of;
use super::evaluate::evaluate;
use super::gather::{concatenate, gather, gather_batch};
use super::logic::{Selection, select};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::warehouse::data_type::DataType;

pub fn evaluate_case(
    branches: &[(Expression, Expression)],
    otherwise: Option<&Expression>,
    data_type: DataType,
    batch: &Batch,
    context: &mut Context,
) -> SqlResult<Column> {
    let (mut left, mut answer) = Assembly::begin(batch);
    for (condition, result) in branches {
        if left.is_empty() {
            break;
        }
        let part = narrow(batch, &left, condition);
        let chosen = match select(&[condition], part.as_ref().unwrap_or(batch), context)? {
            Selection::All => std::mem::take(&mut left),
            Selection::Rows(places) => {
                let chosen: Vec<u32> = places.iter().map(|&place| left[place as usize]).collect();
                let mut taken = places.iter().peekable();
                let mut place = 0;
                left.retain(|_| {
                    let is_taken = taken.next_if(|next| **next == place).is_some();
                    place += 1;
                    !is_taken
                });
                chosen
            }
        };
        if !chosen.is_empty() {
            answer.compute(result, &chosen, batch, context)?;
        }
    }
    if !left.is_empty() {
        match otherwise {
            Some(result) => {
                answer.compute(result, &left, batch, context)?;
            }
            None => answer.add(&Column::Constant(nulls(data_type, 1)), &left),
        }
    }
    answer.finish(data_type)
}

/// COALESCE and NVL where a later argument might fail: it is asked for the rows that have no value yet.
pub fn evaluate_coalesce(
    arguments: &[Expression],
    data_type: DataType,
    batch: &Batch,
    context: &mut Context,
) -> SqlResult<Column> {
    let (mut left, mut answer) = Assembly::begin(batch);
    for (number, argument) in arguments.iter().enumerate() {
        if left.is_empty() {
            break;
        }
        // Those still missing are given their place anew by a later argument.
        let column = answer.compute(argument, &left, batch, context)?;
        let mut missing = Vec::new();
        if number + 1 < arguments.len() {
            let array = column.array();
            missing =
                (0..left.len()).filter(|&at| array.is_null(column.index(at))).map(|at| left[at]).collect();
        }
        left = missing;
    }
    answer.finish(data_type)
}

/// Whether computing it costs nothing and cannot fail.
pub fn is_plain(expression: &Expression) -> bool {
    matches!(
        expression,
        Expression::Column { .. } | Expression::Literal { .. } | Expression::Parameter { .. }
    )
}

/// The rows of `batch` that matter; `None` when that is all of them.
fn narrow(batch: &Batch, rows: &[u32], expression: &Expression) -> Option<Batch> {
    (rows.len() < batch.rows).then(|| gather_batch(batch, rows, Some(&columns_of(expression))))
}

/// Rows put together from parts.
struct Assembly {
    parts: Vec<arrow::array::ArrayRef>,
    length: u32,
    /// For each row, where its value lies in the parts laid end to end.
    places: Vec<u32>,
}

impl Assembly {
    /// With the rows that nothing was decided for yet: all of them.
    fn begin(batch: &Batch) -> (Vec<u32>, Self) {
        let answer = Assembly { parts: Vec::new(), length: 0, places: vec![0; batch.rows] };
        ((0..batch.rows as u32).collect(), answer)
    }

    /// Computes an expression for `rows` alone.
    fn compute(
        &mut self,
        expression: &Expression,
        rows: &[u32],
        batch: &Batch,
        context: &mut Context,
    ) -> SqlResult<Column> {
        let part = narrow(batch, rows, expression);
        let column = evaluate(expression, part.as_ref().unwrap_or(batch), context)?;
        self.add(&column, rows);
        Ok(column)
    }

    fn add(&mut self, column: &Column, rows: &[u32]) {
        for (at, &row) in rows.iter().enumerate() {
            self.places[row as usize] = self.length + column.index(at) as u32;
        }
        self.length += column.array().len() as u32;
        self.parts.push(column.array().clone());
    }

    fn finish(self, data_type: DataType) -> SqlResult<Column> {
        if self.places.is_empty() {
            return Ok(Column::Rows(super::array::array_of(&[], data_type)));
        }
        match concatenate(&self.parts) {
            Some(values) => Ok(Column::Rows(gather(&values, &self.places))),
            None => Err(SqlError::bug("a CASE without a part")),
        }
    }
}
