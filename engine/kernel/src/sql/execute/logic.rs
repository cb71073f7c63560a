//! AND and OR with three truth values.
//!
//! A later operand that could fail is only computed for the rows that are still undecided, so that
//! `x <> 0 AND 1 / x > 2` is safe.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, BooleanBufferBuilder};
use arrow::buffer::{BooleanBuffer, NullBuffer};

use super::Context;
use super::column::Column;
use super::dictionary::columns_of;
use super::evaluate::evaluate;
use super::gather::gather_batch;
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;

/// Rows that are true and rows that are false; those in neither are unknown.
struct Truth {
    yes: BooleanBuffer,
    no: BooleanBuffer,
}

impl Truth {
    fn of(column: &Column, rows: usize) -> Truth {
        if let Column::Constant(array) = column {
            let booleans = array.as_boolean();
            let fill =
                |set: bool| if set { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) };
            let known = booleans.is_valid(0);
            return Truth { yes: fill(known && booleans.value(0)), no: fill(known && !booleans.value(0)) };
        }
        let booleans = column.array().as_boolean();
        let values = booleans.values();
        match booleans.nulls() {
            Some(nulls) => Truth { yes: values & nulls.inner(), no: &!values & nulls.inner() },
            None => Truth { yes: values.clone(), no: !values },
        }
    }

    fn into_column(self) -> Column {
        let known = &self.yes | &self.no;
        let nulls = NullBuffer::new(known);
        let nulls = (nulls.null_count() > 0).then_some(nulls);
        Column::Rows(Arc::new(BooleanArray::new(self.yes, nulls)))
    }
}

pub fn and(operands: &[Expression], batch: &Batch, context: &mut Context) -> SqlResult<Column> {
    let mut truth =
        Truth { yes: BooleanBuffer::new_set(batch.rows), no: BooleanBuffer::new_unset(batch.rows) };
    for operand in operands {
        let undecided = !&truth.no;
        let Some(next) = undecided_truth(operand, &undecided, batch, context)? else {
            break;
        };
        // Rows that were decided keep their answer, whatever stands for them in `next`.
        truth = Truth { yes: &truth.yes & &next.yes, no: &truth.no | &next.no };
    }
    Ok(truth.into_column())
}

pub fn or(operands: &[Expression], batch: &Batch, context: &mut Context) -> SqlResult<Column> {
    let mut truth =
        Truth { yes: BooleanBuffer::new_unset(batch.rows), no: BooleanBuffer::new_set(batch.rows) };
    for operand in operands {
        let undecided = !&truth.yes;
        let Some(next) = undecided_truth(operand, &undecided, batch, context)? else {
            break;
        };
        truth = Truth { yes: &truth.yes | &next.yes, no: &truth.no & &next.no };
    }
    Ok(truth.into_column())
}

/// The operand's truth, computed at least where `undecided`; elsewhere it may be unknown. `None` when no row
/// is undecided.
fn undecided_truth(
    operand: &Expression,
    undecided: &BooleanBuffer,
    batch: &Batch,
    context: &mut Context,
) -> SqlResult<Option<Truth>> {
    let left = undecided.count_set_bits();
    if left == 0 {
        return Ok(None);
    }
    if left == batch.rows || !can_fail(operand) {
        return Ok(Some(Truth::of(&evaluate(operand, batch, context)?, batch.rows)));
    }
    let rows: Vec<u32> = undecided.set_indices_u32().collect();
    let part = gather_batch(batch, &rows, Some(&columns_of(operand)));
    let truth = Truth::of(&evaluate(operand, &part, context)?, part.rows);
    let scatter = |bits: &BooleanBuffer| {
        let mut builder = BooleanBufferBuilder::new(batch.rows);
        builder.append_n(batch.rows, false);
        for (at, &row) in rows.iter().enumerate() {
            builder.set_bit(row as usize, bits.value(at));
        }
        builder.finish()
    };
    Ok(Some(Truth { yes: scatter(&truth.yes), no: scatter(&truth.no) }))
}

/// Whether computing the expression for a row that does not need it could raise an error, or cost much.
pub fn can_fail(expression: &Expression) -> bool {
    let mut fails = false;
    expression.visit(&mut |part| {
        fails |= matches!(part, Expression::Call { .. } | Expression::Cast { .. } | Expression::Subquery(_));
    });
    fails
}

/// The rows a predicate lets through.
pub enum Selection {
    All,
    Rows(Vec<u32>),
}

/// The rows of `batch` for which every one of `conjuncts` is true, tested one after the other on what is left.
pub fn select(conjuncts: &[&Expression], batch: &Batch, context: &mut Context) -> SqlResult<Selection> {
    let mut selected: Option<Vec<u32>> = None;
    for conjunct in conjuncts {
        let narrowed;
        let part = match &selected {
            None => batch,
            Some(rows) if rows.is_empty() => break,
            Some(rows) => {
                narrowed = gather_batch(batch, rows, Some(&columns_of(conjunct)));
                &narrowed
            }
        };
        let yes = Truth::of(&evaluate(conjunct, part, context)?, part.rows).yes;
        if yes.count_set_bits() == part.rows {
            continue;
        }
        selected = Some(match selected {
            None => yes.set_indices_u32().collect(),
            Some(rows) => yes.set_indices().map(|at| rows[at]).collect(),
        });
    }
    Ok(selected.map_or(Selection::All, Selection::Rows))
}

/// A predicate's parts that must all hold.
pub fn conjuncts(predicate: &Expression) -> Vec<&Expression> {
    match predicate {
        Expression::And(all) => all.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}
