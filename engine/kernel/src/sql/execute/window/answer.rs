//! One call of a window function: what it must know beforehand, and its answers.

use std::ops::Range;

use arrow::array::{Array, ArrayRef};

use super::aggregate::Aggregate;
use super::rank::{ntile, rank, row_number};
use super::span::spans;
use super::value::{Valid, values};
use crate::sql::error::SqlResult;
use crate::sql::execute::array::{array_of, value_at};
use crate::sql::execute::chunks::Chunks;
use crate::sql::execute::sorter::Sorted;
use crate::sql::expression::Expression;
use crate::sql::plan::{WindowCall, WindowFunction};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// Positions gathered in one step.
pub const PIECE: usize = 32_768;

pub struct Answer {
    call: WindowCall,
    /// Where the arguments lie.
    columns: Vec<usize>,
    /// Positions that the preparation has seen.
    seen: usize,
    known: Known,
}

/// What is gathered before the first answer.
enum Known {
    Nothing,
    Valid(Valid),
    /// Each partition's sum (RATIO_TO_REPORT).
    Sums(Vec<f64>),
    Aggregate(Box<Aggregate>),
}

impl Answer {
    /// `keys` are the columns of the window's ORDER BY.
    pub fn new(call: WindowCall, columns: Vec<usize>, keys: &[usize]) -> SqlResult<Self> {
        let known = match call.function {
            WindowFunction::Aggregate(function) => {
                Known::Aggregate(Box::new(Aggregate::new(function, &call, &columns, keys)?))
            }
            WindowFunction::RatioToReport => Known::Sums(Vec::new()),
            _ if call.ignore_nulls && !columns.is_empty() => Known::Valid(Valid::default()),
            _ => Known::Nothing,
        };
        Ok(Answer { call, columns, seen: 0, known })
    }

    /// One piece of the preparation: positions it looked at, or nothing when it can answer.
    pub fn prepare(&mut self, chunks: &Chunks, sorted: &Sorted) -> SqlResult<Option<usize>> {
        let rows = sorted.rows.len();
        let piece = self.seen..rows.min(self.seen + PIECE);
        match &mut self.known {
            Known::Nothing => return Ok(None),
            Known::Aggregate(aggregate) => return aggregate.prepare(chunks, sorted),
            _ if piece.is_empty() => return Ok(None),
            Known::Valid(valid) => {
                valid.take(&chunks.gather(
                    self.columns[0],
                    &sorted.rows[piece.clone()],
                    self.call.data_type,
                )?);
            }
            Known::Sums(sums) => {
                let values = numbers(&self.call, &self.columns, chunks, sorted, piece.clone())?;
                for span in spans(&sorted.partitions, rows, piece.clone()) {
                    sums.resize(span.number + 1, 0.0);
                    for position in span.part {
                        sums[span.number] += values[position - piece.start].unwrap_or(0.0);
                    }
                }
            }
        }
        self.seen = piece.end;
        Ok(Some(piece.len()))
    }

    /// The answers at some positions.
    pub fn at(&self, piece: Range<usize>, chunks: &Chunks, sorted: &Sorted) -> SqlResult<ArrayRef> {
        match (self.call.function, &self.known) {
            (_, Known::Aggregate(aggregate)) => aggregate.at(piece, sorted),
            (_, Known::Sums(sums)) => {
                let values = numbers(&self.call, &self.columns, chunks, sorted, piece.clone())?;
                let mut answers = Vec::with_capacity(piece.len());
                for span in spans(&sorted.partitions, sorted.rows.len(), piece.clone()) {
                    let sum = sums.get(span.number).copied().unwrap_or(0.0);
                    // NULL when the sum is 0.
                    answers.extend(span.part.map(|position| match values[position - piece.start] {
                        Some(value) if sum != 0.0 => Value::Double(value / sum),
                        _ => Value::Null,
                    }));
                }
                Ok(array_of(&answers, self.call.data_type))
            }
            (WindowFunction::RowNumber, _) => Ok(row_number(&self.call, sorted, piece)),
            (WindowFunction::Ntile, _) => {
                ntile(&self.call, self.columns.first().copied().unwrap_or(0), chunks, sorted, piece)
            }
            (
                WindowFunction::Rank
                | WindowFunction::DenseRank
                | WindowFunction::PercentRank
                | WindowFunction::CumeDist,
                _,
            ) => Ok(rank(&self.call, sorted, piece)),
            (_, Known::Valid(valid)) => values(&self.call, &self.columns, Some(valid), chunks, sorted, piece),
            (_, Known::Nothing) => values(&self.call, &self.columns, None, chunks, sorted, piece),
        }
    }
}

/// The first argument at some positions, as doubles.
fn numbers(
    call: &WindowCall,
    columns: &[usize],
    chunks: &Chunks,
    sorted: &Sorted,
    piece: Range<usize>,
) -> SqlResult<Vec<Option<f64>>> {
    let data_type = call.arguments.first().map_or(DataType::Double, Expression::data_type);
    let Some(&column) = columns.first() else {
        return Ok(vec![None; piece.len()]);
    };
    let values = chunks.gather(column, &sorted.rows[piece], data_type)?;
    let number = |row: usize| match value_at(&values, data_type, row) {
        Value::SmallInt(value) => Some(f64::from(value)),
        Value::Integer(value) => Some(f64::from(value)),
        Value::BigInt(value) => Some(value as f64),
        Value::Real(value) => Some(f64::from(value)),
        Value::Double(value) => Some(value),
        Value::Decimal { unscaled, scale } => Some(unscaled as f64 / 10_f64.powi(i32::from(scale))),
        _ => None,
    };
    Ok((0..values.len()).map(number).collect())
}
