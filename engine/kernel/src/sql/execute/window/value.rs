//! Window functions that give another row's value: LAG, LEAD, FIRST_VALUE, LAST_VALUE, NTH_VALUE.

use std::ops::Range;

use arrow::array::{Array, ArrayRef};

use super::frame::frame_of;
use super::span::{Span, spans};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::array::{array_of, value_at};
use crate::sql::execute::chunks::Chunks;
use crate::sql::execute::gather::NO_ROW;
use crate::sql::execute::sorter::Sorted;
use crate::sql::plan::{WindowCall, WindowFunction};
use crate::warehouse::value::Value;

/// The rows of a window that have a value, by position: what IGNORE NULLS and counts ask.
#[derive(Default)]
pub struct Valid {
    /// How many there are before each position seen so far; one more than positions.
    pub before: Vec<u32>,
    /// Their positions.
    places: Vec<u32>,
}

impl Valid {
    /// Takes the next positions.
    pub fn take(&mut self, values: &ArrayRef) {
        if self.before.is_empty() {
            self.before.push(0);
        }
        for row in 0..values.len() {
            if values.is_valid(row) {
                self.places.push(self.before.len() as u32 - 1);
            }
            self.before.push(self.places.len() as u32);
        }
    }

    /// The `nth` (from 0) of those that lie within `range`.
    fn nth(&self, range: &Range<usize>, nth: usize) -> Option<usize> {
        let at = (self.before[range.start] as usize).checked_add(nth)?;
        (at < self.before[range.end] as usize).then(|| self.places[at] as usize)
    }

    fn last(&self, range: &Range<usize>) -> Option<usize> {
        let end = self.before[range.end] as usize;
        (end > self.before[range.start] as usize).then(|| self.places[end - 1] as usize)
    }
}

/// The whole number an argument has in a cell.
pub fn whole_at(call: &WindowCall, argument: usize, (array, row): (&ArrayRef, usize)) -> Option<i64> {
    match value_at(array, call.arguments.get(argument)?.data_type(), row) {
        Value::SmallInt(value) => Some(i64::from(value)),
        Value::Integer(value) => Some(i64::from(value)),
        Value::BigInt(value) => Some(value),
        _ => None,
    }
}

/// The answers at a piece of positions. `valid` is there for IGNORE NULLS.
pub fn values(
    call: &WindowCall,
    columns: &[usize],
    valid: Option<&Valid>,
    chunks: &Chunks,
    sorted: &Sorted,
    piece: Range<usize>,
) -> SqlResult<ArrayRef> {
    let Some(&column) = columns.first() else {
        return Err(SqlError::bug("a window function without its argument"));
    };
    let mut picks = Vec::with_capacity(piece.len());
    for Span { whole, part, .. } in spans(&sorted.partitions, sorted.rows.len(), piece.clone()) {
        for position in part {
            let own = |argument: usize| match columns.get(argument) {
                Some(&column) => Ok(whole_at(call, argument, chunks.cell(column, sorted.rows[position])?)),
                None => Ok(Some(1)),
            };
            let target = match call.function {
                WindowFunction::Lag => shifted(own(1)?.and_then(i64::checked_neg), valid, &whole, position),
                WindowFunction::Lead => shifted(own(1)?, valid, &whole, position),
                _ => {
                    let seen = frame_of(call.frame, &whole, position);
                    let nth =
                        if call.function == WindowFunction::NthValue { own(1)?.unwrap_or(0) } else { 1 };
                    let Some(nth) = usize::try_from(nth).ok().and_then(|nth| nth.checked_sub(1)) else {
                        let told = "argument of nth_value must be greater than zero";
                        return Err(SqlError::product("22016", told));
                    };
                    match (call.function, valid) {
                        _ if seen.is_empty() => None,
                        (WindowFunction::LastValue, None) => Some(seen.end - 1),
                        (WindowFunction::LastValue, Some(valid)) => valid.last(&seen),
                        (_, None) => seen.start.checked_add(nth).filter(|target| seen.contains(target)),
                        (_, Some(valid)) => valid.nth(&seen, nth),
                    }
                }
            };
            picks.push(target.map_or(NO_ROW, |target| sorted.rows[target]));
        }
    }
    let values = chunks.gather(column, &picks, call.data_type)?;
    let (Some(&default), true) = (columns.get(2), picks.contains(&NO_ROW)) else {
        return Ok(values);
    };
    // The third argument stands where no row is.
    let defaults = chunks.gather(default, &sorted.rows[piece], call.data_type)?;
    let answers: Vec<Value> = (0..picks.len())
        .map(|at| match picks[at] {
            NO_ROW => value_at(&defaults, call.data_type, at),
            _ => value_at(&values, call.data_type, at),
        })
        .collect();
    Ok(array_of(&answers, call.data_type))
}

/// The position so many rows (or values) further on within the partition.
fn shifted(
    offset: Option<i64>,
    valid: Option<&Valid>,
    partition: &Range<usize>,
    position: usize,
) -> Option<usize> {
    let offset = offset?;
    match valid.filter(|_| offset != 0) {
        None => {
            let target = (position as i64).checked_add(offset)?;
            usize::try_from(target).ok().filter(|target| partition.contains(target))
        }
        Some(valid) if offset > 0 => {
            valid.nth(&(position + 1..partition.end), usize::try_from(offset).ok()?.checked_sub(1)?)
        }
        Some(valid) => {
            let known = (valid.before[position] - valid.before[partition.start]) as usize;
            let nth = known.checked_sub(usize::try_from(offset.unsigned_abs()).ok()?)?;
            valid.nth(&(partition.start..position), nth)
        }
    }
}
